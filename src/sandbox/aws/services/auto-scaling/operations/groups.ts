// Auto Scaling groups.
import type {
  AutoScalingGroupNamesType,
  AutoScalingGroupsType,
  CreateAutoScalingGroupType,
  DeleteAutoScalingGroupType,
  SetDesiredCapacityType,
  UpdateAutoScalingGroupType,
} from "@aws-sdk/client-auto-scaling";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { applyFilters, paginate } from "../../../query/index.ts";
import { moment } from "../activities.ts";
import { checkSizes, groupTags, launchSource, oneSource, placement, plainMembers } from "../group-input.ts";
import { findGroupToChange, instancesOf, invalidToken, onGroup, subjectOf, validationError } from "../lookup.ts";
import { endInstances, kick, nudge, removeIfDone, watchAge } from "../reconcile.ts";
import { checkCooldown, resize } from "../resize.ts";
import { configurationOf } from "../start.ts";
import { groupItem } from "../render.ts";
import type { Group } from "../state.ts";
import { groups } from "../state.ts";
import { putHook } from "./lifecycle-hooks.ts";

/** The rows asked for, after what is under way with them has had its turn. */
function readGroups(ctx: Context, names: readonly string[] | undefined): Readonly<Group>[] {
  const rows = (): Readonly<Group>[] =>
    names?.length ? names.flatMap((name) => ctx.table(groups).get(name) ?? []) : ctx.table(groups).list();
  for (const row of rows()) {
    nudge(ctx, row);
    ctx.observe(subjectOf(row.name));
  }
  return rows();
}

/** A group like an instance: AWS makes a launch configuration of the group's name for it. */
function fromInstance(ctx: Context, name: string, input: CreateAutoScalingGroupType): CreateAutoScalingGroupType {
  const { InstanceId: id = "", ...rest } = input;
  const other = [input.LaunchTemplate, input.MixedInstancesPolicy, input.LaunchConfigurationName];
  if (other.some((one) => one !== undefined)) throw validationError(oneSource);
  const configuration = configurationOf(ctx, id);
  ctx.call("auto-scaling", "CreateLaunchConfiguration", { ...configuration, LaunchConfigurationName: name });
  return { ...rest, LaunchConfigurationName: name };
}

export const groupOperations: Readonly<Record<string, Operation>> = {
  CreateAutoScalingGroup: operation<CreateAutoScalingGroupType, object>({
    permissions: onGroup("CreateAutoScalingGroup"),
    run: (input, ctx) => {
      const name = input.AutoScalingGroupName ?? "";
      if (name === "" || name.length > 255 || name.includes(":"))
        throw validationError(
          `1 validation error detected: Value '${name}' at 'autoScalingGroupName' failed to satisfy constraint: Member must have length between 1 and 255 and contain no colon`,
        );
      if (ctx.table(groups).has(name))
        throw new AwsError(
          "AlreadyExists",
          `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
        );
      const min = input.MinSize ?? 0;
      const max = input.MaxSize ?? 0;
      const desired = input.DesiredCapacity ?? min;
      checkSizes(min, max, desired);
      const source = input.InstanceId === undefined ? input : fromInstance(ctx, name, input);
      const role = `arn:${ctx.partition}:iam::${ctx.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
      ctx.table(groups).put(name, {
        name,
        arn: `arn:${ctx.partition}:autoscaling:${ctx.region}:${ctx.account}:autoScalingGroup:${ctx.ids.uuid()}:autoScalingGroupName/${name}`,
        ...launchSource(ctx, source),
        min,
        max,
        desired,
        cooldown: 300,
        ...placement(ctx, input.VPCZoneIdentifier, input.AvailabilityZones),
        healthCheckType: "EC2",
        healthCheckGrace: 0,
        createdAt: ctx.now(),
        suspended: [],
        metrics: [],
        tags: groupTags(ctx, input.Tags),
        terminationPolicies: ["Default"],
        protectNew: false,
        serviceLinkedRole: role,
        capacityRebalance: false,
        targetGroups: input.TargetGroupARNs ?? [],
        loadBalancers: input.LoadBalancerNames ?? [],
        deleting: false,
        failures: 0,
        why: `At ${moment(ctx)} a user request created an AutoScalingGroup changing the desired capacity from 0 to ${desired}. `,
        ...plainMembers(input),
      });
      for (const hook of input.LifecycleHookSpecificationList ?? [])
        putHook(ctx, { ...hook, AutoScalingGroupName: name });
      if (desired > 0) kick(ctx, name);
      return {};
    },
  }),

  UpdateAutoScalingGroup: operation<UpdateAutoScalingGroupType, object>({
    permissions: onGroup("UpdateAutoScalingGroup"),
    run: (input, ctx) => {
      const group = findGroupToChange(ctx, input.AutoScalingGroupName);
      if (group.deleting)
        throw new AwsError("ScalingActivityInProgress", `AutoScalingGroup ${group.name} is pending delete`);
      const source = input.LaunchTemplate ?? input.MixedInstancesPolicy ?? input.LaunchConfigurationName;
      const { template, mixed, configuration, ...rest } = group;
      const launched =
        source === undefined
          ? {
              ...(template ? { template } : {}),
              ...(mixed ? { mixed } : {}),
              ...(configuration ? { configuration } : {}),
            }
          : launchSource(ctx, input);
      const placed =
        input.VPCZoneIdentifier === undefined && input.AvailabilityZones === undefined
          ? {}
          : placement(ctx, input.VPCZoneIdentifier ?? undefined, input.AvailabilityZones);
      const min = input.MinSize ?? group.min;
      const max = input.MaxSize ?? group.max;
      // Without a word on it, the desired capacity follows the bounds.
      const desired = input.DesiredCapacity ?? Math.min(Math.max(group.desired, min), max);
      const why = `At ${moment(ctx)} a user request update of AutoScalingGroup constraints to min: ${min}, max: ${max}, desired: ${desired} changing the desired capacity from ${group.desired} to ${desired}. `;
      const after = resize(
        ctx,
        { ...rest, ...launched, ...plainMembers(input), ...placed },
        { min, max, desired, why },
      );
      if (input.MaxInstanceLifetime)
        for (const row of instancesOf(ctx, group.name)) if (row.state === "InService") watchAge(ctx, after, row);
      return {};
    },
  }),

  SetDesiredCapacity: operation<SetDesiredCapacityType, object>({
    permissions: onGroup("SetDesiredCapacity"),
    run: (input, ctx) => {
      const group = findGroupToChange(ctx, input.AutoScalingGroupName);
      const desired = input.DesiredCapacity ?? group.desired;
      if (input.HonorCooldown) checkCooldown(ctx, group, group.cooldown);
      if (desired > group.max)
        throw validationError(
          `New SetDesiredCapacity value ${desired} is above max value ${group.max} for the AutoScalingGroup.`,
        );
      if (desired < group.min)
        throw validationError(
          `New SetDesiredCapacity value ${desired} is below min value ${group.min} for the AutoScalingGroup.`,
        );
      const why = `At ${moment(ctx)} a user request explicitly set group desired capacity changing the desired capacity from ${group.desired} to ${desired}. `;
      resize(ctx, group, { desired, why });
      return {};
    },
  }),

  DeleteAutoScalingGroup: operation<DeleteAutoScalingGroupType, object>({
    permissions: onGroup("DeleteAutoScalingGroup"),
    run: (input, ctx) => {
      const group = findGroupToChange(ctx, input.AutoScalingGroupName);
      const members = instancesOf(ctx, group.name);
      if (members.length > 0 && input.ForceDelete !== true)
        throw new AwsError(
          "ResourceInUse",
          "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
        );
      if (group.deleting) return {};
      const deleting = ctx.table(groups).update(group.name, { deleting: true, min: 0, desired: 0 });
      const alive = members.filter((row) => row.state !== "Terminating");
      endInstances(
        ctx,
        deleting,
        alive,
        `At ${new Date(ctx.now()).toISOString()} a user request force deleted the AutoScalingGroup changing the desired capacity from ${group.desired} to 0.`,
      );
      removeIfDone(ctx, group.name);
      return {};
    },
  }),

  DescribeAutoScalingGroups: operation<AutoScalingGroupNamesType, AutoScalingGroupsType>({
    waiter: true,
    run: (input, ctx) => {
      const matching = applyFilters(readGroups(ctx, input.AutoScalingGroupNames), input.Filters, {}, (row) =>
        Object.fromEntries(row.tags.map(({ key, value }) => [key, value])),
      );
      const { items, nextToken } = paginate(matching, {
        token: input.NextToken,
        max: input.MaxRecords,
        pageSize: 50,
        ceiling: 100,
        scope: "auto-scaling/DescribeAutoScalingGroups",
        keyOf: (row) => row.name,
        invalidToken,
      });
      return {
        AutoScalingGroups: items.map((row) => groupItem(ctx, row)),
        ...(nextToken ? { NextToken: nextToken } : {}),
      };
    },
  }),
};
