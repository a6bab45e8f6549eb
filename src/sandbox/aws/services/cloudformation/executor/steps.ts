// One resource's part of a stack operation: create, change, replace, revert or delete it, wait until it is stable.
import type { Context } from "../../../core/index.ts";
import { AwsError } from "../../../core/index.ts";
import { replacementOf } from "../diff.ts";
import { denied } from "../stack-policy.ts";
import { sameValue } from "../values.ts";
import type { ResourceHandler, ResourceRequest, Stability } from "../handler.ts";
import { HandlerFailure, NeedsReplacement } from "../handler.ts";
import { failureReason, isHeld, isNotFound, isTransient, TemplateFailure } from "../handler-errors.ts";
import { handlerOf } from "../resources/index.ts";
import type { OperationRow, ResourceRow, StackInput, StackRow, StepRow } from "../state.ts";
import { inputs, keyOf, operations, resources, stacks, steps } from "../state.ts";
import { givenOf } from "../template-of.ts";
import type { ResourceDeclaration, Template } from "../template/model.ts";
import { dependencies } from "../template/references.ts";
import type { Scope } from "../template/scope.ts";
import { resourceEvent } from "./events.ts";
import { metadataText, resolveProperties } from "./properties.ts";
import { ownCall, ownTags, resourceRequest } from "./request.ts";
import { rowSource, stackScope } from "./scope.ts";

/** Virtual seconds after which a resource that isn't stable has failed, unless the stack's own limit is shorter. */
const stabiliseLimit = 3 * 3600;
/** Virtual seconds for which a deletion waits for what still holds the resource. */
const holdLimit = 900;
const longestPause = 15;

interface Work {
  ctx: Context;
  operation: Readonly<OperationRow>;
  stack: Readonly<StackRow>;
  step: Readonly<StepRow>;
}

/**
 * Carries a step on by one move.
 *
 * @returns virtual seconds until it wants to go on, or undefined when it is over
 */
export function runStep(ctx: Context, stackId: string, key: string): number | undefined {
  const step = ctx.table(steps).get(keyOf(stackId, key));
  const operation = ctx.table(operations).get(stackId);
  const stack = ctx.table(stacks).get(stackId);
  if (!step || !operation || !stack || step.state !== "running") return undefined;
  const work: Work = { ctx, operation, stack, step };
  try {
    const again = step.sent ? settle(work) : begin(work);
    if (again === undefined) setStep(work, { state: "done" });
    return again;
  } catch (error) {
    return error instanceof StepFailed ? undefined : afterError(work, error);
  }
}

/** Ends a step whose failure is already written. */
class StepFailed extends Error {}

function setStep(work: Work, change: Partial<StepRow>): void {
  work.ctx.table(steps).update(keyOf(work.step.stackId, work.step.key), change);
}

function afterError(work: Work, error: unknown): number | undefined {
  const { ctx, step } = work;
  const waited = (ctx.now() - (step.startedAt ?? ctx.now())) / 1000;
  const held = step.action === "delete" && isHeld(error) && waited < holdLimit;
  if (held || (isTransient(error) && waited < stabiliseLimit)) return pause(work);
  const service = handlerOf(rowOf(work)?.type ?? "")?.service ?? "cloudformation";
  fail(work, failureReason(error, service, ctx.ids.uuid(), ctx.ids.uuid()));
  return undefined;
}

function pause(work: Work): number {
  const attempt = work.step.attempt + 1;
  setStep(work, { attempt });
  return Math.min(longestPause, 2 ** Math.min(attempt, 6));
}

/** Marks the step and its resource as failed. */
export function fail(work: Pick<Work, "ctx" | "step">, reason: string): void {
  const { ctx, step } = work;
  const row = rowOf(work);
  if (row && step.action === "delete" && ctx.table(operations).get(step.stackId)?.force) {
    resourceEvent(ctx, { ...row, status: "DELETE_SKIPPED" }, { reason });
    ctx.table(steps).update(keyOf(step.stackId, step.key), { state: "skipped" });
    return;
  }
  const status = failedStatus(step, row);
  if (row) resourceEvent(ctx, { ...row, status }, { reason, detached: step.target !== undefined && isReplaced(work) });
  ctx.table(steps).update(keyOf(step.stackId, step.key), { state: "failed" });
  ctx.table(operations).update(step.stackId, (operation) => ({
    ...operation,
    failed: [...operation.failed, { logicalId: step.logicalId, reason }],
  }));
}

function failedStatus(step: Readonly<StepRow>, row: Readonly<ResourceRow> | undefined): string {
  if (step.action === "delete") return "DELETE_FAILED";
  if (step.action === "import") return "IMPORT_FAILED";
  const existed = step.before !== undefined || (row?.physicalId !== undefined && !step.sent);
  return existed ? "UPDATE_FAILED" : "CREATE_FAILED";
}

function rowOf(work: Pick<Work, "ctx" | "step">): Readonly<ResourceRow> | undefined {
  const { ctx, step } = work;
  return step.target && isReplaced(work) ? step.target : ctx.table(resources).get(keyOf(step.stackId, step.logicalId));
}

/** True of a delete step whose resource is no longer the one under its logical id. */
function isReplaced(work: Pick<Work, "ctx" | "step">): boolean {
  const { ctx, step } = work;
  const current = ctx.table(resources).get(keyOf(step.stackId, step.logicalId));
  return step.target !== undefined && current?.physicalId !== step.target.physicalId;
}

function begin(work: Work): number | undefined {
  switch (work.step.action) {
    case "delete":
      return beginDelete(work);
    case "revert":
      return beginRevert(work);
    case "import":
      return importOne(work);
    default:
      return beginApply(work);
  }
}

interface Target {
  template: Template;
  input: Readonly<StackInput>;
  declaration: ResourceDeclaration;
  scope: Scope;
  imports: string[];
  dependsOn: string[];
}

function targetOf(work: Work): Target {
  const { ctx, stack, step } = work;
  const input = ctx.table(inputs).get(stack.id) as StackInput;
  const { template } = givenOf(input);
  const imports: string[] = [];
  const as = resourceContext(work);
  const scope = stackScope(as, stack, input, template, {
    source: rowSource(ctx, stack.id),
    heard: (name) => imports.push(name),
  });
  const dependsOn = [...(dependencies(template, scope.conditions).get(step.logicalId) ?? [])];
  return {
    template,
    input,
    declaration: template.Resources[step.logicalId] as ResourceDeclaration,
    scope,
    imports,
    dependsOn,
  };
}

function resourceContext(work: Work): Context {
  return work.ctx.as(work.operation.principal);
}

/** What goes wrong in here is the template's fault, not a service's. */
function inTemplate<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof AwsError && error.code === "ValidationError") throw new TemplateFailure(error.message);
    throw error;
  }
}

/** What can be told already: what goes wrong with it is told when its turn comes. */
function quietly<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** Creates a resource that isn't there, or brings one that is up to date. */
function beginApply(work: Work): number | undefined {
  const { ctx, stack, step, operation } = work;
  const target = targetOf(work);
  const { declaration } = target;
  const handler = handlerOf(declaration.Type) as ResourceHandler;
  const current = ctx.table(resources).get(keyOf(stack.id, step.logicalId));
  const exists = current?.physicalId !== undefined && current.status !== "DELETE_COMPLETE";
  const first = step.startedAt === undefined;
  if (first) setStep(work, { startedAt: ctx.now() });
  const metadata = quietly(() => metadataText(declaration, target.scope));
  const policies = {
    ...(declaration.DeletionPolicy ? { deletionPolicy: declaration.DeletionPolicy } : {}),
    ...(declaration.UpdateReplacePolicy ? { updateReplacePolicy: declaration.UpdateReplacePolicy } : {}),
    ...(metadata === undefined ? {} : { metadata }),
    ...(declaration.UpdatePolicy ? { updatePolicy: declaration.UpdatePolicy } : {}),
  };
  const fresh = (status: string): Omit<ResourceRow, "at"> => ({
    stackId: stack.id,
    logicalId: step.logicalId,
    type: declaration.Type,
    status,
    properties: {},
    attributes: {},
    dependsOn: target.dependsOn,
    ...policies,
  });
  if (!exists && first) {
    const shown = quietly(() => resolveProperties(declaration, target.scope, []).own);
    resourceEvent(ctx, fresh("CREATE_IN_PROGRESS"), shown ? { shown } : {});
  }
  const resolved = inTemplate(() => resolveProperties(declaration, target.scope, target.input.tags));
  noteImports(work, target.imports);
  if (exists && step.before === undefined) {
    const before = current as ResourceRow;
    const same = before.type === declaration.Type && sameValue(before.properties, resolved.full);
    if (same && before.metadata === policies.metadata) {
      const { deletionPolicy: _d, updateReplacePolicy: _u, updatePolicy: _p, ...rest } = before;
      ctx.table(resources).put(keyOf(stack.id, step.logicalId), { ...rest, ...policies, dependsOn: target.dependsOn });
      return undefined;
    }
    setStep(work, { before });
    const replaced = replacementOf(before, declaration.Type, resolved.full) === "yes";
    const no = denied(operation.policy ?? stack.policyBody, replaced ? "Replace" : "Modify", before);
    if (no !== undefined) {
      fail(work, no);
      throw new StepFailed();
    }
    if (resolved.problems.length === 0 && replaced) {
      return replace(work, target, resolved, {
        ...fresh("UPDATE_IN_PROGRESS"),
        physicalId: before.physicalId as string,
      });
    }
    resourceEvent(ctx, { ...before, ...policies, status: "UPDATE_IN_PROGRESS" }, { shown: resolved.own });
  }
  if (resolved.problems.length > 0) {
    fail(work, `Property validation failure: [${resolved.problems.join(", ")}]`);
    throw new StepFailed();
  }
  const request = requestFor(work, handler, target, resolved.full, current);
  if (exists && step.replaced) return sendCreate(work, handler, request, fresh("UPDATE_IN_PROGRESS"), resolved.own);
  if (exists) {
    const before = current as ResourceRow;
    try {
      ctx.attempt(() => {
        if (!handler.update) throw new NeedsReplacement();
        if (!sameValue(before.properties, resolved.full)) handler.update(request, before.properties);
      });
    } catch (error) {
      if (!(error instanceof NeedsReplacement)) throw error;
      return replace(work, target, resolved, {
        ...fresh("UPDATE_IN_PROGRESS"),
        physicalId: before.physicalId as string,
      });
    }
    const { updatePolicy: _old, ...rest } = before;
    ctx.table(resources).put(keyOf(stack.id, step.logicalId), {
      ...rest,
      ...policies,
      properties: resolved.full,
      dependsOn: target.dependsOn,
      status: "UPDATE_IN_PROGRESS",
    });
    setStep(work, { sent: true });
    return handler.stable ? (handler.seconds ?? 1) : 1;
  }
  return sendCreate(work, handler, request, fresh("CREATE_IN_PROGRESS"), resolved.own);
}

function requestFor(
  work: Work,
  handler: ResourceHandler,
  target: Target,
  properties: object,
  row: Readonly<ResourceRow> | undefined,
): ResourceRequest {
  const { stack, step } = work;
  const { type: _type, ...known } = row ?? { type: "" };
  return resourceRequest(work.ctx, handler, {
    row: { ...known, stackId: stack.id, logicalId: step.logicalId, type: target.declaration.Type },
    properties,
    declaration: target.declaration,
    memo: step.memo,
    remember: (memo) => setStep(work, { memo }),
  });
}

function replace(
  work: Work,
  target: Target,
  resolved: { own: object; full: Record<string, unknown> },
  row: Omit<ResourceRow, "at">,
): number {
  const { ctx, step } = work;
  const before = ctx.table(resources).get(keyOf(row.stackId, row.logicalId)) as ResourceRow;
  const handler = handlerOf(target.declaration.Type) as ResourceHandler;
  const name = handler.name;
  if (name !== undefined && resolved.full[name] !== undefined && before.type === row.type) {
    if (resolved.full[name] === before.properties[name]) {
      throw new TemplateFailure(
        `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${String(resolved.full[name] as string)} and update the stack again.`,
      );
    }
  }
  resourceEvent(
    ctx,
    { ...before, status: "UPDATE_IN_PROGRESS" },
    {
      reason: "Requested update requires the creation of a new physical resource; hence creating one.",
      shown: resolved.own,
    },
  );
  setStep(work, { replaced: true, before: step.before ?? before });
  const { physicalId: _old, ...fresh } = row;
  const request = requestFor(work, handler, target, resolved.full, undefined);
  return sendCreate({ ...work, step: { ...step, replaced: true } }, handler, request, fresh, resolved.own);
}

function sendCreate(
  work: Work,
  handler: ResourceHandler,
  request: ResourceRequest,
  row: Omit<ResourceRow, "at">,
  shown: object,
): number {
  const { ctx, stack } = work;
  const fault = faultOf(work, request.type);
  const made = ctx.attempt(() => {
    const answer = handler.create(request);
    const created = typeof answer === "string" ? { id: answer, attributes: {} } : answer;
    handler.tag?.({ ...request, physicalId: created.id, call: ownCall(ctx, handler) }, ownTags(row, stack.name));
    return created;
  });
  resourceEvent(
    ctx,
    { ...row, physicalId: made.id, attributes: { ...made.attributes }, properties: request.properties },
    { reason: "Resource creation Initiated", shown },
  );
  setStep(work, { sent: true, attempt: 0, ...(fault ? { fault } : {}) });
  if (fault && "at" in fault) return Math.max(1, (fault.at - ctx.now()) / 1000);
  return handler.seconds ?? 1;
}

function faultOf(work: Work, resourceType: string): StepRow["fault"] | undefined {
  const { ctx, stack, step } = work;
  const facts = { resourceType, logicalId: step.logicalId, stackName: stack.name };
  const failing = ctx.fault("failAt", facts);
  if (failing) {
    return { message: failing.message ?? "Injected failure", at: ctx.now() + (failing.seconds ?? 1) * 1000 };
  }
  return ctx.fault("stuck", facts) ? { stuck: true } : undefined;
}

/** Looks whether what was sent has come to rest. */
function settle(work: Work): number | undefined {
  const { ctx, step, stack } = work;
  if (step.action === "delete") return settleDelete(work);
  const row = ctx.table(resources).get(keyOf(stack.id, step.logicalId)) as ResourceRow;
  const handler = handlerOf(row.type) as ResourceHandler;
  const { template } = givenOf(ctx.table(inputs).get(stack.id) as StackInput);
  const declaration = template.Resources[step.logicalId];
  const request = resourceRequest(ctx, handler, { row, properties: row.properties, declaration, memo: step.memo });
  const stability = faulty(work) ?? handler.stable?.(request) ?? true;
  if (stability !== true) return notYet(work, stability);
  const model = handler.read(request);
  if (!model) {
    throw new HandlerFailure(
      "NotFound",
      `Resource of type '${row.type}' with identifier '${row.physicalId ?? ""}' was not found.`,
    );
  }
  const done = step.before ? "UPDATE_COMPLETE" : "CREATE_COMPLETE";
  resourceEvent(ctx, { ...row, attributes: { ...row.attributes, ...model }, status: done }, { shown: row.properties });
  return undefined;
}

function faulty(work: Work): Stability | undefined {
  const { fault } = work.step;
  if (!fault) return undefined;
  if ("stuck" in fault) return false;
  return work.ctx.now() >= fault.at ? { failed: fault.message } : false;
}

function notYet(work: Work, stability: Exclude<Stability, true>): number {
  const { ctx, step } = work;
  if (typeof stability === "object" && "failed" in stability) {
    throw new HandlerFailure("GeneralServiceException", stability.failed);
  }
  const waited = (ctx.now() - (step.startedAt ?? ctx.now())) / 1000;
  if (waited > stabiliseLimit) throw new HandlerFailure("NotStabilized", "Exceeded attempts to wait");
  if (stability !== false) setStep(work, { memo: stability.memo });
  return pause(work);
}

function beginDelete(work: Work): number | undefined {
  const { ctx, step } = work;
  const row = rowOf(work) as ResourceRow;
  const detached = isReplaced(work);
  const handler = handlerOf(row.type) as ResourceHandler;
  if (step.startedAt === undefined) {
    setStep(work, { startedAt: ctx.now() });
    resourceEvent(ctx, { ...row, status: "DELETE_IN_PROGRESS" }, { detached, ...ofDeletion(work, row) });
  }
  const request = resourceRequest(ctx, handler, { row, properties: row.properties, memo: step.memo });
  try {
    ctx.attempt(() => handler.delete(request));
  } catch (error) {
    // Somebody else was quicker: what the stack wants has happened.
    if (!isNotFound(error)) throw error;
  }
  setStep(work, { sent: true, attempt: 0, target: row });
  return handler.gone ? (handler.seconds ?? 1) : 1;
}

function settleDelete(work: Work): number | undefined {
  const { ctx, step } = work;
  const row = rowOf(work) as ResourceRow;
  const handler = handlerOf(row.type) as ResourceHandler;
  const request = resourceRequest(ctx, handler, { row, properties: row.properties, memo: step.memo });
  const gone = handler.gone?.(request) ?? true;
  if (gone !== true) return notYet(work, gone);
  const detached = isReplaced(work);
  resourceEvent(ctx, { ...row, status: "DELETE_COMPLETE" }, { detached, ...ofDeletion(work, row) });
  return undefined;
}

/** Deletions show properties, too, but not those by which an update clears up. */
function ofDeletion({ operation }: Work, row: Readonly<ResourceRow>): { shown: object } | { cleanup: true } {
  return operation.kind === "update" ? { cleanup: true } : { shown: row.properties };
}

/** Brings a resource back to what it was before the update. */
function beginRevert(work: Work): number | undefined {
  const { ctx, step } = work;
  const before = step.before as ResourceRow;
  const key = keyOf(step.stackId, step.logicalId);
  const current = ctx.table(resources).get(key) as ResourceRow;
  if (step.startedAt === undefined) {
    setStep(work, { startedAt: ctx.now() });
    resourceEvent(ctx, { ...current, physicalId: before.physicalId as string, status: "UPDATE_IN_PROGRESS" });
  }
  const handler = handlerOf(before.type) as ResourceHandler;
  if (!step.replaced && handler.update && !sameValue(before.properties, current.properties)) {
    const request = resourceRequest(ctx, handler, {
      row: before,
      properties: before.properties,
      remember: (memo) => setStep(work, { memo }),
    });
    ctx.attempt(() => handler.update?.(request, current.properties));
  }
  ctx.table(resources).put(key, { ...before, status: "UPDATE_IN_PROGRESS" });
  setStep(work, { sent: true });
  return step.replaced || !handler.stable ? 1 : (handler.seconds ?? 1);
}

function importOne(work: Work): undefined {
  const { ctx, stack, step } = work;
  const target = targetOf(work);
  const row = ctx.table(resources).get(keyOf(stack.id, step.logicalId)) as ResourceRow;
  const handler = handlerOf(row.type) as ResourceHandler;
  resourceEvent(ctx, { ...row, status: "IMPORT_IN_PROGRESS" }, { reason: "Resource import started." });
  const resolved = resolveProperties(target.declaration, target.scope, target.input.tags);
  const request = requestFor(work, handler, target, resolved.full, row);
  const model = handler.read(request);
  if (!model) {
    throw new HandlerFailure(
      "NotFound",
      `Resource of type '${row.type}' with identifier '${row.physicalId ?? ""}' was not found.`,
    );
  }
  const imported = {
    ...row,
    properties: resolved.full,
    attributes: { ...model },
    dependsOn: target.dependsOn,
    status: "IMPORT_COMPLETE",
  };
  resourceEvent(ctx, imported, { reason: "Resource import completed." });
  return undefined;
}

function noteImports(work: Work, names: readonly string[]): void {
  const row = work.ctx.table(stacks).get(work.stack.id) as StackRow;
  const added = names.filter((name, index) => !row.imports.includes(name) && names.indexOf(name) === index);
  if (added.length > 0) work.ctx.table(stacks).put(row.id, { ...row, imports: [...row.imports, ...added] });
}
