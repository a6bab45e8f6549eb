// LT-N005: The cluster's subnets are minimal.
import { zoneIdsWithoutEks } from "../../../facts/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** The cluster's subnets are minimal. */
export const clusterSubnets: Check = defineCheck({
  id: "LT-N005",
  title: "The cluster's subnets are minimal",
  area: "network",
  severity: "warning",
  why: "EKS wants subnets in at least two zones with six free addresses each, and advises sixteen; some zones can't have a control plane.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html",
  remedy: "Give the cluster subnets with at least 16 free addresses.",
  account: async (account) => {
    const [cluster, subnets] = await Promise.all([account.read("cluster"), account.read("subnets")]);
    const ids = cluster.resourcesVpcConfig?.subnetIds ?? [];
    const own = subnets.filter(({ SubnetId = "" }) => ids.includes(SubnetId));
    return inList(
      "Subnet",
      own,
      ({ SubnetId }) => SubnetId,
      ({ AvailableIpAddressCount: free = 0, AvailabilityZoneId = "" }) => {
        if (zoneIdsWithoutEks.includes(AvailabilityZoneId))
          return { text: `Zone ${AvailabilityZoneId} can't have a control plane`, severity: "error" as const };
        return free < 16 && { text: `${free} addresses are free; EKS advises 16`, evidence: { free } };
      },
    );
  },
});
