// LT-U013: A workload tolerates every taint.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inWorkloads } from "../../sight.ts";

/** A workload tolerates every taint. */
export const toleratesEverything: Check = defineCheck({
  id: "LT-U013",
  title: "A workload tolerates every taint",
  area: "upgrades",
  severity: "warning",
  why: "Its pods come back to a node that is being drained, so that it never empties.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html",
  remedy: "Name the taints that it is to tolerate.",
  objects: async (facts) =>
    inWorkloads(
      facts,
      ({ kind, spec }) =>
        kind !== "DaemonSet" &&
        (spec.tolerations ?? []).some(
          ({ key, operator, effect }) => key === undefined && operator === "Exists" && effect !== "NoExecute",
        ) &&
        "It tolerates everything",
      "tolerations",
    ),
});
