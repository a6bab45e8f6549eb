// The statement that nearly fits: what somebody who is denied wants to see first.
import type { AccessRequest, Condition, PolicyKind, StatementTrace } from "../../iam/index.ts";
import { evaluate } from "../../iam/index.ts";

const rank: Readonly<Record<string, number>> = { Action: 0, Principal: 1, Resource: 2, Condition: 3 };

/** The allowing statement of a kind that fails last; undefined when none is even about the action. */
export function nearest(trace: readonly StatementTrace[], kind: PolicyKind): StatementTrace | undefined {
  let best: StatementTrace | undefined;
  for (const step of trace) {
    if (step.kind !== kind || step.effect !== "Allow" || !step.mismatch) continue;
    if (!best || (rank[step.mismatch.element] ?? 0) > (rank[best.mismatch?.element ?? ""] ?? 0)) best = step;
  }
  return best;
}

/** A condition that doesn't hold, and what the request has instead. */
export interface FailedCondition {
  condition: Condition;
  actual: string | readonly string[] | undefined;
}

/** Every condition of a statement that doesn't hold, not only the first. */
export function failedConditions(request: AccessRequest, step: StatementTrace): FailedCondition[] {
  const failed: FailedCondition[] = [];
  let { statement, mismatch } = step;
  while (mismatch?.element === "Condition") {
    const { condition, actual } = mismatch;
    failed.push({ condition, actual });
    statement = { ...statement, conditions: statement.conditions.filter((each) => each !== condition) };
    const document = { version: "2012-10-17" as const, statements: [statement] };
    const again = evaluate(request, { resource: { name: step.policy, document } });
    mismatch = again.trace[0]?.mismatch;
  }
  return failed;
}
