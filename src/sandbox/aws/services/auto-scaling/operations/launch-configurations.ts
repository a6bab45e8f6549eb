// Launch configurations: the old way to say what instances are started from.
import type {
  CreateLaunchConfigurationType,
  LaunchConfiguration,
  LaunchConfigurationNamesType,
  LaunchConfigurationNameType,
  LaunchConfigurationsType,
} from "@aws-sdk/client-auto-scaling";
import type { Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { paginate } from "../../../query/index.ts";
import { invalidToken, validationError } from "../lookup.ts";
import { configurationOf } from "../start.ts";
import type { Configuration } from "../state.ts";
import { configurations, groups } from "../state.ts";

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

export const launchConfigurationOperations: Readonly<Record<string, Operation>> = {
  CreateLaunchConfiguration: operation<CreateLaunchConfigurationType, object>((input, ctx) => {
    const name = input.LaunchConfigurationName ?? "";
    if (ctx.table(configurations).has(name))
      throw new AwsError(
        "AlreadyExists",
        `Launch Configuration by this name already exists - A launch configuration already exists with the name ${name}`,
      );
    const { InstanceId: like, ...own } = input;
    const whole = like === undefined ? own : { ...configurationOf(ctx, like), ...own };
    if (!whole.ImageId || !whole.InstanceType)
      throw validationError(
        "Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters.",
      );
    const arn = `arn:${ctx.partition}:autoscaling:${ctx.region}:${ctx.account}:launchConfiguration:${ctx.ids.uuid()}:launchConfigurationName/${name}`;
    const stored = JSON.parse(JSON.stringify(whole)) as Record<string, unknown>;
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
      invalidToken,
    });
    return { LaunchConfigurations: items.map(configurationItem), ...(nextToken ? { NextToken: nextToken } : {}) };
  }),
};
