// A stack operation as a state machine: which steps may go now, and what follows when a phase is over.
import type { Context } from "../../../core/index.ts";
import { AwsError } from "../../../core/index.ts";
import type { OperationRow, StackRow, StepRow } from "../state.ts";
import { changeSets, inputs, keyOf, operations, resources, stacks, steps } from "../state.ts";
import { denied } from "../stack-policy.ts";
import { resourceEvent, stackEvent } from "./events.ts";
import { publishOutputs, releaseExports } from "./outputs.ts";
import { addSteps, cleanupSteps, deleteSteps, removedRows, revertSteps } from "./plan.ts";
import { fail } from "./steps.ts";

/**
 * Starts what may start, and goes on to the next phase when nothing is left.
 *
 * @returns the keys of the steps that begin now
 */
export function pump(ctx: Context, stackId: string): string[] {
  for (;;) {
    const found = ctx.table(operations).get(stackId);
    if (!found) return [];
    if (isStopped(ctx, found)) stopSteps(ctx, stackId);
    const operation = ctx.table(operations).get(stackId) ?? found;
    const all = ctx.table(steps).by("stack", stackId);
    const byKey = new Map(all.map((step) => [step.key, step]));
    const ready = all.filter(
      (step) => step.state === "waiting" && step.dependsOn.every((key) => isOver(byKey.get(key))),
    );
    for (const step of ready) ctx.table(steps).update(keyOf(stackId, step.key), { state: "running" });
    if (ready.length > 0) return ready.map((step) => step.key);
    if (all.some((step) => step.state === "running")) return [];
    endPhase(ctx, operation);
    const next = ctx.table(operations).get(stackId);
    if (!next || next === operation || isHalted(ctx, next)) return [];
  }
}

/** A deletion waits until what depends on it is really gone; one that failed keeps what it needs. */
function isOver(step: Readonly<StepRow> | undefined): boolean {
  return step === undefined || step.state === "done" || step.state === "skipped";
}

function isHalted(ctx: Context, operation: Readonly<OperationRow>): boolean {
  const status = ctx.table(stacks).get(operation.stackId)?.status ?? "";
  return status === "UPDATE_ROLLBACK_FAILED" || status === "UPDATE_FAILED";
}

/** Creating and updating stop at the first failure; deleting goes as far as it can. */
function isStopped(ctx: Context, operation: Readonly<OperationRow>): boolean {
  if (operation.phase !== "forward" || operation.kind === "delete") return false;
  if (operation.deadline !== undefined && ctx.now() >= operation.deadline && operation.reason === undefined) {
    ctx.table(operations).update(operation.stackId, { reason: "Stack creation time exceeded the specified timeout." });
    return true;
  }
  return operation.failed.length > 0 || operation.reason !== undefined;
}

function stopSteps(ctx: Context, stackId: string): void {
  for (const step of ctx.table(steps).by("stack", stackId)) {
    if (step.state === "waiting") ctx.table(steps).update(keyOf(stackId, step.key), { state: "skipped" });
    if (step.state !== "running") continue;
    if (step.startedAt === undefined) ctx.table(steps).update(keyOf(stackId, step.key), { state: "skipped" });
    else fail({ ctx, step }, step.before ? "Resource update cancelled" : "Resource creation cancelled");
  }
}

function endPhase(ctx: Context, operation: Readonly<OperationRow>): void {
  const { stackId } = operation;
  switch (`${operation.kind}/${operation.phase}`) {
    case "create/forward":
    case "import/forward":
    case "update/forward":
      return endForward(ctx, operation);
    case "update/cleanup":
      return end(ctx, operation, "UPDATE_COMPLETE", cleanupReason(operation));
    case "create/rollback":
      return endDeletion(ctx, operation, "ROLLBACK_COMPLETE", "ROLLBACK_FAILED");
    case "update/rollback":
      return endRevert(ctx, operation);
    case "update/rollbackCleanup":
      return end(ctx, operation, "UPDATE_ROLLBACK_COMPLETE", cleanupReason(operation));
    case "delete/forward":
      return endDeletion(ctx, operation, "DELETE_COMPLETE", "DELETE_FAILED");
    default:
      throw new Error(`stack ${stackId} is in an impossible phase: ${operation.kind}/${operation.phase}`);
  }
}

function cleanupReason(operation: Readonly<OperationRow>): string | undefined {
  return operation.failed.length > 0 ? "Update successful. One or more resources could not be deleted." : undefined;
}

function endForward(ctx: Context, operation: Readonly<OperationRow>): void {
  const { stackId, kind } = operation;
  const refused = kind === "update" ? deniedRemovals(ctx, operation) : [];
  const failed = operation.failed.length > 0 || operation.reason !== undefined || refused.length > 0;
  const problem = failed ? undefined : outputProblem(ctx, operation);
  if (!failed && problem === undefined) {
    if (kind === "update") {
      const cleanup = cleanupSteps(ctx, stackId);
      nextPhase(ctx, operation, "cleanup");
      stackEvent(ctx, stackId, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
      return addSteps(ctx, stackId, cleanup);
    }
    return end(ctx, operation, kind === "import" ? "IMPORT_COMPLETE" : "CREATE_COMPLETE");
  }
  const reason =
    problem ??
    (refused.length > 0
      ? `The following resource(s) failed to update: [${refused.join(", ")}]. `
      : failureText(ctx, operation));
  if (kind === "create") return failCreate(ctx, operation, reason);
  if (kind === "import") return end(ctx, operation, "IMPORT_ROLLBACK_COMPLETE", reason);
  // What was done stays written down, for RollbackStack.
  if (operation.disableRollback) return void stackEvent(ctx, stackId, "UPDATE_FAILED", reason);
  beginRollback(ctx, stackId, reason);
}

/** Turns an update round: its steps are the way back. */
export function beginRollback(ctx: Context, stackId: string, reason: string): void {
  const operation = ctx.table(operations).get(stackId) as OperationRow;
  const back = revertSteps(ctx, stackId);
  nextPhase(ctx, operation, "rollback", { reason });
  if (operation.previous) ctx.table(inputs).put(stackId, operation.previous);
  stackEvent(ctx, stackId, "UPDATE_ROLLBACK_IN_PROGRESS", reason);
  addSteps(ctx, stackId, back);
}

/** Resources that the template no longer has, and that the stack's policy keeps from being deleted. */
function deniedRemovals(ctx: Context, operation: Readonly<OperationRow>): string[] {
  const { stackId } = operation;
  const stack = ctx.table(stacks).get(stackId) as StackRow;
  const policy = operation.policy ?? stack.policyBody;
  if (policy === undefined) return [];
  return removedRows(ctx, stackId).flatMap((row) => {
    const reason = denied(policy, "Delete", row);
    if (reason === undefined) return [];
    resourceEvent(ctx, { ...row, status: "UPDATE_FAILED" }, { reason, detached: true });
    return [row.logicalId];
  });
}

function outputProblem(ctx: Context, operation: Readonly<OperationRow>): string | undefined {
  try {
    ctx.attempt(() => publishOutputs(ctx.as(operation.principal), operation));
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return `${error.message}${operation.kind === "create" ? " Rollback requested by user." : ""}`;
  }
}

/** AWS's sentence about what failed. */
function failureText(ctx: Context, operation: Readonly<OperationRow>): string {
  if (operation.reason !== undefined) return `${operation.reason}${suffix(operation)}`;
  const rows = new Map(
    operation.failed.map(({ logicalId }) => [logicalId, statusOf(ctx, operation.stackId, logicalId)]),
  );
  const listed = (status: string): string[] => [...rows].flatMap(([id, found]) => (found === status ? [id] : []));
  const created = listed("CREATE_FAILED");
  const updated = listed("UPDATE_FAILED");
  const texts = [
    ...(created.length > 0 ? [`The following resource(s) failed to create: [${created.join(", ")}]. `] : []),
    ...(updated.length > 0 ? [`The following resource(s) failed to update: [${updated.join(", ")}]. `] : []),
  ];
  return `${texts.join("")}${suffix(operation).trimStart()}`;
}

function suffix(operation: Readonly<OperationRow>): string {
  return operation.kind === "create" && !operation.disableRollback ? " Rollback requested by user." : "";
}

function statusOf(ctx: Context, stackId: string, logicalId: string): string {
  return ctx.table(resources).get(keyOf(stackId, logicalId))?.status ?? "CREATE_FAILED";
}

function failCreate(ctx: Context, operation: Readonly<OperationRow>, reason: string): void {
  const { stackId } = operation;
  const stack = ctx.table(stacks).get(stackId) as StackRow;
  if (stack.onFailure === "DO_NOTHING" || operation.disableRollback)
    return end(ctx, operation, "CREATE_FAILED", reason);
  const rollback = deleteSteps(ctx, stackId, {
    rollback: true,
    ...(operation.retainExceptOnCreate ? { retainExceptOnCreate: true } : {}),
  });
  nextPhase(ctx, operation, "rollback", { kind: stack.onFailure === "DELETE" ? "delete" : "create", reason });
  if (stack.onFailure === "DELETE") {
    ctx.table(operations).update(stackId, { phase: "forward" });
    stackEvent(ctx, stackId, "DELETE_IN_PROGRESS", reason);
  } else stackEvent(ctx, stackId, "ROLLBACK_IN_PROGRESS", reason);
  addSteps(ctx, stackId, rollback);
}

function endDeletion(ctx: Context, operation: Readonly<OperationRow>, done: string, failed: string): void {
  const { stackId } = operation;
  if (operation.failed.length > 0) {
    const ids = operation.failed.map(({ logicalId }) => logicalId).join(", ");
    return end(ctx, operation, failed, `The following resource(s) failed to delete: [${ids}]. `);
  }
  releaseExports(ctx, stackId);
  const stack = ctx.table(stacks).get(stackId) as StackRow;
  if (done === "DELETE_COMPLETE") {
    // Its outputs can still be read by the stack's id; the change set that it came from can't.
    const { changeSetId: _set, ...rest } = stack;
    ctx.table(stacks).put(stackId, { ...rest, imports: [], deletedAt: ctx.now() });
    for (const set of ctx.table(changeSets).by("stack", stackId)) ctx.table(changeSets).delete(set.id);
  } else ctx.table(stacks).put(stackId, { ...stack, imports: [], outputs: [], deletedAt: ctx.now() });
  end(ctx, operation, done);
}

function endRevert(ctx: Context, operation: Readonly<OperationRow>): void {
  const { stackId } = operation;
  if (operation.failed.length > 0) {
    const ids = operation.failed.map(({ logicalId }) => logicalId).join(", ");
    stackEvent(ctx, stackId, "UPDATE_ROLLBACK_FAILED", `The following resource(s) failed to update: [${ids}]. `);
    return;
  }
  const stack = ctx.table(stacks).get(stackId) as StackRow;
  if (operation.previousImports) ctx.table(stacks).put(stackId, { ...stack, imports: operation.previousImports });
  const cleanup = cleanupSteps(ctx, stackId);
  nextPhase(ctx, operation, "rollbackCleanup");
  stackEvent(ctx, stackId, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
  addSteps(ctx, stackId, cleanup);
}

function nextPhase(
  ctx: Context,
  operation: Readonly<OperationRow>,
  phase: OperationRow["phase"],
  change: Partial<OperationRow> = {},
): void {
  const { reason: _old, deadline: _limit, ...rest } = operation;
  ctx.table(operations).put(operation.stackId, { ...rest, ...change, phase, failed: [] });
}

/** Ends the operation: its steps and its row go, the stack's last event stays. */
function end(ctx: Context, operation: Readonly<OperationRow>, status: string, reason?: string): void {
  const { stackId } = operation;
  for (const step of ctx.table(steps).by("stack", stackId)) ctx.table(steps).delete(keyOf(stackId, step.key));
  stackEvent(ctx, stackId, status, reason);
  ctx.table(operations).delete(stackId);
}
