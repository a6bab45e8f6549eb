// LT-N001: Subnets of nodes are too small.
import { nodeSubnets } from "../../account/network.ts";
import { addressesPerNode } from "../../addresses.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { groupsOf, typesOf } from "../../file.ts";
import { ofCluster, ofFile } from "../../sight.ts";

const parse = (cidr: string | undefined): number[] => {
  const prefix = Number(cidr?.split("/")[1]);
  return Number.isInteger(prefix) ? [prefix] : [];
};

/** Too little is an error; below a fifth of reserve, or small without nodes to judge by, is to be thought about. */
function judged(
  needed: number,
  usable: number,
  longest: number,
): { text: string; severity: "error" | "warning"; evidence: object & Record<string, number> } | undefined {
  const evidence = { needed, usable, longest };
  if (needed > usable)
    return {
      text: `Full nodes would take ${needed} addresses, and their subnets have ${usable}`,
      severity: "error",
      evidence,
    };
  if (needed > usable * 0.8)
    return {
      text: `Full nodes would take ${needed} of ${usable} addresses, which leaves less than a fifth`,
      severity: "warning",
      evidence,
    };
  if (needed === 0 && longest > 24)
    return { text: `A subnet of nodes is a /${longest}, which a few nodes fill`, severity: "warning", evidence };
  return undefined;
}

/** Subnets of nodes are too small. */
export const subnetsTooSmall: Check = defineCheck({
  id: "LT-N001",
  title: "Subnets of nodes are too small",
  area: "network",
  severity: "warning",
  why: "With the VPC CNI every pod takes an address of the node's subnet, and a node holds addresses in advance: a full m5.large takes 30. AWS keeps 5 addresses of every subnet.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/ip-opt.html",
  remedy: "Use larger subnets, add a secondary CIDR with custom networking, use prefix delegation, or IPv6.",

  file: (file) => {
    const { vpc, kubernetesNetworkConfig } = file.config;
    if (kubernetesNetworkConfig?.ipFamily === "IPv6") return [];
    const given = Object.values(vpc?.subnets?.private ?? vpc?.subnets?.public ?? {}).flatMap(({ cidr }) => parse(cidr));
    const whole = parse(vpc?.cidr);
    // eksctl cuts a new VPC into eight subnets, half of them private, one for each of up to three zones.
    const zones = file.config.availabilityZones?.length ?? 3;
    const blocks =
      given.length > 0 ? given : whole.flatMap((prefix) => Array.from({ length: zones }, () => prefix + 3));
    if (blocks.length === 0) return [];
    const usable = blocks.reduce((sum, prefix) => sum + 2 ** (32 - prefix) - 5, 0);
    const needed = groupsOf(file).map((each) => {
      const { maxSize, desiredCapacity, minSize } = each.group;
      return (maxSize ?? desiredCapacity ?? minSize ?? 2) * (addressesPerNode(typesOf(each)) ?? 30);
    });
    const sum = needed.reduce((all, each) => all + each, 0);
    return ofFile(file, ["vpc"], judged(sum, usable, Math.max(...blocks)));
  },
  account: async (account) => {
    const [subnets, groups, cluster] = await Promise.all([
      nodeSubnets(account),
      account.read("nodeGroups"),
      account.read("cluster"),
    ]);
    if (cluster.kubernetesNetworkConfig?.ipFamily === "ipv6" || subnets.length === 0) return [];
    const blocks = subnets.flatMap(({ CidrBlock }) => parse(CidrBlock));
    const usable = blocks.reduce((sum, prefix) => sum + 2 ** (32 - prefix) - 5, 0);
    const sum = groups.reduce(
      (all, { scalingConfig, instanceTypes }) =>
        all + (scalingConfig?.maxSize ?? 0) * (addressesPerNode(instanceTypes ?? []) ?? 30),
      0,
    );
    return ofCluster(account, judged(sum, usable, Math.max(...blocks)));
  },
});
