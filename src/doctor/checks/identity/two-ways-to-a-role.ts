// LT-I016: IRSA and Pod Identity for one service account.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { rolesOfAccounts } from "../../objects/service-accounts.ts";
import { ofObject } from "../../sight.ts";

/** IRSA and Pod Identity for one service account. */
export const twoWaysToARole: Check = defineCheck({
  id: "LT-I016",
  title: "IRSA and Pod Identity for one service account",
  area: "identity",
  severity: "info",
  why: "The SDKs take the first of their list, which is IRSA; the association has no effect.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html",
  remedy: "Remove the annotation eks.amazonaws.com/role-arn when the association is to count.",
  together: async (account, cluster) => {
    const [associations, annotated] = await Promise.all([account.read("associations"), rolesOfAccounts(cluster)]);
    return annotated.flatMap(({ account: object, arn }) => {
      const both = associations.some(
        ({ namespace, serviceAccount }) =>
          namespace === object.metadata.namespace && serviceAccount === object.metadata.name,
      );
      return ofObject(cluster, object, both && `It has an association, and the annotation for ${arn} wins`);
    });
  },
});
