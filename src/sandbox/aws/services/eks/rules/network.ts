// What EKS asks of subnets, security groups and address ranges (EKS user guide, "VPC and subnet requirements").
import type {
  DescribeRouteTablesResult,
  DescribeSecurityGroupsResult,
  DescribeSubnetsResult,
  DescribeVpcsResult,
  RouteTable,
  Subnet,
} from "@aws-sdk/client-ec2";
import { cidrContains, cidrOverlaps, parseCidr } from "../../../../../base/index.ts";
import { availabilityZones, zoneIdsWithoutEks } from "../../../../../facts/index.ts";
import type { Context } from "../../../core/index.ts";
import { AwsError } from "../../../core/index.ts";
import { invalidParameter, unsupportedZone } from "../errors.ts";
import { asEks } from "../lookup.ts";

/** Subnets by id, in the order asked. @throws AwsError InvalidParameterException naming the one that isn't there */
export function findSubnets(ctx: Context, ids: readonly string[]): Subnet[] {
  if (ids.length === 0) return [];
  try {
    const { Subnets = [] } = asEks(ctx).call<DescribeSubnetsResult>("ec2", "DescribeSubnets", { SubnetIds: ids });
    return ids.map((id) => Subnets.find((subnet) => subnet.SubnetId === id) ?? {});
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(`${error.message} (Service: AmazonEC2; Status Code: 400; Error Code: ${error.code})`);
  }
}

export interface SubnetDemand {
  cluster: string;
  /** Free addresses each must have: 6 for a new cluster, 5 for a new version. */
  free: number;
  ipv6: boolean;
}

/** Subnets for a control plane: in two zones that EKS has room in, of one VPC, with free addresses. */
export function checkClusterSubnets(ctx: Context, ids: readonly string[], demand: SubnetDemand): Subnet[] {
  const about = { clusterName: demand.cluster };
  const subnets = findSubnets(ctx, [...new Set(ids)]);
  if (new Set(subnets.map((subnet) => subnet.VpcId)).size > 1)
    throw invalidParameter("Subnets specified must belong to the same VPC", about);
  if (new Set(subnets.map((subnet) => subnet.AvailabilityZoneId)).size < 2)
    throw invalidParameter("Subnets specified must be in at least two different AZs", about);
  for (const subnet of subnets) {
    const zone = subnet.AvailabilityZone ?? "";
    const facts = { service: "eks", cluster: demand.cluster, zone, zoneId: subnet.AvailabilityZoneId ?? "" };
    if (!zoneIdsWithoutEks.includes(facts.zoneId) && !ctx.fault("unsupportedZone", facts)) continue;
    const valid = availabilityZones(ctx.region)
      .filter((other) => !zoneIdsWithoutEks.includes(other.id) && other.name !== zone)
      .map((other) => other.name);
    throw unsupportedZone(
      `Cannot create cluster '${demand.cluster}' because ${zone}, the targeted availability zone, does not currently have ` +
        `sufficient capacity to support the cluster. Retry and choose from these availability zones: ${valid.join(", ")}`,
      { ...about, validZones: valid },
    );
  }
  checkFreeAddresses(subnets, demand);
  if (demand.ipv6 && subnets.some((subnet) => !subnet.Ipv6CidrBlockAssociationSet?.length))
    throw invalidParameter("Subnets of an IPv6 cluster must have IPv6 CIDR blocks associated with them", about);
  return subnets;
}

/** Refuses subnets that have too few free addresses left. */
export function checkFreeAddresses(subnets: readonly Subnet[], demand: Pick<SubnetDemand, "cluster" | "free">): void {
  for (const subnet of subnets) {
    const free = subnet.AvailableIpAddressCount ?? 0;
    if (free < demand.free)
      throw invalidParameter(
        `Provided subnets ${subnet.SubnetId} Free IPs: ${free} , need at least ${demand.free} IPs in each subnet to be ` +
          "free for this operation",
        { clusterName: demand.cluster },
      );
  }
}

/** Security groups exist, at most four, in the cluster's VPC. */
export function checkSecurityGroups(ctx: Context, ids: readonly string[] | undefined, vpcId: string): void {
  if (!ids || ids.length === 0) return;
  if (ids.length > 4) throw invalidParameter("A maximum of 4 security groups can be specified");
  try {
    const { SecurityGroups = [] } = asEks(ctx).call<DescribeSecurityGroupsResult>("ec2", "DescribeSecurityGroups", {
      GroupIds: ids,
    });
    const foreign = SecurityGroups.find((group) => group.VpcId !== vpcId);
    if (foreign) throw invalidParameter(`Security group ${foreign.GroupId} does not belong to VPC ${vpcId}`);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === "InvalidParameterException") throw error;
    throw invalidParameter(`${error.message} (Service: AmazonEC2; Status Code: 400; Error Code: ${error.code})`);
  }
}

/** CIDR blocks of a VPC, primary first. */
export function vpcBlocks(ctx: Context, vpcId: string): string[] {
  const { Vpcs = [] } = asEks(ctx).call<DescribeVpcsResult>("ec2", "DescribeVpcs", { VpcIds: [vpcId] });
  const blocks = (Vpcs[0]?.CidrBlockAssociationSet ?? []).flatMap((association) => association.CidrBlock ?? []);
  const primary = Vpcs[0]?.CidrBlock;
  return primary === undefined ? blocks : [...new Set([primary, ...blocks])];
}

/** `172.20.0.0/16` where the VPC lies in 10.0.0.0/8, else `10.100.0.0/16`. */
export function defaultServiceCidr(blocks: readonly string[]): string {
  return blocks.some((block) => block.startsWith("10.")) ? "172.20.0.0/16" : "10.100.0.0/16";
}

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((text) => parseCidr(text));

/** A service range is private, /24 to /12, and apart from the VPC. */
export function checkServiceCidr(text: string, blocks: readonly string[]): void {
  const cidr = parseCidr(text);
  if (!cidr || cidr.family !== 4) throw invalidParameter(`serviceIpv4Cidr ${text} is not a valid IPv4 CIDR block`);
  if (!privateRanges.some((range) => range && cidrContains(range, cidr)))
    throw invalidParameter(
      `serviceIpv4Cidr ${text} must be within one of the private IP address blocks 10.0.0.0/8, 172.16.0.0/12, or 192.168.0.0/16`,
    );
  if (cidr.prefix > 24 || cidr.prefix < 12)
    throw invalidParameter(`serviceIpv4Cidr ${text} must have a netmask between /24 and /12`);
  const clash = blocks.find((block) => {
    const other = parseCidr(block);
    return other && cidrOverlaps(other, cidr);
  });
  if (clash !== undefined) throw invalidParameter(`serviceIpv4Cidr ${text} overlaps with VPC CIDR block ${clash}`);
}

const reserved =
  "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 169.254.0.0/16 127.0.0.0/8 224.0.0.0/4 240.0.0.0/4"
    .split(" ")
    .map((text) => parseCidr(text));

/** Ranges for the public endpoint: at most 40, valid, none of them private or reserved. */
export function checkPublicCidrs(cidrs: readonly string[] | undefined): void {
  if (!cidrs) return;
  if (cidrs.length > 40) throw invalidParameter("The number of publicAccessCidrs cannot exceed 40");
  const broken = cidrs.filter((text) => !parseCidr(text));
  if (broken.length > 0)
    throw invalidParameter(`The following CIDRs are invalid in publicAccessCidrs: [${broken.join(", ")}]`);
  const refused = cidrs.filter((text) => {
    const cidr = parseCidr(text);
    return cidr && reserved.some((range) => range && cidrContains(range, cidr));
  });
  if (refused.length > 0)
    throw invalidParameter(`The following CIDRs are not allowed in publicAccessCidrs: [${refused.join(", ")}]`);
}

/** True when the subnet's route table sends the internet to an internet gateway. */
export function isPublicSubnet(ctx: Context, subnet: Subnet): boolean {
  const { RouteTables = [] } = asEks(ctx).call<DescribeRouteTablesResult>("ec2", "DescribeRouteTables", {
    Filters: [{ Name: "vpc-id", Values: [subnet.VpcId ?? ""] }],
  });
  const associated = (
    test: (association: NonNullable<RouteTable["Associations"]>[number]) => boolean,
  ): RouteTable | undefined => RouteTables.find((table) => table.Associations?.some(test));
  const table =
    associated((association) => association.SubnetId === subnet.SubnetId) ??
    associated((association) => association.Main === true);
  return (table?.Routes ?? []).some((route) => route.GatewayId?.startsWith("igw-"));
}
