// What RunInstances is asked to start: the launch template under the request, every reference resolved and checked.
import type { RunInstancesRequest } from "@aws-sdk/client-ec2";
import type { InstanceTypeFacts, Zone } from "../../../../facts/index.ts";
import { availabilityZones, instanceType, localZones } from "../../../../facts/index.ts";
import { publicImages } from "../../catalogue/amis.ts";
import type { Context } from "../../core/index.ts";
import { AwsError, servicePrincipal } from "../../core/index.ts";
import { invalidCombination, invalidValue } from "./errors.ts";
import { checkId, find, imageKind, keyPairKind, notFound, required, subnetKind } from "./kinds.ts";
import { checkUserData, findTemplate, findVersion, templateData } from "./launch-templates.ts";
import { isOffered, offeringZones } from "./offerings.ts";
import type { Subnet } from "./state.ts";
import { zonesOf } from "./zones.ts";
import { images, keyPairs, placementGroups, securityGroups, subnets, vpcs } from "./state.ts";

/** The part of an image that starting needs. */
export interface LaunchImage {
  id: string;
  architecture: "x86_64" | "arm64";
  platform?: "windows";
  rootDevice: string;
  disks: readonly { device: string; size: number; type: string }[];
  /** New images start with IMDSv2 only (`imds-support` v2.0). */
  imdsV2: boolean;
}

export interface LaunchSpec {
  /** The request with the template's data under it. */
  request: RunInstancesRequest;
  image: LaunchImage;
  type: Readonly<InstanceTypeFacts>;
  subnet: Readonly<Subnet>;
  groups: readonly string[] | undefined;
  profile?: { arn: string; id: string };
}

/** Lays a request over its launch template: members of the request win, disks are merged by device, tags add up. */
export function withTemplate(ctx: Context, input: RunInstancesRequest): RunInstancesRequest {
  if (!input.LaunchTemplate) return input;
  const { LaunchTemplateId: id, LaunchTemplateName: name, Version } = input.LaunchTemplate;
  const data = templateData(findVersion(ctx, findTemplate(ctx, id, name), Version)) as Partial<RunInstancesRequest>;
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const merged = { ...data, ...given } as RunInstancesRequest;
  // Groups given in the request replace the template's, also those of its first interface.
  if (input.SecurityGroupIds?.length && data.NetworkInterfaces?.length)
    throw invalidCombination(
      "Network interfaces and an instance-level security groups may not be specified on the same request",
    );
  if (input.SubnetId && data.NetworkInterfaces?.length) {
    // Auto Scaling and fleets choose the subnet: it goes to the interface, as AWS does for them.
    merged.NetworkInterfaces = data.NetworkInterfaces.map((one) => ({ ...one, SubnetId: input.SubnetId }));
    delete merged.SubnetId;
  }
  const disks = new Map((data.BlockDeviceMappings ?? []).map((disk) => [disk.DeviceName, disk]));
  for (const disk of input.BlockDeviceMappings ?? []) disks.set(disk.DeviceName, disk);
  if (disks.size > 0) merged.BlockDeviceMappings = [...disks.values()];
  const tags = [...(data.TagSpecifications ?? []), ...(input.TagSpecifications ?? [])];
  if (tags.length > 0) merged.TagSpecifications = tags;
  return merged;
}

/** Resolves and checks everything that doesn't depend on how many instances there will be. */
export function launchSpec(ctx: Context, input: RunInstancesRequest): LaunchSpec {
  const request = withTemplate(ctx, input);
  const image = imageOf(ctx, required(request.ImageId, "ImageId"));
  const type = typeOf(request.InstanceType ?? "m1.small", image);
  const [first] = request.NetworkInterfaces ?? [];
  if (request.NetworkInterfaces?.length) {
    if (request.SubnetId)
      throw invalidCombination(
        "Network interfaces and an instance-level subnet ID may not be specified on the same request",
      );
    if (request.SecurityGroupIds?.length || request.SecurityGroups?.length)
      throw invalidCombination(
        "Network interfaces and an instance-level security groups may not be specified on the same request",
      );
  }
  const subnet = subnetOf(ctx, request, type);
  checkOffered(ctx, type.name, subnet.zone);
  checkUserData(request.UserData);
  if (request.KeyName && ctx.table(keyPairs).by("name", request.KeyName).length === 0)
    throw notFound(keyPairKind, request.KeyName);
  const group = request.Placement?.GroupName;
  if (group && ctx.table(placementGroups).by("name", group).length === 0)
    throw new AwsError("InvalidPlacementGroup.Unknown", `The Placement Group '${group}' is unknown.`);
  const profile = profileOf(ctx, request.IamInstanceProfile);
  return {
    request,
    image,
    type,
    subnet,
    groups: groupsOf(ctx, request, subnet.vpcId) ?? first?.Groups,
    ...(profile ? { profile } : {}),
  };
}

/** An image by id, or through a parameter of Systems Manager (`resolve:ssm:…`). */
function imageOf(ctx: Context, reference: string): LaunchImage {
  const id = reference.startsWith("resolve:ssm:")
    ? imageParameter(ctx, reference.slice("resolve:ssm:".length))
    : reference;
  const published = publicImages(ctx.region).get(id);
  if (published) {
    const imdsV2 = /^(?:amazon-eks-node-al2023|al2023-ami|bottlerocket)/.test(published.name);
    return { ...published, imdsV2 };
  }
  const own = ctx.table(images).get(id);
  if (own) return { ...own, imdsV2: false };
  checkId(imageKind, id);
  throw notFound(imageKind, id);
}

function imageParameter(ctx: Context, Name: string): string {
  const { Parameter } = ctx.call<{ Parameter?: { Value?: string } }>("ssm", "GetParameter", { Name });
  return Parameter?.Value ?? "";
}

function typeOf(name: string, image: LaunchImage): Readonly<InstanceTypeFacts> {
  const type = instanceType(name);
  if (!type) throw new AwsError("InvalidParameterValue", `Invalid value '${name}' for InstanceType.`);
  const architecture = type.arch === "arm64" ? "arm64" : "x86_64";
  if (architecture !== image.architecture)
    throw new AwsError(
      "InvalidParameterValue",
      `The architecture '${architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
    );
  return type;
}

/** The subnet asked for; else the default subnet of the zone asked for, or of a zone that has the type. */
function subnetOf(ctx: Context, request: RunInstancesRequest, type: Readonly<InstanceTypeFacts>): Readonly<Subnet> {
  const id = request.SubnetId ?? request.NetworkInterfaces?.[0]?.SubnetId;
  if (id) return find(ctx, subnetKind, id, "subnetId");
  const vpc = ctx.table(vpcs).find((row) => row.isDefault);
  const message = "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.";
  if (!vpc) throw new AwsError("VPCIdNotSpecified", message);
  const zones = offeringZones(type.name, ctx.region);
  const zone = request.Placement?.AvailabilityZone;
  if (zone !== undefined && !zonesOf(ctx.region).has(zone))
    throw new AwsError("InvalidParameterValue", `Invalid availability zone: [${zone}]`);
  const defaults = ctx
    .table(subnets)
    .by("vpc", vpc.id)
    .filter((row) => row.defaultForAz);
  const subnet = defaults.find((row) => (zone ? row.zone === zone : zones.includes(row.zone)));
  if (!subnet) throw new AwsError("MissingInput", `No default subnet for availability zone: '${zone ?? "null"}'.`);
  return subnet;
}

function checkOffered(ctx: Context, type: string, zoneName: string): void {
  const zone = [...availabilityZones(ctx.region), ...localZones(ctx.region)].find(
    ({ name }) => name === zoneName,
  ) as Zone;
  if (isOffered(type, zone)) return;
  const others = offeringZones(type, ctx.region);
  throw new AwsError(
    "Unsupported",
    `Your requested instance type (${type}) is not supported in your requested Availability Zone (${zoneName}). Please retry your request by not specifying an Availability Zone or choosing ${others.join(", ")}.`,
  );
}

function groupsOf(ctx: Context, request: RunInstancesRequest, vpcId: string): readonly string[] | undefined {
  const named = (request.SecurityGroups ?? []).map((name) => {
    const [group] = ctx.table(securityGroups).by("name", `${vpcId}/${name}`);
    if (!group)
      throw new AwsError("InvalidGroup.NotFound", `The security group '${name}' does not exist in VPC '${vpcId}'`);
    return group.id;
  });
  const all = [...(request.SecurityGroupIds ?? []), ...named];
  return all.length > 0 ? all : undefined;
}

/** The instance profile, as IAM knows it. */
export function profileOf(
  ctx: Context,
  wish: RunInstancesRequest["IamInstanceProfile"],
): { arn: string; id: string; roleArn?: string } | undefined {
  const name = wish?.Name ?? wish?.Arn?.split("/").at(-1);
  if (!wish || !name) return undefined;
  const invalid = (): AwsError =>
    wish.Arn
      ? invalidValue(wish.Arn, "iamInstanceProfile.arn", "Invalid IAM Instance Profile ARN")
      : invalidValue(name, "iamInstanceProfile.name", "Invalid IAM Instance Profile name");
  try {
    const iam = ctx.as(servicePrincipal("ec2.amazonaws.com", ctx.account));
    type Answer = { InstanceProfile: { Arn: string; InstanceProfileId: string; Roles?: { Arn: string }[] } };
    const { InstanceProfile } = iam.call<Answer>("iam", "GetInstanceProfile", { InstanceProfileName: name });
    if (wish.Arn && wish.Arn !== InstanceProfile.Arn) throw invalid();
    const roleArn = InstanceProfile.Roles?.[0]?.Arn;
    return { arn: InstanceProfile.Arn, id: InstanceProfile.InstanceProfileId, ...(roleArn ? { roleArn } : {}) };
  } catch (error) {
    if (error instanceof AwsError && error.code.startsWith("NoSuchEntity")) throw invalid();
    throw error;
  }
}
