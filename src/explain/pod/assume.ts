// One role assumes another: the caller's policies and boundary have to let it, and the other role's trust.
import type { ContextValues } from "../../iam/index.ts";
import { isRead } from "../explanation.ts";
import type { SessionFacts } from "../iam/circumstances.ts";
import { sessionCircumstances } from "../iam/circumstances.ts";
import type { Judgement } from "../iam/judge.ts";
import type { RoleFacts } from "../iam/world.ts";
import { addInline, addTrust, changeBoundary, removeIdentity, removeTrust } from "./changes.ts";
import type { Ending, Proposal, Reasoning } from "./reasoning.ts";
import { ending, pass } from "./reasoning.ts";
import { askTrust } from "./trust.ts";
import { findRole } from "./web-identity.ts";
import type { PodQuestion, PodWorld } from "./world.ts";

/** A role's session that wants to become another role. */
export interface Assumption {
  world: PodWorld;
  question: PodQuestion;
  reasoning: Reasoning;
  caller: RoleFacts;
  session: SessionFacts;
  roleArn: string;
  /** `sts:AssumeRole`, and with tags `sts:TagSession`. */
  actions: readonly string[];
  /** Condition keys of this call. */
  given?: ContextValues;
}

function proposalFor(
  { caller, actions, roleArn }: Assumption,
  role: RoleFacts,
  { evaluation }: Judgement,
  trust: object,
): Proposal | undefined {
  const { decision, decisive, decidedBy } = evaluation;
  const statement = { Effect: "Allow", Action: actions, Resource: roleArn };
  if (decision === "explicitDeny" && decisive) {
    const { index } = decisive.statement;
    if (decisive.kind === "trust") return removeTrust(role, index);
    if (decisive.kind === "boundary") return changeBoundary(caller, { remove: index });
    const policies = isRead(caller.policies) ? caller.policies.value : [];
    const policy = policies.find(({ name }) => name === decisive.policy);
    return policy && removeIdentity(caller, policy, index);
  }
  if (decidedBy === "trust" || decidedBy === "resource") return addTrust(role, trust);
  return decidedBy === "boundary" ? changeBoundary(caller, { add: statement }) : addInline(caller, statement);
}

/** Follows one role to the next. */
export function assumeRole(assumption: Assumption): { role: RoleFacts } | { end: Ending } {
  const { world, question, reasoning, caller, session, roleArn, actions, given = {} } = assumption;
  const trust = {
    Effect: "Allow",
    Principal: { AWS: caller.arn },
    Action: actions.length === 1 ? actions[0] : actions,
  };
  const found = findRole(world, roleArn, reasoning, trust);
  if ("end" in found) return found;
  for (const action of actions) {
    const circumstances = sessionCircumstances(session, {
      action,
      resource: roleArn,
      now: question.now,
      region: world.cluster.region,
      given: { ...question.context, ...given },
    });
    const { verdict, judgement, ...step } = askTrust({
      role: found.role,
      requester: session.requester,
      action,
      circumstances: {
        ...circumstances,
        isKnown: (key) => circumstances.isKnown(key) || /^sts:(externalid|sourceidentity)$/.test(key),
      },
      caller,
    });
    if (verdict === "allow") {
      if (action === "sts:AssumeRole") pass(reasoning, step);
      continue;
    }
    const proposal = verdict === "deny" ? proposalFor(assumption, found.role, judgement, trust) : undefined;
    return { end: ending(reasoning, verdict, step, proposal) };
  }
  return found;
}
