// LT-D019: A node that nothing may run on.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { workloadsOf } from "../../objects/workloads.ts";
import { inKind } from "../../sight.ts";

/** A node that nothing may run on. */
export const untoleratedTaints: Check = defineCheck({
  id: "LT-D019",
  title: "A node that nothing may run on",
  area: "nodes",
  severity: "warning",
  why: "When nothing tolerates a node's taint, the node is paid for and stays empty.",
  docs: "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/",
  remedy: "Remove the taint, or give the workloads that it is for a toleration.",
  cluster: async (facts) => {
    const workloads = (await workloadsOf(facts)).filter((each) => each.kind !== "DaemonSet");
    const tolerated = (key: string): boolean =>
      workloads.some(({ spec }) => (spec.tolerations ?? []).some((each) => each.key === key));
    return inKind(facts, "nodes", ({ spec }) => {
      const taint = (spec?.taints ?? []).find(
        ({ key, effect }) =>
          effect !== "PreferNoSchedule" &&
          !/^(node\.kubernetes\.io|node\.cloudprovider|eks\.amazonaws\.com)\//.test(key) &&
          !tolerated(key),
      );
      return taint && `No workload tolerates ${taint.key}`;
    });
  },
});
