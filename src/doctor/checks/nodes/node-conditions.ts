// LT-D018: A node isn't well.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** A node isn't well. */
export const nodeConditions: Check = defineCheck({
  id: "LT-D018",
  title: "A node isn't well",
  area: "nodes",
  severity: "error",
  why: "A node that isn't Ready loses its pods after five minutes; under pressure of memory or disk the kubelet evicts them.",
  docs: "https://kubernetes.io/docs/reference/node/node-status/",
  remedy: "See kubectl describe node; node auto repair replaces what stays so.",
  cluster: async (facts) =>
    inKind(facts, "nodes", ({ spec, status }) => {
      const conditions = status?.conditions ?? [];
      const ready = conditions.find(({ type }) => type === "Ready");
      if (ready && ready.status !== "True")
        return `Ready is ${ready.status}${ready.reason === undefined ? "" : ` (${ready.reason})`}`;
      const pressure = conditions.find(({ type, status: is }) => type !== "Ready" && is === "True");
      if (pressure) return `${pressure.type} is True`;
      return spec?.unschedulable === true && { text: "It is cordoned", severity: "warning" as const };
    }),
});
