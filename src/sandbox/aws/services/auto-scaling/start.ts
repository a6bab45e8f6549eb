// Starting a batch of a group's instances through EC2.
import type { DescribeInstancesResult, Reservation } from "@aws-sdk/client-ec2";
import type { Context } from "../../core/index.ts";
import { instances as ec2Instances, launchTemplates } from "../ec2/state.ts";
import type { Batch } from "./launch-plan.ts";
import { asAutoScaling, validationError } from "./lookup.ts";
import type { Configuration, Group, GroupInstance, TemplateReference } from "./state.ts";
import { configurations, groupInstances } from "./state.ts";

/** True of an instance that the group would start the same way now: same template and version, or same configuration. */
export function isFromSource(ctx: Context, group: Readonly<Group>, row: Readonly<GroupInstance>): boolean {
  if (group.configuration !== undefined) return row.configuration === group.configuration;
  const template = templateOf(group);
  if (!template || !row.template) return false;
  const [wanted, has] = [resolved(ctx, template), resolved(ctx, row.template)];
  return wanted.id === has.id && wanted.version === has.version;
}

/** A template by its id and the number that its version has now. */
function resolved(ctx: Context, template: TemplateReference): { id: string; version: string } {
  const table = ctx.table(launchTemplates);
  const row = template.id ? table.get(template.id) : table.by("name", template.name)[0];
  const numbers: Record<string, number | undefined> = {
    $Latest: row?.latestVersion,
    $Default: row?.defaultVersion,
  };
  return { id: row?.id ?? template.id, version: String(numbers[template.version] ?? template.version) };
}

/** The template a group starts from; a mixed policy has its own. */
function templateOf(group: Readonly<Group>): TemplateReference | undefined {
  const mixed = group.mixed?.LaunchTemplate?.LaunchTemplateSpecification;
  if (!mixed) return group.template;
  return {
    id: mixed.LaunchTemplateId ?? "",
    name: mixed.LaunchTemplateName ?? "",
    version: mixed.Version ?? "$Default",
  };
}

/** Calls RunInstances; returns the ids of what was started, which may be fewer than asked for. */
export function start(ctx: Context, group: Readonly<Group>, batch: Batch): string[] {
  const { choice } = batch;
  const base = templateOf(group);
  const template = choice.template
    ? { id: choice.template.id ?? "", name: choice.template.name ?? "", version: choice.template.version ?? "$Default" }
    : base;
  const configuration = group.configuration ? ctx.table(configurations).get(group.configuration) : undefined;
  const { Instances = [] } = asAutoScaling(ctx).call<Reservation>("ec2", "RunInstances", {
    ...(template ? { LaunchTemplate: templateInput(template) } : fromConfiguration(configuration)),
    ...(choice.type ? { InstanceType: choice.type } : {}),
    ...(batch.subnet ? { SubnetId: batch.subnet } : { Placement: { AvailabilityZone: batch.zone } }),
    ...(batch.spot ? { InstanceMarketOptions: { MarketType: "spot" } } : {}),
    MinCount: 1,
    MaxCount: batch.count,
    TagSpecifications: [
      {
        ResourceType: "instance",
        Tags: [
          ...group.tags.filter((tag) => tag.propagate).map(({ key, value }) => ({ Key: key, Value: value })),
          { Key: "aws:autoscaling:groupName", Value: group.name },
        ],
      },
    ],
  });
  return Instances.map(({ InstanceId: id = "", InstanceType: type = "", Placement }) => {
    const row: GroupInstance = {
      id,
      group: group.name,
      type,
      zone: Placement?.AvailabilityZone ?? batch.zone,
      weight: choice.weight,
      spot: batch.spot,
      state: "Pending",
      health: "Healthy",
      protected: group.protectNew,
      ...(template ? { template: { ...template, version: resolved(ctx, template).version } } : {}),
      ...(group.configuration ? { configuration: group.configuration } : {}),
      since: ctx.now(),
    };
    ctx.table(groupInstances).put(id, row);
    return id;
  });
}

/** As EC2 wants it: by id where it's known. */
export function templateInput(template: TemplateReference): object {
  return template.id
    ? { LaunchTemplateId: template.id, Version: template.version }
    : { LaunchTemplateName: template.name, Version: template.version };
}

function fromConfiguration(configuration: Readonly<Configuration> | undefined): object {
  if (!configuration) throw validationError("The group's launch configuration does not exist.");
  const { ImageId, InstanceType, KeyName, SecurityGroups, UserData, IamInstanceProfile, BlockDeviceMappings } =
    configuration.input;
  const profile = typeof IamInstanceProfile === "string" ? IamInstanceProfile : "";
  return {
    ImageId,
    InstanceType,
    ...(KeyName ? { KeyName } : {}),
    ...(SecurityGroups ? { SecurityGroupIds: SecurityGroups } : {}),
    ...(UserData ? { UserData } : {}),
    ...(profile ? { IamInstanceProfile: profile.startsWith("arn:") ? { Arn: profile } : { Name: profile } } : {}),
    ...(BlockDeviceMappings ? { BlockDeviceMappings } : {}),
  };
}

/**
 * A launch configuration like an instance: what it was started from, without addresses and block devices.
 *
 * @throws AwsError ValidationError when there is no such instance
 */
export function configurationOf(ctx: Context, id: string): Record<string, unknown> {
  const row = ctx.table(ec2Instances).get(id);
  if (!row || row.state === "terminated") throw validationError(`Instance [${id}] is invalid.`);
  const { Reservations = [] } = asAutoScaling(ctx).call<DescribeInstancesResult>("ec2", "DescribeInstances", {
    InstanceIds: [id],
  });
  const [instance = {}] = Reservations[0]?.Instances ?? [];
  const { ImageId, InstanceType, KeyName, SecurityGroups = [], IamInstanceProfile, EbsOptimized } = instance;
  return {
    ImageId,
    InstanceType,
    ...(KeyName ? { KeyName } : {}),
    SecurityGroups: SecurityGroups.flatMap((group) => group.GroupId ?? []),
    ...(IamInstanceProfile?.Arn ? { IamInstanceProfile: IamInstanceProfile.Arn } : {}),
    ...(EbsOptimized ? { EbsOptimized } : {}),
  };
}
