// LT-D016: A NodePool without limits.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** A NodePool without limits. */
export const nodepoolLimits: Check = defineCheck({
  id: "LT-D016",
  title: "A NodePool without limits",
  area: "nodes",
  severity: "warning",
  why: "Without limits a mistake in a deployment makes Karpenter buy nodes until a quota of EC2 ends it.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/karpenter.html",
  remedy: "Set spec.limits of the NodePool.",
  objects: async (facts) =>
    inKind(
      facts,
      "nodePools",
      ({ metadata, spec }) =>
        spec?.["limits"] === undefined && !["system", "general-purpose"].includes(metadata.name) && "It has no limits",
      "spec",
    ),
});
