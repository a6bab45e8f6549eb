// What the tests of this folder share: an account with a template called "nodes", and a group of that name.
import type { AutoScalingGroup, AutoScalingGroupsType } from "@aws-sdk/client-auto-scaling";
import type { CreateLaunchTemplateResult, DescribeSubnetsResult } from "@aws-sdk/client-ec2";
import { administratorOf } from "../../administrator.ts";
import { eksAmiId } from "../../catalogue/amis.ts";
import { Cloud } from "../../core/index.ts";
import { ec2 } from "../ec2/index.ts";
import { autoScaling } from "./index.ts";

const account = "111122223333";
const region = "eu-central-1";
const principal = administratorOf(account, "aws");

export type Call = <Output = Record<string, unknown>>(operation: string, input?: object) => Output;

export interface World {
  cloud: Cloud;
  call: Call;
  onEc2: Call;
  /** What the world is short of: changed by tests. */
  lacks: { type?: string; zone?: string };
  make: (input?: object) => void;
  /** The group as it is now. */
  read: () => AutoScalingGroup | undefined;
}

/** A new account: the clock is `poll` unless said otherwise. */
export function world(clock: "poll" | "instant" = "poll"): World {
  const lacks: World["lacks"] = {};
  const cloud = new Cloud({
    services: [ec2, autoScaling],
    start: 0,
    clock: { kind: clock },
    guards: {
      faultResource: (kind, facts) =>
        kind === "capacity" &&
        (lacks.type !== undefined || lacks.zone !== undefined) &&
        (lacks.type ?? facts["instanceType"]) === facts["instanceType"] &&
        (lacks.zone ?? facts["zone"]) === facts["zone"]
          ? { id: "fault" }
          : undefined,
    },
  });
  const on =
    (service: string): Call =>
    (operation, input = {}) =>
      cloud.invoke({ service, operation, input, account, region, principal });
  const [call, onEc2] = [on("auto-scaling"), on("ec2")];
  const ImageId = eksAmiId("1.34", "al2023", "x86_64", "standard", region);
  const { LaunchTemplate } = onEc2<CreateLaunchTemplateResult>("CreateLaunchTemplate", {
    LaunchTemplateName: "nodes",
    LaunchTemplateData: { ImageId, InstanceType: "t3.large" },
  });
  const subnets = onEc2<DescribeSubnetsResult>("DescribeSubnets").Subnets?.map((subnet) => subnet.SubnetId) ?? [];
  return {
    cloud,
    call,
    onEc2,
    lacks,
    make: (input = {}) =>
      call("CreateAutoScalingGroup", {
        AutoScalingGroupName: "nodes",
        MinSize: 0,
        MaxSize: 9,
        DesiredCapacity: 3,
        VPCZoneIdentifier: subnets.join(","),
        LaunchTemplate: { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId, Version: "$Latest" },
        Tags: [{ Key: "Name", Value: "node", PropagateAtLaunch: true }],
        ...input,
      }),
    read: () =>
      call<AutoScalingGroupsType>("DescribeAutoScalingGroups", { AutoScalingGroupNames: ["nodes"] })
        .AutoScalingGroups?.[0],
  };
}

/** The zones of a group's instances, sorted. */
export const zones = (group: AutoScalingGroup | undefined): string[] =>
  (group?.Instances ?? []).map((one) => one.AvailabilityZone ?? "").toSorted();
