// The caller in the evaluator's terms, and the policies that come with them.
import type { Context, Principal } from "../core/index.ts";
import type { NamedPolicy, PolicyDocument, PolicySet, Requester } from "../../../iam/index.ts";
import { parsePolicy } from "../../../iam/index.ts";
import { roles, users } from "../services/iam/state.ts";
import { readDocument, rolePolicies, userPolicies } from "./principal-policies.ts";

/** Who asks. */
export function requesterOf(principal: Principal): Requester {
  const { type, account, arn, principalId, roleArn } = principal;
  if (type === "AWSService") return { type, account, arn, service: principal.name };
  return { type, account, arn, uniqueId: principalId, ...(roleArn === undefined ? {} : { roleArn }) };
}

const everything: NamedPolicy = {
  name: "the sandbox's administrator",
  document: readDocument(
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] }),
    "identity",
  ),
};

const sessionDocuments = new WeakMap<object, readonly NamedPolicy[]>();

/** Session policies; a session that was given an empty list of them (a federated user's) may do nothing. */
function sessionPolicies(principal: Principal): Pick<PolicySet, "session"> {
  const texts = principal.sessionPolicies;
  if (!texts) return {};
  const known = sessionDocuments.get(texts);
  if (known) return { session: known };
  const nothing: PolicyDocument = { version: "2012-10-17", statements: [] };
  const session =
    texts.length === 0
      ? [{ name: "session policy", document: nothing }]
      : texts.map((text, i) => ({ name: `session policy ${i + 1}`, document: sessionDocument(text) }));
  sessionDocuments.set(texts, session);
  return { session };
}

function sessionDocument(text: string): PolicyDocument {
  const parsed = parsePolicy(text, "session");
  return "document" in parsed ? parsed.document : { version: "2012-10-17", statements: [] };
}

/** Identity policies, boundary and session policies of the caller. */
export function policiesOfPrincipal(principal: Principal, ctx: Context): PolicySet {
  const place = { account: principal.account };
  const session = sessionPolicies(principal);
  if (principal.administrator === true) return { identity: [everything], ...session };
  if (principal.type === "IAMUser" || principal.type === "FederatedUser") {
    const user = ctx.table(users, place).get(principal.name.toLowerCase());
    // A user deleted and made anew under the same name is another one.
    const same = user?.id === (principal.type === "FederatedUser" ? principal.userId : principal.principalId);
    return { ...(same && user ? userPolicies(inAccount(ctx, principal), user) : {}), ...session };
  }
  if (principal.type === "AssumedRole") {
    const role = ctx.table(roles, place).get(principal.name.toLowerCase());
    // A session that a service opened for itself has no credentials: it is known by its role's ARN alone.
    const own = principal.accessKeyId === undefined && role?.arn === principal.roleArn;
    const same = role && (own || principal.principalId.startsWith(`${role.id}:`));
    return { ...(same ? rolePolicies(inAccount(ctx, principal), role) : {}), ...session };
  }
  return {};
}

/** Policies are looked up in the caller's account, wherever the call goes. */
function inAccount(ctx: Context, principal: Principal): Context {
  return ctx.account === principal.account ? ctx : ctx.as(principal, { account: principal.account });
}
