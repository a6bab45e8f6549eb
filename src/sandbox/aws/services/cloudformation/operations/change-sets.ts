// Change sets: an update, or a creation, planned and shown before it is carried out.
import type {
  ChangeSetSummary,
  ChangeSetType,
  CreateChangeSetInput,
  CreateChangeSetOutput,
  DeleteChangeSetInput,
  DescribeChangeSetInput,
  DescribeChangeSetOutput,
  ExecuteChangeSetInput,
  ListChangeSetsInput,
  ListChangeSetsOutput,
  ResourceChange,
  ResourceChangeDetail,
} from "@aws-sdk/client-cloudformation";
import type { Context, Operation, TimerDefinition } from "../../../core/index.ts";
import { AwsError, defineTimer, NotEmulatedError, operation } from "../../../core/index.ts";
import { planChanges } from "../changes.ts";
import { constraintError, stackNotFound, validationError } from "../errors.ts";
import { stackEvent } from "../executor/events.ts";
import { startCreate, startImport, startUpdate } from "../executor/start.ts";
import { changeSetArn } from "../names.ts";
import { resourceSpec } from "../spec.ts";
import type { ChangeSetRow, StackInput, StackRow } from "../state.ts";
import { changeSets, inputs, stacks } from "../state.ts";
import { givenOf } from "../template-of.ts";
import { checkUpdatable, dropChangeSets, newStack, updateOf } from "./lifecycle.ts";
import { parametersOf } from "./describe.ts";
import { page } from "./page.ts";
import { stackInput } from "./stack-input.ts";
import { checkRole, checkStackName, findStack, required, requireStack, stackPermissions } from "./stack-of.ts";

/** Virtual seconds that AWS takes to plan. */
const planningTime = 3;

const noChanges =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

export const changeSetPlanned: TimerDefinition<{ id: string }> = defineTimer(
  "cloudformation/change-set-planned",
  ({ id }, ctx) => {
    const set = ctx.table(changeSets).get(id);
    if (set?.status !== "CREATE_IN_PROGRESS") return;
    const stack = ctx.table(stacks).get(set.stackId) as StackRow;
    try {
      const imported = new Map((set.resourcesToImport ?? []).map((one) => [one.logicalId, physicalIdOf(one)]));
      const plan = planChanges(ctx, stack, set.input, ctx.table(inputs).get(set.stackId), imported);
      // A new stack may have nothing but conditions that don't hold.
      const done =
        plan.changed || set.type === "CREATE"
          ? { status: "CREATE_COMPLETE", executionStatus: "AVAILABLE" }
          : { status: "FAILED", executionStatus: "UNAVAILABLE", statusReason: noChanges };
      ctx.table(changeSets).put(id, { ...set, ...done, changes: plan.changes });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const failed = { status: "FAILED", executionStatus: "UNAVAILABLE", statusReason: error.message };
      ctx.table(changeSets).put(id, { ...set, ...failed });
    }
  },
);

function physicalIdOf(one: { type: string; identifier: Record<string, string> }): string {
  const names = resourceSpec(one.type)?.id ?? [];
  const values = names.flatMap((name) => one.identifier[name] ?? []);
  return (values.length > 0 ? values : Object.values(one.identifier)).join("|");
}

/** The stack and change set that a request names. @throws AwsError ChangeSetNotFound, ValidationError */
function findChangeSet(
  ctx: Context,
  input: { ChangeSetName?: string | undefined; StackName?: string | undefined },
): Readonly<ChangeSetRow> {
  const name = required(input.ChangeSetName, "changeSetName");
  const missing = new AwsError("ChangeSetNotFound", `ChangeSet [${name}] does not exist`, { status: 404 });
  if (name.startsWith("arn:")) {
    const row = ctx.table(changeSets).get(name);
    if (!row) throw missing;
    return row;
  }
  if (input.StackName === undefined) {
    throw validationError("StackName must be specified if ChangeSetName is not specified as an ARN.");
  }
  const stack = findStack(ctx, input.StackName);
  if (!stack) throw stackNotFound(input.StackName);
  const row = ctx
    .table(changeSets)
    .by("stack", stack.id)
    .find((set) => set.name === name);
  if (!row) throw missing;
  return row;
}

const createChangeSet = operation<CreateChangeSetInput, CreateChangeSetOutput>({
  permissions: stackPermissions("CreateChangeSet"),
  run(input, ctx) {
    const stackName = required(input.StackName, "stackName");
    const name = required(input.ChangeSetName, "changeSetName");
    if (!/^[a-zA-Z][-a-zA-Z0-9]*$/.test(name)) {
      throw validationError(
        `1 validation error detected: Value '${name}' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
      );
    }
    const type = input.ChangeSetType ?? "UPDATE";
    if (!["CREATE", "IMPORT", "UPDATE"].includes(type))
      throw constraintError(type, "changeSetType", "Member must satisfy enum value set: [IMPORT, UPDATE, CREATE]");
    checkRole(ctx, input.RoleARN);
    const stack = stackFor(ctx, input, stackName, type, name);
    const namesake = ctx
      .table(changeSets)
      .by("stack", stack.id)
      .find((set) => set.name === name);
    // Executing a change set uses its name up for nobody: eksctl and others name the next one alike within a second.
    if (namesake?.executionStatus === "EXECUTE_COMPLETE") ctx.table(changeSets).delete(namesake.id);
    else if (namesake) {
      throw new AwsError(
        "AlreadyExistsException",
        `ChangeSet ${name} cannot be created due to a mismatch with existing attribute Template`,
        {
          status: 400,
        },
      );
    }
    const previous = ctx.table(inputs).get(stack.id);
    const living = stack.status === "REVIEW_IN_PROGRESS" ? undefined : previous;
    const { input: settled } = stackInput(ctx, stack, input, living, { changeSet: true });
    if (input.IncludeNestedStacks && hasNestedStacks(settled))
      throw new NotEmulatedError("a change set with IncludeNestedStacks of a template with nested stacks");
    if (!previous) ctx.table(inputs).put(stack.id, { ...settled, body: emptyTemplate, parameters: {}, tags: [] });
    const row: ChangeSetRow = {
      id: changeSetArn(ctx, name, ctx.ids.uuid()),
      name,
      stackId: stack.id,
      stackName: stack.name,
      type: type as ChangeSetRow["type"],
      status: "CREATE_IN_PROGRESS",
      executionStatus: "UNAVAILABLE",
      createdAt: ctx.now(),
      input: settled,
      changes: [],
      ...(input.Description === undefined ? {} : { description: input.Description }),
      ...(input.RoleARN === undefined ? {} : { roleArn: input.RoleARN }),
      ...(input.OnStackFailure === undefined ? {} : { onStackFailure: input.OnStackFailure }),
      ...(input.IncludeNestedStacks === undefined ? {} : { includeNestedStacks: input.IncludeNestedStacks }),
      ...(type === "IMPORT" ? { resourcesToImport: importsOf(input) } : {}),
    };
    ctx.table(changeSets).put(row.id, row);
    ctx.schedule(changeSetPlanned, planningTime, `change-set/${row.id}`, { id: row.id });
    return { Id: row.id, StackId: stack.id };
  },
});

function hasNestedStacks(input: StackInput): boolean {
  return Object.values(givenOf(input).template.Resources).some((one) => one.Type === "AWS::CloudFormation::Stack");
}

/** What a stack is made from before its first change set is executed: nothing. */
const emptyTemplate = '{"Resources":{"Nothing":{"Type":"AWS::CloudFormation::WaitConditionHandle"}}}';

function importsOf(input: CreateChangeSetInput): NonNullable<ChangeSetRow["resourcesToImport"]> {
  return (input.ResourcesToImport ?? []).map((one) => ({
    type: required(one.ResourceType, "resourceType"),
    logicalId: required(one.LogicalResourceId, "logicalResourceId"),
    identifier: one.ResourceIdentifier ?? {},
  }));
}

function stackFor(
  ctx: Context,
  input: CreateChangeSetInput,
  stackName: string,
  type: ChangeSetType,
  changeSet: string,
): Readonly<StackRow> {
  const existing = findStack(ctx, stackName);
  const live = existing !== undefined && existing.status !== "REVIEW_IN_PROGRESS";
  if (type === "CREATE" && live) {
    throw validationError(
      `Stack [${stackName}] already exists and cannot be created again with the changeSet [${changeSet}].`,
    );
  }
  if (type === "UPDATE") {
    if (!existing) throw stackNotFound(stackName);
    if (!live) throw validationError(`Stack:${existing.id} is in REVIEW_IN_PROGRESS state and can not be updated.`);
    checkUpdatable(existing);
    return existing;
  }
  if (existing) return existing;
  checkStackName(stackName);
  const row = newStack(ctx, stackName, input as object, "REVIEW_IN_PROGRESS");
  ctx.table(stacks).put(row.id, row);
  return stackEvent(ctx, row.id, "REVIEW_IN_PROGRESS", "User Initiated");
}

const describeChangeSet = operation<DescribeChangeSetInput, DescribeChangeSetOutput>({
  waiter: true,
  permissions: stackPermissions("DescribeChangeSet"),
  run(input, ctx) {
    const asked = findChangeSet(ctx, input);
    ctx.observe(`change-set/${asked.id}`);
    const set = ctx.table(changeSets).get(asked.id) ?? asked;
    const { items, next } = page(set.changes as ResourceChange[], 100, input.NextToken);
    const parameters = parametersOf(set.input);
    return {
      ChangeSetName: set.name,
      ChangeSetId: set.id,
      StackId: set.stackId,
      StackName: set.stackName,
      ...(set.description === undefined ? {} : { Description: set.description }),
      ...(parameters.length > 0 ? { Parameters: parameters } : {}),
      CreationTime: new Date(set.createdAt),
      ExecutionStatus: set.executionStatus as "AVAILABLE",
      Status: set.status as "CREATE_COMPLETE",
      ...(set.statusReason === undefined ? {} : { StatusReason: set.statusReason }),
      NotificationARNs: set.input.notificationArns,
      RollbackConfiguration: {},
      Capabilities: set.input.capabilities as NonNullable<DescribeChangeSetOutput["Capabilities"]>,
      ...(set.input.tags.length > 0 ? { Tags: set.input.tags } : {}),
      Changes: items.map((change) => ({
        Type: "Resource",
        ResourceChange: input.IncludePropertyValues ? change : withoutValues(change),
      })),
      ...(next ? { NextToken: next } : {}),
      IncludeNestedStacks: set.includeNestedStacks ?? false,
      ...(set.onStackFailure === undefined ? {} : { OnStackFailure: set.onStackFailure as "ROLLBACK" }),
    };
  },
});

function withoutValues(change: ResourceChange): ResourceChange {
  const { BeforeContext: _before, AfterContext: _after, ...rest } = change;
  const causes = (name: string | undefined): ResourceChangeDetail[] =>
    (rest.Details ?? []).filter((one) => one.Target?.Name === name && one.CausingEntity !== undefined);
  // A property that a resource alone moves is told once when its values aren't.
  const told = (rest.Details ?? []).filter((one) => {
    const others = causes(one.Target?.Name);
    const byResource = others.length > 0 && others.every((other) => other.ChangeSource !== "ParameterReference");
    return one.CausingEntity !== undefined || !byResource;
  });
  const details = told.map((detail) => {
    const { BeforeValue: _b, AfterValue: _a, Path: _p, AttributeChangeType: _t, ...target } = detail.Target ?? {};
    return { ...detail, Target: target };
  });
  return { ...rest, Details: details };
}

const executeChangeSet = operation<ExecuteChangeSetInput, object>({
  permissions: stackPermissions("ExecuteChangeSet"),
  run(input, ctx) {
    const set = findChangeSet(ctx, input);
    if (set.executionStatus !== "AVAILABLE") {
      const state = `status ${set.status}`;
      throw new AwsError("InvalidChangeSetStatus", `ChangeSet [${set.id}] cannot be executed in its current ${state}`, {
        status: 400,
      });
    }
    const stack = ctx.table(stacks).get(set.stackId) as StackRow;
    const token = {
      token: input.ClientRequestToken,
      disableRollback: input.DisableRollback,
      retainExceptOnCreate: input.RetainExceptOnCreate,
    };
    const { template } = givenOf(set.input);
    const change: Partial<StackRow> = {
      ...updateOf(set.roleArn === undefined ? {} : { RoleARN: set.roleArn }, template.Description),
      changeSetId: set.id,
    };
    dropChangeSets(ctx, stack.id);
    ctx.table(changeSets).put(set.id, { ...set, executionStatus: "EXECUTE_COMPLETE" });
    if (set.type === "IMPORT") {
      ctx.table(stacks).put(stack.id, { ...stack, ...change });
      const imported = (set.resourcesToImport ?? []).map((one) => ({ ...one, physicalId: physicalIdOf(one) }));
      startImport(ctx, stack.id, set.input, imported, token);
      return {};
    }
    if (set.type === "CREATE") {
      // Seen on AWS: executing the change set counts as an update of the stack that was there for review.
      change.updatedAt = ctx.now();
      const onFailure = set.onStackFailure ?? (input.DisableRollback ? "DO_NOTHING" : stack.onFailure);
      ctx.table(stacks).put(stack.id, { ...stack, ...change, onFailure: onFailure as StackRow["onFailure"] });
      ctx.table(inputs).put(stack.id, set.input);
      startCreate(ctx, stack.id, token);
      return {};
    }
    checkUpdatable(stack);
    startUpdate(ctx, stack.id, set.input, { ...token, change });
    return {};
  },
});

const deleteChangeSet = operation<DeleteChangeSetInput, object>({
  permissions: stackPermissions("DeleteChangeSet"),
  run(input, ctx) {
    const name = required(input.ChangeSetName, "changeSetName");
    try {
      ctx.table(changeSets).delete(findChangeSet(ctx, input).id);
    } catch (error) {
      // Deleting a change set that isn't there is no error when it is named by its ARN.
      if (!(name.startsWith("arn:") && error instanceof AwsError && error.code === "ChangeSetNotFound")) throw error;
    }
    return {};
  },
});

const listChangeSets = operation<ListChangeSetsInput, ListChangeSetsOutput>({
  permissions: stackPermissions("ListChangeSets"),
  run(input, ctx) {
    const stack = requireStack(ctx, input.StackName);
    // What was executed is no longer active.
    const sets = ctx
      .table(changeSets)
      .by("stack", stack.id)
      .filter((set) => set.executionStatus !== "EXECUTE_COMPLETE");
    const { items, next } = page(sets, 100, input.NextToken);
    return { Summaries: items.map(changeSetSummary), ...(next ? { NextToken: next } : {}) };
  },
});

function changeSetSummary(set: Readonly<ChangeSetRow>): ChangeSetSummary {
  return {
    StackId: set.stackId,
    StackName: set.stackName,
    ChangeSetId: set.id,
    ChangeSetName: set.name,
    ExecutionStatus: set.executionStatus as "AVAILABLE",
    Status: set.status as "CREATE_COMPLETE",
    ...(set.statusReason === undefined ? {} : { StatusReason: set.statusReason }),
    CreationTime: new Date(set.createdAt),
    ...(set.description === undefined ? {} : { Description: set.description }),
    IncludeNestedStacks: set.includeNestedStacks ?? false,
  };
}

export const changeSetOperations: Readonly<Record<string, Operation>> = {
  CreateChangeSet: createChangeSet,
  DeleteChangeSet: deleteChangeSet,
  DescribeChangeSet: describeChangeSet,
  ExecuteChangeSet: executeChangeSet,
  ListChangeSets: listChangeSets,
};
