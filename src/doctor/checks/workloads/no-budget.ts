// LT-W002: Replicas without a disruption budget.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { fits } from "../../objects/workloads.ts";
import { inWorkloads } from "../../sight.ts";

/** Replicas without a disruption budget. */
export const noBudget: Check = defineCheck({
  id: "LT-W002",
  title: "Replicas without a disruption budget",
  area: "workloads",
  severity: "warning",
  why: "A drain of several nodes may take all replicas at once.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/application.html",
  remedy: "Add a PodDisruptionBudget with maxUnavailable: 1.",
  objects: async (facts) => {
    const budgets = await facts.list("disruptionBudgets");
    return inWorkloads(
      facts,
      ({ namespace, labels, replicas = 0 }) =>
        replicas > 1 &&
        !budgets.some(
          ({ metadata, spec }) => (metadata.namespace ?? "default") === namespace && fits(spec?.selector, labels),
        ) && { text: `No budget covers its ${replicas} replicas`, evidence: { replicas } },
    );
  },
});
