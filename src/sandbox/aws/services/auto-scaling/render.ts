// Groups, instances and activities as the API shows them.
import type {
  Activity as ActivityItem,
  AutoScalingGroup,
  AutoScalingInstanceDetails,
  Instance as InstanceItem,
  LaunchTemplateSpecification,
  LifecycleState,
  MixedInstancesPolicy,
  TagDescription,
} from "@aws-sdk/client-auto-scaling";
import type { Context } from "../../core/index.ts";
import { launchTemplates } from "../ec2/state.ts";
import { instancesOf } from "./lookup.ts";
import type { Activity, Group, GroupInstance, TemplateReference } from "./state.ts";

function templateItem(ctx: Context, template: TemplateReference): LaunchTemplateSpecification {
  const row = template.id
    ? ctx.table(launchTemplates).get(template.id)
    : ctx.table(launchTemplates).by("name", template.name)[0];
  const { version } = template;
  return { LaunchTemplateId: row?.id ?? template.id, LaunchTemplateName: row?.name ?? template.name, Version: version };
}

/** A mixed policy with AWS's defaults for how on-demand and spot share the capacity. */
function mixedItem(ctx: Context, mixed: MixedInstancesPolicy): MixedInstancesPolicy {
  const { LaunchTemplateSpecification: given } = mixed.LaunchTemplate ?? {};
  const { LaunchTemplateId: id = "", LaunchTemplateName: name = "", Version: version = "$Default" } = given ?? {};
  const strategy = mixed.InstancesDistribution?.SpotAllocationStrategy ?? "lowest-price";
  return {
    LaunchTemplate: {
      ...structuredClone(mixed.LaunchTemplate),
      LaunchTemplateSpecification: templateItem(ctx, { id, name, version }),
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: "prioritized",
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 100,
      SpotAllocationStrategy: strategy,
      ...(strategy === "lowest-price" ? { SpotInstancePools: 2 } : {}),
      ...mixed.InstancesDistribution,
    },
  };
}

/** An instance's template with the version it really has. */
function instanceTemplate(ctx: Context, template: TemplateReference): LaunchTemplateSpecification {
  const item = templateItem(ctx, template);
  const row = ctx.table(launchTemplates).get(item.LaunchTemplateId ?? "");
  const named = { $Latest: row?.latestVersion, $Default: row?.defaultVersion }[template.version];
  return { ...item, Version: named === undefined ? template.version : String(named) };
}

function instanceItem(ctx: Context, row: Readonly<GroupInstance>): InstanceItem {
  return {
    InstanceId: row.id,
    InstanceType: row.type,
    AvailabilityZone: row.zone,
    LifecycleState: row.state as LifecycleState,
    HealthStatus: row.health,
    ...(row.template ? { LaunchTemplate: instanceTemplate(ctx, row.template) } : {}),
    ...(row.configuration ? { LaunchConfigurationName: row.configuration } : {}),
    ProtectedFromScaleIn: row.protected,
    ...(row.weight === 1 ? {} : { WeightedCapacity: String(row.weight) }),
  };
}

/** An instance as DescribeAutoScalingInstances gives it: the health in capitals, unlike within its group. */
export function instanceDetails(ctx: Context, row: Readonly<GroupInstance>): AutoScalingInstanceDetails {
  const { HealthStatus, LifecycleState: state, ...item } = instanceItem(ctx, row);
  return {
    ...item,
    AutoScalingGroupName: row.group,
    HealthStatus: HealthStatus?.toUpperCase(),
    LifecycleState: state,
  } as AutoScalingInstanceDetails;
}

/** A group's tags as DescribeTags gives them. */
export function tagItems(row: Readonly<Group>): TagDescription[] {
  return row.tags.map(({ key, value, propagate }) => ({
    ResourceId: row.name,
    ResourceType: "auto-scaling-group",
    Key: key,
    Value: value,
    PropagateAtLaunch: propagate,
  }));
}

/** A group as DescribeAutoScalingGroups gives it. */
export function groupItem(ctx: Context, row: Readonly<Group>): AutoScalingGroup {
  return {
    AutoScalingGroupName: row.name,
    AutoScalingGroupARN: row.arn,
    ...(row.template ? { LaunchTemplate: templateItem(ctx, row.template) } : {}),
    ...(row.mixed ? { MixedInstancesPolicy: mixedItem(ctx, row.mixed) } : {}),
    ...(row.configuration ? { LaunchConfigurationName: row.configuration } : {}),
    MinSize: row.min,
    MaxSize: row.max,
    DesiredCapacity: row.desired,
    DefaultCooldown: row.cooldown,
    AvailabilityZones: [...row.zones],
    LoadBalancerNames: [...row.loadBalancers],
    TargetGroupARNs: [...row.targetGroups],
    HealthCheckType: row.healthCheckType,
    HealthCheckGracePeriod: row.healthCheckGrace,
    Instances: instancesOf(ctx, row.name).map((instance) => instanceItem(ctx, instance)),
    CreatedTime: new Date(row.createdAt),
    SuspendedProcesses: row.suspended.map((ProcessName) => ({
      ProcessName,
      SuspensionReason: `User suspended at ${new Date(row.suspendedAt?.[ProcessName] ?? row.createdAt).toISOString()}`,
    })),
    ...(row.placementGroup ? { PlacementGroup: row.placementGroup } : {}),
    VPCZoneIdentifier: row.subnets.join(","),
    EnabledMetrics: row.metrics.map((Metric) => ({ Metric, Granularity: "1Minute" })),
    ...(row.deleting ? { Status: "Delete in progress" } : {}),
    Tags: tagItems(row),
    TerminationPolicies: [...row.terminationPolicies],
    NewInstancesProtectedFromScaleIn: row.protectNew,
    ServiceLinkedRoleARN: row.serviceLinkedRole,
    ...(row.maxInstanceLifetime ? { MaxInstanceLifetime: row.maxInstanceLifetime } : {}),
    CapacityRebalance: row.capacityRebalance,
    ...(row.context ? { Context: row.context } : {}),
    ...(row.instanceWarmup === undefined ? {} : { DefaultInstanceWarmup: row.instanceWarmup }),
    ...(row.maintenance
      ? {
          InstanceMaintenancePolicy: {
            MinHealthyPercentage: row.maintenance.least,
            MaxHealthyPercentage: row.maintenance.most,
          },
        }
      : {}),
    TrafficSources: [],
    AvailabilityZoneDistribution: { CapacityDistributionStrategy: "balanced-best-effort" },
  };
}

/** An activity as DescribeScalingActivities gives it; the group's ARN is missing when the group is gone. */
export function activityItem(row: Readonly<Activity>, arn: string | undefined): ActivityItem {
  const details = { "Subnet ID": row.details.subnet, "Availability Zone": row.details.zone };
  return {
    ActivityId: row.id,
    AutoScalingGroupName: row.group,
    Description: row.description,
    Cause: row.cause,
    StartTime: new Date(row.startedAt),
    ...(row.endedAt === undefined ? {} : { EndTime: new Date(row.endedAt) }),
    StatusCode: row.status,
    ...(row.message === undefined ? {} : { StatusMessage: row.message }),
    Progress: row.status === "InProgress" ? 50 : 100,
    Details: JSON.stringify(details),
    ...(arn ? { AutoScalingGroupARN: arn } : {}),
  };
}
