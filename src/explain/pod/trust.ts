// Whether a role's trust lets somebody in, and which claim or name it is that doesn't fit.
import type { AccessRequest, Requester, StatementTrace } from "../../iam/index.ts";
import { isRead, read } from "../explanation.ts";
import type { Verdict } from "../explanation.ts";
import type { Circumstances, Judgement } from "../iam/judge.ts";
import { judge } from "../iam/judge.ts";
import { failedConditions, nearest } from "../iam/near.ts";
import { asWritten, mismatchText, placeOf } from "../iam/words.ts";
import type { PolicyText, RoleFacts } from "../iam/world.ts";
import { accountOf, roleName } from "../iam/world.ts";

/** Who wants to assume a role, and how. */
export interface TrustQuestion {
  role: RoleFacts;
  requester: Requester;
  action: string;
  circumstances: Circumstances;
  /** A role that needs the right of its own. */
  caller?: RoleFacts;
}

/** What the trust says, in the terms of a step. */
export interface TrustAnswer {
  verdict: Verdict;
  code: string;
  text: string;
  fact?: string;
  at?: string;
  judgement: Judgement;
}

/** The trust policy of a role by name. */
export const trustName = (role: Pick<RoleFacts, "arn">): string => `trust policy of role ${roleName(role.arn)}`;

const listed = (actual: string | readonly string[] | undefined): string =>
  actual === undefined ? "missing" : [actual].flat().join(", ");

/** Codes by the last part of a claim's condition key. */
const claimCodes: Readonly<Record<string, string>> = {
  sub: "explain/trust-subject",
  aud: "explain/trust-audience",
};

function conditionMiss(request: AccessRequest, step: StatementTrace): Pick<TrustAnswer, "code" | "text"> {
  const failed = failedConditions(request, step);
  const [first] = failed;
  const key = first?.condition.key ?? "";
  const claim = key.slice(key.lastIndexOf(":") + 1).toLowerCase();
  const texts = failed.map(({ condition, actual }) => {
    const wanted = condition.values.map(({ text }) => text).join(" or ");
    const literal = condition.operator.startsWith("StringEquals") && /[*?]/.test(wanted);
    const hint = literal ? " (StringEquals takes * and ? literally; StringLike knows wildcards)" : "";
    return `it wants ${condition.key} ${condition.operator} ${wanted}, and it is ${listed(actual)}${hint}`;
  });
  return { code: claimCodes[claim] ?? "explain/trust-condition", text: texts.join("; ") };
}

function miss(
  request: AccessRequest,
  step: StatementTrace | undefined,
  who: string,
): Pick<TrustAnswer, "code" | "text"> {
  if (!step) return { code: "explain/trust-nobody", text: "it has no statement that allows anything" };
  if (step.mismatch?.element === "Condition") return conditionMiss(request, step);
  if (step.mismatch?.element === "Principal") {
    const { principals } = step.statement;
    const names = (principals?.entries ?? []).map(({ value }) => value).join(", ");
    const code = principals?.entries.some(({ type }) => type === "Federated")
      ? "explain/trust-provider"
      : "explain/trust-principal";
    return { code, text: `it trusts ${principals?.not ? "everybody but " : ""}${names}, and this is ${who}` };
  }
  return { code: "explain/trust-action", text: `its statement ${mismatchText(step)}, not ${request.action}` };
}

/** Asks a role's trust. */
export function askTrust({ role, requester, action, circumstances, caller }: TrustQuestion): TrustAnswer {
  const policy: PolicyText = { name: trustName(role), text: read(role.trust) };
  const judgement = judge({
    requester,
    action,
    resource: role.arn,
    circumstances,
    identity: caller ? caller.policies : read([]),
    ...(caller?.boundary ? { boundary: caller.boundary } : {}),
    target: { account: read(accountOf(role.arn)), policy: read(policy), mustAllow: true },
  });
  const { verdict, evaluation, open } = judgement;
  const who = requester.provider ?? requester.service ?? requester.arn;
  const { decisive, decision } = evaluation;
  const others = caller && isRead(caller.policies) ? caller.policies.value : [];
  const written = (step: StatementTrace): string => asWritten(step, [policy, caller?.boundary, ...others]);
  if (verdict === "unknown") {
    const text = `Whether ${trustName(role)} lets ${who} in depends on ${open.join(", ")}`;
    return { verdict, code: "explain/trust-open", text, at: policy.name, judgement };
  }
  const place = decisive ? { at: placeOf(decisive), fact: written(decisive) } : { at: policy.name };
  if (verdict === "allow") {
    const trusting = evaluation.trace.find(
      (step) => step.kind === "trust" && step.effect === "Allow" && !step.mismatch,
    );
    const at = trusting ? { at: placeOf(trusting), fact: written(trusting) } : place;
    return { verdict, code: "explain/trusted", text: `Role ${roleName(role.arn)} trusts ${who}`, ...at, judgement };
  }
  if (decision === "explicitDeny") {
    const text = `A statement denies ${who} to assume role ${roleName(role.arn)}`;
    return { verdict, code: "explain/trust-denied", text, ...place, judgement };
  }
  const trusted = evaluation.decidedBy !== "trust";
  if (trusted) {
    const what =
      evaluation.decidedBy === "boundary" ? "a permissions boundary that doesn't allow" : "no policy that allows";
    const text = `${who} has ${what} ${action} on ${role.arn}`;
    return { verdict, code: "explain/assume-not-allowed", text, judgement };
  }
  const near = nearest(evaluation.trace, "trust");
  const { code, text } = miss({ requester, action, resource: role.arn, context: circumstances.lookup }, near, who);
  const at = near ? { at: placeOf(near), fact: written(near) } : { at: policy.name };
  return { verdict, code, text: `Role ${roleName(role.arn)} doesn't trust it: ${text}`, ...at, judgement };
}
