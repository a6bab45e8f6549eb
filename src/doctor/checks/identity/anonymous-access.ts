// LT-I009: Anybody without a name has rights.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** Anybody without a name has rights. */
export const anonymousAccess: Check = defineCheck({
  id: "LT-I009",
  title: "Anybody without a name has rights",
  area: "identity",
  severity: "error",
  why: "system:anonymous and system:unauthenticated are everybody who reaches the endpoint.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  remedy: "Delete the binding.",
  objects: async (facts) => {
    const look = ({
      metadata,
      subjects = [],
    }: {
      metadata: { name: string };
      subjects?: { name: string }[];
    }): string | undefined => {
      const found = subjects.find(({ name }) => name === "system:anonymous" || name === "system:unauthenticated");
      return found && metadata.name !== "system:public-info-viewer" ? `${found.name} is bound` : undefined;
    };
    return [...(await inKind(facts, "clusterRoleBindings", look)), ...(await inKind(facts, "roleBindings", look))];
  },
});
