// The decision: AWS's published order of evaluation over all policies that apply to a request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import type { NamedPolicy, PolicyKind } from "./document.ts";
import type { Closeness } from "./principals.ts";
import type { AccessRequest, StatementTrace } from "./statement.ts";
import { considerStatement } from "./statement.ts";

/** Everything that bears on a request. Absent = there is no such policy, and so no limit by it. */
export interface PolicySet {
  /** Inline and managed policies of the user (and its groups) or of the role. */
  identity?: readonly NamedPolicy[];
  boundary?: NamedPolicy;
  /** Policies passed with AssumeRole or GetFederationToken. An empty list limits nothing. */
  session?: readonly NamedPolicy[];
  /** Service control policies by level, root first: each level must allow. */
  serviceControl?: readonly (readonly NamedPolicy[])[];
  /** Policy of the resource; `trust` for a role that is to be assumed. */
  resource?: NamedPolicy;
  /** Account that owns the resource; default: the requester's. */
  resourceAccount?: string;
  /**
   * Nobody gets in without the resource's policy, not even its own account: KMS keys and trust policies. Elsewhere a
   * policy of the resource only adds to what identity policies give within the account.
   */
  resourceMustAllow?: boolean;
  /** Service-linked roles: service control policies don't reach them. */
  serviceLinked?: boolean;
}

/** How a request ends, as IAM's simulator words it. */
export type Decision = "allowed" | "implicitDeny" | "explicitDeny";

/** The outcome with everything that was considered, in order. */
export interface Evaluation {
  decision: Decision;
  /** The kind of policy that decided: the one that denies, the one whose allow is missing, or the one that allows. */
  decidedBy: PolicyKind | "root";
  /** The statement that decided, when a statement did. */
  decisive?: StatementTrace;
  trace: readonly StatementTrace[];
}

/**
 * Decides a request.
 *
 * @example evaluate(request, { identity: [{ name: "inline:p", document }] }).decision // "allowed"
 */
export function evaluate(request: AccessRequest, policies: PolicySet): Evaluation {
  const trace: StatementTrace[] = [];
  const resourceKind: PolicyKind = policies.resourceMustAllow && isTrust(request.action) ? "trust" : "resource";
  const levels = policies.serviceLinked ? [] : (policies.serviceControl ?? []);
  const consider = considering(request, trace);
  const control = levels.map((level) => consider("serviceControl", level));
  const resource = policies.resource ? consider(resourceKind, [policies.resource]) : undefined;
  const boundary = policies.boundary ? consider("boundary", [policies.boundary]) : undefined;
  const sessions = policies.session ?? [];
  const session = sessions.length > 0 ? consider("session", sessions) : undefined;
  const identity = consider("identity", policies.identity ?? []);

  const end = (decision: Decision, decidedBy: Evaluation["decidedBy"], decisive?: StatementTrace): Evaluation => ({
    decision,
    decidedBy,
    ...(decisive ? { decisive } : {}),
    trace,
  });

  const denial = trace.find((step) => step.effect === "Deny" && !step.mismatch);
  if (denial) return end("explicitDeny", denial.kind, denial);
  if (control.some((level) => level.length === 0)) return end("implicitDeny", "serviceControl");

  const { requester } = request;
  const foreign = (policies.resourceAccount ?? requester.account) !== requester.account;
  const grant = closest(resource);
  if (requester.type === "AWSService" || requester.type === "WebIdentity" || requester.type === "Anonymous") {
    return grant ? end("allowed", resourceKind, grant) : end("implicitDeny", resourceKind);
  }
  if ((foreign || policies.resourceMustAllow) && !grant) return end("implicitDeny", resourceKind);
  if (!foreign && grant) {
    // The very user or session, or everyone: nothing else is needed. A role: its boundary and session still limit it.
    if (grant.closeness === "self") return end("allowed", resourceKind, grant);
    if (grant.closeness === "role" && boundary?.length !== 0 && session?.length !== 0) {
      return end("allowed", resourceKind, grant);
    }
  }
  if (boundary?.length === 0) return end("implicitDeny", "boundary");
  if (session?.length === 0) return end("implicitDeny", "session");
  if (requester.type === "Root") return end("allowed", "root");
  const [allow] = identity;
  return allow ? end("allowed", "identity", allow) : end("implicitDeny", "identity");
}

/** Runs over policies of one kind, notes every statement, returns those that allow. */
function considering(request: AccessRequest, trace: StatementTrace[]) {
  const action = request.action.toLowerCase();
  return (kind: PolicyKind, policies: readonly NamedPolicy[]): StatementTrace[] => {
    const allows: StatementTrace[] = [];
    for (const policy of policies) {
      for (const statement of policy.document.statements) {
        const step = considerStatement(kind, policy, statement, request, action);
        trace.push(step);
        if (!step.mismatch && step.effect === "Allow") allows.push(step);
      }
    }
    return allows;
  };
}

const closenessOrder: readonly (Closeness | undefined)[] = ["self", "role", "account", undefined];

function closest(grants: readonly StatementTrace[] | undefined): StatementTrace | undefined {
  let best: StatementTrace | undefined;
  for (const grant of grants ?? []) {
    if (!best || closenessOrder.indexOf(grant.closeness) < closenessOrder.indexOf(best.closeness)) best = grant;
  }
  return best;
}

function isTrust(action: string): boolean {
  return /^sts:(AssumeRole|TagSession|SetSourceIdentity|SetContext)/i.test(action);
}
