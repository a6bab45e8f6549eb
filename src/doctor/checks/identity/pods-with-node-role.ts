// LT-I010: Pods work with the role of their node.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { rolesOfAccounts } from "../../objects/service-accounts.ts";
import { isSystem } from "../../objects/workloads.ts";
import { inWorkloads } from "../../sight.ts";

/** Pods work with the role of their node. */
export const podsWithNodeRole: Check = defineCheck({
  id: "LT-I010",
  title: "Pods work with the role of their node",
  area: "identity",
  severity: "warning",
  why: "A pod without a role of its own takes the node's, which every other pod of the node may take too.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  remedy: "Make a role for the service account: lotse create podidentityassociation or iamserviceaccount.",
  together: async (account, cluster) => {
    const [associations, accounts] = await Promise.all([account.read("associations"), rolesOfAccounts(cluster)]);
    const served = new Set([
      ...associations.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`),
      ...accounts.map(({ account: { metadata } }) => `${metadata.namespace ?? "default"}/${metadata.name}`),
    ]);
    return inWorkloads(cluster, ({ kind, namespace, name, spec }) => {
      if (isSystem({ kind, namespace, name }) || served.has(`${namespace}/${spec.serviceAccountName ?? "default"}`))
        return undefined;
      const env = spec.containers.flatMap((each) => (each.env ?? []).map((variable) => variable.name));
      const uses = env.some((word) => word === "AWS_REGION" || word === "AWS_DEFAULT_REGION");
      return (
        uses &&
        !env.includes("AWS_ACCESS_KEY_ID") &&
        `It uses AWS (AWS_REGION), and service account ${spec.serviceAccountName ?? "default"} has no role`
      );
    });
  },
});
