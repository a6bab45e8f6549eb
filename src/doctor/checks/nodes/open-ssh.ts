// LT-D021: SSH is open to the world.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inFileGroups, inList } from "../../sight.ts";

/** SSH is open to the world. */
export const openSsh: Check = defineCheck({
  id: "LT-D021",
  title: "SSH is open to the world",
  area: "nodes",
  severity: "error",
  why: "Port 22 of a node with a public address is tried by everybody within minutes.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/protecting-the-infrastructure.html",
  remedy: "Use Session Manager (enableSsm), or name sourceSecurityGroupIds.",
  file: (file) =>
    inFileGroups(
      file,
      ({ group, managed }) => {
        const { allow, sourceSecurityGroupIds = [] } = group.ssh ?? {};
        return (
          allow === true &&
          sourceSecurityGroupIds.length === 0 &&
          (managed || group.privateNetworking !== true) &&
          "ssh.allow without sourceSecurityGroupIds opens port 22 to 0.0.0.0/0"
        );
      },
      "ssh",
    ),
  account: async (account) => {
    const [groups, security] = await Promise.all([account.read("nodeGroups"), account.read("securityGroups")]);
    const remote = inList(
      "NodeGroup",
      groups,
      ({ nodegroupName }) => nodegroupName,
      ({ remoteAccess }) =>
        remoteAccess?.ec2SshKey !== undefined &&
        (remoteAccess.sourceSecurityGroups ?? []).length === 0 &&
        "Remote access has no source security group: port 22 is open to 0.0.0.0/0",
    );
    const open = inList(
      "SecurityGroup",
      security,
      ({ GroupId }) => GroupId,
      ({ IpPermissions = [] }) =>
        IpPermissions.some(
          ({ FromPort = 0, ToPort = 65_535, IpProtocol, IpRanges = [], Ipv6Ranges = [] }) =>
            IpProtocol !== "udp" &&
            FromPort <= 22 &&
            ToPort >= 22 &&
            (IpRanges.some(({ CidrIp }) => CidrIp === "0.0.0.0/0") ||
              Ipv6Ranges.some(({ CidrIpv6 }) => CidrIpv6 === "::/0")),
        ) && "Port 22 is open to every address",
    );
    return [...remote, ...open];
  },
});
