// The steps of each phase and the order between them.
import type { Context } from "../../../core/index.ts";
import type { ResourceRow, StackRow, StepRow } from "../state.ts";
import { inputs, keyOf, operations, resources, stacks, steps } from "../state.ts";
import { givenOf } from "../template-of.ts";
import { dependencies } from "../template/references.ts";
import { resourceEvent } from "./events.ts";
import { stackScope } from "./scope.ts";

/** Puts the steps of a new phase in the place of the last phase's. */
export function addSteps(ctx: Context, stackId: string, rows: readonly StepRow[]): void {
  const table = ctx.table(steps);
  for (const step of table.by("stack", stackId)) table.delete(keyOf(stackId, step.key));
  for (const step of rows) table.put(keyOf(stackId, step.key), step);
}

function newStep(stackId: string, key: string, logicalId: string, action: StepRow["action"]): StepRow {
  return { stackId, key, logicalId, action, state: "waiting", dependsOn: [], attempt: 0 };
}

/** One step for every resource of the template whose condition holds. */
export function applySteps(ctx: Context, stackId: string, imported: readonly string[] = []): StepRow[] {
  const stack = ctx.table(stacks).get(stackId) as StackRow;
  const input = ctx.table(inputs).get(stackId);
  if (!input) throw new Error(`stack ${stackId} has no input`);
  const { template } = givenOf(input);
  const scope = stackScope(ctx, stack, input, template);
  return [...dependencies(template, scope.conditions)].map(([logicalId, needs]) => ({
    ...newStep(stackId, logicalId, logicalId, imported.includes(logicalId) ? "import" : "apply"),
    dependsOn: [...needs],
  }));
}

/** Deletions in the reverse of the order in which the resources depend on each other. */
function inReverse(stackId: string, targets: readonly ResourceRow[]): StepRow[] {
  const keyFor = (row: ResourceRow): string => `delete/${row.logicalId}/${row.physicalId ?? ""}`;
  return targets.map((target) => ({
    ...newStep(stackId, keyFor(target), target.logicalId, "delete"),
    target,
    dependsOn: targets.filter((other) => other.dependsOn.includes(target.logicalId)).map(keyFor),
  }));
}

function isAlive(row: Readonly<ResourceRow>): boolean {
  return row.physicalId !== undefined && row.status !== "DELETE_COMPLETE" && row.status !== "DELETE_SKIPPED";
}

/** True when the policy keeps a resource that would be deleted. */
function isKept(policy: ResourceRow["deletionPolicy"], rollback: boolean): boolean {
  return policy === "Retain" || (policy === "RetainExceptOnCreate" && !rollback);
}

function sort(
  ctx: Context,
  stackId: string,
  rows: readonly ResourceRow[],
  keep: (row: ResourceRow) => boolean,
): StepRow[] {
  for (const row of rows.filter(keep)) {
    const current = ctx.table(resources).get(keyOf(stackId, row.logicalId));
    const detached = current?.physicalId !== row.physicalId;
    resourceEvent(ctx, { ...row, status: "DELETE_SKIPPED" }, { detached });
  }
  return inReverse(
    stackId,
    rows.filter((row) => !keep(row)),
  );
}

/** Deletions of everything that a stack has. */
export function deleteSteps(
  ctx: Context,
  stackId: string,
  options: { rollback?: boolean; retainExceptOnCreate?: boolean; retain?: readonly string[] } = {},
): StepRow[] {
  const rows = ctx.table(resources).by("stack", stackId);
  // What failed before it had a physical resource is as good as gone.
  const alive = rows.filter(isAlive);
  return sort(
    ctx,
    stackId,
    alive,
    (row) =>
      (options.retainExceptOnCreate !== true && isKept(row.deletionPolicy, options.rollback === true)) ||
      (options.retain ?? []).includes(row.logicalId),
  );
}

/** What the stack has and none of its operation's steps is about: the template no longer names it. */
export function removedRows(ctx: Context, stackId: string): Readonly<ResourceRow>[] {
  const kept = new Set(
    ctx
      .table(steps)
      .by("stack", stackId)
      .map((step) => step.logicalId),
  );
  return ctx
    .table(resources)
    .by("stack", stackId)
    .filter((row) => isAlive(row) && !kept.has(row.logicalId));
}

/**
 * Deletions after an update: what the template no longer has, and what was replaced. After a rollback: what the failed
 * update had made. Reads the steps of the phase that has just ended.
 */
export function cleanupSteps(ctx: Context, stackId: string): StepRow[] {
  const done = ctx.table(steps).by("stack", stackId);
  const operation = ctx.table(operations).get(stackId);
  const rolledBack = operation?.phase === "rollback";
  const leftovers = done.flatMap((step) => {
    const left = rolledBack ? step.target : step.replaced ? step.before : undefined;
    return left ? [left] : [];
  });
  const removed = rolledBack ? [] : removedRows(ctx, stackId);
  const policyOf = (row: ResourceRow): ResourceRow["deletionPolicy"] =>
    removed.includes(row) ? row.deletionPolicy : row.updateReplacePolicy;
  return sort(ctx, stackId, [...removed, ...leftovers], (row) => !rolledBack && isKept(policyOf(row), false));
}

/**
 * The way back from a failed update: changed resources are changed back, replaced ones get their old selves, new ones
 * are deleted later. A step's `target` is what its cleanup will delete.
 */
export function revertSteps(ctx: Context, stackId: string): StepRow[] {
  const done = ctx
    .table(steps)
    .by("stack", stackId)
    .filter((step) => step.state === "done" || step.state === "failed");
  const back: StepRow[] = [];
  for (const step of done) {
    const row = ctx.table(resources).get(keyOf(stackId, step.logicalId));
    if (!row) continue;
    const { before } = step;
    if (!before) {
      // Made by this update, or untouched by it.
      const isNew = step.sent === true && row.physicalId !== undefined;
      if (isNew) {
        back.push({
          ...newStep(stackId, `revert/${step.logicalId}`, step.logicalId, "revert"),
          state: "done",
          target: row,
        });
      }
      continue;
    }
    const madeAnother = step.replaced === true && row.physicalId !== before.physicalId;
    back.push({
      ...newStep(stackId, `revert/${step.logicalId}`, step.logicalId, "revert"),
      before,
      ...(step.replaced ? { replaced: true } : {}),
      ...(madeAnother ? { target: row } : {}),
      dependsOn: before.dependsOn.map((id) => `revert/${id}`),
    });
  }
  return back;
}
