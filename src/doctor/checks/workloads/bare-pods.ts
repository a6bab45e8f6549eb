// LT-W008: A pod that nobody owns.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inWorkloads } from "../../sight.ts";

/** A pod that nobody owns. */
export const barePods: Check = defineCheck({
  id: "LT-W008",
  title: "A pod that nobody owns",
  area: "workloads",
  severity: "warning",
  why: "When its node goes, it is gone for good.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/application.html",
  remedy: "Make it of a Deployment or a Job.",
  objects: async (facts) =>
    inWorkloads(
      facts,
      ({ kind, object }) =>
        kind === "Pod" &&
        object.metadata.annotations?.["kubernetes.io/config.mirror"] === undefined &&
        "No controller owns it",
    ),
});
