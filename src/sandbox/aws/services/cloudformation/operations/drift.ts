// Drift: what a stack's resources are, beside what its template says.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
import type {
  DescribeStackDriftDetectionStatusInput,
  DescribeStackDriftDetectionStatusOutput,
  DescribeStackResourceDriftsInput,
  DescribeStackResourceDriftsOutput,
  DetectStackDriftInput,
  DetectStackDriftOutput,
  DetectStackResourceDriftInput,
  DetectStackResourceDriftOutput,
  StackResourceDrift,
} from "@aws-sdk/client-cloudformation";
import type { Context, Operation, TimerDefinition } from "../../../core/index.ts";
import { defineTimer, operation } from "../../../core/index.ts";
import { tagMap } from "../adapter.ts";
import { validationError } from "../errors.ts";
import { resourceRequest } from "../executor/request.ts";
import type { ResourceHandler } from "../handler.ts";
import { handlerOf } from "../resources/index.ts";
import { resourceSpec } from "../spec.ts";
import type { ResourceDriftRow, ResourceRow, StackRow } from "../state.ts";
import { driftDetections, keyOf, resourceDrifts, resources, stacks } from "../state.ts";
import { isObject } from "../template/model.ts";
import { page } from "./page.ts";
import { required, requireStack, stackPermissions } from "./stack-of.ts";

/** Virtual seconds that AWS takes to look at a stack. */
const detectionTime = 10;

export const driftDetected: TimerDefinition<{ id: string }> = defineTimer(
  "cloudformation/drift-detected",
  ({ id }, ctx) => {
    const detection = ctx.table(driftDetections).get(id);
    if (!detection) return;
    const rows = ctx
      .table(resources)
      .by("stack", detection.stackId)
      .filter((row) => row.physicalId !== undefined);
    const found = rows.filter((row) => row.status !== "DELETE_COMPLETE").map((row) => detect(ctx, row));
    const drifted = found.filter(({ status }) => status === "MODIFIED" || status === "DELETED").length;
    const driftStatus = drifted > 0 ? "DRIFTED" : "IN_SYNC";
    ctx.table(driftDetections).put(id, { ...detection, status: "DETECTION_COMPLETE", driftStatus, drifted });
    ctx.table(stacks).update(detection.stackId, { drift: { status: driftStatus, at: ctx.now() } });
  },
);

/** Looks at one resource and writes what was found. */
function detect(ctx: Context, row: Readonly<ResourceRow>): ResourceDriftRow {
  const handler = handlerOf(row.type) as ResourceHandler;
  const request = resourceRequest(ctx, handler, { row, properties: row.properties });
  const model = handler.read(request);
  const base = {
    stackId: row.stackId,
    logicalId: row.logicalId,
    type: row.type,
    physicalId: row.physicalId ?? "",
    expected: JSON.stringify(row.properties),
    at: ctx.now(),
  };
  const differences = model ? compare(row, model, handler.writeOnly ?? []) : [];
  const status = model ? (differences.length > 0 ? "MODIFIED" : "IN_SYNC") : "DELETED";
  const actual = model && { ...row.properties, ...known(row, model, handler.writeOnly ?? []) };
  const found: ResourceDriftRow = {
    ...base,
    status,
    differences,
    ...(actual ? { actual: JSON.stringify(actual) } : {}),
  };
  ctx.table(resourceDrifts).put(keyOf(row.stackId, row.logicalId), found);
  ctx.table(resources).put(keyOf(row.stackId, row.logicalId), { ...row, drift: { status, at: ctx.now() } });
  return found;
}

/** The properties of a model that the template sets, too. */
function known(row: Readonly<ResourceRow>, model: object, writeOnly: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(model).filter(([name]) => name in row.properties && !writeOnly.includes(name)),
  );
}

function compare(
  row: Readonly<ResourceRow>,
  model: object,
  writeOnly: readonly string[],
): ResourceDriftRow["differences"] {
  const tagProperty = resourceSpec(row.type)?.tags?.property;
  return Object.entries(known(row, model, writeOnly)).flatMap(([name, actual]) => {
    const expected = row.properties[name];
    if (name === tagProperty) return differentTags(`/${name}`, expected, withoutAws(tagMap(actual)));
    return differ(`/${name}`, expected, actual);
  });
}

function withoutAws(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !/^(aws|eks):/.test(key)));
}

type Differences = ResourceDriftRow["differences"];

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

function difference(path: string, expected: unknown, actual: unknown): Differences[number] {
  const kind = actual === undefined ? "REMOVE" : expected === undefined ? "ADD" : "NOT_EQUAL";
  return { PropertyPath: path, ExpectedValue: text(expected), ActualValue: text(actual), DifferenceType: kind };
}

/** Tags one by one; those that somebody added count too. Their place is that in the template, behind it for new ones. */
function differentTags(path: string, written: unknown, actual: Record<string, string>): Differences {
  const expected = tagMap(written);
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return keys.flatMap((key, index) => {
    const [want, is] = [expected[key], actual[key]];
    if (want === is) return [];
    if (!Array.isArray(written)) return [difference(`${path}/${key}`, want, is)];
    if (want !== undefined && is !== undefined) return [difference(`${path}/${index}/Value`, want, is)];
    const tag = (Value: string | undefined): object | undefined => (Value === undefined ? Value : { Key: key, Value });
    return [difference(`${path}/${index}`, tag(want), tag(is))];
  });
}

/** Items that are missing and items that are too many; lists count as sets. */
function differentItems(path: string, expected: readonly unknown[], actual: readonly unknown[]): Differences {
  const left = [...actual.entries()];
  const missing: Differences = [];
  for (const [index, item] of expected.entries()) {
    const found = left.findIndex(([, other]) => differ("", item, other).length === 0);
    if (found < 0) missing.push(difference(`${path}/${index}`, item, undefined));
    else left.splice(found, 1);
  }
  return [...missing, ...left.map(([index, item]) => difference(`${path}/${index}`, undefined, item))];
}

/** Differences below `path`. What the template doesn't say is AWS's default, and no drift. */
function differ(path: string, expected: unknown, actual: unknown): Differences {
  if (isObject(expected) && isObject(actual)) {
    return Object.keys(expected).flatMap((key) => differ(`${path}/${key}`, expected[key], actual[key]));
  }
  if (Array.isArray(expected) && Array.isArray(actual)) return differentItems(path, expected, actual);
  if (text(expected) === text(actual) || isSameNumber(expected, actual)) return [];
  return [difference(path, expected, actual)];
}

function isSameNumber(a: unknown, b: unknown): boolean {
  return String(a as string) === String(b as string);
}

const detectStackDrift = operation<DetectStackDriftInput, DetectStackDriftOutput>({
  permissions: stackPermissions("DetectStackDrift"),
  readOnly: false,
  run(input, ctx) {
    const stack = requireStack(ctx, input.StackName);
    if (stack.status.endsWith("_IN_PROGRESS") || stack.status === "DELETE_COMPLETE") {
      throw validationError(
        `Drift detection cannot be performed on stack [${stack.id}] while it is in ${stack.status} state`,
      );
    }
    const id = ctx.ids.uuid();
    ctx.table(driftDetections).put(id, { id, stackId: stack.id, at: ctx.now(), status: "DETECTION_IN_PROGRESS" });
    ctx.schedule(driftDetected, detectionTime, `drift/${id}`, { id });
    return { StackDriftDetectionId: id };
  },
});

const describeDetection = operation<DescribeStackDriftDetectionStatusInput, DescribeStackDriftDetectionStatusOutput>(
  (input, ctx) => {
    const id = required(input.StackDriftDetectionId, "stackDriftDetectionId");
    ctx.observe(`drift/${id}`);
    const row = ctx.table(driftDetections).get(id);
    if (!row) throw validationError(`Drift detection ID [${id}] does not exist`);
    return {
      StackId: row.stackId,
      StackDriftDetectionId: id,
      ...(row.driftStatus === undefined ? {} : { StackDriftStatus: row.driftStatus as "IN_SYNC" }),
      DetectionStatus: row.status,
      ...(row.drifted === undefined ? {} : { DriftedStackResourceCount: row.drifted }),
      Timestamp: new Date(row.at),
    };
  },
);

function driftOutput(row: Readonly<ResourceDriftRow>): StackResourceDrift {
  return {
    StackId: row.stackId,
    LogicalResourceId: row.logicalId,
    PhysicalResourceId: row.physicalId,
    ResourceType: row.type,
    ...(row.expected === undefined ? {} : { ExpectedProperties: row.expected }),
    ...(row.actual === undefined ? {} : { ActualProperties: row.actual }),
    PropertyDifferences: row.differences as NonNullable<StackResourceDrift["PropertyDifferences"]>,
    StackResourceDriftStatus: row.status,
    Timestamp: new Date(row.at),
  };
}

const describeDrifts = operation<DescribeStackResourceDriftsInput, DescribeStackResourceDriftsOutput>({
  permissions: stackPermissions("DescribeStackResourceDrifts"),
  run(input, ctx) {
    const stack: Readonly<StackRow> = requireStack(ctx, input.StackName);
    const wanted = input.StackResourceDriftStatusFilters as string[] | undefined;
    const rows = ctx
      .table(resourceDrifts)
      .by("stack", stack.id)
      .filter((row) => wanted === undefined || wanted.length === 0 || wanted.includes(row.status));
    const { items, next } = page(rows, input.MaxResults ?? 100, input.NextToken);
    return { StackResourceDrifts: items.map(driftOutput), ...(next ? { NextToken: next } : {}) };
  },
});

const detectResourceDrift = operation<DetectStackResourceDriftInput, DetectStackResourceDriftOutput>({
  permissions: stackPermissions("DetectStackResourceDrift"),
  readOnly: false,
  run(input, ctx) {
    const stack = requireStack(ctx, input.StackName);
    const logicalId = required(input.LogicalResourceId, "logicalResourceId");
    const row = ctx.table(resources).get(keyOf(stack.id, logicalId));
    if (!row) throw validationError(`Resource ${logicalId} does not exist for stack ${stack.name}`);
    return { StackResourceDrift: driftOutput(detect(ctx, row)) };
  },
});

export const driftOperations: Readonly<Record<string, Operation>> = {
  DescribeStackDriftDetectionStatus: describeDetection,
  DescribeStackResourceDrifts: describeDrifts,
  DetectStackDrift: detectStackDrift,
  DetectStackResourceDrift: detectResourceDrift,
};
