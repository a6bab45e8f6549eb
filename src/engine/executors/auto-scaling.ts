// An Auto Scaling group as it is right now: its sizes, its instances and the launch template each was made with.
import { LotseError } from "../../base/index.ts";
import type { Crew } from "../crew.ts";

/** A group at this moment. */
export interface GroupNow {
  name: string;
  desired: number;
  max: number;
  tags: Readonly<Record<string, string>>;
  /** Version of the launch template that new instances get. */
  version: string | undefined;
  instances: { id: string; state: string; version: string | undefined }[];
}

/** Looks. @throws LotseError `engine/no-auto-scaling-group` */
export async function readGroup(crew: Crew, name: string): Promise<GroupNow> {
  const { AutoScalingGroups = [] } = await crew.aws.call("autoscaling", "DescribeAutoScalingGroups", {
    AutoScalingGroupNames: [name],
  });
  const [group] = AutoScalingGroups;
  if (!group)
    throw new LotseError("engine/no-auto-scaling-group", { title: `Auto Scaling group ${name} is gone`, blame: "aws" });
  const template = group.LaunchTemplate ?? group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  return {
    name,
    desired: group.DesiredCapacity ?? 0,
    max: group.MaxSize ?? 0,
    tags: Object.fromEntries((group.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
    version: template?.Version,
    instances: (group.Instances ?? []).map(({ InstanceId = "", LifecycleState = "", LaunchTemplate }) => ({
      id: InstanceId,
      state: LifecycleState,
      version: LaunchTemplate?.Version,
    })),
  };
}
