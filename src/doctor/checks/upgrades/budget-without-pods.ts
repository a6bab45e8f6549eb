// LT-U012: A budget that protects nothing.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { fits, workloadsOf } from "../../objects/workloads.ts";
import { inKind } from "../../sight.ts";

/** A budget that protects nothing. */
export const budgetWithoutPods: Check = defineCheck({
  id: "LT-U012",
  title: "A budget that protects nothing",
  area: "upgrades",
  severity: "warning",
  why: "A selector with a mistake leaves the pods unprotected that it was meant for.",
  docs: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
  remedy: "Correct the selector, or delete the budget.",
  objects: async (facts) => {
    const workloads = await workloadsOf(facts);
    return inKind(
      facts,
      "disruptionBudgets",
      ({ metadata, spec }) => {
        const there = workloads.filter(({ namespace }) => namespace === (metadata.namespace ?? "default"));
        return (
          !there.some(({ labels }) => fits(spec?.selector, labels)) && "No workload of the namespace has its labels"
        );
      },
      "spec.selector",
    );
  },
});
