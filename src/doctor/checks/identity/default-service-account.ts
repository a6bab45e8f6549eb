// LT-I022: The default service account is used with rights.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** The default service account is used with rights. */
export const defaultServiceAccount: Check = defineCheck({
  id: "LT-I022",
  title: "The default service account is used with rights",
  area: "identity",
  severity: "warning",
  why: "Every pod that names no account has this one: rights that are bound to it are everybody's.",
  docs: "https://kubernetes.io/docs/concepts/security/service-accounts/",
  remedy: "Give the workload an account of its own, and bind that.",
  objects: async (facts) => {
    const look = ({
      subjects = [],
    }: {
      subjects?: { kind: string; name: string; namespace?: string }[];
    }): string | undefined => {
      const found = subjects.find(({ kind, name }) => kind === "ServiceAccount" && name === "default");
      return found && `Service account default of ${found.namespace ?? "its namespace"} is bound`;
    };
    return [...(await inKind(facts, "clusterRoleBindings", look)), ...(await inKind(facts, "roleBindings", look))];
  },
});
