// What the policies say of an action, once a pod has a role's session.
import type { PatternElement, StatementTrace } from "../../iam/index.ts";
import { isRead, read } from "../explanation.ts";
import type { Step } from "../explanation.ts";
import type { SessionFacts } from "../iam/circumstances.ts";
import { sessionCircumstances } from "../iam/circumstances.ts";
import type { Case, Judgement } from "../iam/judge.ts";
import { allowing, judge } from "../iam/judge.ts";
import { nearest } from "../iam/near.ts";
import { asWritten, mismatchText, placeOf } from "../iam/words.ts";
import type { PolicyText, ResourceFacts, RoleFacts } from "../iam/world.ts";
import { roleName } from "../iam/world.ts";
import { addInline, changeBoundary, changeResource, changeSession, removeIdentity } from "./changes.ts";
import type { Ending, Proposal, Reasoning } from "./reasoning.ts";
import { ending, pass } from "./reasoning.ts";
import type { PodQuestion, PodWorld } from "./world.ts";

/** A session with the role it is of, and the policy it was opened with. */
export interface OpenedSession {
  session: SessionFacts;
  role: RoleFacts;
  policy?: PolicyText;
}

const kindNames: Readonly<Record<string, string>> = {
  identity: "policy of the role",
  boundary: "permissions boundary",
  session: "session policy",
  resource: "policy of the resource",
  trust: "trust policy",
};

/** By the kind of policy whose allow is missing. */
const missingCodes: Readonly<Record<string, string>> = {
  boundary: "explain/no-boundary-allow",
  session: "explain/no-session-allow",
  resource: "explain/no-resource-allow",
  trust: "explain/no-resource-allow",
};

/** By the kind of policy that lets something pass besides the one that allows it. */
const passCodes = { boundary: "explain/boundary", session: "explain/session" } as const;

/** A question about one action with a session, without the pod around it. */
export function caseOf(
  world: PodWorld,
  opened: OpenedSession,
  question: PodQuestion,
  target: ResourceFacts = world.target,
): Case {
  const { session, role, policy } = opened;
  const { action, resource, now, context = {} } = question;
  return {
    requester: session.requester,
    action,
    resource,
    circumstances: sessionCircumstances(session, {
      action,
      resource,
      now,
      region: world.cluster.region,
      given: context,
      ...(isRead(target.account) ? { resourceAccount: target.account.value } : {}),
    }),
    identity: role.policies,
    ...(role.boundary ? { boundary: role.boundary } : {}),
    ...(policy ? { session: policy } : {}),
    target,
    serviceLinked: /:role\/aws-service-role\//.test(role.arn),
  };
}

const statementFor = (effect: "Allow" | "Deny", { action, resource }: PodQuestion): object => ({
  Effect: effect,
  Action: action,
  Resource: resource,
});

const grantTo = (opened: OpenedSession, question: PodQuestion): object => ({
  Effect: "Allow",
  Principal: { AWS: opened.role.arn },
  Action: question.action,
  // A key's policy speaks of its own key.
  Resource: question.resource.includes(":kms:") ? "*" : question.resource,
});

function removal(
  world: PodWorld,
  opened: OpenedSession,
  question: PodQuestion,
  of: StatementTrace,
): Proposal | undefined {
  const { index } = of.statement;
  if (of.kind === "boundary") return changeBoundary(opened.role, { remove: index });
  if (of.kind === "session") return changeSession(world, { remove: index });
  if (of.kind === "resource" || of.kind === "trust") {
    // A grant of a key stands beside its policy, and isn't taken out of it.
    return of.statement.sid?.startsWith("Grant ")
      ? undefined
      : changeResource(world, question.resource, { remove: index });
  }
  if (!isRead(opened.role.policies)) return undefined;
  const policy = opened.role.policies.value.find(({ name }) => name === of.policy);
  return policy && removeIdentity(opened.role, policy, index);
}

function addition(
  world: PodWorld,
  opened: OpenedSession,
  question: PodQuestion,
  { decidedBy }: Judgement["evaluation"],
): Proposal | undefined {
  const statement = statementFor("Allow", question);
  if (decidedBy === "boundary") return changeBoundary(opened.role, { add: statement });
  if (decidedBy === "session") return changeSession(world, { add: statement });
  if (decidedBy === "resource" || decidedBy === "trust")
    return changeResource(world, question.resource, { add: grantTo(opened, question) });
  return addInline(opened.role, statement);
}

const oneOf = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

/** A statement that gives this role just what is asked about, and nobody anything else. */
function isJustThat({ statement, kind }: StatementTrace, { role }: OpenedSession, question: PodQuestion): boolean {
  const { actions, resources, principals } = statement;
  const only = ({ not, patterns }: PatternElement): string | undefined => (not ? undefined : oneOf(patterns)?.text);
  const same = only(actions)?.toLowerCase() === question.action.toLowerCase();
  const ours = kind !== "resource" || (principals?.not === false && oneOf(principals.entries)?.value === role.arn);
  return ours && same && resources !== undefined && only(resources) === question.resource;
}

/**
 * The change that would turn an allow: where one statement gives it and nothing else, that goes; otherwise one comes that
 * denies it, for what else a wider one gives is nobody's question.
 */
function prevention(
  world: PodWorld,
  opened: OpenedSession,
  question: PodQuestion,
  { evaluation }: Judgement,
): Proposal | undefined {
  const grants = [...allowing(evaluation, "identity"), ...allowing(evaluation, "resource")];
  const [only] = grants;
  const gone = grants.length === 1 && only ? removal(world, opened, question, only) : undefined;
  const deny = addInline(opened.role, statementFor("Deny", question));
  return only && isJustThat(only, opened, question) ? (gone ?? deny) : (deny ?? gone);
}

function denied(
  judgement: Judgement,
  world: PodWorld,
  opened: OpenedSession,
  question: PodQuestion,
): Omit<Step, "outcome"> {
  const { evaluation } = judgement;
  const { action, resource } = question;
  const { decisive, decidedBy, decision } = evaluation;
  const kind = kindNames[decidedBy] ?? decidedBy;
  if (decision === "explicitDeny" && decisive) {
    const text = `A statement of the ${kind} denies ${action} on ${resource}, whatever else allows it`;
    return { code: "explain/denied", text, fact: factOf(decisive, world, opened), at: placeOf(decisive) };
  }
  const near = decidedBy === "root" ? undefined : nearest(evaluation.trace, decidedBy);
  const hint = near && near.mismatch?.element !== "Action" ? `; the nearest statement ${mismatchText(near)}` : "";
  const text =
    decidedBy === "identity"
      ? `No policy of role ${roleName(opened.role.arn)} allows ${action} on ${resource}${hint}`
      : `The ${kind} doesn't allow ${action} on ${resource}${hint}`;
  const place =
    near && hint !== "" ? { fact: factOf(near, world, opened), at: placeOf(near) } : { at: opened.role.arn };
  return { code: missingCodes[decidedBy] ?? "explain/no-allow", text, ...place };
}

/** A statement as it is written, wherever of the policies in play it stands. */
function factOf(step: StatementTrace, world: PodWorld, { role, policy }: OpenedSession): string {
  const own = isRead(role.policies) ? role.policies.value : [];
  const resource = isRead(world.target.policy) ? world.target.policy.value : undefined;
  return asWritten(step, [...own, role.boundary, policy, resource]);
}

/** Ends an answer with what the policies say. */
export function askPolicies(
  world: PodWorld,
  opened: OpenedSession,
  question: PodQuestion,
  reasoning: Reasoning,
): Ending {
  const judgement = judge(caseOf(world, opened, question));
  const { verdict, evaluation, open } = judgement;
  const { action, resource } = question;
  if (verdict === "unknown") {
    const text = `Whether ${action} on ${resource} is allowed depends on ${open.join(", ") || "what can't be read"}`;
    return ending(reasoning, "unknown", { code: "explain/undecided", text, at: opened.role.arn });
  }
  if (verdict === "deny") {
    const { decisive, decision } = evaluation;
    const proposal =
      decision === "explicitDeny" && decisive
        ? removal(world, opened, question, decisive)
        : addition(world, opened, question, evaluation);
    return ending(reasoning, "deny", denied(judgement, world, opened, question), proposal);
  }
  for (const kind of ["boundary", "session"] as const) {
    const [grant] = allowing(evaluation, kind);
    if (grant) {
      const text = `The ${kindNames[kind]} lets it pass`;
      pass(reasoning, { code: passCodes[kind], text, fact: factOf(grant, world, opened), at: placeOf(grant) });
    }
  }
  const { decisive, decidedBy } = evaluation;
  const [resourceGrant] = allowing(evaluation, "resource");
  if (resourceGrant && decidedBy !== "resource") {
    pass(reasoning, {
      code: "explain/resource",
      text: "The policy of the resource lets it pass",
      fact: factOf(resourceGrant, world, opened),
      at: placeOf(resourceGrant),
    });
  }
  reasoning.assumptions.push(
    "No policy of the organisation (SCP, RCP) and none of a VPC endpoint forbids it; they can't be read from here",
  );
  const step: Omit<Step, "outcome"> = {
    code: "explain/allowed",
    text: `A statement of the ${kindNames[decidedBy] ?? decidedBy} allows ${action} on ${resource}`,
    ...(decisive ? { fact: factOf(decisive, world, opened), at: placeOf(decisive) } : {}),
  };
  return ending(reasoning, "allow", step, prevention(world, opened, question, judgement));
}

/** A resource that nobody's policy but the caller's speaks of. */
export const plainResource = (account: string): ResourceFacts => ({
  account: read(account),
  policy: read(undefined),
  mustAllow: false,
});
