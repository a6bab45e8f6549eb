// Which resources an EC2 operation touches, for policies: `what is made` and `which members name what exists`.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
import type { TagSpecification } from "@aws-sdk/client-ec2";
import type { Context, Permission } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { arnOf, kindOf } from "./kinds.ts";
import { profileOf, withTemplate } from "./launch-spec.ts";

/** Operation → types it makes, and members with ids it uses. Operations not here ask for `*`. */
const touched: Readonly<Record<string, { makes?: readonly string[]; uses?: readonly string[] }>> = {
  AllocateAddress: { makes: ["elastic-ip"] },
  AssignIpv6Addresses: { uses: ["NetworkInterfaceId"] },
  AssignPrivateIpAddresses: { uses: ["NetworkInterfaceId"] },
  AssociateAddress: { uses: ["AllocationId", "NetworkInterfaceId", "InstanceId"] },
  AssociateRouteTable: { uses: ["RouteTableId", "SubnetId", "GatewayId"] },
  AssociateSubnetCidrBlock: { uses: ["SubnetId"] },
  AssociateVpcCidrBlock: { uses: ["VpcId"] },
  AttachInternetGateway: { uses: ["InternetGatewayId", "VpcId"] },
  AttachNetworkInterface: { uses: ["NetworkInterfaceId", "InstanceId"] },
  AttachVolume: { uses: ["VolumeId", "InstanceId"] },
  AuthorizeSecurityGroupEgress: { uses: ["GroupId"] },
  AuthorizeSecurityGroupIngress: { uses: ["GroupId"] },
  CreateEgressOnlyInternetGateway: { makes: ["egress-only-internet-gateway"], uses: ["VpcId"] },
  CreateInternetGateway: { makes: ["internet-gateway"] },
  CreateKeyPair: { makes: ["key-pair"] },
  CreateLaunchTemplate: { makes: ["launch-template"] },
  CreateLaunchTemplateVersion: { uses: ["LaunchTemplateId"] },
  CreateNatGateway: { makes: ["natgateway"], uses: ["SubnetId", "AllocationId"] },
  CreateNetworkAcl: { makes: ["network-acl"], uses: ["VpcId"] },
  CreateNetworkInterface: { makes: ["network-interface"], uses: ["SubnetId", "Groups"] },
  CreatePlacementGroup: { makes: ["placement-group"] },
  CreateRoute: { uses: ["RouteTableId"] },
  CreateRouteTable: { makes: ["route-table"], uses: ["VpcId"] },
  CreateSecurityGroup: { makes: ["security-group"], uses: ["VpcId"] },
  CreateSnapshot: { makes: ["snapshot"], uses: ["VolumeId"] },
  CreateSubnet: { makes: ["subnet"], uses: ["VpcId"] },
  CreateTags: { uses: ["Resources"] },
  CreateVolume: { makes: ["volume"] },
  CreateVpc: { makes: ["vpc"] },
  CreateVpcEndpoint: { makes: ["vpc-endpoint"], uses: ["VpcId", "SubnetIds", "SecurityGroupIds", "RouteTableIds"] },
  DeleteEgressOnlyInternetGateway: { uses: ["EgressOnlyInternetGatewayId"] },
  DeleteInternetGateway: { uses: ["InternetGatewayId"] },
  DeleteLaunchTemplate: { uses: ["LaunchTemplateId"] },
  DeleteLaunchTemplateVersions: { uses: ["LaunchTemplateId"] },
  DeleteNatGateway: { uses: ["NatGatewayId"] },
  DeleteNetworkAcl: { uses: ["NetworkAclId"] },
  DeleteNetworkInterface: { uses: ["NetworkInterfaceId"] },
  DeleteRoute: { uses: ["RouteTableId"] },
  DeleteRouteTable: { uses: ["RouteTableId"] },
  DeleteSecurityGroup: { uses: ["GroupId"] },
  DeleteSnapshot: { uses: ["SnapshotId"] },
  DeleteSubnet: { uses: ["SubnetId"] },
  DeleteTags: { uses: ["Resources"] },
  DeleteVolume: { uses: ["VolumeId"] },
  DeleteVpc: { uses: ["VpcId"] },
  DeleteVpcEndpoints: { uses: ["VpcEndpointIds"] },
  DetachInternetGateway: { uses: ["InternetGatewayId", "VpcId"] },
  DetachVolume: { uses: ["VolumeId"] },
  ImportKeyPair: { makes: ["key-pair"] },
  ModifyInstanceAttribute: { uses: ["InstanceId"] },
  ModifyInstanceMetadataOptions: { uses: ["InstanceId"] },
  ModifyLaunchTemplate: { uses: ["LaunchTemplateId"] },
  ModifyNetworkInterfaceAttribute: { uses: ["NetworkInterfaceId"] },
  ModifySecurityGroupRules: { uses: ["GroupId"] },
  ModifySubnetAttribute: { uses: ["SubnetId"] },
  ModifyVolume: { uses: ["VolumeId"] },
  ModifyVpcAttribute: { uses: ["VpcId"] },
  ModifyVpcEndpoint: { uses: ["VpcEndpointId"] },
  RebootInstances: { uses: ["InstanceIds"] },
  ReleaseAddress: { uses: ["AllocationId"] },
  ReplaceRoute: { uses: ["RouteTableId"] },
  RevokeSecurityGroupEgress: { uses: ["GroupId"] },
  RevokeSecurityGroupIngress: { uses: ["GroupId"] },
  RunInstances: {
    makes: ["instance", "network-interface", "volume"],
    uses: ["ImageId", "SubnetId", "SecurityGroupIds"],
  },
  StartInstances: { uses: ["InstanceIds"] },
  StopInstances: { uses: ["InstanceIds"] },
  TerminateInstances: { uses: ["InstanceIds"] },
  UnassignIpv6Addresses: { uses: ["NetworkInterfaceId"] },
  UnassignPrivateIpAddresses: { uses: ["NetworkInterfaceId"] },
};

type Input = Record<string, unknown> & { TagSpecifications?: readonly TagSpecification[] | undefined };
type Conditions = Record<string, string | readonly string[]>;

/** What the caller of `name` needs; undefined where the default (`ec2:<name>` on `*`) is right. */
export function permissionsFor(name: string): ((input: object, ctx: Context) => readonly Permission[]) | undefined {
  const touches = touched[name];
  if (!touches) return undefined;
  const { makes = [], uses = [] } = touches;
  return (given, ctx) => {
    const input = name === "RunInstances" ? launchInput(ctx, given) : (given as Input);
    const action = `ec2:${name}`;
    const permissions: Permission[] = [];
    for (const type of makes) {
      const tags = requestTags(input, type);
      permissions.push({ action, resource: arnOf(ctx, type, "*"), conditions: { ...region(ctx), ...tags } });
      if (tags)
        permissions.push({
          action: "ec2:CreateTags",
          resource: arnOf(ctx, type, "*"),
          conditions: { ...region(ctx), ...tags, "ec2:CreateAction": name },
        });
    }
    const request =
      name === "CreateTags" || name === "DeleteTags" ? tagConditions(input["Tags"] as TagSpecification["Tags"]) : {};
    for (const id of uses.flatMap((member) => input[member] ?? []))
      if (typeof id === "string") permissions.push(existing(ctx, action, id, request));
    if (name === "RunInstances") permissions.push(...passRole(ctx, input));
    return permissions.length > 0 ? permissions : [{ action, resource: "*" }];
  };
}

function existing(ctx: Context, action: string, id: string, request: Conditions): Permission {
  const kind = kindOf(id);
  if (!kind) return { action, resource: "*", conditions: region(ctx) };
  const tags = ctx.table(kind.table).get(id)?.tags ?? {};
  const conditions: Conditions = { ...region(ctx), ...request };
  for (const [key, value] of Object.entries(tags)) {
    conditions[`aws:ResourceTag/${key}`] = value;
    conditions[`ec2:ResourceTag/${key}`] = value;
  }
  return { action, resource: arnOf(ctx, kind.type, id), conditions };
}

const region = (ctx: Context): Conditions => ({ "ec2:Region": ctx.region });

/** `aws:RequestTag/…` and `aws:TagKeys` of the tags for a type; undefined where there are none. */
function requestTags(input: Input, type: string): Conditions | undefined {
  const tags = (input.TagSpecifications ?? [])
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

/** Who starts an instance with a role must be allowed to pass it. */
function passRole(ctx: Context, input: Input): Permission[] {
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
