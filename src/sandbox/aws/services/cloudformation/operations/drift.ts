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
import { sameValue } from "../values.ts";
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
    if (name === tagProperty) return differ(`/${name}`, tagMap(expected), withoutAws(tagMap(actual)));
    return differ(`/${name}`, expected, actual);
  });
}

function withoutAws(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !/^(aws|eks):/.test(key)));
}

/** Differences below `path`. What the template doesn't say is AWS's default, and no drift; lists count as sets. */
function differ(path: string, expected: unknown, actual: unknown): ResourceDriftRow["differences"] {
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));
  if (isObject(expected) && isObject(actual)) {
    return Object.keys(expected).flatMap((key) => differ(`${path}/${key}`, expected[key], actual[key]));
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const [sortedExpected, sortedActual] = [expected, actual].map((list) => list.map(text).toSorted());
    if (sameValue(sortedExpected, sortedActual)) return [];
    const alike =
      expected.length === actual.length && expected.every((item, at) => differ("", item, actual[at]).length === 0);
    if (alike) return [];
  } else if (text(expected) === text(actual) || isSameNumber(expected, actual)) return [];
  const kind = actual === undefined ? "REMOVE" : expected === undefined ? "ADD" : "NOT_EQUAL";
  return [{ PropertyPath: path, ExpectedValue: text(expected), ActualValue: text(actual), DifferenceType: kind }];
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
