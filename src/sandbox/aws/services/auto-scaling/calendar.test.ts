// What happens in a group as time goes by: schedules, lifetimes, hooks, rebalancing, and what stands still meanwhile.
import type {
  ActivitiesType,
  AutoScalingInstancesType,
  DescribeInstanceRefreshesAnswer,
  ScheduledActionsType,
} from "@aws-sdk/client-auto-scaling";
import type { DescribeSubnetsResult } from "@aws-sdk/client-ec2";
import { describe, it } from "vitest";
import { refusal } from "../../testing.ts";
import { nextTime, parseCron } from "./cron.ts";
import { adjusted } from "./operations/policies.ts";
import type { World } from "./testing.ts";
import { world, zones } from "./testing.ts";

const AutoScalingGroupName = "nodes";
const hour = 3_600_000;

const capacity = ({ read }: World): number | undefined => read()?.DesiredCapacity;
const ids = ({ read }: World): string[] => (read()?.Instances ?? []).map((one) => one.InstanceId ?? "");
const causes = ({ call }: World): string =>
  (call<ActivitiesType>("DescribeScalingActivities", { AutoScalingGroupName }).Activities ?? [])
    .map((activity) => activity.Cause)
    .join("\n");

describe("scheduled actions", () => {
  it("act at their time, once or again and again, and say so in the causes", ({ expect }) => {
    const here = world();
    const { cloud, make, call } = here;
    make();
    expect(capacity(here)).toBe(3);
    const night = { AutoScalingGroupName, ScheduledActionName: "night", Recurrence: "0 20 * * *", DesiredCapacity: 1 };
    const once = {
      AutoScalingGroupName,
      ScheduledActionName: "launch day",
      StartTime: new Date(10 * hour),
      MinSize: 5,
    };
    call("PutScheduledUpdateGroupAction", night);
    call("PutScheduledUpdateGroupAction", once);
    expect(capacity(here)).toBe(3);
    cloud.clock.advanceTo(10 * hour);
    expect([capacity(here), ids(here).length]).toEqual([5, 5]);
    expect(causes(here)).toContain(
      "At 1970-01-01T10:00:00Z the scheduled action launch day executed. Setting min size from 0 to 5.",
    );
    const left = (): unknown =>
      call<ScheduledActionsType>("DescribeScheduledActions", { AutoScalingGroupName }).ScheduledUpdateGroupActions;
    // Once is over; a capacity below the new minimum is no size for the group, so that night nothing happens.
    expect(left()).toMatchObject([{ ScheduledActionName: "night", StartTime: new Date(20 * hour) }]);
    cloud.clock.advanceTo(21 * hour);
    expect(capacity(here)).toBe(5);
    call("UpdateAutoScalingGroup", { AutoScalingGroupName, MinSize: 0 });
    cloud.clock.advanceTo(44 * hour);
    expect([capacity(here), ids(here).length]).toEqual([1, 1]);
    expect(left()).toMatchObject([{ StartTime: new Date(68 * hour) }]);
  });

  it("rest while they are suspended, and are no reason for an instant clock to run ahead", ({ expect }) => {
    const here = world("instant");
    const { cloud, make, call } = here;
    make();
    const every = { AutoScalingGroupName, ScheduledActionName: "often", Recurrence: "*/5 * * * *", DesiredCapacity: 4 };
    call("PutScheduledUpdateGroupAction", every);
    call("SuspendProcesses", { AutoScalingGroupName, ScalingProcesses: ["ScheduledActions"] });
    expect(capacity(here)).toBe(3);
    expect(cloud.clock.now()).toBeLessThan(60_000);
    cloud.clock.advanceTo(hour);
    expect(capacity(here)).toBe(3);
    call("ResumeProcesses", { AutoScalingGroupName });
    cloud.clock.advanceTo(hour + 300_000);
    expect(capacity(here)).toBe(4);
  });

  it("read cron as AWS does: lists, steps, names, either kind of day, time zones", ({ expect }) => {
    const at = (text: string, after: string, zone?: string): string | undefined => {
      const cron = parseCron(text);
      const time = cron && nextTime(cron, Date.parse(after), zone);
      return time === undefined ? undefined : new Date(time).toISOString().slice(0, 16);
    };
    expect(at("0 9 * * MON-FRI", "2026-11-21T12:00Z")).toBe("2026-11-23T09:00");
    expect(at("15,45 */6 * * *", "2026-11-21T12:20Z")).toBe("2026-11-21T12:45");
    expect(at("0 0 1 * 0", "2026-11-21T12:20Z")).toBe("2026-11-22T00:00");
    expect(at("0 0 29 2 *", "2026-11-21T12:20Z")).toBe("2028-02-29T00:00");
    expect(at("0 0 30 2 *", "2026-11-21T12:20Z")).toBeUndefined();
    expect(at("0 9 * * *", "2026-07-01T00:00Z", "Europe/Berlin")).toBe("2026-07-01T07:00");
    expect(at("0 9 * * *", "2026-12-01T00:00Z", "Europe/Berlin")).toBe("2026-12-01T08:00");
    for (const wrong of ["* * * *", "60 * * * *", "a * * * *", "5-1 * * * *", "*/0 * * * *"])
      expect(parseCron(wrong), wrong).toBeUndefined();
  });
});

describe("lifecycle hooks", () => {
  const hook = (name: string, more: object = {}): object => ({
    AutoScalingGroupName,
    LifecycleHookName: name,
    LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
    HeartbeatTimeout: 600,
    ...more,
  });

  it("hold an instance until each has said CONTINUE; a heartbeat begins the wait again", ({ expect }) => {
    const here = world();
    const { cloud, make, read, call } = here;
    make({ DesiredCapacity: 0 });
    call("PutLifecycleHook", hook("disks"));
    call("PutLifecycleHook", hook("joined"));
    call("SetDesiredCapacity", { AutoScalingGroupName, DesiredCapacity: 1 });
    expect(read()?.Instances).toMatchObject([{ LifecycleState: "Pending:Wait" }]);
    const [InstanceId] = ids(here);
    const answer = { AutoScalingGroupName, InstanceId, LifecycleActionResult: "CONTINUE" };
    call("CompleteLifecycleAction", { ...answer, LifecycleHookName: "disks" });
    cloud.clock.advanceTo(500_000);
    call("RecordLifecycleActionHeartbeat", { AutoScalingGroupName, InstanceId, LifecycleHookName: "joined" });
    cloud.clock.advanceTo(1_000_000);
    expect(read()?.Instances).toMatchObject([{ InstanceId, LifecycleState: "Pending:Wait" }]);
    call("CompleteLifecycleAction", { ...answer, LifecycleHookName: "joined" });
    expect(read()?.Instances).toMatchObject([{ InstanceId, LifecycleState: "InService" }]);
    expect(refusal(() => call("CompleteLifecycleAction", { ...answer, LifecycleHookName: "joined" }))).toBe(
      `ValidationError: No active Lifecycle Action found with instance ID ${InstanceId}`,
    );
  });

  it("abandon in silence: another instance is tried, and an instant clock doesn't chase them", ({ expect }) => {
    const here = world("instant");
    const { cloud, make, read, call } = here;
    make({ DesiredCapacity: 0 });
    call("PutLifecycleHook", hook("joined"));
    call("SetDesiredCapacity", { AutoScalingGroupName, DesiredCapacity: 1 });
    const first = ids(here);
    expect(read()?.Instances).toMatchObject([{ LifecycleState: "Pending:Wait" }]);
    cloud.clock.advanceTo(cloud.clock.now() + 600_000);
    expect(ids(here)).toHaveLength(1);
    expect(ids(here)).not.toEqual(first);
    call("PutLifecycleHook", hook("joined", { DefaultResult: "CONTINUE" }));
    cloud.clock.advanceTo(cloud.clock.now() + 600_000);
    expect(read()?.Instances).toMatchObject([{ LifecycleState: "InService" }]);
  });
});

describe("keeping itself in order", () => {
  const subnetIn = ({ onEc2 }: World, zone: string): string =>
    onEc2<DescribeSubnetsResult>("DescribeSubnets").Subnets?.find((one) => one.AvailabilityZone === zone)?.SubnetId ??
    "";

  it("moves to the zones it is given, the new instance before the old one goes", ({ expect }) => {
    const here = world();
    const { make, read, call } = here;
    const [a, b] = [subnetIn(here, "eu-central-1a"), subnetIn(here, "eu-central-1b")];
    make({ VPCZoneIdentifier: a, DesiredCapacity: 4 });
    expect(zones(read())).toEqual(Array(4).fill("eu-central-1a"));
    call("UpdateAutoScalingGroup", { AutoScalingGroupName, VPCZoneIdentifier: `${a},${b}` });
    expect(zones(read())).toEqual(["eu-central-1a", "eu-central-1a", "eu-central-1b", "eu-central-1b"]);
    expect(causes(here)).toContain("to balance instances in zones eu-central-1b with other zones");
    call("SuspendProcesses", { AutoScalingGroupName, ScalingProcesses: ["AZRebalance"] });
    call("UpdateAutoScalingGroup", { AutoScalingGroupName, VPCZoneIdentifier: b });
    expect(zones(read())).toContain("eu-central-1a");
    call("ResumeProcesses", { AutoScalingGroupName });
    expect(zones(read())).toEqual(Array(4).fill("eu-central-1b"));
  });

  it("notices a lost instance only while HealthCheck runs, replaces it only while ReplaceUnhealthy does", ({
    expect,
  }) => {
    const here = world();
    const { make, read, call, onEc2 } = here;
    make();
    const [lost = ""] = ids(here);
    const ScalingProcesses = ["HealthCheck"];
    call("SuspendProcesses", { AutoScalingGroupName, ScalingProcesses });
    onEc2("TerminateInstances", { InstanceIds: [lost] });
    expect(ids(here)).toContain(lost);
    expect(read()?.SuspendedProcesses?.[0]?.SuspensionReason).toMatch(/^User suspended at 1970-01-01T00:00:2/);
    call("SuspendProcesses", { AutoScalingGroupName, ScalingProcesses: ["ReplaceUnhealthy"] });
    call("ResumeProcesses", { AutoScalingGroupName, ScalingProcesses });
    expect(read()?.Instances?.find((one) => one.InstanceId === lost)?.HealthStatus).toBe("Unhealthy");
    call("ResumeProcesses", { AutoScalingGroupName });
    expect(ids(here)).not.toContain(lost);
    expect(ids(here)).toHaveLength(3);
  });

  it("keeps its instances while Terminate is suspended", ({ expect }) => {
    const here = world();
    const { make, call } = here;
    make();
    ids(here);
    call("SuspendProcesses", { AutoScalingGroupName, ScalingProcesses: ["Terminate"] });
    call("SetDesiredCapacity", { AutoScalingGroupName, DesiredCapacity: 1 });
    expect(ids(here)).toHaveLength(3);
    call("ResumeProcesses", { AutoScalingGroupName });
    expect(ids(here)).toHaveLength(1);
  });

  it("believes that an instance is ill only after its grace period", ({ expect }) => {
    const here = world();
    const { make, call } = here;
    make({ HealthCheckGracePeriod: 300 });
    const [InstanceId = ""] = ids(here);
    call("SetInstanceHealth", { InstanceId, HealthStatus: "Unhealthy" });
    expect(ids(here)).toContain(InstanceId);
    call("SetInstanceHealth", { InstanceId, HealthStatus: "Unhealthy", ShouldRespectGracePeriod: false });
    expect(ids(here)).not.toContain(InstanceId);
  });

  it("lets the oldest go first, or the newest, or those of an old template, as it is told", ({ expect }) => {
    const here = world();
    const { make, call, onEc2 } = here;
    const zone = subnetIn(here, "eu-central-1a");
    make({ DesiredCapacity: 1, VPCZoneIdentifier: zone, TerminationPolicies: ["OldestInstance"] });
    const size = (DesiredCapacity: number): string[] => {
      call("SetDesiredCapacity", { AutoScalingGroupName, DesiredCapacity });
      return ids(here);
    };
    const [first] = size(1);
    const second = size(2).find((id) => id !== first);
    expect(size(1)).toEqual([second]);
    call("UpdateAutoScalingGroup", { AutoScalingGroupName, TerminationPolicies: ["NewestInstance"] });
    size(2);
    expect(size(1)).toEqual([second]);
    const LaunchTemplateData = { InstanceType: "m5.large" };
    onEc2("CreateLaunchTemplateVersion", { LaunchTemplateName: "nodes", SourceVersion: "1", LaunchTemplateData });
    call("UpdateAutoScalingGroup", { AutoScalingGroupName, TerminationPolicies: ["OldestLaunchTemplate"] });
    const third = size(2).find((id) => id !== second);
    expect(size(1)).toEqual([third]);
  });

  it("renews an instance that reaches its greatest age", ({ expect }) => {
    const here = world();
    const { cloud, make } = here;
    make({ DesiredCapacity: 1, MaxInstanceLifetime: 86_400 });
    const [first] = ids(here);
    cloud.clock.advanceTo(23 * hour);
    expect(ids(here)).toEqual([first]);
    cloud.clock.advanceTo(25 * hour);
    expect(ids(here)).toHaveLength(1);
    expect(ids(here)).not.toEqual([first]);
  });

  it("skips in a refresh what already is as the template says", ({ expect }) => {
    const here = world();
    const { make, call } = here;
    make();
    const before = ids(here);
    const refresh = (): unknown => {
      call("StartInstanceRefresh", { AutoScalingGroupName, Preferences: { SkipMatching: true } });
      ids(here);
      const input = { AutoScalingGroupName };
      return call<DescribeInstanceRefreshesAnswer>("DescribeInstanceRefreshes", input).InstanceRefreshes?.[0]?.Status;
    };
    expect(refresh()).toBe("Successful");
    expect(ids(here)).toEqual(before);
    expect(call<AutoScalingInstancesType>("DescribeAutoScalingInstances").AutoScalingInstances).toHaveLength(3);
  });

  it("computes percentages of its capacity as AWS rounds them", ({ expect }) => {
    const percent = (by: number, of: number, least?: number): number =>
      adjusted(of, "PercentChangeInCapacity", by, least) - of;
    expect([percent(10, 127), percent(10, 6), percent(-10, 6), percent(-10, 67), percent(25, 4, 2)]).toEqual([
      12, 1, -1, -6, 2,
    ]);
    expect([adjusted(4, "ExactCapacity", 7, undefined), adjusted(4, "ChangeInCapacity", -2, undefined)]).toEqual([
      7, 2,
    ]);
  });
});
