// LT-D023: Nodes are old.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";
import { daysBetween } from "../../versions.ts";

/** Nodes are old. */
export const oldNodes: Check = defineCheck({
  id: "LT-D023",
  title: "Nodes are old",
  area: "nodes",
  severity: "info",
  why: "A node has the kernel and kubelet of the day on which it started; fixes reach new ones only.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/data-plane.html",
  remedy: "Replace nodes at least every 90 days: update the group, or let Karpenter expire them.",
  cluster: async (facts, { today }) =>
    inKind(facts, "nodes", ({ metadata }) => {
      const days =
        metadata.creationTimestamp === undefined ? 0 : daysBetween(metadata.creationTimestamp.slice(0, 10), today);
      return days > 90 && { text: `It is ${days} days old`, evidence: { days } };
    }),
});
