// LT-U027: The cluster names subnets or security groups that are gone.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList, ofCluster } from "../../sight.ts";

/** The cluster names subnets or security groups that are gone. */
export const lostReferences: Check = defineCheck({
  id: "LT-U027",
  title: "The cluster names subnets or security groups that are gone",
  area: "upgrades",
  severity: "error",
  why: "EKS makes new network interfaces for an upgrade in the subnets and security groups that it was given: SubnetNotFound and SecurityGroupNotFound end the update.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html",
  remedy: "Give the cluster subnets and security groups that exist; groups of nodes have to be made anew.",
  account: async (account) => {
    const [{ name, resourcesVpcConfig }, groups, profiles, subnets, security] = await Promise.all([
      account.read("cluster"),
      account.read("nodeGroups"),
      account.read("fargateProfiles"),
      account.read("subnets"),
      account.read("securityGroups"),
    ]);
    const there = new Set([...subnets.map(({ SubnetId }) => SubnetId), ...security.map(({ GroupId }) => GroupId)]);
    const lost = (ids: readonly (string | undefined)[] | undefined): string[] =>
      (ids ?? []).flatMap((id) => (id === undefined || there.has(id) ? [] : [id]));
    const text = (ids: readonly string[]): false | { text: string; evidence: { lost: readonly string[] } } =>
      ids.length > 0 && { text: `${ids.join(", ")} ${ids.length === 1 ? "is" : "are"} gone`, evidence: { lost: ids } };
    const { subnetIds = [], securityGroupIds, clusterSecurityGroupId } = resourcesVpcConfig ?? {};
    const own = lost([...subnetIds, ...(securityGroupIds ?? []), clusterSecurityGroupId]);
    const left = subnetIds.filter((id) => there.has(id));
    const gone = text(own);
    return [
      ...(await ofCluster(
        account,
        gone && {
          ...gone,
          ...(left.length >= 2
            ? {
                command: `aws eks update-cluster-config --name ${name} --resources-vpc-config subnetIds=${left.join(",")}`,
              }
            : {}),
        },
      )),
      ...inList(
        "NodeGroup",
        groups,
        ({ nodegroupName }) => nodegroupName,
        (each) => text(lost([...(each.subnets ?? []), ...(each.remoteAccess?.sourceSecurityGroups ?? [])])),
      ),
      ...inList(
        "FargateProfile",
        profiles,
        ({ fargateProfileName }) => fargateProfileName,
        (each) => text(lost(each.subnets)),
      ),
    ];
  },
});
