// Begins stack operations.
import type { Context, Principal } from "../../../core/index.ts";
import { AwsError } from "../../../core/index.ts";
import type { OperationRow, StackInput, StackRow, StepRow } from "../state.ts";
import { exportsTable, inputs, keyOf, operations, resources, stacks, steps } from "../state.ts";
import { givenOf } from "../template-of.ts";
import { hasAttribute, mentions } from "../template/references.ts";
import { resourceEvent, stackEvent } from "./events.ts";
import { importsOf, lockedExport } from "./outputs.ts";
import { addSteps, applySteps, deleteSteps } from "./plan.ts";
import { stackScope } from "./scope.ts";
import { beginRollback } from "./phases.ts";
import { proceed } from "./timers.ts";

export interface StartOptions {
  token?: string | undefined;
  disableRollback?: boolean | undefined;
  retainExceptOnCreate?: boolean | undefined;
  /** Stack policy of this operation alone. */
  policy?: string | undefined;
  /** Leaves behind what can't be deleted. */
  force?: boolean | undefined;
  reason?: string;
}

/** The principal in whose name a stack's resources are made: the stack's role, or the caller. */
function stackPrincipal(ctx: Context, roleArn: string | undefined): Principal {
  if (roleArn === undefined) return ctx.principal;
  const name = roleArn.slice(roleArn.lastIndexOf("/") + 1);
  return {
    type: "AssumedRole",
    account: ctx.account,
    arn: `arn:${ctx.partition}:sts::${ctx.account}:assumed-role/${name}/AWSCloudFormation`,
    principalId: `${name}:AWSCloudFormation`,
    name,
    roleArn,
  };
}

function operationRow(
  ctx: Context,
  stack: Readonly<StackRow>,
  kind: OperationRow["kind"],
  options: StartOptions,
): OperationRow {
  return {
    stackId: stack.id,
    kind,
    phase: "forward",
    principal: stackPrincipal(ctx, stack.roleArn),
    failed: [],
    retain: [],
    skip: [],
    ...(options.token === undefined ? {} : { token: options.token }),
    ...(options.disableRollback ? { disableRollback: true } : {}),
    ...(options.retainExceptOnCreate ? { retainExceptOnCreate: true } : {}),
    ...(options.policy === undefined ? {} : { policy: options.policy }),
    ...(options.force ? { force: true } : {}),
  };
}

/** What DescribeStacks shows as the stack's last operation. */
function noteOperation(ctx: Context, stackId: string, type: string): void {
  ctx.table(stacks).update(stackId, { lastOperation: { id: ctx.ids.uuid(), type } });
}

/** Goes back to the last stable state after an update that failed and stayed as it was. */
export function rollbackUpdate(ctx: Context, stackId: string, options: StartOptions): void {
  const operation = ctx.table(operations).get(stackId) as OperationRow;
  noteOperation(ctx, stackId, "ROLLBACK");
  const { disableRollback: _off, token: _token, ...rest } = operation;
  ctx.table(operations).put(stackId, { ...rest, ...(options.token === undefined ? {} : { token: options.token }) });
  beginRollback(ctx, stackId, "User Initiated");
  proceed(ctx, stackId);
}

/** Begins to create a stack whose row and input are written. */
export function startCreate(ctx: Context, stackId: string, options: StartOptions = {}): void {
  const stack = ctx.table(stacks).get(stackId) as StackRow;
  const deadline = stack.timeoutInMinutes === undefined ? undefined : ctx.now() + stack.timeoutInMinutes * 60_000;
  ctx.table(operations).put(stackId, {
    ...operationRow(ctx, stack, "create", options),
    ...(deadline === undefined ? {} : { deadline }),
  });
  noteOperation(ctx, stackId, "CREATE_STACK");
  stackEvent(ctx, stackId, "CREATE_IN_PROGRESS", options.reason ?? "User Initiated");
  addSteps(ctx, stackId, applySteps(ctx, stackId));
  validateEarly(ctx, stackId);
  proceed(ctx, stackId);
}

/** Begins to bring a living stack to `input`. */
export function startUpdate(
  ctx: Context,
  stackId: string,
  input: StackInput,
  options: StartOptions & { change?: Partial<StackRow> } = {},
): void {
  const before = ctx.table(stacks).get(stackId) as StackRow;
  const stack = ctx.table(stacks).put(stackId, { ...before, ...options.change, updatedAt: ctx.now() });
  // An update that failed and stayed as it was: the last stable state is the one before it.
  const failed = before.status === "UPDATE_FAILED" ? ctx.table(operations).get(stackId) : undefined;
  ctx.table(operations).put(stackId, {
    ...operationRow(ctx, stack, "update", options),
    previous: failed?.previous ?? (ctx.table(inputs).get(stackId) as StackInput),
    previousImports: failed?.previousImports ?? before.imports,
  });
  ctx.table(inputs).put(stackId, input);
  noteOperation(ctx, stackId, "UPDATE_STACK");
  stackEvent(ctx, stackId, "UPDATE_IN_PROGRESS", options.reason ?? "User Initiated");
  addSteps(ctx, stackId, applySteps(ctx, stackId));
  validateEarly(ctx, stackId);
  proceed(ctx, stackId);
}

/** Begins to bring existing resources under a stack. Their rows are written here. */
export function startImport(
  ctx: Context,
  stackId: string,
  input: StackInput,
  imported: readonly { type: string; logicalId: string; physicalId: string }[],
  options: StartOptions = {},
): void {
  const stack = ctx.table(stacks).get(stackId) as StackRow;
  ctx.table(operations).put(stackId, operationRow(ctx, stack, "import", options));
  ctx.table(inputs).put(stackId, input);
  stackEvent(ctx, stackId, "IMPORT_IN_PROGRESS", "User Initiated");
  for (const { type, logicalId, physicalId } of imported) {
    const row = {
      stackId,
      logicalId,
      type,
      physicalId,
      status: "IMPORT_IN_PROGRESS",
      properties: {},
      attributes: {},
      dependsOn: [],
    };
    ctx.table(resources).put(keyOf(stackId, logicalId), { ...row, at: ctx.now() });
  }
  addSteps(
    ctx,
    stackId,
    applySteps(
      ctx,
      stackId,
      imported.map(({ logicalId }) => logicalId),
    ),
  );
  proceed(ctx, stackId);
}

/** What AWS looks at before the first resource: imports that aren't there, attributes that no type has. */
function validateEarly(ctx: Context, stackId: string): void {
  const stack = ctx.table(stacks).get(stackId) as StackRow;
  const input = ctx.table(inputs).get(stackId) as StackInput;
  const { template } = givenOf(input);
  const fail = (reason: string): void => {
    ctx.table(operations).update(stackId, { reason });
  };
  try {
    const scope = stackScope(ctx, stack, input, template);
    const missing = importsOf(template, {
      ...scope,
      ref: () => "",
      attribute: () => "",
      importValue: () => "",
    }).find((name) => name !== "" && !ctx.table(exportsTable).has(name));
    if (missing !== undefined) return fail(`No export named ${missing} found.`);
    for (const [key, output] of Object.entries(template.Outputs)) {
      if (output.Condition !== undefined && scope.conditions[output.Condition] !== true) continue;
      mentions(output.Value, (mention) => {
        if (mention.kind !== "attribute" || mention.attribute === undefined) return;
        const type = template.Resources[mention.name]?.Type ?? "";
        if (hasAttribute(type, mention.attribute)) return;
        fail(
          `[Error] /Outputs/${key}/Value/Fn::GetAtt: Resource type ${type} does not support attribute {${mention.attribute}}.`,
        );
      });
    }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    fail(error.message);
  }
}

/** Begins to delete a stack; one whose exports are in use fails at once. */
export function startDelete(
  ctx: Context,
  stackId: string,
  options: StartOptions & { retain?: readonly string[] } = {},
): void {
  const stack = ctx.table(stacks).get(stackId) as StackRow;
  const operation = { ...operationRow(ctx, stack, "delete", options), retain: [...(options.retain ?? [])] };
  ctx.table(operations).put(stackId, operation);
  noteOperation(ctx, stackId, "DELETE_STACK");
  stackEvent(ctx, stackId, "DELETE_IN_PROGRESS", options.reason ?? "User Initiated");
  const locked = lockedExport(ctx, stackId);
  if (locked) {
    stackEvent(
      ctx,
      stackId,
      "DELETE_FAILED",
      `Export ${locked.name} cannot be deleted as it is in use by ${locked.user}`,
    );
    ctx.table(operations).delete(stackId);
    return;
  }
  addSteps(ctx, stackId, deleteSteps(ctx, stackId, { retain: operation.retain }));
  proceed(ctx, stackId);
}

/** Stops an update that is under way: it is rolled back. */
export function cancelUpdate(ctx: Context, stackId: string): void {
  ctx.table(operations).update(stackId, { reason: "User Initiated" });
  proceed(ctx, stackId);
}

/** Goes on with a rollback that failed, leaving out what the caller says. */
export function continueRollback(ctx: Context, stackId: string, skip: readonly string[], options: StartOptions): void {
  const operation = ctx.table(operations).get(stackId) as OperationRow;
  ctx.table(operations).put(stackId, {
    ...operation,
    failed: [],
    skip: [...skip],
    ...(options.token === undefined ? {} : { token: options.token }),
  });
  noteOperation(ctx, stackId, "CONTINUE_ROLLBACK");
  stackEvent(ctx, stackId, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated");
  for (const step of ctx.table(steps).by("stack", stackId)) {
    if (step.state !== "failed") continue;
    const row = ctx.table(resources).get(keyOf(stackId, step.logicalId));
    if (skip.includes(step.logicalId) && row) {
      resourceEvent(ctx, { ...row, status: "UPDATE_COMPLETE" }, { reason: "Resource update was skipped by the user." });
      ctx.table(steps).update(keyOf(stackId, step.key), { state: "skipped" });
    } else {
      const { startedAt: _started, ...again }: StepRow = step;
      ctx.table(steps).put(keyOf(stackId, step.key), { ...again, state: "waiting", sent: false, attempt: 0 });
    }
  }
  proceed(ctx, stackId);
}
