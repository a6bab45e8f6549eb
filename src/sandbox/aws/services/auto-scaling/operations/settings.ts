// What is set on groups: tags, suspended processes, metrics; and the log of activities.
import type {
  ActivitiesType,
  CreateOrUpdateTagsType,
  DeleteTagsType,
  DescribeMetricCollectionTypesAnswer,
  DescribeScalingActivitiesType,
  DescribeTagsType,
  DisableMetricsCollectionQuery,
  EnableMetricsCollectionQuery,
  ProcessesType,
  ScalingProcessQuery,
  Tag,
  TagsType,
} from "@aws-sdk/client-auto-scaling";
import type { Context, Operation, Permission } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { applyFilters, paginate } from "../../../query/index.ts";
import { groupTags } from "../group-input.ts";
import { findGroup, invalidToken, onGroup, subjectOf, validationError } from "../lookup.ts";
import { kick } from "../reconcile.ts";
import { activityItem, tagItems } from "../render.ts";
import type { Group } from "../state.ts";
import { activities, groups } from "../state.ts";

const processes: readonly string[] = [
  "AZRebalance",
  "AddToLoadBalancer",
  "AlarmNotification",
  "HealthCheck",
  "InstanceRefresh",
  "Launch",
  "ReplaceUnhealthy",
  "ScheduledActions",
  "Terminate",
];
const metrics: readonly string[] = [
  "GroupMinSize",
  "GroupMaxSize",
  "GroupDesiredCapacity",
  "GroupInServiceInstances",
  "GroupPendingInstances",
  "GroupStandbyInstances",
  "GroupTerminatingInstances",
  "GroupTotalInstances",
  "GroupInServiceCapacity",
  "GroupPendingCapacity",
  "GroupStandbyCapacity",
  "GroupTerminatingCapacity",
  "GroupTotalCapacity",
  "WarmPoolDesiredCapacity",
  "WarmPoolWarmedCapacity",
  "WarmPoolPendingCapacity",
  "WarmPoolTerminatingCapacity",
  "WarmPoolTotalCapacity",
  "GroupAndWarmPoolDesiredCapacity",
  "GroupAndWarmPoolTotalCapacity",
];

function named(all: readonly string[], asked: readonly string[] | undefined, what: string): readonly string[] {
  if (!asked || asked.length === 0) return all;
  const wrong = asked.find((name) => !all.includes(name));
  if (wrong) throw validationError(`${what} ${wrong} is not valid. Valid values: ${all.join(", ")}`);
  return asked;
}

function tagPermissions(action: string): (input: { Tags?: Tag[] | undefined }, ctx: Context) => Permission[] {
  return (input, ctx) =>
    [...new Set((input.Tags ?? []).map((tag) => tag.ResourceId))].flatMap((AutoScalingGroupName) =>
      onGroup(action)({ AutoScalingGroupName }, ctx),
    );
}

function findTagged(ctx: Context, name: string | undefined): Readonly<Group> {
  const group = ctx.table(groups).get(name ?? "");
  if (!group) throw validationError(`AutoScalingGroup not found - AutoScaling Group ${name ?? ""} not found`);
  return group;
}

export const settingOperations: Readonly<Record<string, Operation>> = {
  CreateOrUpdateTags: operation<CreateOrUpdateTagsType, object>({
    permissions: tagPermissions("CreateOrUpdateTags"),
    run: (input, ctx) => {
      for (const tag of input.Tags ?? []) {
        const group = findTagged(ctx, tag.ResourceId);
        const [given] = groupTags(ctx, [tag]);
        if (!given) continue;
        const others = group.tags.filter(({ key }) => key !== given.key);
        if (others.length >= 50) throw validationError("A group may have 50 tags.");
        const at = group.tags.findIndex(({ key }) => key === given.key);
        const tags = at === -1 ? [...group.tags, given] : group.tags.with(at, given);
        ctx.table(groups).update(group.name, { tags });
      }
      return {};
    },
  }),

  DeleteTags: operation<DeleteTagsType, object>({
    permissions: tagPermissions("DeleteTags"),
    run: (input, ctx) => {
      for (const { ResourceId, Key } of input.Tags ?? []) {
        const group = findTagged(ctx, ResourceId);
        ctx.table(groups).update(group.name, { tags: group.tags.filter(({ key }) => key !== Key) });
      }
      return {};
    },
  }),

  DescribeTags: operation<DescribeTagsType, TagsType>((input, ctx) => {
    const all = ctx
      .table(groups)
      .list()
      .flatMap((row) => tagItems(row));
    const matching = applyFilters(all, input.Filters, {
      "auto-scaling-group": (tag) => tag.ResourceId,
      key: (tag) => tag.Key,
      value: (tag) => tag.Value,
      "propagate-at-launch": (tag) => tag.PropagateAtLaunch,
    });
    const { items, nextToken } = paginate(matching, {
      token: input.NextToken,
      max: input.MaxRecords,
      pageSize: 50,
      ceiling: 100,
      scope: "auto-scaling/DescribeTags",
      keyOf: (tag) => `${tag.ResourceId}/${tag.Key}`,
      invalidToken,
    });
    return { Tags: [...items], ...(nextToken ? { NextToken: nextToken } : {}) };
  }),

  SuspendProcesses: operation<ScalingProcessQuery, object>({
    permissions: onGroup("SuspendProcesses"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      const asked = named(processes, input.ScalingProcesses, "Process");
      const fresh = asked.filter((name) => !group.suspended.includes(name));
      const at = Object.fromEntries(fresh.map((name) => [name, ctx.now()]));
      const suspendedAt = { ...group.suspendedAt, ...at };
      ctx.table(groups).update(group.name, { suspended: [...group.suspended, ...fresh], suspendedAt });
      return {};
    },
  }),

  ResumeProcesses: operation<ScalingProcessQuery, object>({
    permissions: onGroup("ResumeProcesses"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      const asked = named(processes, input.ScalingProcesses, "Process");
      ctx.table(groups).update(group.name, { suspended: group.suspended.filter((name) => !asked.includes(name)) });
      kick(ctx, group.name);
      return {};
    },
  }),

  DescribeScalingProcessTypes: operation<object, ProcessesType>(() => ({
    Processes: processes.map((ProcessName) => ({ ProcessName })),
  })),

  DescribeMetricCollectionTypes: operation<object, DescribeMetricCollectionTypesAnswer>(() => ({
    Metrics: metrics.map((Metric) => ({ Metric })),
    Granularities: [{ Granularity: "1Minute" }],
  })),

  EnableMetricsCollection: operation<EnableMetricsCollectionQuery, object>({
    permissions: onGroup("EnableMetricsCollection"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      if (input.Granularity !== "1Minute") throw validationError("Granularity must be 1Minute.");
      const asked = named(metrics, input.Metrics, "Metric");
      ctx.table(groups).update(group.name, { metrics: [...new Set([...group.metrics, ...asked])] });
      return {};
    },
  }),

  DisableMetricsCollection: operation<DisableMetricsCollectionQuery, object>({
    permissions: onGroup("DisableMetricsCollection"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      const asked = named(metrics, input.Metrics, "Metric");
      ctx.table(groups).update(group.name, { metrics: group.metrics.filter((name) => !asked.includes(name)) });
      return {};
    },
  }),

  DescribeScalingActivities: operation<DescribeScalingActivitiesType, ActivitiesType>((input, ctx) => {
    const name = input.AutoScalingGroupName;
    if (name !== undefined) {
      ctx.observe(subjectOf(name));
      if (!input.IncludeDeletedGroups) findGroup(ctx, name);
    }
    const rows = name === undefined ? ctx.table(activities).list() : ctx.table(activities).by("group", name);
    const alive = rows.filter((row) => input.IncludeDeletedGroups === true || ctx.table(groups).has(row.group));
    const asked = alive.filter((row) => !input.ActivityIds?.length || input.ActivityIds.includes(row.id));
    const newestFirst = asked.toSorted((a, b) => b.startedAt - a.startedAt || b.order - a.order);
    const { items, nextToken } = paginate(newestFirst, {
      token: input.NextToken,
      max: input.MaxRecords,
      pageSize: 100,
      ceiling: 100,
      scope: "auto-scaling/DescribeScalingActivities",
      keyOf: (row) => row.id,
      invalidToken,
    });
    return {
      Activities: items.map((row) => activityItem(row, ctx.table(groups).get(row.group)?.arn)),
      ...(nextToken ? { NextToken: nextToken } : {}),
    };
  }),
};
