// LT-U010: A budget that forbids every eviction.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { fits, workloadsOf } from "../../objects/workloads.ts";
import { inKind } from "../../sight.ts";

/** A budget that forbids every eviction. */
export const blockingBudget: Check = defineCheck({
  id: "LT-U010",
  title: "A budget that forbids every eviction",
  area: "upgrades",
  severity: "error",
  why: "A drain waits for the budget; EKS gives up the update of a node group with PodEvictionFailure.",
  docs: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
  remedy: "Leave room for one: maxUnavailable: 1, or more replicas than minAvailable.",
  objects: async (facts) => {
    const workloads = await workloadsOf(facts);
    return inKind(
      facts,
      "disruptionBudgets",
      ({ metadata, spec, status }) => {
        const { minAvailable, maxUnavailable, selector } = spec ?? {};
        if (maxUnavailable === 0 || maxUnavailable === "0%") return `maxUnavailable is ${maxUnavailable}`;
        if (minAvailable === "100%") return "minAvailable is 100%";
        const chosen = workloads.filter(
          ({ namespace, labels }) => namespace === (metadata.namespace ?? "default") && fits(selector, labels),
        );
        const replicas = chosen.reduce((sum, { replicas: count = 0 }) => sum + count, 0);
        // Kubernetes rounds shares up.
        const share = typeof minAvailable === "string" ? Number(/^(\d+)%$/.exec(minAvailable)?.[1]) : Number.NaN;
        const least = typeof minAvailable === "number" ? minAvailable : Math.ceil((share * replicas) / 100);
        if (replicas > 0 && least >= replicas) return `minAvailable is ${minAvailable} of ${replicas} replicas`;
        const { disruptionsAllowed, currentHealthy = 0, expectedPods = 0 } = status ?? {};
        return (
          disruptionsAllowed === 0 &&
          expectedPods > 0 &&
          currentHealthy >= expectedPods &&
          "It allows no disruption, although all pods are well"
        );
      },
      "spec",
    );
  },
});
