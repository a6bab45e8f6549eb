// LT-I021: exec into every pod.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** exec into every pod. */
export const podExec: Check = defineCheck({
  id: "LT-I021",
  title: "exec into every pod",
  area: "identity",
  severity: "warning",
  why: "A shell in a pod has the pod's secrets and its role.",
  docs: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  remedy: "Allow pods/exec in single namespaces, to few.",
  objects: async (facts) =>
    inKind(
      facts,
      "clusterRoles",
      ({ metadata, rules = [] }) => {
        if (/^(system:|eks:)|^(cluster-admin|admin|edit|view)$/.test(metadata.name)) return undefined;
        const found = rules.find(
          ({ resources = [], verbs }) =>
            resources.some((each) => each === "pods/exec" || each === "pods/attach") &&
            verbs.some((verb) => verb === "create" || verb === "*"),
        );
        return found && "It allows pods/exec in every namespace";
      },
      "rules",
    ),
});
