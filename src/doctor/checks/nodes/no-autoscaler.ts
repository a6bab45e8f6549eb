// LT-D011: Nobody adds nodes.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** Nobody adds nodes. */
export const noAutoscaler: Check = defineCheck({
  id: "LT-D011",
  title: "Nobody adds nodes",
  area: "nodes",
  severity: "info",
  why: "Without an autoscaler pods that find no place stay Pending, and empty nodes are paid for.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cas.html",
  remedy: "Use Auto Mode, Karpenter or the cluster autoscaler.",
  together: async (account, cluster) => {
    const [{ computeConfig }, deployments, groups] = await Promise.all([
      account.read("cluster"),
      cluster.list("deployments"),
      account.read("nodeGroups"),
    ]);
    const there = deployments.some(({ metadata }) => /karpenter|cluster-autoscaler/.test(metadata.name));
    return ofCluster(
      account,
      groups.length > 0 &&
        computeConfig?.enabled !== true &&
        !there &&
        "Neither Auto Mode nor Karpenter nor the cluster autoscaler runs",
    );
  },
});
