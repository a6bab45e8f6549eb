// LT-I018: Pods older than the role of their service account.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { rolesOfAccounts } from "../../objects/service-accounts.ts";
import { inKind } from "../../sight.ts";

/** Pods older than the role of their service account. */
export const podsBeforeTheirRole: Check = defineCheck({
  id: "LT-I018",
  title: "Pods older than the role of their service account",
  area: "identity",
  severity: "warning",
  why: "The token is put in when a pod is made; pods that ran before keep working with the node's role.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/pod-configuration.html",
  remedy: "Restart the workload: kubectl rollout restart.",
  cluster: async (facts) => {
    const annotated = new Set(
      (await rolesOfAccounts(facts)).map(
        ({ account: { metadata } }) => `${metadata.namespace ?? "default"}/${metadata.name}`,
      ),
    );
    return inKind(facts, "pods", ({ metadata, spec, status }) => {
      if (
        !annotated.has(`${metadata.namespace ?? "default"}/${spec.serviceAccountName ?? "default"}`) ||
        status?.phase !== "Running"
      )
        return undefined;
      const has = spec.containers.some(({ env = [] }) => env.some(({ name }) => name === "AWS_ROLE_ARN"));
      return !has && "It runs without the token for its role";
    });
  },
});
