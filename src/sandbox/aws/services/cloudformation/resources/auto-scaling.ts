// AWS::AutoScaling::*. A group with AutoScalingRollingUpdate really replaces its instances, batch by batch.
import type {
  AutoScalingGroup,
  AutoScalingGroupsType,
  DescribeLifecycleHooksAnswer,
  LaunchConfigurationsType,
  PoliciesType,
  PolicyARNType,
  ScheduledActionsType,
} from "@aws-sdk/client-auto-scaling";
import { pick, present, toModel } from "../adapter.ts";
import { sameValue } from "../values.ts";
import type { ResourceHandler, ResourceRequest, Stability } from "../handler.ts";
import { resource } from "../handler.ts";
import { nextBatch, obsoleteAfter } from "./rolling-update.ts";

type Properties = Record<string, unknown>;
type GroupTag = { Key: string; Value: string; PropagateAtLaunch: boolean };

function groupOf(request: Pick<ResourceRequest, "find" | "physicalId">): AutoScalingGroup | undefined {
  const names = { AutoScalingGroupNames: [request.physicalId] };
  return request.find<AutoScalingGroupsType>("DescribeAutoScalingGroups", names)?.AutoScalingGroups?.[0];
}

const numbers = ["MinSize", "MaxSize", "DesiredCapacity"] as const;
const same = [
  "AvailabilityZones",
  "CapacityRebalance",
  "DefaultInstanceWarmup",
  "DesiredCapacityType",
  "HealthCheckGracePeriod",
  "HealthCheckType",
  "InstanceMaintenancePolicy",
  "LaunchConfigurationName",
  "LaunchTemplate",
  "MaxInstanceLifetime",
  "MixedInstancesPolicy",
  "NewInstancesProtectedFromScaleIn",
  "PlacementGroup",
  "ServiceLinkedRoleARN",
  "TerminationPolicies",
];

/** What Create and Update take alike: sizes are text in templates, subnets a list. */
function groupInput(properties: Properties): Properties {
  const sizes = numbers.flatMap((name) =>
    properties[name] === undefined ? [] : [[name, Number(properties[name])] as const],
  );
  const subnets = properties["VPCZoneIdentifier"] as string[] | undefined;
  const cooldown = properties["Cooldown"];
  return {
    ...pick(properties, same),
    ...Object.fromEntries(sizes),
    ...(subnets ? { VPCZoneIdentifier: subnets.join(",") } : {}),
    ...(cooldown === undefined ? {} : { DefaultCooldown: Number(cooldown) }),
  };
}

function groupTags(name: string, tags: unknown): object[] {
  return ((tags ?? []) as GroupTag[]).map((tag) => ({ ...tag, ResourceId: name, ResourceType: "auto-scaling-group" }));
}

function metrics(request: ResourceRequest, name: string, old: Properties): void {
  const [before, after] = [old, request.properties].map(
    (one) => one["MetricsCollection"] as { Granularity: string; Metrics?: string[] }[] | undefined,
  );
  if (sameValue(before, after)) return;
  if (before) request.call("DisableMetricsCollection", { AutoScalingGroupName: name });
  for (const one of after ?? []) request.call("EnableMetricsCollection", { AutoScalingGroupName: name, ...one });
}

const autoScalingGroup = resource("AWS::AutoScaling::AutoScalingGroup", "auto-scaling", {
  name: "AutoScalingGroupName",
  seconds: 30,
  create(request) {
    const { properties } = request;
    const name = (properties["AutoScalingGroupName"] as string | undefined) ?? request.generatedName({ max: 255 });
    request.call("CreateAutoScalingGroup", {
      ...groupInput(properties),
      ...pick(properties, ["InstanceId", "LoadBalancerNames", "TargetGroupARNs", "LifecycleHookSpecificationList"]),
      AutoScalingGroupName: name,
      ...(properties["Tags"] ? { Tags: groupTags(name, properties["Tags"]) } : {}),
    });
    metrics(request, name, {});
    return name;
  },
  // AWS waits for the group itself, and for signals where a CreationPolicy asks for them. Nobody runs user data here:
  // an instance in service counts as one that has signalled.
  stable(request): Stability {
    const found = groupOf(request);
    if (!found) return false;
    const rolling = nextBatch(request, found);
    if (rolling !== true) return rolling;
    if (!request.policies.creation) return true;
    const signals = (request.policies.creation as { ResourceSignal?: { Count?: number | string } }).ResourceSignal;
    const inService = (found.Instances ?? []).filter((one) => one.LifecycleState === "InService").length;
    return inService >= Number(signals?.Count ?? 1);
  },
  read(request) {
    const found = groupOf(request);
    if (!found) return undefined;
    return {
      ...toModel(request.type, found),
      AutoScalingGroupName: found.AutoScalingGroupName,
      AutoScalingGroupARN: found.AutoScalingGroupARN,
      VPCZoneIdentifier: (found.VPCZoneIdentifier ?? "").split(",").filter((id) => id !== ""),
      MinSize: String(found.MinSize),
      MaxSize: String(found.MaxSize),
      DesiredCapacity: String(found.DesiredCapacity),
      Cooldown: String(found.DefaultCooldown),
      Tags: (found.Tags ?? []).map(({ Key, Value, PropagateAtLaunch }) => ({ Key, Value, PropagateAtLaunch })),
    };
  },
  update(request, old) {
    const { properties, physicalId: AutoScalingGroupName } = request;
    const obsolete = obsoleteAfter(request, groupOf(request), old);
    // Sizes that the template doesn't change are left to whoever changed them since (an autoscaler, `scale nodegroup`).
    const unchanged = numbers.filter((name) => properties[name] === old[name]);
    const input = Object.fromEntries(
      Object.entries(groupInput(properties)).filter(([name]) => !unchanged.includes(name as "MinSize")),
    );
    request.call("UpdateAutoScalingGroup", { AutoScalingGroupName, ...input });
    const [before, after] = [old["Tags"], properties["Tags"]].map((tags) => (tags ?? []) as GroupTag[]) as [
      GroupTag[],
      GroupTag[],
    ];
    const gone = before.filter((tag) => !after.some((other) => other.Key === tag.Key));
    const put = after.filter((tag) => !before.some((other) => sameValue(other, tag)));
    if (gone.length > 0) request.call("DeleteTags", { Tags: groupTags(AutoScalingGroupName, gone) });
    if (put.length > 0) request.call("CreateOrUpdateTags", { Tags: groupTags(AutoScalingGroupName, put) });
    metrics(request, AutoScalingGroupName, old);
    if (obsolete) request.remember(obsolete);
  },
  delete(request) {
    // Auto Scaling says ValidationError of a group that somebody has deleted; that mustn't hold up the stack.
    if (!groupOf(request)) return;
    request.call("DeleteAutoScalingGroup", { AutoScalingGroupName: request.physicalId, ForceDelete: true });
  },
  gone: (request) => groupOf(request) === undefined,
  tag(request, tags) {
    const Tags = groupTags(
      request.physicalId,
      tags.map((tag) => ({ ...tag, PropagateAtLaunch: true })),
    );
    request.call("CreateOrUpdateTags", { Tags });
  },
});

const launchConfiguration = resource("AWS::AutoScaling::LaunchConfiguration", "auto-scaling", {
  name: "LaunchConfigurationName",
  create(request) {
    const { properties } = request;
    const name = (properties["LaunchConfigurationName"] as string | undefined) ?? request.generatedName();
    const { InstanceMonitoring, ...rest } = properties;
    request.call("CreateLaunchConfiguration", {
      ...rest,
      LaunchConfigurationName: name,
      ...(InstanceMonitoring === undefined ? {} : { InstanceMonitoring: { Enabled: InstanceMonitoring } }),
    });
    return name;
  },
  read(request) {
    const names = { LaunchConfigurationNames: [request.physicalId] };
    const found = request.find<LaunchConfigurationsType>("DescribeLaunchConfigurations", names)
      ?.LaunchConfigurations?.[0];
    return found && toModel(request.type, found);
  },
  delete(request) {
    request.call("DeleteLaunchConfiguration", { LaunchConfigurationName: request.physicalId });
  },
});

/** Group and name of what hangs on a group. */
function member(
  request: Pick<ResourceRequest, "properties" | "physicalId">,
  nameMember: string,
): Record<string, unknown> {
  const [group = "", name = ""] = request.physicalId.split("|");
  return { AutoScalingGroupName: group, [nameMember]: name };
}

const lifecycleHook = resource("AWS::AutoScaling::LifecycleHook", "auto-scaling", {
  name: "LifecycleHookName",
  create(request) {
    const { properties } = request;
    const LifecycleHookName = (properties["LifecycleHookName"] as string | undefined) ?? request.generatedName();
    request.call("PutLifecycleHook", { ...properties, LifecycleHookName });
    return `${String(properties["AutoScalingGroupName"] as string)}|${LifecycleHookName}`;
  },
  read(request) {
    const { AutoScalingGroupName, LifecycleHookName } = member(request, "LifecycleHookName");
    const names = { AutoScalingGroupName, LifecycleHookNames: [LifecycleHookName] };
    const found = request.find<DescribeLifecycleHooksAnswer>("DescribeLifecycleHooks", names)?.LifecycleHooks?.[0];
    return found && toModel(request.type, found);
  },
  update(request) {
    request.call("PutLifecycleHook", { ...request.properties, ...member(request, "LifecycleHookName") });
  },
  delete(request) {
    request.call("DeleteLifecycleHook", member(request, "LifecycleHookName"));
  },
  ref: (_model, physicalId) => physicalId.slice(physicalId.indexOf("|") + 1),
});

function policyInput(properties: Properties): Properties {
  const { Cooldown, ...rest } = properties;
  return present({ ...rest, Cooldown: Cooldown === undefined ? undefined : Number(Cooldown) });
}

const scalingPolicy = resource("AWS::AutoScaling::ScalingPolicy", "auto-scaling", {
  create(request) {
    const PolicyName = request.generatedName();
    const made = request.call<PolicyARNType>("PutScalingPolicy", { ...policyInput(request.properties), PolicyName });
    return made.PolicyARN ?? "";
  },
  read(request) {
    const names = { PolicyNames: [request.physicalId] };
    const found = request.find<PoliciesType>("DescribePolicies", names)?.ScalingPolicies?.[0];
    return found && { Arn: found.PolicyARN, PolicyName: found.PolicyName, PolicyType: found.PolicyType };
  },
  update(request) {
    const PolicyName = request.physicalId.slice(request.physicalId.lastIndexOf("/") + 1);
    request.call("PutScalingPolicy", { ...policyInput(request.properties), PolicyName });
  },
  delete(request) {
    request.call("DeletePolicy", { PolicyName: request.physicalId });
  },
});

/** Sizes and times are what the API takes, the times as text. */
function scheduleInput(properties: Properties): Properties {
  const time = (name: string): Date | undefined =>
    properties[name] === undefined ? undefined : new Date(properties[name] as string);
  return present({ ...properties, StartTime: time("StartTime"), EndTime: time("EndTime") });
}

const scheduledAction = resource("AWS::AutoScaling::ScheduledAction", "auto-scaling", {
  create(request) {
    const ScheduledActionName = request.generatedName();
    request.call("PutScheduledUpdateGroupAction", { ...scheduleInput(request.properties), ScheduledActionName });
    return `${ScheduledActionName}|${String(request.properties["AutoScalingGroupName"] as string)}`;
  },
  read(request) {
    const found = request.find<ScheduledActionsType>("DescribeScheduledActions", scheduled(request, true))
      ?.ScheduledUpdateGroupActions?.[0];
    if (!found) return undefined;
    const { StartTime: _start, EndTime: _end, ...rest } = found;
    return toModel(request.type, rest);
  },
  update(request) {
    request.call("PutScheduledUpdateGroupAction", { ...scheduleInput(request.properties), ...scheduled(request) });
  },
  delete(request) {
    request.call("DeleteScheduledAction", scheduled(request));
  },
  ref: (_model, physicalId) => physicalId.slice(0, physicalId.indexOf("|")),
});

function scheduled(request: Pick<ResourceRequest, "physicalId">, many = false): object {
  const [name = "", AutoScalingGroupName = ""] = request.physicalId.split("|");
  return many
    ? { AutoScalingGroupName, ScheduledActionNames: [name] }
    : { AutoScalingGroupName, ScheduledActionName: name };
}

export const autoScalingTypes: readonly ResourceHandler[] = [
  autoScalingGroup,
  launchConfiguration,
  lifecycleHook,
  scalingPolicy,
  scheduledAction,
];
