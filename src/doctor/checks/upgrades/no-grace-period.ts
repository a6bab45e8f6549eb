// LT-U020: Pods are killed without notice.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inWorkloads } from "../../sight.ts";

/** Pods are killed without notice. */
export const noGracePeriod: Check = defineCheck({
  id: "LT-U020",
  title: "Pods are killed without notice",
  area: "upgrades",
  severity: "error",
  why: "With terminationGracePeriodSeconds 0 nothing is finished or written; a StatefulSet's pod may run twice.",
  docs: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/",
  remedy: "Leave it at 30, or as long as the workload takes to end.",
  objects: async (facts) =>
    inWorkloads(
      facts,
      ({ spec }) => spec.terminationGracePeriodSeconds === 0 && "terminationGracePeriodSeconds is 0",
      "terminationGracePeriodSeconds",
    ),
});
