// LT-W010: A pod in its node's namespaces.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { isSystem } from "../../objects/workloads.ts";
import { inWorkloads } from "../../sight.ts";

/** A pod in its node's namespaces. */
export const hostNamespaces: Check = defineCheck({
  id: "LT-W010",
  title: "A pod in its node's namespaces",
  area: "workloads",
  severity: "error",
  why: "With hostPID or hostIPC it sees its neighbours' processes; with hostNetwork it reaches the metadata service and what listens on the node.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/pod-security.html",
  remedy: "Take hostPID, hostIPC and hostNetwork out.",
  objects: async (facts) =>
    inWorkloads(facts, ({ kind, namespace, name, spec }) => {
      if (isSystem({ kind, namespace, name })) return undefined;
      const found = (["hostPID", "hostIPC"] as const).filter((field) => spec[field] === true);
      if (found.length > 0) return `${found.join(" and ")} is true`;
      return spec.hostNetwork === true && { text: "hostNetwork is true", severity: "warning" as const };
    }),
});
