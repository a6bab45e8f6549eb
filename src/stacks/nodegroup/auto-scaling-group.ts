// The Auto Scaling group of a self-managed node group, with one instance type or a mix of spot and on-demand ones.
import type { Binder } from "../binder.ts";
import type { Context } from "../context.ts";
import { defined, getAtt, sub } from "../template.ts";
import type { TemplateBuilder, TemplateValue } from "../template.ts";
import { autoscalerTags, isMixed } from "./group.ts";
import type { SelfManagedGroup } from "./group.ts";
import { scalingOf } from "./scaling.ts";
import { nodeSubnets } from "./subnets.ts";

const launchTemplate: TemplateValue = {
  LaunchTemplateName: sub("${AWS::StackName}"),
  Version: getAtt("NodeGroupLaunchTemplate", "LatestVersionNumber"),
};

/** Numbers stand as text in what eksctl sends for Auto Scaling groups. */
const text = (value: number | undefined): string | undefined => (value === undefined ? undefined : String(value));

function mixedInstancesPolicy(group: SelfManagedGroup): TemplateValue | undefined {
  const distribution = group.spec.instancesDistribution;
  if (!distribution || !isMixed(group)) return undefined;
  return {
    InstancesDistribution: defined({
      OnDemandBaseCapacity: text(distribution.onDemandBaseCapacity),
      OnDemandPercentageAboveBaseCapacity: text(distribution.onDemandPercentageAboveBaseCapacity),
      SpotAllocationStrategy: distribution.spotAllocationStrategy,
      SpotInstancePools: text(distribution.spotInstancePools),
      SpotMaxPrice: distribution.maxPrice?.toFixed(6),
    }),
    LaunchTemplate: {
      LaunchTemplateSpecification: launchTemplate,
      Overrides: distribution.instanceTypes.map((InstanceType) => ({ InstanceType })),
    },
  };
}

function tags(context: Context, group: SelfManagedGroup): TemplateValue {
  const autoScaler = group.spec.iam?.withAddonPolicies?.autoScaler === true;
  const discovery = {
    [`k8s.io/cluster-autoscaler/${context.name}`]: "owned",
    "k8s.io/cluster-autoscaler/enabled": "true",
  };
  return Object.entries({
    Name: group.nodeName,
    ...(autoScaler ? discovery : {}),
    ...(group.spec.propagateASGTags ? autoscalerTags(group) : {}),
    [`kubernetes.io/cluster/${context.name}`]: "owned",
  }).map(([Key, Value]) => ({ Key, PropagateAtLaunch: "true", Value }));
}

/** Adds the group. An update of its launch template replaces no instance by itself, as eksctl leaves it. */
export function addAutoScalingGroup(
  template: TemplateBuilder,
  context: Context,
  group: SelfManagedGroup,
  binder: Binder,
): void {
  const { spec } = group;
  const { min, max, desired } = scalingOf(group);
  const metrics = spec.asgMetricsCollection?.map((collection) =>
    defined({
      Granularity: collection.granularity,
      Metrics: collection.metrics?.length ? collection.metrics : undefined,
    }),
  );
  const properties = {
    CapacityRebalance: spec.instancesDistribution?.capacityRebalance ? true : undefined,
    DesiredCapacity: text(desired),
    LaunchTemplate: isMixed(group) ? undefined : launchTemplate,
    LoadBalancerNames: spec.classicLoadBalancerNames?.length ? spec.classicLoadBalancerNames : undefined,
    MaxInstanceLifetime: spec.maxInstanceLifetime,
    MaxSize: text(max),
    MetricsCollection: metrics?.length ? metrics : undefined,
    MinSize: text(min),
    MixedInstancesPolicy: mixedInstancesPolicy(group),
    Tags: tags(context, group),
    TargetGroupARNs: spec.targetGroupARNs?.length ? spec.targetGroupARNs : undefined,
    VPCZoneIdentifier: nodeSubnets(context, group, binder),
  };
  const suspended = spec.asgSuspendProcesses ?? [];
  template.add("NodeGroup", "AWS::AutoScaling::AutoScalingGroup", properties, {
    UpdatePolicy: { AutoScalingRollingUpdate: suspended.length > 0 ? { SuspendProcesses: suspended } : {} },
  });
}
