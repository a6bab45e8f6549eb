// LT-W026: A CronJob that surprises.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** A CronJob that surprises. */
export const cronJobs: Check = defineCheck({
  id: "LT-W026",
  title: "A CronJob that surprises",
  area: "workloads",
  severity: "info",
  why: "A suspended one never runs; without concurrencyPolicy slow runs pile up; without a time to live finished pods keep names and addresses.",
  docs: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/",
  remedy: "Set concurrencyPolicy: Forbid and ttlSecondsAfterFinished.",
  objects: async (facts) =>
    inKind(
      facts,
      "cronJobs",
      ({ spec }) => {
        if (spec.suspend === true) return "It is suspended";
        const missing = [
          ...(spec.concurrencyPolicy === undefined || spec.concurrencyPolicy === "Allow"
            ? ["concurrencyPolicy is Allow"]
            : []),
          ...(spec.jobTemplate.spec.ttlSecondsAfterFinished === undefined
            ? ["ttlSecondsAfterFinished is missing"]
            : []),
        ];
        return missing.length > 0 && missing.join(", ");
      },
      "spec",
    ),
});
