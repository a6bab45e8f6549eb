// LT-U011: Several budgets over the same pods.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { fits } from "../../objects/workloads.ts";
import { inWorkloads } from "../../sight.ts";

/** Several budgets over the same pods. */
export const severalBudgets: Check = defineCheck({
  id: "LT-U011",
  title: "Several budgets over the same pods",
  area: "upgrades",
  severity: "error",
  why: "The eviction API refuses pods that more than one budget covers.",
  docs: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
  remedy: "Leave one of them.",
  objects: async (facts) => {
    const budgets = await facts.list("disruptionBudgets");
    return inWorkloads(facts, ({ namespace, labels }) => {
      const over = budgets.filter(
        ({ metadata, spec }) => (metadata.namespace ?? "default") === namespace && fits(spec?.selector, labels),
      );
      return over.length > 1 && `${over.map(({ metadata }) => metadata.name).join(" and ")} cover its pods`;
    });
  },
});
