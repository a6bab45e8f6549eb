// Every emulated operation of Auto Scaling: what it does, seen by reading, and what it refuses, in AWS's words.
import { describe, it } from "vitest";
import { refusal } from "../../testing.ts";
import { autoScaling } from "./index.ts";
import type { World } from "./testing.ts";
import { world } from "./testing.ts";

const AutoScalingGroupName = "nodes";
const group = { AutoScalingGroupName };
const other = { AutoScalingGroupName: "others" };
const missing = "ValidationError: AutoScalingGroup name not found - AutoScalingGroup 'others' not found";
const gone = "ValidationError: AutoScalingGroup name not found - null";

interface Row {
  /** What is there before: a group of three called "nodes" unless said otherwise. */
  given?: (here: World) => void;
  input: object | ((here: World) => object);
  /** What shows that it was carried out: the answer by default. */
  seen?: (here: World, answer: unknown) => unknown;
  as: unknown;
  /** A wrong input and AWS's answer; of operations without any input there is none. */
  refused: readonly [input: object, error: string] | "takes no input";
}

const instance = (here: World, at = 0): string => here.read()?.Instances?.[at]?.InstanceId ?? "";
const read = (here: World): unknown => here.read();
const answer = (_here: World, given: unknown): unknown => given;
const ask =
  (operation: string, input: object = group) =>
  (here: World): unknown =>
    here.call(operation, input);
const standby = (here: World): unknown =>
  here.call("EnterStandby", { ...group, InstanceIds: [instance(here)], ShouldDecrementDesiredCapacity: true });
const configuration = { LaunchConfigurationName: "old", ImageId: "ami-1", InstanceType: "t3.large" };
const hook = {
  ...group,
  LifecycleHookName: "drain",
  LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
};
const draining = (here: World): void => {
  here.call("PutLifecycleHook", hook);
  here.call("SetDesiredCapacity", { ...group, DesiredCapacity: 2 });
};
const drained = (here: World): object => ({
  ...group,
  LifecycleHookName: "drain",
  InstanceId: here.read()?.Instances?.find((one) => one.LifecycleState === "Terminating:Wait")?.InstanceId,
});
const simple = { ...group, PolicyName: "more", AdjustmentType: "ChangeInCapacity", ScalingAdjustment: 2 };
const night = { ScheduledActionName: "night", Recurrence: "0 20 * * *", DesiredCapacity: 0 };
const schedule = ask("PutScheduledUpdateGroupAction", { ...group, ...night });
const target = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0123456789abcdef";
const tag = { ResourceId: "nodes", ResourceType: "auto-scaling-group", Key: "team", Value: "a" };
const launched = { LaunchTemplate: { LaunchTemplateName: "nodes" }, AvailabilityZones: ["eu-central-1a"] };
const alone = (here: World): unknown =>
  here.onEc2("RunInstances", { LaunchTemplate: { LaunchTemplateName: "nodes" }, MinCount: 1, MaxCount: 1 });
const lonely = (here: World): string => {
  const { Reservations } = here.onEc2<{
    Reservations: { Instances: { InstanceId: string; Tags?: { Key: string }[] }[] }[];
  }>("DescribeInstances");
  const all = Reservations.flatMap((one) => one.Instances);
  const isMember = (tags: { Key: string }[] = []): boolean => tags.some((one) => /autoscaling/.test(one.Key));
  return all.find((one) => !isMember(one.Tags))?.InstanceId ?? "";
};

const rows: Readonly<Record<string, Row>> = {
  AttachInstances: {
    given: alone,
    input: (here) => ({ ...group, InstanceIds: [lonely(here)] }),
    seen: read,
    as: { DesiredCapacity: 4, Instances: { length: 4 } },
    refused: [
      { ...group, InstanceIds: ["i-00000000000000000"] },
      "ValidationError: Invalid Instance ID(s): [i-00000000000000000] for attaching to group nodes.",
    ],
  },
  AttachLoadBalancerTargetGroups: {
    input: { ...group, TargetGroupARNs: [target] },
    seen: read,
    as: { TargetGroupARNs: [target] },
    refused: [{ ...other, TargetGroupARNs: [target] }, missing],
  },
  BatchDeleteScheduledAction: {
    given: schedule,
    input: { ...group, ScheduledActionNames: ["night", "day"] },
    seen: (here, given) => [given, here.call("DescribeScheduledActions", group)],
    as: [
      {
        FailedScheduledActions: [
          {
            ScheduledActionName: "day",
            ErrorCode: "ValidationError",
            ErrorMessage: "Scheduled action name not found",
          },
        ],
      },
      { ScheduledUpdateGroupActions: [] },
    ],
    refused: [{ ...other, ScheduledActionNames: [] }, missing],
  },
  BatchPutScheduledUpdateGroupAction: {
    input: { ...group, ScheduledUpdateGroupActions: [night, { ScheduledActionName: "day", Recurrence: "daily" }] },
    seen: (here, given) => [given, here.call("DescribeScheduledActions", group)],
    as: [
      { FailedScheduledUpdateGroupActions: [{ ScheduledActionName: "day", ErrorCode: "ValidationError" }] },
      { ScheduledUpdateGroupActions: [night] },
    ],
    refused: [{ ...other, ScheduledUpdateGroupActions: [] }, missing],
  },
  CancelInstanceRefresh: {
    given: (here) => void here.call("StartInstanceRefresh", group),
    input: group,
    seen: ask("DescribeInstanceRefreshes"),
    as: { InstanceRefreshes: [{ Status: "Cancelled" }] },
    refused: [other, missing],
  },
  CompleteLifecycleAction: {
    given: draining,
    input: (here) => ({ ...drained(here), LifecycleActionResult: "CONTINUE" }),
    seen: read,
    as: { Instances: { length: 2 } },
    refused: [
      { ...group, LifecycleHookName: "no", InstanceId: "i-1", LifecycleActionResult: "CONTINUE" },
      "ValidationError: No Lifecycle Hook found with name no in Auto Scaling Group nodes",
    ],
  },
  CreateAutoScalingGroup: {
    input: { ...other, ...launched, MinSize: 1, MaxSize: 2 },
    seen: ask("DescribeAutoScalingGroups", { AutoScalingGroupNames: ["others"] }),
    as: { AutoScalingGroups: [{ AutoScalingGroupName: "others", DesiredCapacity: 1, Instances: { length: 1 } }] },
    refused: [
      { ...group, ...launched, MinSize: 1, MaxSize: 2 },
      "AlreadyExists: AutoScalingGroup by this name already exists - A group with the name nodes already exists",
    ],
  },
  CreateLaunchConfiguration: {
    input: configuration,
    seen: ask("DescribeLaunchConfigurations", {}),
    as: { LaunchConfigurations: [configuration] },
    refused: [
      { LaunchConfigurationName: "less", ImageId: "ami-1" },
      "ValidationError: Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters.",
    ],
  },
  CreateOrUpdateTags: {
    input: { Tags: [{ ...tag, PropagateAtLaunch: true }] },
    seen: ask("DescribeTags", { Filters: [{ Name: "key", Values: ["team"] }] }),
    as: { Tags: [{ ...tag, PropagateAtLaunch: true }] },
    refused: [
      { Tags: [{ ...tag, ResourceId: "others" }] },
      "ValidationError: AutoScalingGroup not found - AutoScaling Group others not found",
    ],
  },
  DeleteAutoScalingGroup: {
    input: { ...group, ForceDelete: true },
    seen: read,
    as: undefined,
    refused: [other, gone],
  },
  DeleteLaunchConfiguration: {
    given: (here) => void here.call("CreateLaunchConfiguration", configuration),
    input: { LaunchConfigurationName: "old" },
    seen: ask("DescribeLaunchConfigurations", {}),
    as: { LaunchConfigurations: [] },
    refused: [
      { LaunchConfigurationName: "no" },
      "ValidationError: Launch configuration name not found - Launch configuration no not found",
    ],
  },
  DeleteLifecycleHook: {
    given: draining,
    input: { ...group, LifecycleHookName: "drain" },
    // Whoever waited for it goes on.
    seen: (here) => [here.call("DescribeLifecycleHooks", group), here.read()?.Instances?.length],
    as: [{ LifecycleHooks: [] }, 2],
    refused: [
      { ...group, LifecycleHookName: "no" },
      "ValidationError: No Lifecycle Hook found with name no in Auto Scaling Group nodes",
    ],
  },
  DeletePolicy: {
    given: (here) => void here.call("PutScalingPolicy", simple),
    input: { ...group, PolicyName: "more" },
    seen: ask("DescribePolicies"),
    as: { ScalingPolicies: [] },
    refused: [{ ...group, PolicyName: "no" }, "ValidationError: PolicyName not found"],
  },
  DeleteScheduledAction: {
    given: schedule,
    input: { ...group, ScheduledActionName: "night" },
    seen: ask("DescribeScheduledActions"),
    as: { ScheduledUpdateGroupActions: [] },
    refused: [{ ...group, ScheduledActionName: "no" }, "ValidationError: Scheduled action name not found"],
  },
  DeleteTags: {
    given: (here) => void here.call("CreateOrUpdateTags", { Tags: [tag] }),
    input: { Tags: [tag] },
    seen: ask("DescribeTags", { Filters: [{ Name: "key", Values: ["team"] }] }),
    as: { Tags: [] },
    refused: [
      { Tags: [{ ...tag, ResourceId: "others" }] },
      "ValidationError: AutoScalingGroup not found - AutoScaling Group others not found",
    ],
  },
  DescribeAccountLimits: {
    input: {},
    as: { MaxNumberOfAutoScalingGroups: 500, NumberOfAutoScalingGroups: 1, NumberOfLaunchConfigurations: 0 },
    refused: "takes no input",
  },
  DescribeAdjustmentTypes: {
    input: {},
    as: { AdjustmentTypes: { length: 3 } },
    refused: "takes no input",
  },
  DescribeAutoScalingGroups: {
    input: { Filters: [{ Name: "tag:Name", Values: ["node"] }] },
    as: { AutoScalingGroups: [{ AutoScalingGroupName: "nodes", MaxSize: 9, Instances: { length: 3 } }] },
    refused: [{ NextToken: "no" }, "InvalidNextToken: The NextToken value is not valid."],
  },
  DescribeAutoScalingInstances: {
    input: (here) => ({ InstanceIds: [instance(here)] }),
    as: { AutoScalingInstances: [{ AutoScalingGroupName, HealthStatus: "HEALTHY", LifecycleState: "InService" }] },
    refused: [{ NextToken: "no" }, "InvalidNextToken: The NextToken value is not valid."],
  },
  DescribeAutoScalingNotificationTypes: {
    input: {},
    as: { AutoScalingNotificationTypes: { length: 5 } },
    refused: "takes no input",
  },
  DescribeInstanceRefreshes: {
    given: (here) => void here.call("StartInstanceRefresh", group),
    input: group,
    seen: (here) => [here.read()?.Instances?.length, here.call("DescribeInstanceRefreshes", group)],
    as: [3, { InstanceRefreshes: [{ Status: "Successful", PercentageComplete: 100 }] }],
    refused: [other, missing],
  },
  DescribeLaunchConfigurations: {
    given: (here) => void here.call("CreateLaunchConfiguration", configuration),
    input: { LaunchConfigurationNames: ["old", "older"] },
    as: { LaunchConfigurations: [configuration] },
    refused: [{ NextToken: "no" }, "InvalidNextToken: The NextToken value is not valid."],
  },
  DescribeLifecycleHookTypes: {
    input: {},
    as: { LifecycleHookTypes: ["autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"] },
    refused: "takes no input",
  },
  DescribeLifecycleHooks: {
    given: (here) => void here.call("PutLifecycleHook", hook),
    input: group,
    as: { LifecycleHooks: [{ ...hook, HeartbeatTimeout: 3600, DefaultResult: "ABANDON" }] },
    refused: [other, missing],
  },
  DescribeLoadBalancerTargetGroups: {
    given: (here) => void here.call("AttachLoadBalancerTargetGroups", { ...group, TargetGroupARNs: [target] }),
    input: group,
    as: { LoadBalancerTargetGroups: [{ LoadBalancerTargetGroupARN: target, State: "InService" }] },
    refused: [other, missing],
  },
  DescribeMetricCollectionTypes: {
    input: {},
    as: { Granularities: [{ Granularity: "1Minute" }] },
    refused: "takes no input",
  },
  DescribePolicies: {
    given: (here) => void here.call("PutScalingPolicy", simple),
    input: { PolicyTypes: ["SimpleScaling"] },
    as: { ScalingPolicies: [{ ...simple, PolicyType: "SimpleScaling", Enabled: true }] },
    refused: [other, missing],
  },
  DescribeScalingActivities: {
    given: (here) => void here.call("SetDesiredCapacity", { ...group, DesiredCapacity: 2 }),
    input: { ...group, MaxRecords: 1 },
    seen: (here) => here.read() && here.call("DescribeScalingActivities", { ...group, MaxRecords: 1 }),
    as: { Activities: [{ StatusCode: "Successful", Progress: 100 }] },
    refused: [other, missing],
  },
  DescribeScalingProcessTypes: {
    input: {},
    as: { Processes: { length: 9 } },
    refused: "takes no input",
  },
  DescribeScheduledActions: {
    given: schedule,
    input: { ...group, ScheduledActionNames: ["night"] },
    as: { ScheduledUpdateGroupActions: [{ ...group, ...night }] },
    refused: [{ NextToken: "no" }, "InvalidNextToken: The NextToken value is not valid."],
  },
  DescribeTags: {
    input: { Filters: [{ Name: "auto-scaling-group", Values: ["nodes"] }] },
    as: { Tags: [{ Key: "Name", Value: "node", PropagateAtLaunch: true }] },
    refused: [{ NextToken: "no" }, "InvalidNextToken: The NextToken value is not valid."],
  },
  DescribeTerminationPolicyTypes: {
    input: {},
    as: { TerminationPolicyTypes: { length: 7 } },
    refused: "takes no input",
  },
  DetachInstances: {
    input: (here) => ({ ...group, InstanceIds: [instance(here)], ShouldDecrementDesiredCapacity: true }),
    seen: read,
    as: { DesiredCapacity: 2, Instances: { length: 2 } },
    refused: [
      { ...group, InstanceIds: ["i-1"], ShouldDecrementDesiredCapacity: true },
      "ValidationError: The instance i-1 is not part of Auto Scaling group nodes.",
    ],
  },
  DetachLoadBalancerTargetGroups: {
    given: (here) => void here.call("AttachLoadBalancerTargetGroups", { ...group, TargetGroupARNs: [target] }),
    input: { ...group, TargetGroupARNs: [target] },
    seen: read,
    as: { TargetGroupARNs: [] },
    refused: [{ ...other, TargetGroupARNs: [] }, missing],
  },
  DisableMetricsCollection: {
    given: (here) => void here.call("EnableMetricsCollection", { ...group, Granularity: "1Minute" }),
    input: group,
    seen: read,
    as: { EnabledMetrics: [] },
    refused: [other, missing],
  },
  EnableMetricsCollection: {
    input: { ...group, Granularity: "1Minute", Metrics: ["GroupMinSize"] },
    seen: read,
    as: { EnabledMetrics: [{ Metric: "GroupMinSize", Granularity: "1Minute" }] },
    refused: [{ ...group, Granularity: "5Minute" }, "ValidationError: Granularity must be 1Minute."],
  },
  EnterStandby: {
    input: (here) => ({ ...group, InstanceIds: [instance(here)], ShouldDecrementDesiredCapacity: false }),
    seen: (here) =>
      here
        .read()
        ?.Instances?.map((one) => one.LifecycleState)
        .toSorted(),
    // The capacity is made up for.
    as: ["InService", "InService", "InService", "Standby"],
    refused: [
      { ...group, InstanceIds: ["i-1"], ShouldDecrementDesiredCapacity: false },
      "ValidationError: The instance i-1 is not part of Auto Scaling group nodes.",
    ],
  },
  ExecutePolicy: {
    given: (here) => void here.call("PutScalingPolicy", simple),
    input: { ...group, PolicyName: "more" },
    seen: read,
    as: { DesiredCapacity: 5, Instances: { length: 5 } },
    refused: [{ ...group, PolicyName: "no" }, "ValidationError: PolicyName not found"],
  },
  ExitStandby: {
    given: standby,
    input: (here) => {
      const resting = here.read()?.Instances?.find((one) => one.LifecycleState === "Standby");
      return { ...group, InstanceIds: [resting?.InstanceId] };
    },
    seen: read,
    as: { DesiredCapacity: 3, Instances: { length: 3 } },
    refused: [
      { ...group, InstanceIds: ["i-1"] },
      "ValidationError: The instance i-1 is not part of Auto Scaling group nodes.",
    ],
  },
  PutLifecycleHook: {
    input: { ...hook, HeartbeatTimeout: 60 },
    seen: ask("DescribeLifecycleHooks"),
    as: { LifecycleHooks: [{ ...hook, HeartbeatTimeout: 60 }] },
    refused: [
      { ...hook, HeartbeatTimeout: 10 },
      "ValidationError: HeartbeatTimeout must be between 30 and 7200 seconds.",
    ],
  },
  PutScalingPolicy: {
    input: simple,
    seen: ask("DescribePolicies"),
    as: { ScalingPolicies: [simple] },
    refused: [
      { ...group, PolicyName: "more", PolicyType: "StepScaling", AdjustmentType: "ChangeInCapacity" },
      "ValidationError: StepAdjustments is required for policies of type StepScaling",
    ],
  },
  PutScheduledUpdateGroupAction: {
    input: { ...group, ...night },
    seen: ask("DescribeScheduledActions"),
    as: { ScheduledUpdateGroupActions: [{ ...group, ...night, StartTime: new Date(20 * 3_600_000) }] },
    refused: [
      { ...group, ...night, Recurrence: "at night" },
      "ValidationError: Given recurrence string: at night is invalid",
    ],
  },
  RecordLifecycleActionHeartbeat: {
    given: draining,
    input: drained,
    seen: (here) => {
      here.cloud.clock.advanceTo(here.cloud.clock.now() + 3_599_000);
      return here.read();
    },
    as: { Instances: { length: 3 } },
    refused: [
      { ...group, LifecycleHookName: "no", InstanceId: "i-1" },
      "ValidationError: No Lifecycle Hook found with name no in Auto Scaling Group nodes",
    ],
  },
  ResumeProcesses: {
    given: (here) => void here.call("SuspendProcesses", group),
    input: { ...group, ScalingProcesses: ["Launch", "HealthCheck"] },
    seen: read,
    as: { SuspendedProcesses: { length: 7 } },
    refused: [other, missing],
  },
  SetDesiredCapacity: {
    input: { ...group, DesiredCapacity: 4 },
    seen: read,
    as: { DesiredCapacity: 4, Instances: { length: 4 } },
    refused: [{ ...other, DesiredCapacity: 4 }, gone],
  },
  SetInstanceHealth: {
    input: (here) => ({ InstanceId: instance(here), HealthStatus: "Unhealthy" }),
    seen: (here) => here.read() && here.call("DescribeScalingActivities", { ...group, MaxRecords: 2 }),
    as: { Activities: [{}, { Cause: { includes: "user health-check" } }] },
    refused: [
      { InstanceId: "i-1", HealthStatus: "Unhealthy" },
      "ValidationError: Instance Id not found - No managed instance found for instance ID: i-1",
    ],
  },
  SetInstanceProtection: {
    input: (here) => ({ ...group, InstanceIds: [instance(here)], ProtectedFromScaleIn: true }),
    seen: (here) =>
      here
        .read()
        ?.Instances?.map((one) => one.ProtectedFromScaleIn)
        .toSorted(),
    as: [false, false, true],
    refused: [
      { ...group, InstanceIds: ["i-1"], ProtectedFromScaleIn: true },
      "ValidationError: The instance i-1 is not part of Auto Scaling group nodes.",
    ],
  },
  StartInstanceRefresh: {
    input: { ...group, Preferences: { MinHealthyPercentage: 0 } },
    seen: ask("DescribeInstanceRefreshes"),
    as: { InstanceRefreshes: [{ Preferences: { MinHealthyPercentage: 0 } }] },
    refused: [
      group,
      "InstanceRefreshInProgress: An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
    ],
  },
  SuspendProcesses: {
    input: { ...group, ScalingProcesses: ["Launch"] },
    seen: read,
    as: { SuspendedProcesses: [{ ProcessName: "Launch" }] },
    refused: [other, missing],
  },
  TerminateInstanceInAutoScalingGroup: {
    input: (here) => ({ InstanceId: instance(here), ShouldDecrementDesiredCapacity: true }),
    seen: read,
    as: { DesiredCapacity: 2, Instances: { length: 2 } },
    refused: [
      { InstanceId: "i-1", ShouldDecrementDesiredCapacity: true },
      "ValidationError: Instance Id not found - No managed instance found for instance ID: i-1",
    ],
  },
  UpdateAutoScalingGroup: {
    input: { ...group, MinSize: 4, DefaultCooldown: 10, TerminationPolicies: ["OldestInstance"] },
    seen: read,
    as: { DesiredCapacity: 4, DefaultCooldown: 10, TerminationPolicies: ["OldestInstance"], Instances: { length: 4 } },
    refused: [{ ...other, MinSize: 1 }, gone],
  },
};

describe("every operation of Auto Scaling", () => {
  it("has a row here", ({ expect }) => {
    expect(Object.keys(rows)).toEqual(Object.keys(autoScaling.operations).toSorted());
  });

  for (const [operation, row] of Object.entries(rows)) {
    it(`${operation} does what it should, and refuses what AWS refuses`, ({ expect }) => {
      const here = world();
      here.make();
      here.read();
      row.given?.(here);
      const given = here.call(operation, typeof row.input === "function" ? row.input(here) : row.input);
      const seen = (row.seen ?? answer)(here, given);
      if (row.as === undefined) expect(seen).toBeUndefined();
      else expect(withLengths(seen, row.as)).toMatchObject(row.as as object);
      if (row.refused === "takes no input") return;
      const [wrong, error] = row.refused;
      expect(refusal(() => here.call(operation, wrong))).toBe(error);
    });
  }
});

/** What is expected as `{ length }` or `{ includes }` is compared as that. */
function withLengths(seen: unknown, as: unknown): unknown {
  if (typeof as !== "object" || as === null || as instanceof Date) return seen;
  if (Array.isArray(seen) && "length" in as && !Array.isArray(as)) return { length: seen.length };
  if (typeof seen === "string" && "includes" in as && seen.includes(as.includes as string)) return as;
  if (Array.isArray(seen)) return seen.map((one, at) => withLengths(one, (as as unknown[])[at]));
  if (typeof seen !== "object" || seen === null || seen instanceof Date) return seen;
  const wanted = as as Record<string, unknown>;
  return Object.fromEntries(Object.entries(seen).map(([key, one]) => [key, withLengths(one, wanted[key])]));
}
