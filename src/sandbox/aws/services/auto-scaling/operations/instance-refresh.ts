// Instance refresh: all instances of a group are replaced, some at a time.
import type {
  CancelInstanceRefreshAnswer,
  CancelInstanceRefreshType,
  DescribeInstanceRefreshesAnswer,
  DescribeInstanceRefreshesType,
  InstanceRefresh,
  StartInstanceRefreshAnswer,
  StartInstanceRefreshType,
} from "@aws-sdk/client-auto-scaling";
import type { Context, Operation, TimerDefinition } from "../../../core/index.ts";
import { AwsError, defineTimer, NotEmulatedError, operation } from "../../../core/index.ts";
import { paginate } from "../../../query/index.ts";
import { moment } from "../activities.ts";
import { findGroup, instancesOf, invalidToken, onGroup, subjectOf, validationError } from "../lookup.ts";
import { endInstances, kick, runs } from "../reconcile.ts";
import { isFromSource } from "../start.ts";
import type { Refresh } from "../state.ts";
import { groups, refreshes } from "../state.ts";

/** One round: an instance ends (31 s), its successor starts (2 + 21 s). */
const roundSeconds = 90;

const round: TimerDefinition<{ id: string }> = defineTimer<{ id: string }>(
  "auto-scaling/refresh-round",
  ({ id }, ctx) => {
    const refresh = ctx.table(refreshes).get(id);
    const group = refresh && ctx.table(groups).get(refresh.group);
    if (!refresh || !group || refresh.endedAt !== undefined || !runs(group, "InstanceRefresh")) return;
    const members = instancesOf(ctx, group.name);
    const healthy = members.filter((row) => row.state === "InService" && row.health === "Healthy").length;
    const old = refresh.old.filter((one) => members.some((row) => row.id === one));
    if (old.length === 0 && healthy >= group.desired) {
      ctx.table(refreshes).update(id, { old, status: "Successful", endedAt: ctx.now() });
      return;
    }
    const least = Math.min(group.desired - 1, Math.ceil((group.desired * refresh.minHealthy) / 100));
    const room = healthy - Math.max(0, least);
    const going = members
      .filter((row) => old.includes(row.id) && row.state === "InService")
      .slice(0, Math.max(0, room));
    if (going.length > 0) {
      const cause = `At ${moment(ctx)} an instance was taken out of service in response to an instance refresh.`;
      endInstances(ctx, group, going, cause);
      kick(ctx, group.name);
    }
    ctx.table(refreshes).update(id, { old, status: "InProgress" });
    // Without room and without progress there is nothing to wait for: the next look goes on, see resume().
    if (going.length > 0 || members.some((row) => row.state === "Pending" || row.state === "Terminating"))
      ctx.schedule(round, roundSeconds, subjectOf(group.name), { id });
  },
);
export const refreshTimers: readonly TimerDefinition[] = [round];

/** Goes on with refreshes that stood still for lack of healthy instances. */
function resume(ctx: Context, group: string): void {
  for (const row of ctx.table(refreshes).by("group", group))
    if (row.endedAt === undefined && !ctx.pending(subjectOf(group)))
      ctx.schedule(round, roundSeconds, subjectOf(group), { id: row.id });
}

function item(row: Readonly<Refresh>): InstanceRefresh {
  const done = row.total === 0 ? 100 : Math.floor(((row.total - row.old.length) * 100) / row.total);
  return {
    InstanceRefreshId: row.id,
    AutoScalingGroupName: row.group,
    Status: row.status,
    StartTime: new Date(row.startedAt),
    ...(row.endedAt === undefined ? {} : { EndTime: new Date(row.endedAt) }),
    PercentageComplete: row.status === "Successful" ? 100 : done,
    InstancesToUpdate: row.old.length,
    ...(row.reason === undefined ? {} : { StatusReason: row.reason }),
    Preferences: { MinHealthyPercentage: row.minHealthy, SkipMatching: false, ...row.preferences },
  };
}

/** What a refresh may be asked for on AWS and is not done here. */
const lacking = ["AlarmSpecification", "AutoRollback", "BakeTime", "CheckpointPercentages"] as const;

function checkPreferences(input: StartInstanceRefreshType): void {
  if (input.Strategy !== undefined && input.Strategy !== "Rolling")
    throw new NotEmulatedError(`the instance refresh strategy ${input.Strategy}`);
  if (input.DesiredConfiguration) throw new NotEmulatedError("an instance refresh with a DesiredConfiguration");
  for (const name of lacking)
    if (input.Preferences?.[name]) throw new NotEmulatedError(`the instance refresh preference ${name}`);
  const { MinHealthyPercentage: least = 90, MaxHealthyPercentage: most } = input.Preferences ?? {};
  if (least < 0 || least > 100) throw validationError("MinHealthyPercentage must be between 0 and 100.");
  if (most !== undefined && (most < 100 || most > 200 || most - least > 100))
    throw validationError(
      "MaxHealthyPercentage must be between 100 and 200, and at most 100 above MinHealthyPercentage.",
    );
}

export const instanceRefreshOperations: Readonly<Record<string, Operation>> = {
  StartInstanceRefresh: operation<StartInstanceRefreshType, StartInstanceRefreshAnswer>({
    permissions: onGroup("StartInstanceRefresh"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      if (
        ctx
          .table(refreshes)
          .by("group", group.name)
          .some((row) => row.endedAt === undefined)
      )
        throw new AwsError(
          "InstanceRefreshInProgress",
          "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
        );
      const preferences = input.Preferences ?? {};
      checkPreferences(input);
      const id = ctx.ids.uuid();
      const old = instancesOf(ctx, group.name)
        .filter((row) => !(preferences.SkipMatching && isFromSource(ctx, group, row)))
        .filter((row) => !row.protected || preferences.ScaleInProtectedInstances === "Refresh")
        .map((row) => row.id);
      ctx.table(refreshes).put(id, {
        id,
        group: group.name,
        status: "Pending",
        startedAt: ctx.now(),
        old,
        total: old.length,
        minHealthy: preferences.MinHealthyPercentage ?? 90,
        preferences: { ...preferences },
      });
      ctx.schedule(round, 5, subjectOf(group.name), { id });
      return { InstanceRefreshId: id };
    },
  }),

  CancelInstanceRefresh: operation<CancelInstanceRefreshType, CancelInstanceRefreshAnswer>({
    permissions: onGroup("CancelInstanceRefresh"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      const active = ctx
        .table(refreshes)
        .by("group", group.name)
        .find((row) => row.endedAt === undefined);
      if (!active)
        throw new AwsError(
          "ActiveInstanceRefreshNotFound",
          "No in progress or pending Instance Refresh found for Auto Scaling group " + group.name,
        );
      ctx.table(refreshes).update(active.id, { status: "Cancelled", endedAt: ctx.now() });
      return { InstanceRefreshId: active.id };
    },
  }),

  DescribeInstanceRefreshes: operation<DescribeInstanceRefreshesType, DescribeInstanceRefreshesAnswer>((input, ctx) => {
    const group = findGroup(ctx, input.AutoScalingGroupName);
    resume(ctx, group.name);
    ctx.observe(subjectOf(group.name));
    const ids = input.InstanceRefreshIds;
    const rows = ctx
      .table(refreshes)
      .by("group", group.name)
      .filter((row) => !ids?.length || ids.includes(row.id));
    const { items, nextToken } = paginate(rows.toReversed(), {
      token: input.NextToken,
      max: input.MaxRecords,
      pageSize: 50,
      scope: "auto-scaling/DescribeInstanceRefreshes",
      keyOf: (row) => row.id,
      invalidToken,
    });
    return { InstanceRefreshes: items.map(item), ...(nextToken ? { NextToken: nextToken } : {}) };
  }),
};
