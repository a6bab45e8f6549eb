// LT-I013: A role's trust lets other service accounts in.
import type { PolicyJson } from "../../account/facts.ts";
import { listed } from "../../account/roles.ts";
import { takesIn } from "../../account/policies.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { rolesOfAccounts } from "../../objects/service-accounts.ts";
import { ofObject } from "../../sight.ts";

/** What is wrong with a trust policy for a service account, or nothing. */
function problemOf(trust: PolicyJson, issuer: string, subject: string): string | undefined {
  const web = (trust.Statement ?? []).filter(
    ({ Effect, Action }) => Effect === "Allow" && listed(Action).includes("sts:AssumeRoleWithWebIdentity"),
  );
  if (web.length === 0) return "its trust policy lets no service account in";
  const own = web.filter(
    ({ Principal }) =>
      typeof Principal === "object" &&
      listed(Principal["Federated"]).some((arn) => arn.endsWith(`oidc-provider/${issuer}`)),
  );
  if (own.length === 0) return "its trust policy names another cluster's provider";
  for (const { Condition = {} } of own) {
    const pairs = Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, value]) => ({ operator, key, values: listed(value) })),
    );
    const sub = pairs.filter(({ key }) => key === `${issuer}:sub`);
    if (sub.length === 0) return "its trust policy has no condition on :sub, so every pod of the cluster may have it";
    const aud = pairs.filter(({ key }) => key === `${issuer}:aud`);
    if (aud.length === 0) return "its trust policy has no condition on :aud";
    if (!aud.some(({ values }) => values.includes("sts.amazonaws.com")))
      return `its :aud is ${aud.flatMap(({ values }) => values).join(", ")}, and tokens of pods are for sts.amazonaws.com`;
    const star = sub.find(
      ({ operator, values }) => operator.startsWith("StringEquals") && values.some((value) => /[*?]/.test(value)),
    );
    if (star) return `StringEquals compares ${star.values.join(", ")} letter by letter: * stands for itself there`;
    if (
      sub.some(({ values }) =>
        values.some(
          (value) => value === "*" || value === "system:serviceaccount:*" || value === "system:serviceaccount:*:*",
        ),
      )
    )
      return "its :sub lets every service account in";
    const fits = ({ operator, values }: (typeof sub)[number]): boolean =>
      operator.startsWith("StringLike") ? values.some((value) => takesIn(value, subject)) : values.includes(subject);
    if (!sub.every(fits)) return `its :sub is for others than ${subject}`;
  }
  return undefined;
}

/** A role's trust lets other service accounts in. */
export const irsaTrust: Check = defineCheck({
  id: "LT-I013",
  title: "A role's trust lets other service accounts in",
  area: "identity",
  severity: "error",
  why: "The trust policy of a role for a service account has to name its subject and the audience sts.amazonaws.com at this cluster's provider: else every pod of the cluster, or none, can have it.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html",
  remedy:
    "Correct the trust policy: provider of this cluster, :aud sts.amazonaws.com, :sub system:serviceaccount:NAMESPACE:NAME.",

  together: async (account, cluster) => {
    const [annotated, { identity }] = await Promise.all([rolesOfAccounts(cluster), account.read("cluster")]);
    const issuer = (identity?.oidc?.issuer ?? "").replace("https://", "");
    const found = await Promise.all(
      annotated.map(async ({ account: object, arn }) => {
        const role = await account.role(arn);
        const subject = `system:serviceaccount:${object.metadata.namespace ?? "default"}:${object.metadata.name}`;
        const problem = role && problemOf(role.trust, issuer, subject);
        return problem === undefined
          ? []
          : ofObject(cluster, object, { text: `${arn}: ${problem}`, evidence: { role: arn } });
      }),
    );
    return found.flat();
  },
});
