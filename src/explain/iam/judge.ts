// One request judged in IAM with three outcomes: allowed, denied, or not to be told from what was read.
import type {
  AccessRequest,
  ContextLookup,
  Evaluation,
  PolicyKind,
  PolicySet,
  Requester,
  StatementTrace,
} from "../../iam/index.ts";
import { evaluate } from "../../iam/index.ts";
import { isRead, unread, valueOf } from "../explanation.ts";
import type { Known, Verdict } from "../explanation.ts";
import type { Knowledge, Lean } from "./lean.ts";
import { leanPolicy, openQuestions } from "./lean.ts";
import type { PolicyText, ResourceFacts } from "./world.ts";

/** Condition keys of a request: values, and which of the missing ones are known to be missing. */
export interface Circumstances extends Knowledge {
  lookup: ContextLookup;
}

/** A request with every policy that bears on it. */
export interface Case {
  requester: Requester;
  action: string;
  resource: string;
  circumstances: Circumstances;
  identity: Known<readonly PolicyText[]>;
  boundary?: PolicyText;
  session?: PolicyText;
  target: ResourceFacts;
  serviceLinked?: boolean;
}

/** How a case ends. */
export interface Judgement {
  verdict: Verdict;
  /** The evaluation that holds whatever the unknown is; of an unknown verdict, the one that leans to no. */
  evaluation: Evaluation;
  /** What it would take to tell: unread policies, and condition keys without a value. */
  open: readonly string[];
}

const isTrust = (action: string): boolean => /^sts:(AssumeRole|TagSession|SetSourceIdentity|SetContext)/i.test(action);

/** Kind that the resource's policy is read as. */
export function resourceKind({ action, target }: Pick<Case, "action" | "target">): "resource" | "trust" {
  return target.mustAllow && isTrust(action) ? "trust" : "resource";
}

function policySet(of: Case, lean: Lean): PolicySet {
  const made = (policy: PolicyText, kind: PolicyKind) => leanPolicy(policy, kind, lean, of.circumstances);
  const identity: readonly PolicyText[] = isRead(of.identity)
    ? of.identity.value
    : [{ name: "policies of the role", text: unread(of.identity.unread) }];
  const { target } = of;
  const kind = resourceKind(of);
  const resource: PolicyText | undefined = isRead(target.policy)
    ? target.policy.value
    : { name: "policy of the resource", text: target.policy };
  // Of an owner that isn't known: the own account needs less.
  const account = valueOf(target.account) ?? (lean === "yes" ? of.requester.account : "unknown");
  return {
    identity: identity.map((policy) => made(policy, "identity")),
    ...(of.boundary ? { boundary: made(of.boundary, "boundary") } : {}),
    ...(of.session ? { session: [made(of.session, "session")] } : {}),
    ...(resource ? { resource: made(resource, kind) } : {}),
    resourceAccount: account,
    ...(target.mustAllow ? { resourceMustAllow: true } : {}),
    ...(of.serviceLinked ? { serviceLinked: true } : {}),
  };
}

/** Judges a case. */
export function judge(of: Case): Judgement {
  const { requester, action, resource, circumstances } = of;
  const request: AccessRequest = { requester, action, resource, context: circumstances.lookup };
  const no = evaluate(request, policySet(of, "no"));
  if (no.decision === "allowed") return { verdict: "allow", evaluation: no, open: [] };
  const yes = evaluate(request, policySet(of, "yes"));
  if (yes.decision !== "allowed") return { verdict: "deny", evaluation: yes, open: [] };
  return { verdict: "unknown", evaluation: no, open: openOf(of) };
}

function openOf(of: Case): string[] {
  const { target, identity } = of;
  const named: [PolicyText | undefined, PolicyKind][] = [
    ...(isRead(identity) ? identity.value.map((policy): [PolicyText, PolicyKind] => [policy, "identity"]) : []),
    [of.boundary, "boundary"],
    [of.session, "session"],
    [valueOf(target.policy), resourceKind(of)],
  ];
  return [
    ...new Set([
      ...(isRead(identity) ? [] : [identity.unread]),
      ...(isRead(target.policy) ? [] : [target.policy.unread]),
      ...(isRead(target.account) ? [] : [target.account.unread]),
      ...named.flatMap(([policy, kind]) => (policy ? openQuestions(policy, kind, of.circumstances) : [])),
    ]),
  ];
}

/** Statements that allow, of one kind of policy. */
export function allowing(evaluation: Evaluation, kind: PolicyKind): StatementTrace[] {
  return evaluation.trace.filter((step) => step.kind === kind && step.effect === "Allow" && !step.mismatch);
}
