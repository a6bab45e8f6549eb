// Create, update, delete, cancel, go on: the operations that change stacks.
import type {
  CancelUpdateStackInput,
  ContinueUpdateRollbackInput,
  CreateStackInput,
  CreateStackOutput,
  DeleteStackInput,
  RollbackConfiguration,
  RollbackStackInput,
  RollbackStackOutput,
  SetStackPolicyInput,
  SignalResourceInput,
  UpdateStackInput,
  UpdateStackOutput,
  UpdateTerminationProtectionInput,
  UpdateTerminationProtectionOutput,
} from "@aws-sdk/client-cloudformation";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { planChanges } from "../changes.ts";
import { validationError } from "../errors.ts";
import {
  cancelUpdate,
  continueRollback,
  rollbackUpdate,
  startCreate,
  startDelete,
  startUpdate,
} from "../executor/start.ts";
import { stackArn } from "../names.ts";
import { checkStackPolicy } from "../stack-policy.ts";
import type { StackInput, StackRow } from "../state.ts";
import { changeSets, inputs, keyOf, operations, signals, stacks } from "../state.ts";
import { stackInput } from "./stack-input.ts";
import {
  checkRole,
  checkStackName,
  findStack,
  objectAt,
  required,
  requireStack,
  stackPermissions,
} from "./stack-of.ts";

/** A new stack's row; its id is made here. */
export function newStack(ctx: Context, name: string, given: Partial<CreateStackInput>, status: string): StackRow {
  const row: StackRow = {
    id: stackArn(ctx, name, ctx.ids.uuid()),
    name,
    status,
    createdAt: ctx.now(),
    outputs: [],
    imports: [],
    disableRollback: given.DisableRollback === true,
    onFailure: given.OnFailure ?? (given.DisableRollback ? "DO_NOTHING" : "ROLLBACK"),
    terminationProtection: given.EnableTerminationProtection === true,
  };
  if (given.RoleARN !== undefined) row.roleArn = given.RoleARN;
  if (given.TimeoutInMinutes !== undefined) row.timeoutInMinutes = given.TimeoutInMinutes;
  const policy = policyText(ctx, given.StackPolicyBody, given.StackPolicyURL, "StackPolicy");
  if (policy !== undefined) row.policyBody = policy;
  checkRollbackConfiguration(given.RollbackConfiguration);
  if (given.RollbackConfiguration !== undefined) row.rollbackConfiguration = given.RollbackConfiguration;
  return row;
}

/** A stack policy given as text or by URL, checked. */
function policyText(
  ctx: Context,
  body: string | undefined,
  url: string | undefined,
  member: string,
): string | undefined {
  if (body !== undefined && url !== undefined)
    throw validationError(`You cannot specify both ${member}URL and ${member}Body`);
  const text = url === undefined ? body : objectAt(ctx, url);
  if (text !== undefined) checkStackPolicy(text);
  return text;
}

function checkRollbackConfiguration(configuration: RollbackConfiguration | undefined): void {
  for (const { Type: type, Arn: arn = "" } of configuration?.RollbackTriggers ?? []) {
    if (type !== "AWS::CloudWatch::Alarm" && type !== "AWS::CloudWatch::CompositeAlarm")
      throw validationError("Rollback Trigger Type not supported");
    if (!/^arn:[^:]+:cloudwatch:[^:]*:\d*:alarm:.+$/.test(arn))
      throw validationError("RelativeId of a Rollback Trigger's ARN is incorrect");
  }
}

const updatable: readonly string[] = [
  "CREATE_COMPLETE",
  "UPDATE_COMPLETE",
  "UPDATE_ROLLBACK_COMPLETE",
  "IMPORT_COMPLETE",
  "IMPORT_ROLLBACK_COMPLETE",
  "CREATE_FAILED",
  "UPDATE_FAILED",
];

/** @throws AwsError ValidationError `Stack:ARN is in X state and can not be updated.` */
export function checkUpdatable(stack: Readonly<StackRow>): void {
  // A create that failed without a rollback may be gone on with; AWS allows it for both kinds of FAILED.
  if (updatable.includes(stack.status)) return;
  throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
}

const createStack = operation<CreateStackInput, CreateStackOutput>({
  permissions: stackPermissions("CreateStack"),
  run(input, ctx) {
    const name = required(input.StackName, "stackName");
    checkStackName(name);
    if (input.DisableRollback !== undefined && input.OnFailure !== undefined) {
      throw validationError("You cannot specify both DisableRollback and OnFailure");
    }
    if (findStack(ctx, name)) throw alreadyExists(name);
    checkRole(ctx, input.RoleARN);
    const row = newStack(ctx, name, input, "CREATE_IN_PROGRESS");
    const { input: settled, template } = stackInput(ctx, row, input);
    if (template.Description !== undefined) row.description = template.Description;
    ctx.table(stacks).put(row.id, row);
    ctx.table(inputs).put(row.id, settled);
    startCreate(ctx, row.id, {
      token: input.ClientRequestToken,
      retainExceptOnCreate: input.RetainExceptOnCreate,
    });
    return { StackId: row.id };
  },
});

function alreadyExists(name: string): AwsError {
  return new AwsError("AlreadyExistsException", `Stack [${name}] already exists`, { status: 400 });
}

const updateStack = operation<UpdateStackInput, UpdateStackOutput>({
  permissions: stackPermissions("UpdateStack"),
  run(input, ctx) {
    const stack = requireStack(ctx, input.StackName);
    checkUpdatable(stack);
    checkRole(ctx, input.RoleARN);
    checkRollbackConfiguration(input.RollbackConfiguration);
    const policy = policyText(ctx, input.StackPolicyBody, input.StackPolicyURL, "StackPolicy");
    const duringUpdate = policyText(
      ctx,
      input.StackPolicyDuringUpdateBody,
      input.StackPolicyDuringUpdateURL,
      "StackPolicyDuringUpdate",
    );
    const previous = ctx.table(inputs).get(stack.id) as StackInput;
    const { input: settled, template } = stackInput(ctx, stack, input, previous);
    const failedBefore = stack.status.endsWith("_FAILED");
    if (!failedBefore && !planChanges(ctx, stack, settled, previous).changed) {
      throw validationError("No updates are to be performed.");
    }
    const { description: _old, changeSetId: _set, ...rest } = stack;
    ctx.table(stacks).put(stack.id, rest);
    startUpdate(ctx, stack.id, settled, {
      token: input.ClientRequestToken,
      disableRollback: input.DisableRollback,
      retainExceptOnCreate: input.RetainExceptOnCreate,
      policy: duringUpdate,
      change: { ...updateOf(input, template.Description), ...(policy === undefined ? {} : { policyBody: policy }) },
    });
    return { StackId: stack.id };
  },
});

/** What an update changes of the stack's row. */
export function updateOf(
  input: Pick<UpdateStackInput, "RoleARN" | "RollbackConfiguration">,
  description: string | undefined,
): Partial<StackRow> {
  return {
    ...(description === undefined ? {} : { description }),
    ...(input.RoleARN === undefined ? {} : { roleArn: input.RoleARN }),
    ...(input.RollbackConfiguration === undefined ? {} : { rollbackConfiguration: input.RollbackConfiguration }),
  };
}

const deleteStack = operation<DeleteStackInput, void>({
  permissions: stackPermissions("DeleteStack"),
  run(input, ctx) {
    const stack = findStack(ctx, required(input.StackName, "stackName"));
    // Deleting what isn't there, or is being deleted already, is no error.
    if (!stack || stack.status === "DELETE_COMPLETE" || stack.status === "DELETE_IN_PROGRESS") return;
    if (stack.terminationProtection) {
      throw validationError(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
    }
    if (stack.parentId !== undefined && ctx.principal.invokedBy === undefined) {
      throw validationError(`Nested stack [${stack.id}] cannot be deleted directly: delete its root stack.`);
    }
    if (stack.status.endsWith("_IN_PROGRESS") && !deletableMidway.includes(stack.status)) {
      throw validationError(`Stack [${stack.name}] cannot be deleted while in status ${stack.status}`);
    }
    const retain = input.RetainResources ?? [];
    if (retain.length > 0 && stack.status !== "DELETE_FAILED") {
      throw validationError(
        `Invalid operation on stack [${stack.id}]. When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.`,
      );
    }
    const force = input.DeletionMode === "FORCE_DELETE_STACK";
    if (force && stack.status !== "DELETE_FAILED") {
      throw validationError(
        `Invalid operation on stack [${stack.id}]. When you delete a stack, specify FORCE_DELETE_STACK only when the stack is in the DELETE_FAILED state.`,
      );
    }
    checkRole(ctx, input.RoleARN);
    if (input.RoleARN !== undefined) ctx.table(stacks).put(stack.id, { ...stack, roleArn: input.RoleARN });
    startDelete(ctx, stack.id, { token: input.ClientRequestToken, retain, force });
  },
});

/** States with work under way that a deletion may interrupt. */
const deletableMidway = ["CREATE_IN_PROGRESS", "REVIEW_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"];

const cancelUpdateStack = operation<CancelUpdateStackInput, void>({
  permissions: stackPermissions("CancelUpdateStack"),
  run(input, ctx) {
    const stack = requireStack(ctx, input.StackName);
    if (stack.status !== "UPDATE_IN_PROGRESS") {
      throw validationError(
        `CancelUpdateStack cannot be called from current stack status: Stack:${stack.id} is in ${stack.status} state`,
      );
    }
    cancelUpdate(ctx, stack.id);
  },
});

const continueUpdateRollback = operation<ContinueUpdateRollbackInput, object>({
  permissions: stackPermissions("ContinueUpdateRollback"),
  run(input, ctx) {
    const stack = requireStack(ctx, input.StackName);
    if (stack.status !== "UPDATE_ROLLBACK_FAILED") {
      throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not continue rollback.`);
    }
    continueRollback(ctx, stack.id, input.ResourcesToSkip ?? [], { token: input.ClientRequestToken });
    return {};
  },
});

const rollbackStack = operation<RollbackStackInput, RollbackStackOutput>({
  permissions: stackPermissions("RollbackStack"),
  run(input, ctx) {
    const stack = requireStack(ctx, input.StackName);
    if (stack.status === "UPDATE_FAILED" && ctx.table(operations).has(stack.id)) {
      rollbackUpdate(ctx, stack.id, { token: input.ClientRequestToken });
      return { StackId: stack.id };
    }
    if (stack.status !== "CREATE_FAILED") {
      throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`);
    }
    // Nothing stable to go back to: AWS deletes what the failed creation left.
    startDelete(ctx, stack.id, { token: input.ClientRequestToken });
    return { StackId: stack.id };
  },
});

const updateTerminationProtection = operation<UpdateTerminationProtectionInput, UpdateTerminationProtectionOutput>({
  permissions: stackPermissions("UpdateTerminationProtection"),
  run(input, ctx) {
    const stack = requireStack(ctx, input.StackName);
    if (stack.status.startsWith("DELETE_")) {
      throw validationError(
        `Stack [${stack.name}] cannot have its termination protection changed while in status ${stack.status}`,
      );
    }
    if (stack.parentId !== undefined) {
      throw validationError(`Stack [${stack.name}] is a nested stack: set termination protection on its root stack`);
    }
    ctx.table(stacks).update(stack.id, { terminationProtection: input.EnableTerminationProtection === true });
    return { StackId: stack.id };
  },
});

const setStackPolicy = operation<SetStackPolicyInput, void>({
  permissions: stackPermissions("SetStackPolicy"),
  run(input, ctx) {
    const stack = requireStack(ctx, input.StackName);
    const body = policyText(ctx, input.StackPolicyBody, input.StackPolicyURL, "StackPolicy");
    if (body === undefined) throw validationError("Either Stack Policy URL or Stack Policy Body must be specified.");
    ctx.table(stacks).update(stack.id, { policyBody: body });
  },
});

const getStackPolicy = operation<{ StackName?: string }, object>({
  permissions: stackPermissions("GetStackPolicy"),
  run(input, ctx) {
    const { policyBody } = requireStack(ctx, input.StackName);
    return policyBody === undefined ? {} : { StackPolicyBody: policyBody };
  },
});

const signalResource = operation<SignalResourceInput, void>({
  permissions: stackPermissions("SignalResource"),
  run(input, ctx) {
    const stack = requireStack(ctx, input.StackName);
    const logicalId = required(input.LogicalResourceId, "logicalResourceId");
    const uniqueId = required(input.UniqueId, "uniqueId");
    if (!ctx.table(operations).has(stack.id)) {
      throw validationError(`Stack ${stack.id} is in ${stack.status} state and can not be signalled`);
    }
    const row = { stackId: stack.id, logicalId, uniqueId, status: input.Status ?? "SUCCESS" };
    ctx.table(signals).put(keyOf(stack.id, `${logicalId}|${uniqueId}`), row);
  },
});

/** Forgets the change sets of a stack, executed or not. */
export function dropChangeSets(ctx: Context, stackId: string): void {
  for (const set of ctx.table(changeSets).by("stack", stackId)) ctx.table(changeSets).delete(set.id);
}

export const lifecycleOperations: Readonly<Record<string, Operation>> = {
  CancelUpdateStack: cancelUpdateStack,
  ContinueUpdateRollback: continueUpdateRollback,
  CreateStack: createStack,
  DeleteStack: deleteStack,
  GetStackPolicy: getStackPolicy,
  RollbackStack: rollbackStack,
  SetStackPolicy: setStackPolicy,
  SignalResource: signalResource,
  UpdateStack: updateStack,
  UpdateTerminationProtection: updateTerminationProtection,
};
