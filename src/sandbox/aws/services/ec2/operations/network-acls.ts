// Network ACLs.
import type {
  CreateNetworkAclEntryRequest,
  CreateNetworkAclRequest,
  CreateNetworkAclResult,
  DeleteNetworkAclEntryRequest,
  DeleteNetworkAclRequest,
  DescribeNetworkAclsRequest,
  DescribeNetworkAclsResult,
  NetworkAcl as AclItem,
  NetworkAclEntry,
  ReplaceNetworkAclAssociationRequest,
  ReplaceNetworkAclAssociationResult,
  ReplaceNetworkAclEntryRequest,
} from "@aws-sdk/client-ec2";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { dependencyViolation, invalidValue } from "../errors.ts";
import { find, networkAclKind, required, vpcKind } from "../kinds.ts";
import type { AclEntry, NetworkAcl } from "../state.ts";
import { networkAcls } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";
import { starEntries } from "../vpc.ts";

function entryItem(entry: AclEntry): NetworkAclEntry {
  return {
    ...(entry.cidr ? { CidrBlock: entry.cidr } : {}),
    ...(entry.cidr6 ? { Ipv6CidrBlock: entry.cidr6 } : {}),
    Egress: entry.egress,
    ...(entry.icmpType === undefined ? {} : { IcmpTypeCode: { Type: entry.icmpType, Code: entry.icmpCode ?? -1 } }),
    ...(entry.from === undefined ? {} : { PortRange: { From: entry.from, To: entry.to } }),
    Protocol: entry.protocol,
    RuleAction: entry.action,
    RuleNumber: entry.number,
  };
}

const listing: Listing<NetworkAcl, AclItem> = {
  operation: "DescribeNetworkAcls",
  kind: networkAclKind,
  indexed: { "vpc-id": "vpc", "association.subnet-id": "subnet" },
  filters: (ctx) => ({
    "network-acl-id": (row) => row.id,
    "vpc-id": (row) => row.vpcId,
    default: (row) => row.isDefault,
    "owner-id": () => ctx.account,
    "association.association-id": (row) => row.associations.map(({ id }) => id),
    "association.network-acl-id": (row) => row.associations.map(() => row.id),
    "association.subnet-id": (row) => row.associations.map(({ subnetId }) => subnetId),
    "entry.cidr": (row) => row.entries.map(({ cidr }) => cidr),
    "entry.egress": (row) => row.entries.map(({ egress }) => String(egress)),
    "entry.icmp.code": (row) => row.entries.map(({ icmpCode }) => icmpCode?.toString()),
    "entry.icmp.type": (row) => row.entries.map(({ icmpType }) => icmpType?.toString()),
    "entry.ipv6-cidr": (row) => row.entries.map(({ cidr6 }) => cidr6),
    "entry.port-range.from": (row) => row.entries.map(({ from }) => from?.toString()),
    "entry.port-range.to": (row) => row.entries.map(({ to }) => to?.toString()),
    "entry.protocol": (row) => row.entries.map(({ protocol }) => protocol),
    "entry.rule-action": (row) => row.entries.map(({ action }) => action),
    "entry.rule-number": (row) => row.entries.map(({ number }) => String(number)),
  }),
  render: (row, ctx) => ({
    Associations: row.associations.map(({ id, subnetId }) => ({
      NetworkAclAssociationId: id,
      NetworkAclId: row.id,
      SubnetId: subnetId,
    })),
    Entries: row.entries.map(entryItem),
    IsDefault: row.isDefault,
    NetworkAclId: row.id,
    Tags: tagList(row.tags).Tags ?? [],
    VpcId: row.vpcId,
    OwnerId: ctx.account,
  }),
};

function entryOf(input: CreateNetworkAclEntryRequest): AclEntry {
  const number = required(input.RuleNumber, "ruleNumber");
  if (number < 1 || number > 32766) throw invalidValue(number, "ruleNumber", "Must be between 1 and 32766.");
  const { PortRange: range, IcmpTypeCode: icmp } = input;
  return {
    number,
    protocol: required(input.Protocol, "protocol"),
    action: required(input.RuleAction, "ruleAction"),
    egress: input.Egress === true,
    ...(input.CidrBlock ? { cidr: input.CidrBlock } : {}),
    ...(input.Ipv6CidrBlock ? { cidr6: input.Ipv6CidrBlock } : {}),
    ...(range?.From === undefined ? {} : { from: range.From, to: range.To ?? range.From }),
    ...(icmp?.Type === undefined ? {} : { icmpType: icmp.Type, icmpCode: icmp.Code ?? -1 }),
  };
}

const isEntry = (number: number | undefined, egress: boolean | undefined) => (entry: AclEntry) =>
  entry.number === number && entry.egress === (egress === true);

function setEntries(ctx: Context, acl: Readonly<NetworkAcl>, entries: readonly AclEntry[]): void {
  ctx.table(networkAcls).update(acl.id, { entries: entries.toSorted((a, b) => a.number - b.number) });
}

function missingEntry(): AwsError {
  return new AwsError("InvalidNetworkAclEntry.NotFound", "The specified network acl entry does not exist.");
}

export const networkAclOperations: Readonly<Record<string, Operation>> = {
  CreateNetworkAcl: operation<CreateNetworkAclRequest, CreateNetworkAclResult>((input, ctx) => {
    const vpc = find(ctx, vpcKind, input.VpcId, "vpcId");
    const id = ctx.ids.ec2("acl");
    const ipv6 = vpc.ipv6Cidrs.length > 0;
    const acl = ctx.table(networkAcls).put(id, {
      id,
      vpcId: vpc.id,
      isDefault: false,
      entries: [...starEntries(true, ipv6), ...starEntries(false, ipv6)],
      associations: [],
      tags: tagsFor(ctx, input.TagSpecifications, "network-acl"),
    });
    return { NetworkAcl: listing.render(acl, ctx) };
  }),

  DeleteNetworkAcl: operation<DeleteNetworkAclRequest, object>((input, ctx) => {
    const acl = find(ctx, networkAclKind, input.NetworkAclId, "networkAclId");
    if (acl.isDefault) throw new AwsError("InvalidParameterValue", `cannot delete default network ACL ${acl.id}`);
    if (acl.associations.length > 0)
      throw dependencyViolation(`The networkAcl '${acl.id}' has dependencies and cannot be deleted.`);
    ctx.table(networkAcls).delete(acl.id);
    return {};
  }),

  DescribeNetworkAcls: operation<DescribeNetworkAclsRequest, DescribeNetworkAclsResult>((input, ctx) => {
    const { items, ...next } = describe(ctx, listing, input, input.NetworkAclIds);
    return { NetworkAcls: items, ...next };
  }),

  CreateNetworkAclEntry: operation<CreateNetworkAclEntryRequest, object>((input, ctx) => {
    const acl = find(ctx, networkAclKind, input.NetworkAclId, "networkAclId");
    const entry = entryOf(input);
    if (acl.entries.some(isEntry(entry.number, entry.egress)))
      throw new AwsError(
        "NetworkAclEntryAlreadyExists",
        `The network acl entry identified by ${entry.number} already exists.`,
      );
    setEntries(ctx, acl, [...acl.entries, entry]);
    return {};
  }),

  ReplaceNetworkAclEntry: operation<ReplaceNetworkAclEntryRequest, object>((input, ctx) => {
    const acl = find(ctx, networkAclKind, input.NetworkAclId, "networkAclId");
    const entry = entryOf(input);
    const matches = isEntry(entry.number, entry.egress);
    if (!acl.entries.some(matches)) throw missingEntry();
    setEntries(ctx, acl, [...acl.entries.filter((one) => !matches(one)), entry]);
    return {};
  }),

  DeleteNetworkAclEntry: operation<DeleteNetworkAclEntryRequest, object>((input, ctx) => {
    const acl = find(ctx, networkAclKind, input.NetworkAclId, "networkAclId");
    const matches = isEntry(input.RuleNumber, input.Egress);
    if (!acl.entries.some(matches) || (input.RuleNumber ?? 0) > 32766) throw missingEntry();
    setEntries(
      ctx,
      acl,
      acl.entries.filter((one) => !matches(one)),
    );
    return {};
  }),

  ReplaceNetworkAclAssociation: operation<ReplaceNetworkAclAssociationRequest, ReplaceNetworkAclAssociationResult>(
    (input, ctx) => {
      const id = required(input.AssociationId, "associationId");
      const [old] = ctx.table(networkAcls).by("association", id);
      const association = old?.associations.find((one) => one.id === id);
      if (!old || !association)
        throw new AwsError("InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`);
      const acl = find(ctx, networkAclKind, input.NetworkAclId, "networkAclId");
      if (acl.vpcId !== old.vpcId)
        throw new AwsError(
          "InvalidParameterValue",
          `network ACL ${acl.id} and subnet ${association.subnetId} belong to different networks`,
        );
      const newId = ctx.ids.ec2("aclassoc");
      ctx.table(networkAcls).update(old.id, { associations: old.associations.filter((one) => one !== association) });
      ctx.table(networkAcls).update(acl.id, (row) => ({
        ...row,
        associations: [...row.associations, { id: newId, subnetId: association.subnetId }],
      }));
      return { NewAssociationId: newId };
    },
  ),
};
