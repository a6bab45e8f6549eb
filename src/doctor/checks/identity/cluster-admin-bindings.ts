// LT-I008: cluster-admin is bound.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** cluster-admin is bound. */
export const clusterAdminBindings: Check = defineCheck({
  id: "LT-I008",
  title: "cluster-admin is bound",
  area: "identity",
  severity: "warning",
  why: "Whoever has cluster-admin may read every secret and change every node.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  remedy: "Bind a role with the rights that are needed.",
  objects: async (facts) => {
    const look = ({
      metadata,
      roleRef,
      subjects = [],
    }: {
      metadata: { name: string };
      roleRef: { name: string };
      subjects?: { kind: string; name: string; namespace?: string }[];
    }): string | undefined => {
      // EKS's own, eks:addon-cluster-admin, is in every cluster, and nobody can take it away.
      if (roleRef.name !== "cluster-admin" || /^(cluster-admin$|eks:)/.test(metadata.name)) return undefined;
      const others = subjects.filter(({ namespace, name }) => namespace !== "kube-system" && name !== "system:masters");
      return others.length === 0
        ? undefined
        : `${others.map(({ kind, name }) => `${kind} ${name}`).join(", ")} may do everything`;
    };
    return [...(await inKind(facts, "clusterRoleBindings", look)), ...(await inKind(facts, "roleBindings", look))];
  },
});
