// LT-I014: No OIDC provider for the cluster.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { rolesOfAccounts } from "../../objects/service-accounts.ts";
import { ofCluster } from "../../sight.ts";

/** No OIDC provider for the cluster. */
export const oidcProviderMissing: Check = defineCheck({
  id: "LT-I014",
  title: "No OIDC provider for the cluster",
  area: "identity",
  severity: "error",
  why: "Roles of service accounts (IRSA) need a provider of IAM for the cluster's issuer, with the client id sts.amazonaws.com.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/enable-iam-roles-for-service-accounts.html",
  remedy: "Make it: iam.withOIDC: true in the file, or lotse utils associate-iam-oidc-provider.",
  together: async (account, cluster) => {
    const [annotated, { identity }, providers] = await Promise.all([
      rolesOfAccounts(cluster),
      account.read("cluster"),
      account.read("oidcProviders"),
    ]);
    if (annotated.length === 0) return [];
    const issuer = (identity?.oidc?.issuer ?? "").replace("https://", "");
    const own = providers.find(({ arn }) => arn.endsWith(`oidc-provider/${issuer}`));
    if (!own)
      return ofCluster(
        account,
        `${annotated.length} service accounts name a role, and IAM has no provider for ${issuer}`,
      );
    return ofCluster(
      account,
      !own.clientIds.includes("sts.amazonaws.com") &&
        `The provider for ${issuer} lacks the client id sts.amazonaws.com`,
    );
  },
});
