// Subnets.
import type {
  AssociateSubnetCidrBlockRequest,
  AssociateSubnetCidrBlockResult,
  CreateDefaultSubnetRequest,
  CreateDefaultSubnetResult,
  CreateSubnetRequest,
  CreateSubnetResult,
  DeleteSubnetRequest,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  DisassociateSubnetCidrBlockRequest,
  DisassociateSubnetCidrBlockResult,
  ModifySubnetAttributeRequest,
  Subnet as SubnetItem,
} from "@aws-sdk/client-ec2";
import type { Cidr } from "../../../../../base/index.ts";
import { cidrContains, cidrOverlaps, formatCidr, parseCidr } from "../../../../../base/index.ts";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, lasting, operation } from "../../../core/index.ts";
import { freeAddressCount } from "../addresses.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { dependencyViolation, invalidCombination, invalidValue } from "../errors.ts";
import { subnetItemFilters } from "../filter-names.ts";
import { itemFilters } from "../item-filters.ts";
import { arnOf, find, required, subnetKind, vpcKind } from "../kinds.ts";
import type { Subnet, Vpc } from "../state.ts";
import {
  cidrReservations,
  flowLogs,
  natGateways,
  networkAcls,
  networkInterfaces,
  routeTables,
  subnets,
  vpcs,
} from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";
import { zoneFor, zonesOf } from "../zones.ts";
import { createDefaultSubnet, newSubnet, parseIpv4Block } from "../vpc.ts";

/** A subnet as DescribeSubnets gives it. */
function renderSubnet(
  subnet: Readonly<Subnet>,
  ctx: Context,
  state: "pending" | "available" = "available",
): SubnetItem {
  return {
    AvailabilityZoneId: zonesOf(ctx.region).get(subnet.zone)?.id,
    MapCustomerOwnedIpOnLaunch: false,
    OwnerId: ctx.account,
    AssignIpv6AddressOnCreation: subnet.assignIpv6,
    Ipv6CidrBlockAssociationSet: subnet.ipv6
      ? [
          {
            AssociationId: subnet.ipv6.associationId,
            Ipv6CidrBlock: subnet.ipv6.cidr,
            Ipv6CidrBlockState: { State: "associated" },
          },
        ]
      : [],
    ...tagList(subnet.tags),
    SubnetArn: arnOf(ctx, "subnet", subnet.id),
    EnableDns64: subnet.dns64,
    Ipv6Native: subnet.cidr === "",
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: subnet.hostnameType,
      EnableResourceNameDnsARecord: subnet.dnsARecord,
      EnableResourceNameDnsAAAARecord: subnet.dnsAaaaRecord,
    },
    SubnetId: subnet.id,
    State: state,
    VpcId: subnet.vpcId,
    ...(subnet.cidr === "" ? {} : { CidrBlock: subnet.cidr }),
    AvailableIpAddressCount: freeAddressCount(ctx, subnet),
    AvailabilityZone: subnet.zone,
    DefaultForAz: subnet.defaultForAz,
    MapPublicIpOnLaunch: subnet.mapPublicIp,
  };
}

const listing: Listing<Subnet, SubnetItem> = {
  operation: "DescribeSubnets",
  kind: subnetKind,
  indexed: { "vpc-id": "vpc" },
  observe: (rows, ctx) => {
    for (const row of rows) if (row.cooling.length > 0) ctx.observe(`subnet/${row.id}`);
  },
  filters: (ctx) => ({
    ...itemFilters(subnetItemFilters, (row: Readonly<Subnet>) => renderSubnet(row, ctx)),
    "subnet-id": (row) => row.id,
    "vpc-id": (row) => row.vpcId,
    "availability-zone": (row) => row.zone,
    availabilityZone: (row) => row.zone,
    "availability-zone-id": (row) => zonesOf(ctx.region).get(row.zone)?.id,
    availabilityZoneId: (row) => zonesOf(ctx.region).get(row.zone)?.id,
    "available-ip-address-count": (row) => freeAddressCount(ctx, row),
    cidr: (row) => row.cidr,
    cidrBlock: (row) => row.cidr,
    "cidr-block": (row) => row.cidr,
    "default-for-az": (row) => row.defaultForAz,
    defaultForAz: (row) => row.defaultForAz,
    "enable-dns64": (row) => row.dns64,
    "ipv6-cidr-block-association.ipv6-cidr-block": (row) => row.ipv6?.cidr,
    "ipv6-cidr-block-association.association-id": (row) => row.ipv6?.associationId,
    "ipv6-cidr-block-association.state": (row) => row.ipv6 && "associated",
    "ipv6-native": (row) => row.cidr === "",
    "map-public-ip-on-launch": (row) => row.mapPublicIp,
    mapPublicIpOnLaunch: (row) => row.mapPublicIp,
    "outpost-arn": () => undefined,
    "owner-id": () => ctx.account,
    "private-dns-name-options-on-launch.hostname-type": (row) => row.hostnameType,
    state: () => "available",
    "subnet-arn": (row) => arnOf(ctx, "subnet", row.id),
  }),
  // Addresses that cool down come back with time, whatever the row says.
  render: lasting(
    (subnet: Readonly<Subnet>, ctx: Context) => renderSubnet(subnet, ctx),
    ({ cooling }) => cooling.length === 0,
  ),
};

const block = (text: string): Cidr => parseCidr(text) as Cidr;

/** First and last address of an IPv4 block as numbers: compared with every sibling of a new subnet, so no BigInt. */
function bounds(cidr: string): [first: number, last: number] {
  const [address = "", prefix = "32"] = cidr.split("/");
  const first = address.split(".").reduce((value, part) => value * 256 + Number(part), 0);
  return [first, first + 2 ** (32 - Number(prefix)) - 1];
}

function checkIpv4(ctx: Context, vpc: Readonly<Vpc>, text: string): string {
  const cidr = parseIpv4Block(text);
  const formatted = formatCidr(cidr);
  if (cidr.prefix < 16 || cidr.prefix > 28 || !vpc.cidrs.some((one) => cidrContains(block(one.cidr), cidr)))
    throw new AwsError("InvalidSubnet.Range", `The CIDR '${formatted}' is invalid.`);
  const [first, last] = bounds(formatted);
  const overlaps = (other: Readonly<Subnet>): boolean => {
    if (other.cidr === "") return false;
    const [otherFirst, otherLast] = bounds(other.cidr);
    return otherFirst <= last && first <= otherLast;
  };
  if (ctx.table(subnets).by("vpc", vpc.id).some(overlaps))
    throw new AwsError("InvalidSubnet.Conflict", `The CIDR '${formatted}' conflicts with another subnet`);
  return formatted;
}

/** A subnet's IPv6 block is a /64 (or a wider multiple of four bits) of the VPC's. */
function checkIpv6(ctx: Context, vpc: Readonly<Vpc>, text: string): string {
  const cidr = parseCidr(text);
  if (!cidr || cidr.family !== 6) throw invalidValue(text, "ipv6CidrBlock", "This is not a valid IPv6 CIDR block.");
  const inside = vpc.ipv6Cidrs.some((one) => cidrContains(block(one.cidr), cidr));
  if (!inside || cidr.prefix > 64 || cidr.prefix % 4 !== 0)
    throw new AwsError("InvalidSubnet.Range", `The CIDR '${text}' is invalid.`);
  const siblings = ctx.table(subnets).by("vpc", vpc.id);
  if (siblings.some((other) => other.ipv6 && cidrOverlaps(block(other.ipv6.cidr), cidr)))
    throw new AwsError("InvalidSubnet.Conflict", `The CIDR '${text}' conflicts with another subnet`);
  return formatCidr(cidr);
}

/** An IPv6-only subnet has an IPv6 block and no other. */
function checkNative(input: CreateSubnetRequest): void {
  if (!input.Ipv6CidrBlock)
    throw new AwsError("MissingParameter", "Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided.");
  if (input.CidrBlock)
    throw invalidCombination(
      "When specifying ipv4 parameters, cidrBlock or ipv4IpamPoolId, you cannot set ipv6Native to true.",
    );
}

type Attribute = [given: (input: ModifySubnetAttributeRequest) => unknown, change: (value: never) => Partial<Subnet>];
const attributes: readonly Attribute[] = [
  [(input) => input.MapPublicIpOnLaunch?.Value, (mapPublicIp: boolean) => ({ mapPublicIp })],
  [(input) => input.AssignIpv6AddressOnCreation?.Value, (assignIpv6: boolean) => ({ assignIpv6 })],
  [(input) => input.EnableDns64?.Value, (dns64: boolean) => ({ dns64 })],
  [(input) => input.EnableResourceNameDnsARecordOnLaunch?.Value, (dnsARecord: boolean) => ({ dnsARecord })],
  [(input) => input.EnableResourceNameDnsAAAARecordOnLaunch?.Value, (dnsAaaaRecord: boolean) => ({ dnsAaaaRecord })],
  [(input) => input.PrivateDnsHostnameTypeOnLaunch, (hostnameType: Subnet["hostnameType"]) => ({ hostnameType })],
];

export const subnetOperations: Readonly<Record<string, Operation>> = {
  CreateSubnet: operation<CreateSubnetRequest, CreateSubnetResult>((input, ctx) => {
    const vpc = find(ctx, vpcKind, input.VpcId, "vpcId");
    if (input.Ipv6Native) checkNative(input);
    else required(input.CidrBlock, "cidrBlock");
    const zone = zoneFor(ctx, input.AvailabilityZone, input.AvailabilityZoneId);
    const cidr = input.Ipv6Native ? "" : checkIpv4(ctx, vpc, input.CidrBlock ?? "");
    const ipv6 = input.Ipv6CidrBlock ? checkIpv6(ctx, vpc, input.Ipv6CidrBlock) : undefined;
    const subnet = newSubnet(ctx, {
      vpcId: vpc.id,
      cidr,
      zone,
      ...(ipv6 ? { ipv6: { cidr: ipv6, associationId: ctx.ids.ec2("subnet-cidr-assoc") } } : {}),
      assignIpv6: input.Ipv6Native === true,
      tags: tagsFor(ctx, input.TagSpecifications, "subnet"),
    });
    // An IPv6-only subnet is there at once, others are for a moment pending.
    return { Subnet: renderSubnet(subnet, ctx, input.Ipv6Native ? "available" : "pending") };
  }),

  CreateDefaultSubnet: operation<CreateDefaultSubnetRequest, CreateDefaultSubnetResult>((input, ctx) => {
    const zone = zoneFor(ctx, required(input.AvailabilityZone, "availabilityZone"), undefined);
    const vpc = ctx.table(vpcs).find((row) => row.isDefault);
    if (!vpc) throw new AwsError("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region.");
    const existing = ctx
      .table(subnets)
      .by("vpc", vpc.id)
      .find((row) => row.defaultForAz && row.zone === zone);
    if (existing)
      throw new AwsError(
        "DefaultSubnetAlreadyExistsInAvailabilityZone",
        `'${existing.id}' is already the default subnet in ${zone}.`,
      );
    return { Subnet: renderSubnet(createDefaultSubnet(ctx, vpc.id, zone), ctx) };
  }),

  DeleteSubnet: operation<DeleteSubnetRequest, object>((input, ctx) => {
    const { id } = find(ctx, subnetKind, input.SubnetId, "subnetId");
    const gateways = ctx
      .table(natGateways)
      .by("subnet", id)
      .filter(({ state }) => state !== "deleted" && state !== "failed");
    if (gateways.length > 0 || ctx.table(networkInterfaces).by("subnet", id).length > 0)
      throw dependencyViolation(`The subnet '${id}' has dependencies and cannot be deleted.`);
    for (const table of ctx.table(routeTables).by("subnet", id))
      ctx.table(routeTables).update(table.id, {
        associations: table.associations.filter(({ subnetId }) => subnetId !== id),
      });
    for (const acl of ctx.table(networkAcls).by("subnet", id))
      ctx.table(networkAcls).update(acl.id, {
        associations: acl.associations.filter(({ subnetId }) => subnetId !== id),
      });
    for (const row of ctx.table(cidrReservations).by("subnet", id)) ctx.table(cidrReservations).delete(row.id);
    for (const row of ctx.table(flowLogs).by("resource", id)) ctx.table(flowLogs).delete(row.id);
    ctx.table(subnets).delete(id);
    return {};
  }),

  DescribeSubnets: operation<DescribeSubnetsRequest, DescribeSubnetsResult>((input, ctx) => {
    const { items, ...next } = describe(ctx, listing, input, input.SubnetIds);
    return { Subnets: items, ...next };
  }),

  ModifySubnetAttribute: operation<ModifySubnetAttributeRequest, object>((input, ctx) => {
    const subnet = find(ctx, subnetKind, input.SubnetId, "subnetId");
    const given = attributes.filter(([valueOf]) => valueOf(input) !== undefined);
    const [attribute] = given;
    if (!attribute) throw invalidCombination("No attributes specified.");
    if (given.length > 1) throw invalidCombination("Only one subnet attribute can be modified at a time");
    const change = attribute[1](attribute[0](input) as never);
    if (change.assignIpv6 && !subnet.ipv6)
      throw new AwsError(
        "InvalidParameterValue",
        `Invalid value 'true' for assignIpv6AddressOnCreation. Subnet must have an IPv6 CIDR block associated first.`,
      );
    ctx.table(subnets).update(subnet.id, change);
    return {};
  }),

  AssociateSubnetCidrBlock: operation<AssociateSubnetCidrBlockRequest, AssociateSubnetCidrBlockResult>((input, ctx) => {
    const subnet = find(ctx, subnetKind, input.SubnetId, "subnetId");
    const vpc = find(ctx, vpcKind, subnet.vpcId, "vpcId");
    const cidr = checkIpv6(ctx, vpc, required(input.Ipv6CidrBlock, "ipv6CidrBlock"));
    if (subnet.ipv6)
      throw new AwsError(
        "SubnetIPv6CidrBlockAssociationAlreadyExists",
        `The subnet '${subnet.id}' already has an associated IPv6 CIDR block`,
      );
    const associationId = ctx.ids.ec2("subnet-cidr-assoc");
    ctx.table(subnets).update(subnet.id, { ipv6: { cidr, associationId } });
    return {
      SubnetId: subnet.id,
      Ipv6CidrBlockAssociation: {
        AssociationId: associationId,
        Ipv6CidrBlock: cidr,
        Ipv6CidrBlockState: { State: "associating" },
      },
    };
  }),

  DisassociateSubnetCidrBlock: operation<DisassociateSubnetCidrBlockRequest, DisassociateSubnetCidrBlockResult>(
    (input, ctx) => {
      const id = required(input.AssociationId, "associationId");
      const subnet = ctx.table(subnets).find((row) => row.ipv6?.associationId === id);
      if (!subnet?.ipv6)
        throw new AwsError(
          "InvalidSubnetCidrBlockAssociationID.NotFound",
          `The subnet CIDR block with association ID '${id}' does not exist`,
        );
      if (
        ctx
          .table(networkInterfaces)
          .by("subnet", subnet.id)
          .some((row) => row.ipv6.length > 0)
      )
        throw new AwsError(
          "InvalidCidrBlock.InUse",
          `The subnet CIDR block with association ID ${id} is currently in use`,
        );
      const { ipv6, ...rest } = subnet;
      ctx.table(subnets).put(subnet.id, rest);
      return {
        SubnetId: subnet.id,
        Ipv6CidrBlockAssociation: {
          AssociationId: id,
          Ipv6CidrBlock: ipv6.cidr,
          Ipv6CidrBlockState: { State: "disassociating" },
        },
      };
    },
  ),
};
