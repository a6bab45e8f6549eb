// Scheduled actions: at a time, or again and again, a group gets other sizes.
import type {
  BatchDeleteScheduledActionAnswer,
  BatchDeleteScheduledActionType,
  BatchPutScheduledUpdateGroupActionAnswer,
  BatchPutScheduledUpdateGroupActionType,
  DeleteScheduledActionType,
  DescribeScheduledActionsType,
  FailedScheduledUpdateGroupActionRequest,
  PutScheduledUpdateGroupActionType,
  ScheduledActionsType,
  ScheduledUpdateGroupAction,
  ScheduledUpdateGroupActionRequest,
} from "@aws-sdk/client-auto-scaling";
import type { Context, Operation, TimerDefinition } from "../../../core/index.ts";
import { AwsError, defineTimer, operation } from "../../../core/index.ts";
import { paginate } from "../../../query/index.ts";
import { moment } from "../activities.ts";
import { isTimeZone, nextTime, parseCron } from "../cron.ts";
import { calendarOf, findGroup, invalidToken, onGroup, validationError } from "../lookup.ts";
import { runs } from "../reconcile.ts";
import { resize } from "../resize.ts";
import type { Group, ScheduledAction } from "../state.ts";
import { groups, scheduledActions } from "../state.ts";

const acts: TimerDefinition<{ key: string; at: number }> = defineTimer<{ key: string; at: number }>(
  "auto-scaling/schedule",
  ({ key, at }, ctx) => {
    const action = ctx.table(scheduledActions).get(key);
    const group = action && ctx.table(groups).get(action.group);
    // Put again with another time, or gone.
    if (action?.nextAt !== at || !group) return;
    if (!group.deleting && runs(group, "ScheduledActions")) carryOut(ctx, group, action);
    const cron = action.recurrence === undefined ? undefined : parseCron(action.recurrence);
    const next = cron && nextTime(cron, at, action.timeZone);
    if (next === undefined || (action.endAt !== undefined && next > action.endAt))
      ctx.table(scheduledActions).delete(key);
    else arrange(ctx, key, { ...action, nextAt: next });
  },
);
export const scheduleTimers: readonly TimerDefinition[] = [acts];

function arrange(ctx: Context, key: string, action: ScheduledAction): void {
  ctx.table(scheduledActions).put(key, action);
  const seconds = Math.max(0, (action.nextAt - ctx.now()) / 1000);
  ctx.schedule(acts, seconds, calendarOf(`schedule/${key}`), { key, at: action.nextAt });
}

function carryOut(ctx: Context, group: Readonly<Group>, action: Readonly<ScheduledAction>): void {
  const min = action.min ?? group.min;
  const max = action.max ?? group.max;
  const desired = action.desired ?? Math.min(Math.max(group.desired, min), max);
  const why = `At ${moment(ctx)} the scheduled action ${action.name} executed. Setting min size from ${group.min} to ${min}. Setting max size from ${group.max} to ${max}. Setting desired capacity from ${group.desired} to ${desired}. `;
  try {
    resize(ctx, group, { min, max, desired, why });
  } catch (error) {
    // Sizes that no longer fit the group: nothing happens, as on AWS.
    if (!(error instanceof AwsError)) throw error;
  }
}

function put(ctx: Context, group: Readonly<Group>, input: ScheduledUpdateGroupActionRequest): void {
  const { ScheduledActionName: name = "", Recurrence: recurrence, TimeZone: timeZone } = input;
  const { MinSize: min, MaxSize: max, DesiredCapacity: desired } = input;
  if (min === undefined && max === undefined && desired === undefined)
    throw validationError("At least one of DesiredCapacity, MinSize, or MaxSize must be specified.");
  if (min !== undefined && max !== undefined && min > max)
    throw validationError(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`);
  const now = ctx.now();
  const startAt = (input.StartTime ?? (input as PutScheduledUpdateGroupActionType).Time)?.getTime();
  const endAt = input.EndTime?.getTime();
  if (startAt !== undefined && startAt < now) throw validationError("Given start time is in the past");
  if (endAt !== undefined && endAt < now) throw validationError("Given end time is in the past");
  if (startAt !== undefined && endAt !== undefined && endAt <= startAt)
    throw validationError("Given end time must be later than the start time");
  if (timeZone !== undefined && !isTimeZone(timeZone)) throw validationError(`Invalid time zone: ${timeZone}`);
  const cron = recurrence === undefined ? undefined : parseCron(recurrence);
  if (recurrence !== undefined && !cron) throw validationError(`Given recurrence string: ${recurrence} is invalid`);
  // A start time on a minute that the expression names counts itself.
  const nextAt = cron ? nextTime(cron, startAt === undefined ? now : startAt - 1, timeZone) : (startAt ?? now);
  if (nextAt === undefined) throw validationError(`Given recurrence string: ${recurrence} is invalid`);
  const key = `${group.name}/${name}`;
  const arn = `arn:${ctx.partition}:autoscaling:${ctx.region}:${ctx.account}:scheduledUpdateGroupAction:${ctx.ids.uuid()}:autoScalingGroupName/${group.name}:scheduledActionName/${name}`;
  arrange(ctx, key, {
    name,
    group: group.name,
    arn: ctx.table(scheduledActions).get(key)?.arn ?? arn,
    nextAt,
    ...(startAt === undefined ? {} : { startAt }),
    ...(endAt === undefined ? {} : { endAt }),
    ...(recurrence === undefined ? {} : { recurrence }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(desired === undefined ? {} : { desired }),
  });
}

function item(row: Readonly<ScheduledAction>): ScheduledUpdateGroupAction {
  const start = new Date(row.recurrence === undefined ? (row.startAt ?? row.nextAt) : row.nextAt);
  return {
    AutoScalingGroupName: row.group,
    ScheduledActionName: row.name,
    ScheduledActionARN: row.arn,
    Time: start,
    StartTime: start,
    ...(row.endAt === undefined ? {} : { EndTime: new Date(row.endAt) }),
    ...(row.recurrence === undefined ? {} : { Recurrence: row.recurrence }),
    ...(row.timeZone === undefined ? {} : { TimeZone: row.timeZone }),
    ...(row.min === undefined ? {} : { MinSize: row.min }),
    ...(row.max === undefined ? {} : { MaxSize: row.max }),
    ...(row.desired === undefined ? {} : { DesiredCapacity: row.desired }),
  };
}

function failure(name: string, error: unknown): FailedScheduledUpdateGroupActionRequest {
  if (!(error instanceof AwsError)) throw error;
  return { ScheduledActionName: name, ErrorCode: error.code, ErrorMessage: error.message };
}

export const scheduledActionOperations: Readonly<Record<string, Operation>> = {
  PutScheduledUpdateGroupAction: operation<PutScheduledUpdateGroupActionType, object>({
    permissions: onGroup("PutScheduledUpdateGroupAction"),
    run: (input, ctx) => {
      put(ctx, findGroup(ctx, input.AutoScalingGroupName), input);
      return {};
    },
  }),

  BatchPutScheduledUpdateGroupAction: operation<
    BatchPutScheduledUpdateGroupActionType,
    BatchPutScheduledUpdateGroupActionAnswer
  >({
    permissions: onGroup("BatchPutScheduledUpdateGroupAction"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      const failed: FailedScheduledUpdateGroupActionRequest[] = [];
      for (const one of input.ScheduledUpdateGroupActions ?? []) {
        try {
          put(ctx, group, one);
        } catch (error) {
          failed.push(failure(one.ScheduledActionName ?? "", error));
        }
      }
      return { FailedScheduledUpdateGroupActions: failed };
    },
  }),

  DeleteScheduledAction: operation<DeleteScheduledActionType, object>({
    permissions: onGroup("DeleteScheduledAction"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      if (!ctx.table(scheduledActions).delete(`${group.name}/${input.ScheduledActionName}`))
        throw validationError("Scheduled action name not found");
      return {};
    },
  }),

  BatchDeleteScheduledAction: operation<BatchDeleteScheduledActionType, BatchDeleteScheduledActionAnswer>({
    permissions: onGroup("BatchDeleteScheduledAction"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      const missing = (input.ScheduledActionNames ?? []).filter(
        (name) => !ctx.table(scheduledActions).delete(`${group.name}/${name}`),
      );
      const error = validationError("Scheduled action name not found");
      return { FailedScheduledActions: missing.map((name) => failure(name, error)) };
    },
  }),

  DescribeScheduledActions: operation<DescribeScheduledActionsType, ScheduledActionsType>((input, ctx) => {
    const { AutoScalingGroupName: group, ScheduledActionNames: names, StartTime: from, EndTime: to } = input;
    const all =
      group === undefined ? ctx.table(scheduledActions).list() : ctx.table(scheduledActions).by("group", group);
    const rows = all.filter(
      (row) =>
        (!names?.length || names.some((name) => name === row.name || name === row.arn)) &&
        (names?.length || !from || row.nextAt >= from.getTime()) &&
        (names?.length || !to || row.nextAt <= to.getTime()),
    );
    const { items, nextToken } = paginate(rows, {
      token: input.NextToken,
      max: input.MaxRecords,
      pageSize: 50,
      ceiling: 100,
      scope: "auto-scaling/DescribeScheduledActions",
      keyOf: (row) => row.arn,
      invalidToken,
    });
    return { ScheduledUpdateGroupActions: items.map(item), ...(nextToken ? { NextToken: nextToken } : {}) };
  }),
};
