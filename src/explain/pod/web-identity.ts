// From a pod's token to a role: what STS checks in AssumeRoleWithWebIdentity, in its order.
import { isRead } from "../explanation.ts";
import type { SessionFacts } from "../iam/circumstances.ts";
import { knowing } from "../iam/circumstances.ts";
import { accountOf, roleName } from "../iam/world.ts";
import type { ProviderFacts, RoleFacts } from "../iam/world.ts";
import { addTrust, makeRole, registerProvider, removeTrust } from "./changes.ts";
import type { CredentialSource } from "./chain.ts";
import type { Ending, Reasoning } from "./reasoning.ts";
import { ending, pass, remark } from "./reasoning.ts";
import { askTrust } from "./trust.ts";
import type { PodQuestion, PodWorld } from "./world.ts";

/** Audience of tokens that name none: the API server of an EKS cluster. */
const serverAudience = "https://kubernetes.default.svc";

/** `system:serviceaccount:NAMESPACE:NAME` of a pod's tokens. */
export function subjectOf({ pod }: Pick<PodWorld, "pod">): string {
  return `system:serviceaccount:${pod.metadata.namespace}:${pod.spec.serviceAccountName ?? "default"}`;
}

/** The statement that lets one service account in. */
export function trustStatement(provider: string, issuer: string, subject: string, audience: string): object {
  return {
    Effect: "Allow",
    Principal: { Federated: provider },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: { StringEquals: { [`${issuer}:sub`]: subject, [`${issuer}:aud`]: audience } },
  };
}

/** The role with that ARN, or how the answer ends without it. */
export function findRole(
  world: PodWorld,
  arn: string,
  reasoning: Reasoning,
  trust: object,
): { role: RoleFacts } | { end: Ending } {
  const known = world.roles.get(arn) ?? { unread: "it wasn't looked up" };
  if (!isRead(known)) {
    const text = `Role ${arn} can't be read: ${known.unread}`;
    return { end: ending(reasoning, "unknown", { code: "explain/role-unread", text, at: arn }) };
  }
  if (known.value) return { role: known.value };
  const text = `There is no role ${arn}`;
  return { end: ending(reasoning, "deny", { code: "explain/role-missing", text, at: arn }, makeRole(arn, trust)) };
}

/** Follows the token to the role's session. */
export function assumeByToken(
  world: PodWorld,
  question: PodQuestion,
  source: Extract<CredentialSource, { kind: "web-identity" }>,
  reasoning: Reasoning,
): { session: SessionFacts; role: RoleFacts } | { end: Ending } {
  const { roleArn, token, sessionName } = source;
  const { cluster } = world;
  if (!world.roles.has(roleArn) && !/^arn:[^:]+:iam::\d{12}:role\/./.test(roleArn)) {
    const text = `${JSON.stringify(roleArn)} is no ARN of a role, so STS refuses to assume it`;
    return { end: ending(reasoning, "deny", { code: "explain/role-missing", text }) };
  }
  if (!isRead(cluster.issuer) || cluster.issuer.value === undefined) {
    const why = isRead(cluster.issuer) ? "it has none" : cluster.issuer.unread;
    const text = `The issuer of the cluster's tokens isn't known: ${why}`;
    return { end: ending(reasoning, "unknown", { code: "explain/issuer", text }) };
  }
  const issuer = cluster.issuer.value.replace(/^https:\/\//, "");
  const subject = subjectOf(world);
  const audience = token.audience ?? serverAudience;
  remark(reasoning, {
    code: "explain/token",
    text: `The token says who the pod is: ${subject}, for ${audience}`,
    fact: `iss=https://${issuer} sub=${subject} aud=${audience}`,
    at: token.path,
  });
  const account = accountOf(roleArn);
  const providerArn = `arn:${cluster.partition}:iam::${account}:oidc-provider/${issuer}`;
  const statement = trustStatement(providerArn, issuer, subject, audience);
  const provider = providerOf(world, { account, issuer, arn: providerArn, audience }, reasoning);
  if (provider) return { end: provider };
  const found = findRole(world, roleArn, reasoning, statement);
  if ("end" in found) return found;
  const { role } = found;
  const circumstances = knowing(
    [
      question.context ?? {},
      {
        [`${issuer}:sub`]: subject,
        [`${issuer}:aud`]: audience,
        "aws:FederatedProvider": providerArn,
        "sts:RoleSessionName": sessionName,
      },
    ],
    (key) =>
      key.startsWith(`${issuer}:`.toLowerCase()) ||
      /^aws:(principal(tag\/|arn|account|type)|username|userid)/.test(key),
  );
  const answer = askTrust({
    role,
    requester: { type: "WebIdentity", account: "", arn: "", provider: providerArn },
    action: "sts:AssumeRoleWithWebIdentity",
    circumstances,
  });
  const { verdict, judgement, ...step } = answer;
  if (verdict !== "allow") {
    const denial = judgement.evaluation.decision === "explicitDeny" ? judgement.evaluation.decisive : undefined;
    const proposal = denial ? removeTrust(role, denial.statement.index) : addTrust(role, statement);
    return { end: ending(reasoning, verdict, step, verdict === "deny" ? proposal : undefined) };
  }
  pass(reasoning, step);
  const name = roleName(roleArn);
  const session = sessionName ?? "*";
  return {
    role,
    session: {
      requester: {
        type: "AssumedRole",
        account,
        arn: `arn:${cluster.partition}:sts::${account}:assumed-role/${name}/${session}`,
        roleArn,
        ...(role.id === undefined ? {} : { uniqueId: `${role.id}:${session}` }),
      },
      roleArn,
      tags: role.tags,
      provider: providerArn,
      ...(sessionName === undefined ? {} : { sessionName }),
      ...(role.id === undefined ? {} : { roleId: role.id }),
    },
  };
}

interface WantedProvider {
  account: string;
  issuer: string;
  arn: string;
  audience: string;
}

/** How the answer ends when IAM doesn't take the token at all. */
function providerOf(world: PodWorld, wanted: WantedProvider, reasoning: Reasoning): Ending | undefined {
  const { account, issuer, arn, audience } = wanted;
  if (account !== world.cluster.account) {
    reasoning.assumptions.push(
      `Account ${account} has an OpenID Connect provider for ${issuer} that takes ${audience}`,
    );
    return undefined;
  }
  if (!isRead(world.providers)) {
    const text = `Whether IAM has a provider for ${issuer} isn't known: ${world.providers.unread}`;
    return ending(reasoning, "unknown", { code: "explain/provider-unread", text });
  }
  const known = world.providers.value.find(({ url }) => url === issuer);
  const provider: ProviderFacts = known ?? { arn, url: issuer, audiences: [] };
  if (!known) {
    const others = world.providers.value.filter(({ url }) => url.startsWith("oidc.eks.")).map(({ url }) => url);
    const hint = others.length === 0 ? "" : `; there is one for ${others.join(", ")}, which is another cluster`;
    const text = `IAM has no OpenID Connect provider for the cluster's issuer https://${issuer}${hint}`;
    return ending(
      reasoning,
      "deny",
      { code: "explain/provider-missing", text, at: arn },
      registerProvider(provider, false, audience),
    );
  }
  if (!known.audiences.includes(audience)) {
    const text = `The token is for ${audience}, and the provider takes ${known.audiences.join(", ") || "nothing"}`;
    return ending(
      reasoning,
      "deny",
      { code: "explain/provider-audience", text, at: known.arn },
      registerProvider(provider, true, audience),
    );
  }
  pass(reasoning, {
    code: "explain/provider",
    text: `IAM knows the cluster's issuer and takes tokens for ${audience}`,
    at: known.arn,
  });
  return undefined;
}
