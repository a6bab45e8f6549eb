// LT-S002: Volumes on a node group of several zones.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** Volumes on a node group of several zones. */
export const statefulOverZones: Check = defineCheck({
  id: "LT-S002",
  title: "Volumes on a node group of several zones",
  area: "storage",
  severity: "warning",
  why: "The cluster autoscaler chooses a group, not a zone: the new node of a group over several zones may be in another zone than the volume.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cas.html",
  remedy: "Make a group for each zone with --balance-similar-node-groups, or use Karpenter.",
  together: async (account, cluster) => {
    const [groups, deployments, sets] = await Promise.all([
      account.read("scalingGroups"),
      cluster.list("deployments"),
      cluster.list("statefulSets"),
    ]);
    const scaled = deployments.some(({ metadata }) => metadata.name.includes("cluster-autoscaler"));
    const stateful = sets.filter(({ spec }) => (spec.volumeClaimTemplates ?? []).length > 0);
    if (!scaled || stateful.length === 0) return [];
    return inList(
      "AutoScalingGroup",
      groups,
      ({ name }) => name,
      ({ zones }) =>
        zones.length > 1 && {
          text: `It spans ${zones.join(", ")}, and ${stateful.length} StatefulSets have volumes`,
          evidence: { zones },
        },
    );
  },
});
