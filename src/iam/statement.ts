// One statement against one request: does it apply, and if not, which element is to blame.
import type { Condition, Effect, NamedPolicy, PatternElement, PolicyKind, Statement } from "./document.ts";
import { conditionHolds } from "./conditions.ts";
import type { ContextLookup, Pattern } from "./pattern.ts";
import { matchPattern } from "./pattern.ts";
import type { Closeness, Requester } from "./principals.ts";
import { principalApplies } from "./principals.ts";

/** What is asked: who, what, on what, under which circumstances. */
export interface AccessRequest {
  requester: Requester;
  /** `eks:DescribeCluster`. */
  action: string;
  /** ARN, or `*` for actions that are not about one resource. */
  resource: string;
  /** Condition keys of the request, by lower-case name. */
  context: ContextLookup;
}

/** Why a statement does not apply. */
export type Mismatch =
  | { element: "Principal" }
  | { element: "Action" }
  | { element: "Resource"; unresolved?: string }
  | { element: "Condition"; condition: Condition; actual: string | readonly string[] | undefined };

/** One statement that was considered. */
export interface StatementTrace {
  kind: PolicyKind;
  policy: string;
  statement: Statement;
  effect: Effect;
  /** Absent when the statement applies. */
  mismatch?: Mismatch;
  /** How closely its Principal names the requester (resource and trust policies). */
  closeness?: Closeness;
}

const principalMismatch: Mismatch = Object.freeze({ element: "Principal" });
const actionMismatch: Mismatch = Object.freeze({ element: "Action" });
const resourceMismatch: Mismatch = Object.freeze({ element: "Resource" });

/** Considers one statement. */
export function considerStatement(
  kind: PolicyKind,
  policy: NamedPolicy,
  statement: Statement,
  request: AccessRequest,
  action: string,
): StatementTrace {
  const { effect } = statement;
  if (!elementHolds(statement.actions, action, request.context)) {
    return { kind, policy: policy.name, statement, effect, mismatch: actionMismatch };
  }
  const trace: StatementTrace = { kind, policy: policy.name, statement, effect };
  const closeness = statement.principals && principalApplies(statement.principals, request.requester);
  if (statement.principals && !closeness) return { ...trace, mismatch: principalMismatch };
  if (statement.resources) {
    const unresolved = unresolvedVariable(statement.resources.patterns, request.context);
    // A NotResource whose variable has no value must not turn into "everything".
    if (statement.resources.not && unresolved !== undefined) {
      return { ...trace, mismatch: { element: "Resource", unresolved } };
    }
    if (!elementHolds(statement.resources, request.resource, request.context)) {
      return { ...trace, mismatch: unresolved === undefined ? resourceMismatch : { element: "Resource", unresolved } };
    }
  }
  const failed = statement.conditions.find((condition) => !conditionHolds(condition, request.context));
  if (failed) {
    const actual = request.context(failed.lookup);
    return { ...trace, mismatch: { element: "Condition", condition: failed, actual } };
  }
  return closeness ? { ...trace, closeness } : trace;
}

function elementHolds(element: PatternElement, value: string, context: ContextLookup): boolean {
  return element.patterns.some((pattern) => matchPattern(pattern, value, context)) !== element.not;
}

function unresolvedVariable(patterns: readonly Pattern[], context: ContextLookup): string | undefined {
  for (const pattern of patterns) {
    if (pattern.fixed !== undefined) continue;
    for (const part of pattern.parts) {
      if (typeof part === "string" || part.fallback !== undefined) continue;
      const value = context(part.key);
      const single = typeof value === "string" ? value : value?.length === 1 ? value[0] : undefined;
      if (single === undefined || single === "") return part.name;
    }
  }
  return undefined;
}
