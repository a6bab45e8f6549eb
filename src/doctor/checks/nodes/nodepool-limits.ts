// LT-D016: A NodePool without limits.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inContainers, inKind } from "../../sight.ts";

/** A NodePool without limits. */
export const nodepoolLimits: Check = defineCheck({
  id: "LT-D016",
  title: "Karpenter without limits, or deaf to interruptions",
  area: "nodes",
  severity: "warning",
  why: "Without limits a mistake in a deployment makes Karpenter buy nodes until a quota of EC2 ends it; without its queue a spot node goes with its pods, undrained.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/karpenter.html",
  remedy: "Set spec.limits of the NodePool, and INTERRUPTION_QUEUE (settings.interruptionQueue) of the controller.",
  objects: async (facts) => [
    ...(await inContainers(facts, ({ image = "", env = [], args = [] }) => {
      if (!/karpenter\/controller[:@]/.test(image)) return undefined;
      const named = env.some(({ name, value, valueFrom }) => name === "INTERRUPTION_QUEUE" && (value || valueFrom));
      return !named && !args.some((word) => word.includes("--interruption-queue")) && "It hears of no interruptions";
    })),
    ...(await inKind(
      facts,
      "nodePools",
      ({ metadata, spec }) =>
        spec?.["limits"] === undefined && !["system", "general-purpose"].includes(metadata.name) && "It has no limits",
      "spec",
    )),
  ],
});
