// Writes what happens to a stack and its resources: rows and events together.
import type { Context } from "../../../core/index.ts";
import type { EventRow, ResourceRow, StackRow } from "../state.ts";
import { events, keyOf, operations, resources, stacks } from "../state.ts";

/** The subject of everything that a stack still has to do. */
export function subjectOf(stackId: string): string {
  return `stack/${stackId}`;
}

/** Events of one stack never share a moment: AWS's event ids hold it. */
function moment(ctx: Context, stackId: string): number {
  const last = ctx.table(events).by("stack", stackId).at(-1);
  return Math.max(ctx.now(), (last?.at ?? 0) + 1);
}

function write(ctx: Context, event: Omit<EventRow, "id" | "at">, id: (at: number) => string): number {
  const at = moment(ctx, event.stackId);
  const token = ctx.table(operations).get(event.stackId)?.token;
  const row: EventRow = { ...event, id: id(at), at, ...(token === undefined ? {} : { token }) };
  ctx.table(events).put(keyOf(event.stackId, row.id), row);
  return at;
}

/** Changes a stack's status and writes the event. */
export function stackEvent(
  ctx: Context,
  stackId: string,
  status: string,
  reason?: string,
  change: Partial<StackRow> = {},
): Readonly<StackRow> {
  const before = ctx.table(stacks).get(stackId) as StackRow;
  const { statusReason: _old, ...rest } = before;
  write(
    ctx,
    {
      stackId,
      logicalId: before.name,
      physicalId: stackId,
      type: "AWS::CloudFormation::Stack",
      status,
      ...(reason === undefined ? {} : { reason }),
    },
    () => ctx.ids.uuid(),
  );
  return ctx.table(stacks).put(stackId, {
    ...rest,
    ...change,
    status,
    ...(reason === undefined || (reason === "User Initiated" && status !== "REVIEW_IN_PROGRESS")
      ? {}
      : { statusReason: reason }),
  });
}

/**
 * Writes an event of a resource, and its row when it is the stack's own.
 *
 * @param row the resource as it is after what happened; its `status` is the event's
 */
export function resourceEvent(
  ctx: Context,
  row: Omit<ResourceRow, "at">,
  options: { reason?: string; shown?: object; detached?: boolean; physicalId?: string; cleanup?: boolean } = {},
): ResourceRow {
  const { reason, shown } = options;
  const at = write(
    ctx,
    {
      stackId: row.stackId,
      logicalId: row.logicalId,
      physicalId: options.physicalId ?? row.physicalId ?? "",
      type: row.type,
      status: row.status,
      ...(reason === undefined ? {} : { reason }),
      ...(shown === undefined ? {} : { properties: JSON.stringify(shown) }),
    },
    // What an update clears away has ids of its own.
    (moment) =>
      options.cleanup
        ? `${row.logicalId}-${ctx.ids.uuid()}`
        : `${row.logicalId}-${row.status}-${new Date(moment).toISOString()}`,
  );
  const { statusReason: _old, ...rest } = row;
  const next: ResourceRow = { ...rest, at, ...(reason === undefined ? {} : { statusReason: reason }) };
  if (!options.detached) ctx.table(resources).put(keyOf(row.stackId, row.logicalId), next);
  return next;
}
