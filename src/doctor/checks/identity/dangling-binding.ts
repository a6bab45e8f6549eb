// LT-I024: A binding to a role that isn't there.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { Meta } from "../../objects/kinds.ts";
import { inKind } from "../../sight.ts";

/** A binding to a role that isn't there. */
export const danglingBinding: Check = defineCheck({
  id: "LT-I024",
  title: "A binding to a role that isn't there",
  area: "identity",
  severity: "warning",
  why: "It gives nothing now, and everything that somebody makes under the name later.",
  docs: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/",
  remedy: "Delete the binding, or make the role.",
  cluster: async (facts) => {
    const [cluster, roles] = await Promise.all([facts.list("clusterRoles"), facts.list("roles")]);
    const names = new Set([
      ...cluster.map(({ metadata }) => metadata.name),
      ...roles.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    ]);
    const look = ({
      metadata,
      roleRef,
    }: {
      metadata: Meta;
      roleRef: { kind: string; name: string };
    }): string | undefined => {
      const name = roleRef.kind === "Role" ? `${metadata.namespace}/${roleRef.name}` : roleRef.name;
      return names.has(name) ? undefined : `There is no ${roleRef.kind} ${roleRef.name}`;
    };
    return [...(await inKind(facts, "clusterRoleBindings", look)), ...(await inKind(facts, "roleBindings", look))];
  },
});
