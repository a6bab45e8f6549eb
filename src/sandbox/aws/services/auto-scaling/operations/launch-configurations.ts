// Launch configurations (the old way) and scaling policies.
import type {
  CreateLaunchConfigurationType,
  DeletePolicyType,
  DescribePoliciesType,
  LaunchConfiguration,
  LaunchConfigurationNamesType,
  LaunchConfigurationNameType,
  LaunchConfigurationsType,
  PoliciesType,
  PolicyARNType,
  PutScalingPolicyType,
  ScalingPolicy,
} from "@aws-sdk/client-auto-scaling";
import type { Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { paginate } from "../../../query/index.ts";
import { findGroup, onGroup, validationError } from "../lookup.ts";
import type { Configuration, Policy } from "../state.ts";
import { configurations, groups, policies } from "../state.ts";

function configurationItem(row: Readonly<Configuration>): LaunchConfiguration {
  const { EbsOptimized = false, InstanceMonitoring = { Enabled: true }, ...input } = row.input;
  return {
    BlockDeviceMappings: [],
    SecurityGroups: [],
    KeyName: "",
    UserData: "",
    KernelId: "",
    RamdiskId: "",
    ClassicLinkVPCSecurityGroups: [],
    ...(input as Partial<LaunchConfiguration>),
    EbsOptimized: EbsOptimized === true,
    InstanceMonitoring: InstanceMonitoring as { Enabled: boolean },
    LaunchConfigurationName: row.name,
    LaunchConfigurationARN: row.arn,
    CreatedTime: new Date(row.createdAt),
  } as LaunchConfiguration;
}

function policyItem(row: Readonly<Policy>): ScalingPolicy {
  return {
    PolicyType: "SimpleScaling",
    Enabled: true,
    Alarms: [],
    ...(row.input as Partial<ScalingPolicy>),
    AutoScalingGroupName: row.group,
    PolicyName: row.name,
    PolicyARN: row.arn,
  };
}

export const launchConfigurationOperations: Readonly<Record<string, Operation>> = {
  CreateLaunchConfiguration: operation<CreateLaunchConfigurationType, object>((input, ctx) => {
    const name = input.LaunchConfigurationName ?? "";
    if (ctx.table(configurations).has(name))
      throw new AwsError(
        "AlreadyExists",
        `Launch Configuration by this name already exists - A launch configuration already exists with the name ${name}`,
      );
    if (!input.ImageId || !input.InstanceType)
      throw validationError(
        "Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters.",
      );
    const arn = `arn:${ctx.partition}:autoscaling:${ctx.region}:${ctx.account}:launchConfiguration:${ctx.ids.uuid()}:launchConfigurationName/${name}`;
    const stored = JSON.parse(JSON.stringify(input)) as Record<string, unknown>;
    ctx.table(configurations).put(name, { name, arn, createdAt: ctx.now(), input: stored });
    return {};
  }),

  DeleteLaunchConfiguration: operation<LaunchConfigurationNameType, object>((input, ctx) => {
    const name = input.LaunchConfigurationName ?? "";
    if (!ctx.table(configurations).has(name))
      throw validationError(`Launch configuration name not found - Launch configuration ${name} not found`);
    if (ctx.table(groups).find((group) => group.configuration === name))
      throw new AwsError(
        "ResourceInUse",
        `Cannot delete launch configuration ${name} because it is attached to an AutoScalingGroup`,
      );
    ctx.table(configurations).delete(name);
    return {};
  }),

  DescribeLaunchConfigurations: operation<LaunchConfigurationNamesType, LaunchConfigurationsType>((input, ctx) => {
    const names = input.LaunchConfigurationNames;
    const rows = ctx.table(configurations).list((row) => !names?.length || names.includes(row.name));
    const { items, nextToken } = paginate(rows, {
      token: input.NextToken,
      max: input.MaxRecords,
      pageSize: 50,
      scope: "auto-scaling/DescribeLaunchConfigurations",
      keyOf: (row) => row.name,
    });
    return { LaunchConfigurations: items.map(configurationItem), ...(nextToken ? { NextToken: nextToken } : {}) };
  }),

  PutScalingPolicy: operation<PutScalingPolicyType, PolicyARNType>({
    permissions: onGroup("PutScalingPolicy"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      const name = input.PolicyName ?? "";
      const key = `${group.name}/${name}`;
      const arn =
        ctx.table(policies).get(key)?.arn ??
        `arn:${ctx.partition}:autoscaling:${ctx.region}:${ctx.account}:scalingPolicy:${ctx.ids.uuid()}:autoScalingGroupName/${group.name}:policyName/${name}`;
      const stored = JSON.parse(JSON.stringify(input)) as Record<string, unknown>;
      ctx.table(policies).put(key, { name, group: group.name, arn, input: stored });
      return { PolicyARN: arn, Alarms: [] };
    },
  }),

  DescribePolicies: operation<DescribePoliciesType, PoliciesType>((input, ctx) => {
    const rows = input.AutoScalingGroupName
      ? ctx.table(policies).by("group", findGroup(ctx, input.AutoScalingGroupName).name)
      : ctx.table(policies).list();
    const named = rows.filter(
      (row) => !input.PolicyNames?.length || input.PolicyNames.some((name) => name === row.name || name === row.arn),
    );
    const { items, nextToken } = paginate(named, {
      token: input.NextToken,
      max: input.MaxRecords,
      pageSize: 50,
      scope: "auto-scaling/DescribePolicies",
      keyOf: (row) => row.arn,
    });
    return { ScalingPolicies: items.map(policyItem), ...(nextToken ? { NextToken: nextToken } : {}) };
  }),

  DeletePolicy: operation<DeletePolicyType, object>({
    permissions: onGroup("DeletePolicy"),
    run: (input, ctx) => {
      const row = ctx
        .table(policies)
        .find(
          (one) =>
            one.arn === input.PolicyName || (one.name === input.PolicyName && one.group === input.AutoScalingGroupName),
        );
      if (!row) throw validationError("PolicyName not found");
      ctx.table(policies).delete(`${row.group}/${row.name}`);
      return {};
    },
  }),
};
