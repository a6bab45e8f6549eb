// What the caller of an EC2 operation needs: the table's resources, with the conditions that policies look at.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
import type { RunInstancesRequest, TagSpecification } from "@aws-sdk/client-ec2";
import type { Context, Permission } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { encryptsByDefault } from "./encryption.ts";
import { arnOf, kindOf } from "./kinds.ts";
import { profileOf, withTemplate } from "./launch-spec.ts";
import type { Found, Input } from "./permission-finders.ts";
import { touched } from "./permission-table.ts";
import type { Tags } from "./state.ts";

type Conditions = Record<string, string | readonly string[]>;

/** What the caller of `name` needs; undefined where the default (`ec2:<name>` on `*`) is right. */
export function permissionsFor(name: string): ((input: object, ctx: Context) => readonly Permission[]) | undefined {
  const touches = touched[name];
  if (!touches) return undefined;
  const { makes = [], uses = [], finds, tags: tagged = [], passes = false } = touches;
  return (given, ctx) => {
    const input = name === "RunInstances" ? launchInput(ctx, given) : (given as Input);
    const action = `ec2:${name}`;
    const permissions: Permission[] = [];
    for (const type of [...makes, ...tagged]) {
      const tags = requestTags(input, type);
      const resource = arnOf(ctx, type, "*");
      const facts = name === "RunInstances" ? launchFacts(ctx, input, type) : {};
      if (makes.includes(type))
        permissions.push({ action, resource, conditions: { ...region(ctx), ...facts, ...tags } });
      const conditions = { ...region(ctx), ...tags, "ec2:CreateAction": name };
      if (tags) permissions.push({ action: "ec2:CreateTags", resource, conditions });
    }
    const request =
      name === "CreateTags" || name === "DeleteTags" ? tagConditions(input["Tags"] as TagSpecification["Tags"]) : {};
    const used: Found[] = uses.flatMap((member) => (input[member] ?? []) as string | string[]);
    for (const one of [...used, ...(finds?.(input, ctx) ?? [])])
      if (one !== undefined && one !== "") permissions.push(existing(ctx, action, one, request));
    if (name === "RunInstances" || passes) permissions.push(...passRole(ctx, input));
    return permissions.length > 0 ? permissions : [{ action, resource: "*" }];
  };
}

function existing(ctx: Context, action: string, one: NonNullable<Found>, request: Conditions): Permission {
  if (typeof one !== "string") return { action, resource: one.arn(ctx), conditions: { ...region(ctx), ...request } };
  const kind = kindOf(one);
  if (!kind) return { action, resource: "*", conditions: region(ctx) };
  type Row = { tags: Tags; name?: string; vpcId?: string; type?: string };
  const row = ctx.table(kind.table).get(one) as Row | undefined;
  const conditions: Conditions = { ...region(ctx), ...request };
  for (const [key, value] of Object.entries(row?.tags ?? {})) {
    conditions[`aws:ResourceTag/${key}`] = value;
    conditions[`ec2:ResourceTag/${key}`] = value;
  }
  if (row?.vpcId) conditions["ec2:Vpc"] = arnOf(ctx, "vpc", row.vpcId);
  if (kind.type === "instance" && row?.type) conditions["ec2:InstanceType"] = row.type;
  const named = kind.type === "key-pair" || kind.type === "placement-group";
  return { action, resource: arnOf(ctx, kind.type, (named && row?.name) || one), conditions };
}

const region = (ctx: Context): Conditions => ({ "ec2:Region": ctx.region });

/** What is known of instances, disks and interfaces before they are there. */
function launchFacts(ctx: Context, input: Input, type: string): Conditions {
  const request = input as Partial<RunInstancesRequest>;
  if (type === "instance")
    return {
      "ec2:InstanceType": request.InstanceType ?? "m1.small",
      "ec2:InstanceMarketType": request.InstanceMarketOptions?.MarketType ?? "on-demand",
      ...(request.MetadataOptions?.HttpTokens ? { "ec2:MetadataHttpTokens": request.MetadataOptions.HttpTokens } : {}),
      ...(request.IamInstanceProfile?.Arn ? { "ec2:InstanceProfile": request.IamInstanceProfile.Arn } : {}),
    };
  if (type === "network-interface") {
    const subnet = request.SubnetId ?? request.NetworkInterfaces?.[0]?.SubnetId;
    return subnet ? { "ec2:Subnet": arnOf(ctx, "subnet", subnet) } : {};
  }
  const disks = (request.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs ?? []);
  // One answer for all disks, as one permission stands for them: encrypted when each of them is.
  const encrypted = encryptsByDefault(ctx) || (disks.length > 0 && disks.every((disk) => disk.Encrypted === true));
  const types = [...new Set(disks.flatMap((disk) => disk.VolumeType ?? []))];
  return { "ec2:Encrypted": String(encrypted), ...(types[0] ? { "ec2:VolumeType": types[0] } : {}) };
}

/** `aws:RequestTag/…` and `aws:TagKeys` of the tags for a type; undefined where there are none. */
function requestTags(input: Input, type: string): Conditions | undefined {
  const specifications = (input["TagSpecifications"] ?? []) as readonly TagSpecification[];
  const tags = specifications
    .filter((specification) => specification.ResourceType === type)
    .flatMap((specification) => specification.Tags ?? []);
  return tags.length > 0 ? tagConditions(tags) : undefined;
}

function tagConditions(tags: TagSpecification["Tags"] = []): Conditions {
  const conditions: Conditions = { "aws:TagKeys": tags.map(({ Key = "" }) => Key) };
  for (const { Key = "", Value = "" } of tags) conditions[`aws:RequestTag/${Key}`] = Value;
  return conditions;
}

/** The request over its launch template; a template that can't be read is the operation's to refuse. */
function launchInput(ctx: Context, input: object): Input {
  try {
    return withTemplate(ctx, input as never) as unknown as Input;
  } catch (error) {
    if (error instanceof AwsError) return input as Input;
    throw error;
  }
}

/** Who gives an instance or a flow log a role must be allowed to pass it. */
function passRole(ctx: Context, input: Input): Permission[] {
  const logRole = input["DeliverLogsPermissionArn"];
  if (typeof logRole === "string") {
    const conditions = { "iam:PassedToService": "vpc-flow-logs.amazonaws.com" };
    return [{ action: "iam:PassRole", resource: logRole, conditions }];
  }
  try {
    const profile = profileOf(ctx, input["IamInstanceProfile"] as never);
    if (!profile?.roleArn) return [];
    const conditions = { "iam:PassedToService": "ec2.amazonaws.com" };
    return [{ action: "iam:PassRole", resource: profile.roleArn, conditions }];
  } catch (error) {
    // A profile that doesn't exist is the operation's to refuse.
    if (error instanceof AwsError) return [];
    throw error;
  }
}
