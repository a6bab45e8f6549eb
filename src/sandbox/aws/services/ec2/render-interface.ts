// A network interface as the API shows it, on its own and inside its instance.
import type {
  GroupIdentifier,
  InstanceNetworkInterface,
  NetworkInterface as NetworkInterfaceItem,
  NetworkInterfaceAssociation,
} from "@aws-sdk/client-ec2";
import type { Context } from "../../core/index.ts";
import type { Listing } from "./describe.ts";
import { interfaceItemFilters } from "./filter-names.ts";
import { itemFilters } from "./item-filters.ts";
import { privateDnsName, publicDnsName } from "./interfaces.ts";
import { networkInterfaceKind } from "./kinds.ts";
import type { ElasticAddress, NetworkInterface } from "./state.ts";
import { elasticAddresses, securityGroups, vpcs } from "./state.ts";
import { tagList } from "./tags.ts";

/** Groups with their names. */
export function groupItems(ctx: Context, ids: readonly string[]): GroupIdentifier[] {
  return ids.map((GroupId) => ({ GroupId, GroupName: ctx.table(securityGroups).get(GroupId)?.name }));
}

function hasPublicDns(ctx: Context, row: Readonly<NetworkInterface>): boolean {
  return ctx.table(vpcs).get(row.vpcId)?.dnsHostnames === true;
}

function association(
  ctx: Context,
  row: Readonly<NetworkInterface>,
  elastic: Readonly<ElasticAddress> | undefined,
  privateIp: string,
): NetworkInterfaceAssociation | undefined {
  const publicIp = elastic?.publicIp ?? (privateIp === row.privateIp ? row.publicIp : undefined);
  if (!publicIp) return undefined;
  return {
    ...(elastic ? { AllocationId: elastic.id, AssociationId: elastic.associationId } : {}),
    IpOwnerId: elastic ? ctx.account : "amazon",
    ...(hasPublicDns(ctx, row) ? { PublicDnsName: publicDnsName(ctx, publicIp) } : { PublicDnsName: "" }),
    PublicIp: publicIp,
  };
}

/** The public side of an interface's primary address, if it has one. */
export function primaryAssociation(
  ctx: Context,
  row: Readonly<NetworkInterface>,
): NetworkInterfaceAssociation | undefined {
  const elastic = ctx
    .table(elasticAddresses)
    .by("interface", row.id)
    .find((address) => address.privateIp === row.privateIp);
  return association(ctx, row, elastic, row.privateIp);
}

function privateAddresses(ctx: Context, row: Readonly<NetworkInterface>): NetworkInterfaceItem["PrivateIpAddresses"] {
  const elastic = ctx.table(elasticAddresses).by("interface", row.id);
  const all = row.privateIp === "" ? [] : [row.privateIp, ...row.secondaryIps];
  return all.map((address, i) => {
    const Association = association(
      ctx,
      row,
      elastic.find((one) => one.privateIp === address),
      address,
    );
    return {
      ...(Association ? { Association } : {}),
      Primary: i === 0,
      PrivateDnsName: privateDnsName(ctx, address),
      PrivateIpAddress: address,
    };
  });
}

/** The attachment as DescribeNetworkInterfaces shows it. */
function attachmentItem(row: Readonly<NetworkInterface>): Pick<NetworkInterfaceItem, "Attachment"> {
  const { attachment } = row;
  if (!attachment) return {};
  return {
    Attachment: {
      AttachTime: new Date(attachment.attachedAt),
      AttachmentId: attachment.id,
      DeleteOnTermination: attachment.deleteOnTermination,
      DeviceIndex: attachment.deviceIndex,
      NetworkCardIndex: attachment.networkCard,
      ...(attachment.instanceId ? { InstanceId: attachment.instanceId } : {}),
      InstanceOwnerId: attachment.ownerId,
      Status: "attached",
    },
  };
}

/** @param status as it is shown; AWS calls a new one `pending` once */
export function interfaceItem(
  row: Readonly<NetworkInterface>,
  ctx: Context,
  status: "available" | "in-use" | "pending" = row.attachment ? "in-use" : "available",
): NetworkInterfaceItem {
  const tags = tagList(row.tags).Tags ?? [];
  const Association = primaryAssociation(ctx, row);
  return {
    ...(Association ? { Association } : {}),
    ...attachmentItem(row),
    AvailabilityZone: row.zone,
    Description: row.description,
    Groups: groupItems(ctx, row.groups),
    InterfaceType: row.type as NonNullable<NetworkInterfaceItem["InterfaceType"]>,
    Ipv6Addresses: row.ipv6.map((Ipv6Address, i) => ({ Ipv6Address, IsPrimaryIpv6: i === 0 })),
    MacAddress: row.mac,
    NetworkInterfaceId: row.id,
    OwnerId: ctx.account,
    ...(row.privateIp === ""
      ? {}
      : { PrivateDnsName: privateDnsName(ctx, row.privateIp), PrivateIpAddress: row.privateIp }),
    PrivateIpAddresses: privateAddresses(ctx, row),
    Ipv4Prefixes: row.prefixes.map((Ipv4Prefix) => ({ Ipv4Prefix })),
    Ipv6Prefixes: row.ipv6Prefixes.map((Ipv6Prefix) => ({ Ipv6Prefix })),
    ...(row.requesterId ? { RequesterId: row.requesterId } : {}),
    RequesterManaged: row.requesterId !== undefined,
    SourceDestCheck: row.sourceDestCheck,
    Status: status as NonNullable<NetworkInterfaceItem["Status"]>,
    SubnetId: row.subnetId,
    TagSet: tags,
    VpcId: row.vpcId,
  };
}

/** An interface inside DescribeInstances. */
export function instanceInterfaceItem(row: Readonly<NetworkInterface>, ctx: Context): InstanceNetworkInterface {
  const {
    Attachment,
    TagSet: _tags,
    RequesterId: _id,
    RequesterManaged: _managed,
    AvailabilityZone: _zone,
    ...rest
  } = interfaceItem(row, ctx);
  const { InstanceId: _instance, InstanceOwnerId: _owner, ...attachment } = Attachment ?? {};
  return { ...rest, Attachment: attachment } as InstanceNetworkInterface;
}

export const interfaceListing: Listing<NetworkInterface, NetworkInterfaceItem> = {
  operation: "DescribeNetworkInterfaces",
  kind: networkInterfaceKind,
  indexed: { "vpc-id": "vpc", "subnet-id": "subnet", "group-id": "group", "attachment.instance-id": "instance" },
  filters: (ctx) => ({
    ...itemFilters(interfaceItemFilters, (row: Readonly<NetworkInterface>) => interfaceItem(row, ctx)),
    "network-interface-id": (row) => row.id,
    "vpc-id": (row) => row.vpcId,
    "subnet-id": (row) => row.subnetId,
    "availability-zone": (row) => row.zone,
    "group-id": (row) => row.groups,
    "group-name": (row) => row.groups.map((id) => ctx.table(securityGroups).get(id)?.name),
    description: (row) => row.description,
    "interface-type": (row) => row.type,
    "mac-address": (row) => row.mac,
    "owner-id": () => ctx.account,
    "private-dns-name": (row) => privateDnsName(ctx, row.privateIp),
    "private-ip-address": (row) => row.privateIp,
    "addresses.private-ip-address": (row) => [row.privateIp, ...row.secondaryIps],
    "addresses.primary": (row) => ["true", ...row.secondaryIps.map(() => "false")],
    "addresses.association.public-ip": (row) => primaryAssociation(ctx, row)?.PublicIp,
    "association.public-ip": (row) => primaryAssociation(ctx, row)?.PublicIp,
    "association.allocation-id": (row) => primaryAssociation(ctx, row)?.AllocationId,
    "association.association-id": (row) => primaryAssociation(ctx, row)?.AssociationId,
    "association.ip-owner-id": (row) => primaryAssociation(ctx, row)?.IpOwnerId,
    "attachment.attachment-id": (row) => row.attachment?.id,
    "attachment.instance-id": (row) => row.attachment?.instanceId,
    "attachment.instance-owner-id": (row) => row.attachment?.ownerId,
    "attachment.device-index": (row) => row.attachment?.deviceIndex,
    "attachment.delete-on-termination": (row) => row.attachment?.deleteOnTermination,
    "attachment.status": (row) => row.attachment && "attached",
    "ipv6-addresses.ipv6-address": (row) => row.ipv6,
    "requester-id": (row) => row.requesterId,
    "requester-managed": (row) => row.requesterId !== undefined,
    "source-dest-check": (row) => row.sourceDestCheck,
    status: (row) => (row.attachment ? "in-use" : "available"),
  }),
  render: (row, ctx) => interfaceItem(row, ctx),
};
