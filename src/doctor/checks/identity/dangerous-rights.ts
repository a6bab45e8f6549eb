// LT-I020: A role of RBAC that leads to more.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { Meta, Rule } from "../../objects/kinds.ts";
import { inKind } from "../../sight.ts";

/** A role of RBAC that leads to more. */
export const dangerousRights: Check = defineCheck({
  id: "LT-I020",
  title: "A role of RBAC that leads to more",
  area: "identity",
  severity: "warning",
  why: "Whoever may bind, escalate or impersonate, make tokens or pods, or read secrets can become others.",
  docs: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  remedy: "Narrow the role, or keep its holders few.",
  objects: async (facts) => {
    const look = ({ metadata, rules }: { metadata: Meta; rules?: Rule[] }): string | undefined => {
      if (
        /^(system:|eks:)|^(cluster-admin|admin|edit|view)$/.test(metadata.name) ||
        metadata.namespace === "kube-system"
      )
        return undefined;
      for (const { verbs, resources = [] } of rules ?? []) {
        const bad = verbs.find((verb) => ["bind", "escalate", "impersonate"].includes(verb));
        if (bad) return `It may ${bad} ${resources.join(", ")}`;
        const may = (resource: string, ...some: string[]): boolean =>
          resources.includes(resource) && some.some((verb) => verbs.includes(verb));
        if (may("secrets", "list", "watch") && metadata.namespace === undefined)
          return "It may read the secrets of every namespace";
        if (may("serviceaccounts/token", "create")) return "It may make tokens of service accounts";
        if (may("nodes/proxy", "get", "create")) return "It may speak to kubelets past the API server";
        if (may("mutatingwebhookconfigurations", "create", "update", "patch"))
          return "It may change webhooks, and with them everything";
      }
      return undefined;
    };
    return [...(await inKind(facts, "clusterRoles", look, "rules")), ...(await inKind(facts, "roles", look, "rules"))];
  },
});
