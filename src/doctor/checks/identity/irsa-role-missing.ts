// LT-I015: A service account names a role that isn't there.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { rolesOfAccounts } from "../../objects/service-accounts.ts";
import { ofObject } from "../../sight.ts";

/** A service account names a role that isn't there. */
export const irsaRoleMissing: Check = defineCheck({
  id: "LT-I015",
  title: "A service account names a role that isn't there",
  area: "identity",
  severity: "error",
  why: "The pod gets a token, and STS answers AccessDenied to it.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html",
  remedy: "Make the role, or correct the annotation eks.amazonaws.com/role-arn.",
  together: async (account, cluster) => {
    const [annotated, { arn: own = "" }] = await Promise.all([rolesOfAccounts(cluster), account.read("cluster")]);
    const found = await Promise.all(
      annotated.map(async ({ account: object, arn }) => {
        // Another account's roles can't be seen from here.
        if (arn.split(":")[4] !== own.split(":")[4]) return [];
        return ofObject(cluster, object, (await account.role(arn)) === undefined && `There is no role ${arn}`);
      }),
    );
    return found.flat();
  },
});
