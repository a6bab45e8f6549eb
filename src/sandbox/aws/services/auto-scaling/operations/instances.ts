// Instances of groups: out, in, ill, protected.
import type {
  ActivityType,
  AttachInstancesQuery,
  AutoScalingInstancesType,
  DescribeAutoScalingInstancesType,
  DetachInstancesAnswer,
  DetachInstancesQuery,
  EnterStandbyAnswer,
  EnterStandbyQuery,
  ExitStandbyAnswer,
  ExitStandbyQuery,
  SetInstanceHealthQuery,
  SetInstanceProtectionQuery,
  TerminateInstanceInAutoScalingGroupType,
} from "@aws-sdk/client-auto-scaling";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { paginate } from "../../../query/index.ts";
import { instances as ec2Instances } from "../../ec2/state.ts";
import { begin, end, moment } from "../activities.ts";
import {
  asAutoScaling,
  findGroup,
  findInstance,
  invalidToken,
  onGroup,
  subjectOf,
  validationError,
} from "../lookup.ts";
import { endInstances, kick, runs } from "../reconcile.ts";
import { activityItem, instanceDetails } from "../render.ts";
import type { Activity, Group, GroupInstance } from "../state.ts";
import { activities, groupInstances, groups } from "../state.ts";

/** From an instance's end in EC2 to the group's noticing it. */
const healthCheckSeconds = 60;

function decrement(ctx: Context, group: Readonly<Group>, count: number): void {
  const desired = group.desired - count;
  if (desired < group.min)
    throw validationError(
      `Currently, desiredSize equals minSize (${group.min}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    );
  ctx.table(groups).update(group.name, { desired });
}

function members(ctx: Context, group: Readonly<Group>, ids: readonly string[] | undefined): Readonly<GroupInstance>[] {
  return (ids ?? []).map((id) => {
    const row = ctx.table(groupInstances).get(id);
    if (row?.group !== group.name)
      throw validationError(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
    return row;
  });
}

/** An activity that is over as soon as it begins. */
function note(ctx: Context, group: Readonly<Group>, description: string, cause: string): Readonly<Activity> {
  const id = begin(ctx, group.name, { description, cause, details: {} });
  end(ctx, id, "Successful");
  return ctx.table(activities).get(id) as Readonly<Activity>;
}

export const instanceOperations: Readonly<Record<string, Operation>> = {
  DescribeAutoScalingInstances: operation<DescribeAutoScalingInstancesType, AutoScalingInstancesType>((input, ctx) => {
    const table = ctx.table(groupInstances);
    const rows = (): Readonly<GroupInstance>[] =>
      input.InstanceIds?.length ? input.InstanceIds.flatMap((id) => table.get(id) ?? []) : table.list();
    for (const group of new Set(rows().map((row) => row.group))) ctx.observe(subjectOf(group));
    const { items, nextToken } = paginate(rows(), {
      token: input.NextToken,
      max: input.MaxRecords,
      pageSize: 50,
      ceiling: 50,
      scope: "auto-scaling/DescribeAutoScalingInstances",
      keyOf: (row) => row.id,
      invalidToken,
    });
    return {
      AutoScalingInstances: items.map((row) => instanceDetails(ctx, row)),
      ...(nextToken ? { NextToken: nextToken } : {}),
    };
  }),

  TerminateInstanceInAutoScalingGroup: operation<TerminateInstanceInAutoScalingGroupType, ActivityType>(
    (input, ctx) => {
      const row = findInstance(ctx, input.InstanceId);
      const group = findGroup(ctx, row.group);
      if (input.ShouldDecrementDesiredCapacity) decrement(ctx, group, row.weight);
      const cause = `At ${moment(ctx)} instance ${row.id} was taken out of service in response to a user request${input.ShouldDecrementDesiredCapacity ? `, shrinking the capacity from ${group.desired} to ${group.desired - row.weight}` : ""}.`;
      const id = endInstances(ctx, group, [row], cause);
      kick(ctx, group.name);
      const activity = id
        ? ctx.table(activities).get(id)
        : note(ctx, group, `Terminating EC2 instance: ${row.id}`, cause);
      return activity ? { Activity: activityItem(activity, group.arn) } : {};
    },
  ),

  SetInstanceHealth: operation<SetInstanceHealthQuery, object>((input, ctx) => {
    const row = findInstance(ctx, input.InstanceId);
    const health = input.HealthStatus;
    if (health !== "Healthy" && health !== "Unhealthy")
      throw validationError(`Valid instance health states are: [Unhealthy, Healthy].`);
    const group = findGroup(ctx, row.group);
    const byService = ctx.principal.type === "AWSService";
    const tooEarly = ctx.now() - row.since < group.healthCheckGrace * 1000;
    if (row.state.startsWith("Terminating") || (byService && !runs(group, "HealthCheck"))) return {};
    if (tooEarly && input.ShouldRespectGracePeriod !== false) return {};
    ctx.table(groupInstances).update(row.id, { health });
    if (health === "Unhealthy") kick(ctx, row.group, byService ? healthCheckSeconds : undefined);
    return {};
  }),

  SetInstanceProtection: operation<SetInstanceProtectionQuery, object>({
    permissions: onGroup("SetInstanceProtection"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      for (const row of members(ctx, group, input.InstanceIds))
        ctx.table(groupInstances).update(row.id, { protected: input.ProtectedFromScaleIn === true });
      return {};
    },
  }),

  AttachInstances: operation<AttachInstancesQuery, object>({
    permissions: onGroup("AttachInstances"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      const ids = input.InstanceIds ?? [];
      if (group.desired + ids.length > group.max)
        throw validationError(
          `AutoScalingGroup ${group.name} has max-size=${group.max}. Attaching ${ids.length} instances would exceed it.`,
        );
      for (const id of ids) {
        const row = ctx.table(ec2Instances).get(id);
        if (!row) throw validationError(`Invalid Instance ID(s): [${id}] for attaching to group ${group.name}.`);
        if (row.state !== "running") throw validationError(`Instance ${id} is not in correct state.`);
        if (ctx.table(groupInstances).has(id))
          throw validationError(`Instance ${id} is already part of an Auto Scaling group.`);
        if (!group.zones.includes(row.zone))
          throw validationError(`Instance ${id} is in ${row.zone}, where group ${group.name} has no subnet.`);
        ctx.table(groupInstances).put(id, {
          id,
          group: group.name,
          type: row.type,
          zone: row.zone,
          weight: 1,
          spot: row.spot === true,
          state: "InService",
          health: "Healthy",
          protected: group.protectNew,
          since: ctx.now(),
        });
        const Tags = [{ Key: "aws:autoscaling:groupName", Value: group.name }];
        asAutoScaling(ctx).call("ec2", "CreateTags", { Resources: [id], Tags });
        note(
          ctx,
          group,
          `Attaching an existing EC2 instance: ${id}`,
          `At ${moment(ctx)} an instance was attached in response to a user request.`,
        );
      }
      ctx.table(groups).update(group.name, { desired: group.desired + ids.length });
      return {};
    },
  }),

  DetachInstances: operation<DetachInstancesQuery, DetachInstancesAnswer>({
    permissions: onGroup("DetachInstances"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      const rows = members(ctx, group, input.InstanceIds);
      if (input.ShouldDecrementDesiredCapacity) decrement(ctx, group, rows.length);
      const Activities = rows.map((row) => {
        ctx.table(groupInstances).delete(row.id);
        asAutoScaling(ctx).call("ec2", "DeleteTags", {
          Resources: [row.id],
          Tags: [{ Key: "aws:autoscaling:groupName" }],
        });
        const cause = `At ${moment(ctx)} instance ${row.id} was detached in response to a user request.`;
        return activityItem(note(ctx, group, `Detaching EC2 instance: ${row.id}`, cause), group.arn);
      });
      kick(ctx, group.name);
      return { Activities };
    },
  }),

  EnterStandby: operation<EnterStandbyQuery, EnterStandbyAnswer>({
    permissions: onGroup("EnterStandby"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      const rows = members(ctx, group, input.InstanceIds);
      for (const row of rows)
        if (row.state !== "InService") throw validationError(`The instance ${row.id} is not in InService.`);
      if (input.ShouldDecrementDesiredCapacity) decrement(ctx, group, rows.length);
      for (const row of rows) ctx.table(groupInstances).update(row.id, { state: "Standby" });
      kick(ctx, group.name);
      return {
        Activities: rows.map((row) =>
          activityItem(
            note(
              ctx,
              group,
              `Moving EC2 instance to Standby: ${row.id}`,
              `At ${moment(ctx)} instance ${row.id} was moved to standby in response to a user request.`,
            ),
            group.arn,
          ),
        ),
      };
    },
  }),

  ExitStandby: operation<ExitStandbyQuery, ExitStandbyAnswer>({
    permissions: onGroup("ExitStandby"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      const rows = members(ctx, group, input.InstanceIds);
      for (const row of rows)
        if (row.state !== "Standby") throw validationError(`The instance ${row.id} is not in Standby.`);
      for (const row of rows) ctx.table(groupInstances).update(row.id, { state: "InService" });
      ctx.table(groups).update(group.name, { desired: Math.min(group.max, group.desired + rows.length) });
      return {
        Activities: rows.map((row) =>
          activityItem(
            note(
              ctx,
              group,
              `Moving EC2 instance out of Standby: ${row.id}`,
              `At ${moment(ctx)} instance ${row.id} was moved out of standby in response to a user request.`,
            ),
            group.arn,
          ),
        ),
      };
    },
  }),
};
