// Reading stacks, their resources and their events.
import type {
  DescribeStackEventsInput,
  DescribeStackEventsOutput,
  DescribeStackResourceInput,
  DescribeStackResourceOutput,
  DescribeStackResourcesInput,
  DescribeStackResourcesOutput,
  DescribeStacksInput,
  DescribeStacksOutput,
  ListStackResourcesInput,
  ListStackResourcesOutput,
  ListStacksInput,
  ListStacksOutput,
  Stack,
  StackEvent,
  StackStatus,
  StackSummary,
} from "@aws-sdk/client-cloudformation";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { constraintError, stackNotFound, validationError } from "../errors.ts";
import { subjectOf } from "../executor/events.ts";
import type { EventRow, ResourceRow, StackInput, StackRow } from "../state.ts";
import { events, inputs, keyOf, resources, stacks } from "../state.ts";
import { givenOf } from "../template-of.ts";
import { isNoEcho } from "../template/parameters.ts";
import { page } from "./page.ts";
import { findStack, required, requireStack, stackPermissions } from "./stack-of.ts";

function driftOf(drift: { status: string; at: number } | undefined): { StackDriftStatus: "NOT_CHECKED" } {
  const status = (drift?.status ?? "NOT_CHECKED") as "NOT_CHECKED";
  return { StackDriftStatus: status, ...(drift ? { LastCheckTimestamp: new Date(drift.at) } : {}) };
}

function stackDescription(ctx: Context, row: Readonly<StackRow>): Stack {
  const input = ctx.table(inputs).get(row.id) as StackInput;
  const deleted = row.status === "DELETE_COMPLETE";
  const parameters = parametersOf(input);
  const outputs = row.outputs.map((output) => ({
    OutputKey: output.key,
    OutputValue: output.value,
    ...(output.description === undefined ? {} : { Description: output.description }),
    ...(output.exportName === undefined ? {} : { ExportName: output.exportName }),
  }));
  return {
    StackId: row.id,
    StackName: row.name,
    ...(row.changeSetId === undefined ? {} : { ChangeSetId: row.changeSetId }),
    ...(row.description === undefined ? {} : { Description: row.description }),
    ...(parameters.length > 0 ? { Parameters: parameters } : {}),
    CreationTime: new Date(row.createdAt),
    ...(row.updatedAt === undefined ? {} : { LastUpdatedTime: new Date(row.updatedAt) }),
    ...(row.deletedAt === undefined ? {} : { DeletionTime: new Date(row.deletedAt) }),
    RollbackConfiguration: (row.rollbackConfiguration ?? {}) as object,
    StackStatus: row.status as StackStatus,
    ...(row.statusReason === undefined ? {} : { StackStatusReason: row.statusReason }),
    DisableRollback: row.disableRollback,
    NotificationARNs: input.notificationArns,
    ...(row.timeoutInMinutes === undefined ? {} : { TimeoutInMinutes: row.timeoutInMinutes }),
    ...(input.capabilities.length > 0
      ? { Capabilities: input.capabilities as NonNullable<Stack["Capabilities"]> }
      : {}),
    ...(outputs.length > 0 ? { Outputs: outputs } : {}),
    ...(row.roleArn === undefined ? {} : { RoleARN: row.roleArn }),
    Tags: input.tags,
    ...(deleted ? {} : { EnableTerminationProtection: row.terminationProtection }),
    ...(row.parentId === undefined ? {} : { ParentId: row.parentId }),
    ...(row.rootId === undefined ? {} : { RootId: row.rootId }),
    DriftInformation: driftOf(row.drift),
    ...(row.lastOperation
      ? {
          LastOperations: [
            { OperationId: row.lastOperation.id, OperationType: row.lastOperation.type as "CREATE_STACK" },
          ],
        }
      : {}),
  };
}

/** Parameters as the API shows them: those that must not be seen are masked. */
export function parametersOf(
  input: StackInput,
): { ParameterKey: string; ParameterValue: string; ResolvedValue?: string }[] {
  const { template } = givenOf(input);
  return Object.entries(input.parameters).map(([key, { value, resolved }]) => ({
    ParameterKey: key,
    ParameterValue: isNoEcho(template.Parameters[key]) ? "****" : value,
    ...(resolved === undefined ? {} : { ResolvedValue: resolved }),
  }));
}

const describeStacks = operation<DescribeStacksInput, DescribeStacksOutput>({
  waiter: true,
  permissions: stackPermissions("DescribeStacks"),
  run(input, ctx) {
    const name = input.StackName;
    if (name !== undefined && name !== "") {
      const asked = findStack(ctx, name);
      if (asked) ctx.observe(subjectOf(asked.id));
      // By its name a stack is gone as soon as its deletion is over.
      const row = findStack(ctx, name);
      if (!row) throw validationError(`Stack with id ${name} does not exist`);
      return { Stacks: [stackDescription(ctx, row)] };
    }
    const alive = ctx.table(stacks).list((row) => row.status !== "DELETE_COMPLETE");
    for (const row of alive) if (row.status.endsWith("_IN_PROGRESS")) ctx.observe(subjectOf(row.id));
    const rows = ctx
      .table(stacks)
      .list((row) => row.status !== "DELETE_COMPLETE")
      .toReversed();
    const { items, next } = page(rows, 100, input.NextToken);
    return { Stacks: items.map((row) => stackDescription(ctx, row)), ...(next ? { NextToken: next } : {}) };
  },
});

/** Every status of a stack; a record, so that the compiler misses none and knows none too many. */
const knownStatuses: Record<StackStatus, true> = {
  CREATE_IN_PROGRESS: true,
  CREATE_FAILED: true,
  CREATE_COMPLETE: true,
  ROLLBACK_IN_PROGRESS: true,
  ROLLBACK_FAILED: true,
  ROLLBACK_COMPLETE: true,
  DELETE_IN_PROGRESS: true,
  DELETE_FAILED: true,
  DELETE_COMPLETE: true,
  UPDATE_IN_PROGRESS: true,
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: true,
  UPDATE_COMPLETE: true,
  UPDATE_FAILED: true,
  UPDATE_ROLLBACK_IN_PROGRESS: true,
  UPDATE_ROLLBACK_FAILED: true,
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: true,
  UPDATE_ROLLBACK_COMPLETE: true,
  REVIEW_IN_PROGRESS: true,
  IMPORT_IN_PROGRESS: true,
  IMPORT_COMPLETE: true,
  IMPORT_ROLLBACK_IN_PROGRESS: true,
  IMPORT_ROLLBACK_FAILED: true,
  IMPORT_ROLLBACK_COMPLETE: true,
};

const listStacks = operation<ListStacksInput, ListStacksOutput>((input, ctx) => {
  const wanted = input.StackStatusFilter as string[] | undefined;
  const unknown = wanted?.filter((status) => !Object.hasOwn(knownStatuses, status)) ?? [];
  if (unknown.length > 0) {
    const known = Object.keys(knownStatuses).join(", ");
    const rule = `Member must satisfy constraint: [Member must satisfy enum value set: [${known}]]`;
    throw constraintError(`[${wanted?.join(", ")}]`, "stackStatusFilter", rule);
  }
  const rows = ctx
    .table(stacks)
    .list((row) => wanted === undefined || wanted.length === 0 || wanted.includes(row.status))
    .toReversed();
  const { items, next } = page(rows, 100, input.NextToken);
  return { StackSummaries: items.map(stackSummary), ...(next ? { NextToken: next } : {}) };
});

function stackSummary(row: Readonly<StackRow>): StackSummary {
  return {
    StackId: row.id,
    StackName: row.name,
    ...(row.description === undefined ? {} : { TemplateDescription: row.description }),
    CreationTime: new Date(row.createdAt),
    ...(row.updatedAt === undefined ? {} : { LastUpdatedTime: new Date(row.updatedAt) }),
    ...(row.deletedAt === undefined ? {} : { DeletionTime: new Date(row.deletedAt) }),
    StackStatus: row.status as StackStatus,
    ...(row.statusReason === undefined ? {} : { StackStatusReason: row.statusReason }),
    ...(row.parentId === undefined ? {} : { ParentId: row.parentId }),
    ...(row.rootId === undefined ? {} : { RootId: row.rootId }),
    DriftInformation: driftOf(row.drift),
  };
}

/** Lets time go on until something happens to the stack that a reader would see. */
function watch(ctx: Context, stackId: string): void {
  const table = ctx.table(events);
  const seen = table.by("stack", stackId).length;
  while (ctx.observe(subjectOf(stackId)) && table.by("stack", stackId).length === seen);
}

const describeStackEvents = operation<DescribeStackEventsInput, DescribeStackEventsOutput>({
  permissions: stackPermissions("DescribeStackEvents"),
  run(input, ctx) {
    const name = required(input.StackName, "stackName");
    const asked = requireStack(ctx, name);
    // Later pages belong to the moment of the first.
    if (input.NextToken === undefined) watch(ctx, asked.id);
    const rows = ctx.table(events).by("stack", asked.id).toReversed();
    const { items, next } = page(rows, 100, input.NextToken, { anchored: true });
    return { StackEvents: items.map((row) => stackEventOf(row, asked.name)), ...(next ? { NextToken: next } : {}) };
  },
});

function stackEventOf(row: Readonly<EventRow>, stackName: string): StackEvent {
  return {
    StackId: row.stackId,
    EventId: row.id,
    StackName: stackName,
    LogicalResourceId: row.logicalId,
    PhysicalResourceId: row.physicalId,
    ResourceType: row.type,
    Timestamp: new Date(row.at),
    ResourceStatus: row.status as NonNullable<StackEvent["ResourceStatus"]>,
    ...(row.reason === undefined ? {} : { ResourceStatusReason: row.reason }),
    ...(row.properties === undefined ? {} : { ResourceProperties: row.properties }),
    ...(row.token === undefined ? {} : { ClientRequestToken: row.token }),
  };
}

function resourceDescription(
  row: Readonly<ResourceRow>,
  stack: Readonly<StackRow>,
): NonNullable<DescribeStackResourceOutput["StackResourceDetail"]> {
  return {
    StackName: stack.name,
    StackId: stack.id,
    LogicalResourceId: row.logicalId,
    ...(row.physicalId === undefined ? {} : { PhysicalResourceId: row.physicalId }),
    ResourceType: row.type,
    LastUpdatedTimestamp: new Date(row.at),
    ResourceStatus: row.status as "CREATE_COMPLETE",
    ...(row.statusReason === undefined ? {} : { ResourceStatusReason: row.statusReason }),
    ...(row.metadata === undefined ? {} : { Metadata: row.metadata }),
    DriftInformation: resourceDriftOf(row),
  };
}

function resourceDriftOf(row: Readonly<ResourceRow>): { StackResourceDriftStatus: "NOT_CHECKED" } {
  const status = (row.drift?.status ?? "NOT_CHECKED") as "NOT_CHECKED";
  return { StackResourceDriftStatus: status, ...(row.drift ? { LastCheckTimestamp: new Date(row.drift.at) } : {}) };
}

const describeStackResource = operation<DescribeStackResourceInput, DescribeStackResourceOutput>({
  permissions: stackPermissions("DescribeStackResource"),
  run(input, ctx) {
    const name = required(input.StackName, "stackName");
    const stack = findStack(ctx, name);
    if (!stack) throw validationError(`Stack '${name}' does not exist`);
    watch(ctx, stack.id);
    const logicalId = required(input.LogicalResourceId, "logicalResourceId");
    const row = ctx.table(resources).get(keyOf(stack.id, logicalId));
    if (!row) throw validationError(`Resource ${logicalId} does not exist for stack ${name}`);
    return { StackResourceDetail: resourceDescription(row, stack) };
  },
});

const describeStackResources = operation<DescribeStackResourcesInput, DescribeStackResourcesOutput>({
  permissions: stackPermissions("DescribeStackResources"),
  run(input, ctx) {
    const { PhysicalResourceId: physicalId, LogicalResourceId: logicalId } = input;
    const [byPhysical] = physicalId === undefined ? [] : ctx.table(resources).by("physical", physicalId);
    if (input.StackName === undefined && physicalId === undefined) {
      throw validationError("Either StackName or PhysicalResourceId must be specified.");
    }
    if (physicalId !== undefined && !byPhysical) throw validationError(`Stack for ${physicalId} does not exist`);
    const name = byPhysical?.stackId ?? input.StackName ?? "";
    const stack = findStack(ctx, name);
    if (!stack) throw byPhysical ? stackNotFound(name) : validationError(`Stack with id ${name} does not exist`);
    watch(ctx, stack.id);
    const rows = ctx
      .table(resources)
      .by("stack", stack.id)
      .filter((row) => logicalId === undefined || row.logicalId === logicalId);
    return {
      StackResources: rows.slice(0, 100).map((row) => {
        const { LastUpdatedTimestamp: at, Metadata: _metadata, ...rest } = resourceDescription(row, stack);
        return { ...rest, Timestamp: at };
      }),
    };
  },
});

const listStackResources = operation<ListStackResourcesInput, ListStackResourcesOutput>({
  permissions: stackPermissions("ListStackResources"),
  run(input, ctx) {
    const name = required(input.StackName, "stackName");
    const stack = findStack(ctx, name);
    if (!stack) throw validationError(`Stack with id ${name} does not exist`);
    if (input.NextToken === undefined) watch(ctx, stack.id);
    const { items, next } = page(ctx.table(resources).by("stack", stack.id), 100, input.NextToken);
    return {
      StackResourceSummaries: items.map((row) => {
        const { StackName: _n, StackId: _i, Metadata: _m, ...rest } = resourceDescription(row, stack);
        return rest;
      }),
      ...(next ? { NextToken: next } : {}),
    };
  },
});

export const describeOperations: Readonly<Record<string, Operation>> = {
  DescribeStackEvents: describeStackEvents,
  DescribeStackResource: describeStackResource,
  DescribeStackResources: describeStackResources,
  DescribeStacks: describeStacks,
  ListStackResources: listStackResources,
  ListStacks: listStacks,
};
