// LT-N004: No room for the control plane's next interfaces.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** No room for the control plane's next interfaces. */
export const upgradeHeadroom: Check = defineCheck({
  id: "LT-N004",
  title: "No room for the control plane's next interfaces",
  area: "network",
  severity: "error",
  why: "An update of the cluster makes new network interfaces in the cluster's subnets: up to five free addresses are needed, in at least two zones.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html",
  remedy: "Free addresses in the cluster's subnets, or give the cluster further subnets in the same zones.",
  account: async (account) => {
    const [cluster, subnets] = await Promise.all([account.read("cluster"), account.read("subnets")]);
    const ids = cluster.resourcesVpcConfig?.subnetIds ?? [];
    const own = subnets.filter(({ SubnetId = "" }) => ids.includes(SubnetId));
    const zones = new Set(
      own
        .filter(({ AvailableIpAddressCount = 0 }) => AvailableIpAddressCount >= 5)
        .map(({ AvailabilityZone }) => AvailabilityZone),
    );
    if (own.length === 0 || zones.size >= 2) return [];
    const text = `${zones.size === 0 ? "None" : "Only one"} of the cluster's zones has a subnet with 5 free addresses; an update needs two`;
    return ofCluster(account, { text, evidence: { zones: [...zones], subnets: own.length } });
  },
});
