// What CreateAutoScalingGroup and UpdateAutoScalingGroup have in common: reading and checking their members.
import type {
  LaunchTemplateSpecification,
  MixedInstancesPolicy,
  Tag,
  UpdateAutoScalingGroupType,
} from "@aws-sdk/client-auto-scaling";
import type { DescribeLaunchTemplateVersionsResult } from "@aws-sdk/client-ec2";
import { availabilityZones, localZones } from "../../../../facts/index.ts";
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { subnets as subnetTable } from "../ec2/state.ts";
import { asAutoScaling, validationError } from "./lookup.ts";
import { templateInput } from "./start.ts";
import { checkTerminationPolicies } from "./termination.ts";
import type { Group, GroupTag, TemplateReference } from "./state.ts";
import { configurations } from "./state.ts";

/** min ≤ desired ≤ max, as AWS says it. */
export function checkSizes(min: number, max: number, desired: number): void {
  if (min < 0 || max < 0) throw validationError(`Member must have value greater than or equal to 0`);
  if (max < min) throw validationError(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`);
  if (desired < min || desired > max)
    throw validationError(
      `Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`,
    );
}

/** Subnets and zones; each gives the other. */
export function placement(
  ctx: Context,
  identifier: string | undefined,
  zones: readonly string[] | undefined,
): Pick<Group, "subnets" | "zones"> {
  const subnets = (identifier ?? "")
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  const known = [...availabilityZones(ctx.region), ...localZones(ctx.region)].map((zone) => zone.name);
  for (const zone of zones ?? [])
    if (!known.includes(zone)) throw validationError(`Invalid Availability Zones: [${zone}]`);
  if (subnets.length === 0) {
    if (!zones || zones.length === 0)
      throw validationError("At least one Availability Zone or VPC Subnet is required.");
    return { subnets, zones };
  }
  const rows = subnets.map((id) => {
    const row = ctx.table(subnetTable).get(id);
    if (!row) throw validationError(`The subnet ID '${id}' does not exist`);
    return row;
  });
  if (new Set(rows.map((row) => row.vpcId)).size > 1)
    throw validationError(`The subnets ${subnets.join(", ")} are not in the same VPC.`);
  const ofSubnets = [...new Set(rows.map((row) => row.zone))].toSorted();
  const other = zones?.find((zone) => !ofSubnets.includes(zone));
  if (other)
    throw validationError(
      `The availability zones of the specified subnets and the AutoScalingGroup do not match: ${other}`,
    );
  return { subnets, zones: ofSubnets };
}

export const oneSource =
  "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.";

/** What instances are started from: exactly one way. */
export function launchSource(
  ctx: Context,
  input: Pick<UpdateAutoScalingGroupType, "LaunchTemplate" | "MixedInstancesPolicy" | "LaunchConfigurationName">,
): Pick<Group, "template" | "mixed" | "configuration"> {
  const { LaunchTemplate, MixedInstancesPolicy: mixed, LaunchConfigurationName: configuration } = input;
  const given = [LaunchTemplate, mixed, configuration].filter((one) => one !== undefined).length;
  if (given !== 1) throw validationError(oneSource);
  if (configuration !== undefined) {
    if (!ctx.table(configurations).has(configuration))
      throw validationError(
        `Launch configuration name not found - A launch configuration with the name: ${configuration} does not exist`,
      );
    return { configuration };
  }
  if (mixed) return { mixed: checkMixed(ctx, mixed) };
  return { template: checkTemplate(ctx, LaunchTemplate, false) };
}

function checkMixed(ctx: Context, mixed: MixedInstancesPolicy): MixedInstancesPolicy {
  const { LaunchTemplateSpecification: specification, Overrides: overrides = [] } = mixed.LaunchTemplate ?? {};
  checkTemplate(
    ctx,
    specification,
    overrides.some((one) => one.InstanceType !== undefined),
  );
  const share = mixed.InstancesDistribution?.OnDemandPercentageAboveBaseCapacity;
  if (share !== undefined && (share < 0 || share > 100))
    throw validationError("OnDemandPercentageAboveBaseCapacity must be between 0 and 100.");
  const types = overrides.flatMap((one) => one.InstanceType ?? []);
  const twice = types.find((type, i) => types.indexOf(type) !== i);
  if (twice) throw validationError(`Instance type ${twice} is specified more than once in the overrides.`);
  return structuredClone(mixed);
}

/** The template must be there with an image that exists; else nothing could ever be started from it. */
function checkTemplate(
  ctx: Context,
  given: LaunchTemplateSpecification | undefined,
  hasTypes: boolean,
): TemplateReference {
  const template = {
    id: given?.LaunchTemplateId ?? "",
    name: given?.LaunchTemplateName ?? "",
    version: given?.Version ?? "$Default",
  };
  if (Boolean(template.id) === Boolean(template.name))
    throw validationError("Valid requests must contain either launchTemplateId or LaunchTemplateName");
  const service = asAutoScaling(ctx);
  const wrong = (why: string): AwsError => validationError(`You must use a valid fully-formed launch template. ${why}`);
  try {
    const { Version, ...which } = templateInput(template) as { Version: string };
    const { LaunchTemplateVersions = [] } = service.call<DescribeLaunchTemplateVersionsResult>(
      "ec2",
      "DescribeLaunchTemplateVersions",
      { ...which, Versions: [Version] },
    );
    const [row] = LaunchTemplateVersions;
    const data = row?.LaunchTemplateData ?? {};
    if (!data.ImageId) throw wrong("The request must contain the parameter ImageId");
    if (!data.ImageId.startsWith("resolve:ssm:")) service.call("ec2", "DescribeImages", { ImageIds: [data.ImageId] });
    if (!data.InstanceType && !data.InstanceRequirements && !hasTypes)
      throw wrong("The request must contain the parameter InstanceType");
    return { id: row?.LaunchTemplateId ?? "", name: row?.LaunchTemplateName ?? "", version: template.version };
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === "ValidationError") throw error;
    throw error.code.startsWith("InvalidAMIID") ? wrong(error.message) : validationError(error.message);
  }
}

/** Tags as rows keep them; AWS's own are for AWS. */
export function groupTags(ctx: Context, tags: readonly Tag[] | undefined): GroupTag[] {
  const seen = new Set<string>();
  return (tags ?? []).map(({ Key = "", Value = "", PropagateAtLaunch }) => {
    if (Key === "" || Key.length > 128 || Value.length > 256)
      throw validationError(`Tag '${Key}' is too long or has no key.`);
    if (/^aws:/i.test(Key) && ctx.principal.type !== "AWSService")
      throw validationError(`Tag key '${Key}': keys that begin with aws: are reserved for internal use.`);
    if (seen.has(Key)) throw validationError(`Duplicate tag key '${Key}' specified.`);
    seen.add(Key);
    return { key: Key, value: Value, propagate: PropagateAtLaunch ?? false };
  });
}

const day = 86_400;

/** Members that either request may hold and that need no check. */
export function plainMembers(input: UpdateAutoScalingGroupType): Partial<Group> {
  const maintenance = input.InstanceMaintenancePolicy;
  checkTerminationPolicies(input.TerminationPolicies);
  const lifetime = input.MaxInstanceLifetime ?? 0;
  if (lifetime !== 0 && (lifetime < day || lifetime > 365 * day))
    throw validationError(
      `Invalid value '${lifetime}' for maxInstanceLifetime: it must be 0 or between ${day} and ${365 * day} seconds.`,
    );
  return {
    ...(input.DefaultCooldown === undefined ? {} : { cooldown: input.DefaultCooldown }),
    ...(input.HealthCheckType === undefined ? {} : { healthCheckType: input.HealthCheckType }),
    ...(input.HealthCheckGracePeriod === undefined ? {} : { healthCheckGrace: input.HealthCheckGracePeriod }),
    ...(input.TerminationPolicies ? { terminationPolicies: input.TerminationPolicies } : {}),
    ...(input.NewInstancesProtectedFromScaleIn === undefined
      ? {}
      : { protectNew: input.NewInstancesProtectedFromScaleIn }),
    ...(input.CapacityRebalance === undefined ? {} : { capacityRebalance: input.CapacityRebalance }),
    ...(input.MaxInstanceLifetime === undefined ? {} : { maxInstanceLifetime: input.MaxInstanceLifetime }),
    ...(input.PlacementGroup === undefined ? {} : { placementGroup: input.PlacementGroup }),
    ...(input.Context === undefined ? {} : { context: input.Context }),
    ...(input.DefaultInstanceWarmup === undefined ? {} : { instanceWarmup: input.DefaultInstanceWarmup }),
    ...(maintenance
      ? { maintenance: { least: maintenance.MinHealthyPercentage ?? 0, most: maintenance.MaxHealthyPercentage ?? 100 } }
      : {}),
    ...(input.ServiceLinkedRoleARN ? { serviceLinkedRole: input.ServiceLinkedRoleARN } : {}),
  };
}
