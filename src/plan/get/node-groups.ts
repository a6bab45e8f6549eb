// `get nodegroup` in eksctl's shape, self-managed groups first.
import type { Nodegroup } from "@aws-sdk/client-eks";
import type { Aws } from "../../aws/index.ts";
import { readAutoScalingGroups } from "../read/auto-scaling.ts";
import { readNodeGroups } from "../read/eks.ts";
import { belongsTo, readAllStacks, readPhysicalIds, readTemplate } from "../read/stacks.ts";
import type { FoundStack } from "../found.ts";
import { requireCluster } from "./clusters.ts";

/** A node group in the shape of `eksctl get nodegroup -o json`. */
export interface NodeGroupSummary {
  StackName: string;
  Cluster: string;
  Name: string;
  Status: string;
  MaxSize: number;
  MinSize: number;
  DesiredCapacity: number;
  InstanceType: string;
  ImageID: string;
  CreationTime: string;
  NodeInstanceRoleARN: string;
  AutoScalingGroupName: string;
  /** Kubernetes version of managed groups; self-managed nodes tell theirs only inside Kubernetes. */
  Version: string;
  Type: "managed" | "unmanaged";
}

const time = (date: Date | undefined): string => (date ?? new Date(0)).toISOString().replace(/\.\d+Z$/, "Z");

const groupTag = (stack: FoundStack): string | undefined =>
  stack.tags["alpha.eksctl.io/nodegroup-name"] ?? stack.tags["eksctl.io/v1alpha2/nodegroup-name"];

function managed(cluster: string, name: string, group: Nodegroup, stacks: readonly FoundStack[]): NodeGroupSummary {
  return {
    StackName: stacks.find((stack) => groupTag(stack) === name)?.name ?? "",
    Cluster: cluster,
    Name: name,
    Status: group.status ?? "",
    MaxSize: group.scalingConfig?.maxSize ?? 0,
    MinSize: group.scalingConfig?.minSize ?? 0,
    DesiredCapacity: group.scalingConfig?.desiredSize ?? 0,
    InstanceType: (group.instanceTypes ?? []).join(",") || "-",
    ImageID: group.amiType ?? "",
    CreationTime: time(group.createdAt),
    NodeInstanceRoleARN: group.nodeRole ?? "",
    AutoScalingGroupName: (group.resources?.autoScalingGroups ?? []).flatMap(({ name: asg }) => asg ?? []).join(","),
    Version: group.version ?? "",
    Type: "managed",
  };
}

async function unmanaged(aws: Aws, cluster: string, stack: FoundStack): Promise<NodeGroupSummary> {
  const name = groupTag(stack) ?? stack.name;
  const [ids, template] = await Promise.all([readPhysicalIds(aws, stack.name), readTemplate(aws, stack.name)]);
  const asgName = ids["NodeGroup"];
  const asg =
    asgName === undefined ? undefined : (await readAutoScalingGroups(aws, new Map([[name, asgName]]))).get(name);
  const data = template?.Resources["NodeGroupLaunchTemplate"]?.Properties?.["LaunchTemplateData"] as
    | Record<string, unknown>
    | undefined;
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const mixed = template?.Resources["NodeGroup"]?.Properties?.["MixedInstancesPolicy"] as
    | { LaunchTemplate?: { Overrides?: { InstanceType: string }[] } }
    | undefined;
  return {
    StackName: stack.name,
    Cluster: cluster,
    Name: name,
    Status: stack.status,
    MaxSize: asg?.maxSize ?? 0,
    MinSize: asg?.minSize ?? 0,
    DesiredCapacity: asg?.desiredSize ?? 0,
    InstanceType:
      (mixed?.LaunchTemplate?.Overrides ?? []).map(({ InstanceType }) => InstanceType).join(",") ||
      text(data?.["InstanceType"]),
    ImageID: text(data?.["ImageId"]),
    CreationTime: time(stack.created),
    NodeInstanceRoleARN: stack.outputs["InstanceRoleARN"] ?? "",
    AutoScalingGroupName: asgName ?? "",
    Version: "",
    Type: "unmanaged",
  };
}

/** Node groups of a cluster, those in failed stacks included: their status says so. */
export async function getNodeGroups(aws: Aws, cluster: string, name?: string): Promise<NodeGroupSummary[]> {
  await requireCluster(aws, cluster);
  const [stacks, groups] = await Promise.all([readAllStacks(aws), readNodeGroups(aws, cluster)]);
  const own = stacks.filter((stack) => belongsTo(cluster, stack) && groupTag(stack) !== undefined);
  const selfManaged = own.filter((stack) => !groups.has(groupTag(stack) ?? ""));
  const all = [
    ...(await Promise.all(selfManaged.map((stack) => unmanaged(aws, cluster, stack)))).map((group, i) => ({
      ...group,
      // A managed group whose stack failed has no group in EKS.
      Type: selfManaged[i]?.tags["alpha.eksctl.io/nodegroup-type"] === "managed" ? ("managed" as const) : group.Type,
    })),
    ...[...groups].map(([groupName, group]) => managed(cluster, groupName, group, own)),
  ];
  return name === undefined ? all : all.filter((group) => group.Name === name);
}
