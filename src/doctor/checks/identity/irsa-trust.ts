// LT-I013: A role's trust lets other service accounts in.
import type { Evaluation, PolicyDocument } from "../../../iam/index.ts";
import { contextOf, evaluate, parsePolicy } from "../../../iam/index.ts";
import type { PolicyJson } from "../../account/facts.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { rolesOfAccounts } from "../../objects/service-accounts.ts";
import { ofObject } from "../../sight.ts";

const action = "sts:AssumeRoleWithWebIdentity";
/** Audience of tokens whose service account names none. */
const usualAudience = "sts.amazonaws.com";
/** Nobody's: whoever lets it in lets everybody in. */
const stranger = { subject: "system:serviceaccount:lotse-nobody:lotse-nobody", audience: "lotse-nobody" };

/** What the token of a service account says. */
interface Token {
  issuer: string;
  subject: string;
  audience: string;
}

/** Asks a trust policy about tokens. Conditions on anything but subject and audience depend on the call, and are taken to hold. */
function asking(document: PolicyDocument, provider: string): (token: Token) => Evaluation {
  return ({ issuer, subject, audience }) => {
    const claims = { [`${issuer}:sub`]: subject, [`${issuer}:aud`]: audience };
    const context = contextOf(claims);
    const statements = document.statements
      .filter(({ effect }) => effect === "Allow")
      .map((each) => ({ ...each, conditions: each.conditions.filter(({ lookup }) => context(lookup) !== undefined) }));
    return evaluate(
      { requester: { type: "WebIdentity", account: "", arn: "", provider }, action, resource: "*", context },
      { resource: { name: "trust", document: { ...document, statements } }, resourceMustAllow: true },
    );
  };
}

/** Why a token isn't let in, as the statement says that comes nearest. */
function refusalOf({ trace }: Evaluation, { issuer, subject, audience }: Token): string {
  const missed = trace.flatMap(({ mismatch }) => (mismatch ? [mismatch] : []));
  const condition = missed.find((each) => each.element === "Condition")?.condition;
  const foreign = "its trust policy names another cluster's provider";
  if (!condition)
    return missed.some(({ element }) => element === "Principal")
      ? foreign
      : "its trust policy lets no service account in";
  const values = condition.values.map(({ text }) => text).join(", ");
  if (condition.lookup === `${issuer}:aud`.toLowerCase())
    return `its :aud is ${values}, and tokens of pods are for ${audience}`;
  if (condition.test === "StringEquals" && /[*?]/.test(values))
    return `StringEquals compares ${values} letter by letter: * stands for itself there`;
  return `its :sub is for others than ${subject}`;
}

/** What is wrong with a trust policy for a service account, or nothing: one statement that fits is enough. */
function problemOf(trust: PolicyJson, provider: string, token: Token): string | undefined {
  const read = parsePolicy(JSON.stringify(trust), "trust");
  if ("problem" in read) return `its trust policy lets no service account in: ${read.problem}`;
  const ask = asking(read.document, provider);
  const lets = (other: Partial<Token>): boolean => ask({ ...token, ...other }).decision === "allowed";
  if (lets({ subject: stranger.subject })) return "its :sub, or that it has none, lets every service account in";
  if (!lets({})) return refusalOf(ask(token), token);
  return lets({ audience: stranger.audience }) ? "its trust policy has no condition on :aud" : undefined;
}

/** A role's trust lets other service accounts in. */
export const irsaTrust: Check = defineCheck({
  id: "LT-I013",
  title: "A role's trust lets other service accounts in",
  area: "identity",
  severity: "error",
  why: "The trust policy of a role for a service account has to name its subject and the audience of its tokens at this cluster's provider: else every pod of the cluster, or none, can have it.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html",
  remedy:
    "Correct the trust policy: provider of this cluster, :aud sts.amazonaws.com (or the service account's own audience), :sub system:serviceaccount:NAMESPACE:NAME.",

  together: async (account, cluster) => {
    const [annotated, { identity }] = await Promise.all([rolesOfAccounts(cluster), account.read("cluster")]);
    const issuer = (identity?.oidc?.issuer ?? "").replace("https://", "");
    const found = await Promise.all(
      annotated.map(async ({ account: object, arn }) => {
        const role = await account.role(arn);
        const subject = `system:serviceaccount:${object.metadata.namespace ?? "default"}:${object.metadata.name}`;
        const audience = object.metadata.annotations?.["eks.amazonaws.com/audience"] ?? usualAudience;
        const [, partition, , , owner] = arn.split(":");
        const provider = `arn:${partition}:iam::${owner}:oidc-provider/${issuer}`;
        const problem = role && problemOf(role.trust, provider, { issuer, subject, audience });
        return problem === undefined
          ? []
          : ofObject(cluster, object, { text: `${arn}: ${problem}`, evidence: { role: arn } });
      }),
    );
    return found.flat();
  },
});
