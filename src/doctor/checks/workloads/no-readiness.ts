// LT-W004: No readiness probe.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inContainers } from "../../sight.ts";

/** No readiness probe. */
export const noReadiness: Check = defineCheck({
  id: "LT-W004",
  title: "No readiness probe",
  area: "workloads",
  severity: "warning",
  why: "Without one a pod gets requests before it can answer, and rollouts go on over pods that never do.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/application.html",
  remedy: "Add a readinessProbe.",
  objects: async (facts) =>
    inContainers(
      facts,
      ({ readinessProbe }, { kind }) =>
        /^(Deployment|StatefulSet|DaemonSet)$/.test(kind) && !readinessProbe && "It has no readinessProbe",
    ),
});
