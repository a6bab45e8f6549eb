// LT-I019: A role of RBAC with wildcards.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { Meta, Rule } from "../../objects/kinds.ts";
import { isSystem } from "../../objects/workloads.ts";
import { inKind } from "../../sight.ts";

/** A role of RBAC with wildcards. */
export const rbacWildcards: Check = defineCheck({
  id: "LT-I019",
  title: "A role of RBAC with wildcards",
  area: "identity",
  severity: "warning",
  why: "* covers what is added later, too: secrets, and verbs as impersonate and escalate.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  remedy: "Name the resources and verbs that are needed.",
  objects: async (facts) => {
    const look = ({ metadata, rules }: { metadata: Meta; rules?: Rule[] }): string | undefined => {
      if (/^(system:|eks:)|^(cluster-admin|admin|edit|view)$/.test(metadata.name)) return undefined;
      // Roles of EKS's own add-ons are named as they are, wherever they stand.
      if (isSystem({ kind: "Role", namespace: "kube-system", name: metadata.name })) return undefined;
      const wide = (rules ?? []).find(({ verbs, resources = [] }) => verbs.includes("*") && resources.includes("*"));
      const some = (rules ?? []).find(({ verbs, resources = [] }) => verbs.includes("*") || resources.includes("*"));
      if (wide) return "A rule allows every verb on every resource";
      return some && `A rule has * for its ${some.verbs.includes("*") ? "verbs" : "resources"}`;
    };
    return [...(await inKind(facts, "clusterRoles", look, "rules")), ...(await inKind(facts, "roles", look, "rules"))];
  },
});
