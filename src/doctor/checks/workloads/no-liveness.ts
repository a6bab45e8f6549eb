// LT-W005: No liveness probe.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inContainers } from "../../sight.ts";

/** No liveness probe. */
export const noLiveness: Check = defineCheck({
  id: "LT-W005",
  title: "No liveness probe",
  area: "workloads",
  severity: "info",
  why: "A process that hangs isn't restarted without one.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/application.html",
  remedy: "Add a livenessProbe, unless the process ends by itself when it is broken.",
  objects: async (facts) =>
    inContainers(
      facts,
      ({ livenessProbe }, { kind }) =>
        /^(Deployment|StatefulSet|DaemonSet)$/.test(kind) && !livenessProbe && "It has no livenessProbe",
    ),
});
