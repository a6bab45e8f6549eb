import type { ActivitiesType, DescribeInstanceRefreshesAnswer } from "@aws-sdk/client-auto-scaling";
import type { DescribeInstancesResult } from "@aws-sdk/client-ec2";
import { describe, it } from "vitest";
import { refusal } from "../../testing.ts";
import { world, zones } from "./testing.ts";

describe("an Auto Scaling group", () => {
  it("starts instances evenly over its zones, tagged, and has them in service in 23 seconds", ({ expect }) => {
    const { cloud, make, read, onEc2 } = world();
    make();
    const group = read();
    expect(zones(group)).toEqual(["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
    expect(group?.Instances?.every((one) => one.LifecycleState === "InService")).toBe(true);
    expect(cloud.clock.now()).toBe(23_000);
    const Filters = [{ Name: "tag:aws:autoscaling:groupName", Values: ["nodes"] }];
    const { Reservations } = onEc2<DescribeInstancesResult>("DescribeInstances", { Filters });
    expect(Reservations).toHaveLength(3);
    expect(Reservations?.[0]?.Instances?.[0]?.Tags).toContainEqual({ Key: "Name", Value: "node" });
  });

  it("replaces an instance that someone ended", ({ expect }) => {
    const { make, read, onEc2, call } = world();
    make();
    const lost = read()?.Instances?.[0]?.InstanceId;
    onEc2("TerminateInstances", { InstanceIds: [lost] });
    const after = read();
    expect(zones(after)).toEqual(["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
    expect(after?.Instances?.map((one) => one.InstanceId)).not.toContain(lost);
    const { Activities = [] } = call<ActivitiesType>("DescribeScalingActivities", { AutoScalingGroupName: "nodes" });
    const causes = Activities.map((activity) => activity.Cause).join("\n");
    expect(causes).toContain("in response to an EC2 health check indicating it has been terminated or stopped");
  });

  it("goes round a zone without capacity and says so; when there is none it keeps trying until there is", ({
    expect,
  }) => {
    const { make, read, call, lacks } = world();
    lacks.zone = "eu-central-1b";
    make();
    expect(zones(read())).toEqual(["eu-central-1a", "eu-central-1a", "eu-central-1c"]);
    const { Activities = [] } = call<ActivitiesType>("DescribeScalingActivities", { AutoScalingGroupName: "nodes" });
    const failed = Activities.find((activity) => activity.StatusCode === "Failed");
    expect(failed?.StatusMessage).toMatch(
      /^We currently do not have sufficient t3\.large capacity .* Launching EC2 instance failed\.$/,
    );
    delete lacks.zone;
    lacks.type = "t3.large";
    call("SetDesiredCapacity", { AutoScalingGroupName: "nodes", DesiredCapacity: 5 });
    expect(read()?.Instances).toHaveLength(3);
    expect(read()?.Instances).toHaveLength(3);
    delete lacks.type;
    expect(read()?.Instances).toHaveLength(5);
  });

  it("doesn't run for ever when time is instant and capacity is gone", ({ expect }) => {
    const { make, read, lacks } = world("instant");
    lacks.type = "t3.large";
    make();
    expect(read()?.Instances).toHaveLength(0);
    expect(read()?.Instances).toHaveLength(0);
    delete lacks.type;
    read();
    expect(read()?.Instances).toHaveLength(3);
  });

  it("mixes on demand and spot as its policy says, taking the next type where one is short", ({ expect }) => {
    const { make, read, onEc2, lacks } = world();
    lacks.type = "t3.large";
    make({
      LaunchTemplate: undefined,
      DesiredCapacity: 6,
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateName: "nodes", Version: "$Default" },
          Overrides: [{ InstanceType: "t3.large" }, { InstanceType: "m5.large" }, { InstanceType: "m5a.large" }],
        },
        InstancesDistribution: { OnDemandBaseCapacity: 2, OnDemandPercentageAboveBaseCapacity: 25 },
      },
    });
    const types = read()?.Instances?.map((one) => one.InstanceType) ?? [];
    expect(types).toHaveLength(6);
    expect(types).not.toContain("t3.large");
    const Filters = [{ Name: "instance-lifecycle", Values: ["spot"] }];
    const { Reservations = [] } = onEc2<DescribeInstancesResult>("DescribeInstances", { Filters });
    expect(Reservations.flatMap((one) => one.Instances ?? [])).toHaveLength(3);
  });

  it("shrinks, spares what is protected, and stands still while its processes are suspended", ({ expect }) => {
    const { make, read, call } = world();
    make({ DesiredCapacity: 4 });
    const kept = read()
      ?.Instances?.map((one) => one.InstanceId)
      .slice(0, 2);
    const AutoScalingGroupName = "nodes";
    call("SetInstanceProtection", { AutoScalingGroupName, InstanceIds: kept, ProtectedFromScaleIn: true });
    call("SetDesiredCapacity", { AutoScalingGroupName, DesiredCapacity: 2 });
    expect(
      read()
        ?.Instances?.map((one) => one.InstanceId)
        .toSorted(),
    ).toEqual(kept?.toSorted());
    call("SuspendProcesses", { AutoScalingGroupName, ScalingProcesses: ["Launch"] });
    call("SetDesiredCapacity", { AutoScalingGroupName, DesiredCapacity: 3 });
    expect(read()?.Instances).toHaveLength(2);
    call("ResumeProcesses", { AutoScalingGroupName });
    expect(read()?.Instances).toHaveLength(3);
    expect(refusal(() => call("SetDesiredCapacity", { AutoScalingGroupName, DesiredCapacity: 10 }))).toContain(
      "ValidationError: New SetDesiredCapacity value 10 is above max value 9",
    );
  });

  it("waits for its lifecycle hook", ({ expect }) => {
    const { make, read, call } = world();
    const LifecycleHookName = "drain";
    make({ DesiredCapacity: 1 });
    call("PutLifecycleHook", {
      AutoScalingGroupName: "nodes",
      LifecycleHookName,
      LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    });
    const [only] = read()?.Instances ?? [];
    call("SetDesiredCapacity", { AutoScalingGroupName: "nodes", DesiredCapacity: 0 });
    expect(read()?.Instances).toMatchObject([{ LifecycleState: "Terminating:Wait" }]);
    const answer = { LifecycleHookName, AutoScalingGroupName: "nodes", LifecycleActionResult: "CONTINUE" };
    call("CompleteLifecycleAction", { ...answer, InstanceId: only?.InstanceId });
    expect(read()?.Instances).toEqual([]);
  });

  it("renews all its instances, some at a time", ({ expect }) => {
    const { make, read, call } = world();
    make();
    const old = read()?.Instances?.map((one) => one.InstanceId) ?? [];
    call("StartInstanceRefresh", { AutoScalingGroupName: "nodes", Preferences: { MinHealthyPercentage: 50 } });
    read();
    const refreshes = call<DescribeInstanceRefreshesAnswer>("DescribeInstanceRefreshes", {
      AutoScalingGroupName: "nodes",
    });
    expect(refreshes.InstanceRefreshes).toMatchObject([{ Status: "Successful", PercentageComplete: 100 }]);
    const now = read()?.Instances?.map((one) => one.InstanceId) ?? [];
    expect(now).toHaveLength(3);
    expect(now.filter((id) => old.includes(id))).toEqual([]);
  });

  it("goes with its instances when forced, and leaves nothing running", ({ expect }) => {
    const { make, read, call, onEc2 } = world();
    make();
    read();
    expect(refusal(() => call("DeleteAutoScalingGroup", { AutoScalingGroupName: "nodes" }))).toContain("ResourceInUse");
    call("DeleteAutoScalingGroup", { AutoScalingGroupName: "nodes", ForceDelete: true });
    expect(read()).toBeUndefined();
    const Filters = [{ Name: "instance-state-name", Values: ["running", "pending"] }];
    expect(onEc2("DescribeInstances", { Filters })).toMatchObject({ Reservations: [] });
    expect(refusal(() => call("UpdateAutoScalingGroup", { AutoScalingGroupName: "nodes", MinSize: 1 }))).toBe(
      "ValidationError: AutoScalingGroup name not found - null",
    );
  });

  it("is refused with a template that could never start anything", ({ expect }) => {
    const { make, onEc2 } = world();
    onEc2("CreateLaunchTemplate", {
      LaunchTemplateName: "broken",
      LaunchTemplateData: { ImageId: "ami-00000000000000000", InstanceType: "t3.large" },
    });
    expect(refusal(() => make({ LaunchTemplate: { LaunchTemplateName: "broken" } }))).toBe(
      "ValidationError: You must use a valid fully-formed launch template. The image id '[ami-00000000000000000]' does not exist",
    );
    expect(refusal(() => make({ MinSize: 4 }))).toBe(
      "ValidationError: Desired capacity:3 must be between the specified min size:4 and max size:9",
    );
    expect(refusal(() => make({ LaunchTemplate: undefined }))).toContain(
      "ValidationError: Valid requests must contain either LaunchTemplate",
    );
  });
});
