// LT-U012: A budget that protects nothing.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { fits, workloadsOf } from "../../objects/workloads.ts";
import { inKind } from "../../sight.ts";

/** A budget that protects nothing. */
export const budgetWithoutPods: Check = defineCheck({
  id: "LT-U012",
  title: "A budget that protects nothing, or too much when scaled down",
  area: "upgrades",
  severity: "warning",
  why: "A selector with a mistake leaves the pods unprotected that it was meant for; a minimum that the autoscaler goes down to forbids every eviction at night.",
  docs: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
  remedy: "Correct the selector, or delete the budget.",
  objects: async (facts, { manifests }) => {
    const [workloads, scalers] = await Promise.all([workloadsOf(facts), facts.list("autoscalers")]);
    return inKind(
      facts,
      "disruptionBudgets",
      ({ metadata, spec }) => {
        const there = workloads.filter(({ namespace }) => namespace === (metadata.namespace ?? "default"));
        const chosen = there.filter(({ labels }) => fits(spec?.selector, labels));
        // A folder may hold budgets alone; what they protect may be elsewhere then.
        if (facts === manifests && there.length === 0)
          return { text: "No workload among these manifests has its labels", severity: "info" as const };
        if (chosen.length === 0) return "No workload of the namespace has its labels";
        const { minAvailable } = spec ?? {};
        const scaler = scalers.find((each) =>
          chosen.some(
            ({ kind, name, namespace }) =>
              each.spec?.scaleTargetRef.kind === kind &&
              each.spec.scaleTargetRef.name === name &&
              (each.metadata.namespace ?? "default") === namespace,
          ),
        );
        const least = scaler && (scaler.spec?.minReplicas ?? 1);
        return (
          typeof minAvailable === "number" &&
          chosen.length === 1 &&
          least !== undefined &&
          minAvailable >= least &&
          `minAvailable is ${minAvailable}, and HorizontalPodAutoscaler ${scaler?.metadata.name} goes down to ${least}: then nothing may be evicted`
        );
      },
      "spec.selector",
    );
  },
});
