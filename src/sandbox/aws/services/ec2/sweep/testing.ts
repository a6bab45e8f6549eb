// What the rows of the sweep are made of: an account with names for what rows need again and again.
import { eksAmiId } from "../../../catalogue/amis.ts";
import { iam } from "../../iam/index.ts";
import { kms } from "../../kms/index.ts";
import { administratorOf } from "../../../administrator.ts";
import { ec2 } from "../index.ts";
import type { Ec2World } from "../testing.ts";
import { ec2World, region } from "../testing.ts";

/** An operation: a life in which it works, what can be seen then, and a request that it refuses. */
export interface Row {
  operation: string;
  /** Calls the operation and returns what shows its effect. */
  works: (world: World) => unknown;
  /** What that matches. */
  shows: unknown;
  /** A request that is refused; an empty one for operations that take nothing. */
  wrong: (world: World) => object;
  /** EC2's code, with or without its text; `nothing` where there is nothing to refuse. */
  refusal: string;
}

/** Shorthand for a {@link Row}. */
export function row(operation: string, works: Row["works"], shows: unknown, wrong: Row["wrong"], refusal: string): Row {
  return { operation, works, shows, wrong, refusal };
}

/** Ids that look right and name nothing. */
export const none = (prefix: string): string => `${prefix}-0123456789abcdef0`;
export const ImageId: string = eksAmiId("1.34", "al2023", "x86_64", "standard", region);
export const zone: string = `${region}a`;

export interface World extends Ec2World {
  /** Operations called so far. */
  called: ReadonlySet<string>;
  vpc: (CidrBlock?: string) => string;
  subnet: (VpcId: string, CidrBlock?: string) => string;
  group: (VpcId: string, GroupName?: string) => string;
  internetGateway: (VpcId?: string) => string;
  routeTable: (VpcId: string) => string;
  address: () => string;
  natGateway: () => string;
  networkInterface: (SubnetId?: string) => string;
  /** A running t3.large. */
  instance: (more?: object) => string;
  volume: (more?: object) => string;
  snapshot: () => string;
  template: (LaunchTemplateName?: string) => string;
  prefixList: (Cidr?: string) => string;
  peering: () => string;
  /** An instance profile with a role. */
  profile: (InstanceProfileName: string) => void;
}

/** The first text in `answer` along `path`: `Vpc.VpcId`, `Instances.0.InstanceId`. */
export function at(answer: unknown, path: string): string {
  let value: unknown = answer;
  for (const step of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[step];
  if (typeof value !== "string") throw new Error(`the answer has no ${path}: ${JSON.stringify(answer)}`);
  return value;
}

/** A fresh account. */
export function sweepWorld(): World {
  const plain = ec2World({}, [ec2, iam, kms]);
  const called = new Set<string>();
  const call: Ec2World["call"] = (operation, input) => {
    called.add(operation);
    return plain.call(operation, input);
  };
  const world: World = {
    ...plain,
    call,
    called,
    vpc: (CidrBlock = "10.0.0.0/16") => at(call("CreateVpc", { CidrBlock }), "Vpc.VpcId"),
    subnet: (VpcId, CidrBlock = "10.0.0.0/24") =>
      at(call("CreateSubnet", { VpcId, CidrBlock, AvailabilityZone: zone }), "Subnet.SubnetId"),
    group: (VpcId, GroupName = "nodes") =>
      at(call("CreateSecurityGroup", { VpcId, GroupName, Description: GroupName }), "GroupId"),
    internetGateway: (VpcId) => {
      const InternetGatewayId = at(call("CreateInternetGateway"), "InternetGateway.InternetGatewayId");
      if (VpcId) call("AttachInternetGateway", { InternetGatewayId, VpcId });
      return InternetGatewayId;
    },
    routeTable: (VpcId) => at(call("CreateRouteTable", { VpcId }), "RouteTable.RouteTableId"),
    address: () => at(call("AllocateAddress"), "AllocationId"),
    natGateway: () => {
      const VpcId = world.vpc();
      world.internetGateway(VpcId);
      const wish = { SubnetId: world.subnet(VpcId), AllocationId: world.address() };
      const id = at(call("CreateNatGateway", wish), "NatGateway.NatGatewayId");
      call("DescribeNatGateways", { NatGatewayIds: [id] });
      return id;
    },
    networkInterface: (SubnetId = world.subnet(world.vpc())) =>
      at(call("CreateNetworkInterface", { SubnetId }), "NetworkInterface.NetworkInterfaceId"),
    instance: (more = {}) => {
      const wish = { ImageId, InstanceType: "t3.large", MinCount: 1, MaxCount: 1, ...more };
      const id = at(call("RunInstances", wish), "Instances.0.InstanceId");
      call("DescribeInstances", { InstanceIds: [id] });
      return id;
    },
    volume: (more = {}) => at(call("CreateVolume", { AvailabilityZone: zone, Size: 8, ...more }), "VolumeId"),
    snapshot: () => at(call("CreateSnapshot", { VolumeId: world.volume() }), "SnapshotId"),
    template: (LaunchTemplateName = "nodes") =>
      at(
        call("CreateLaunchTemplate", { LaunchTemplateName, LaunchTemplateData: { InstanceType: "t3.large" } }),
        "LaunchTemplate.LaunchTemplateId",
      ),
    prefixList: (Cidr = "192.0.2.0/24") => {
      const wish = { PrefixListName: "offices", AddressFamily: "IPv4", MaxEntries: 2, Entries: [{ Cidr }] };
      return at(call("CreateManagedPrefixList", wish), "PrefixList.PrefixListId");
    },
    profile: (InstanceProfileName) => {
      const create = { service: "iam", operation: "CreateInstanceProfile", input: { InstanceProfileName } };
      plain.cloud.invoke({
        ...create,
        account: "111122223333",
        region,
        principal: administratorOf("111122223333", "aws"),
      });
    },
    peering: () => {
      const wish = { VpcId: world.vpc("10.0.0.0/16"), PeerVpcId: world.vpc("10.1.0.0/16") };
      return at(call("CreateVpcPeeringConnection", wish), "VpcPeeringConnection.VpcPeeringConnectionId");
    },
  };
  return world;
}
