// VPCs and their attributes.
import type {
  CreateDefaultVpcRequest,
  CreateDefaultVpcResult,
  CreateVpcRequest,
  CreateVpcResult,
  DeleteVpcRequest,
  DescribeVpcAttributeRequest,
  DescribeVpcAttributeResult,
  DescribeVpcsRequest,
  DescribeVpcsResult,
  ModifyVpcAttributeRequest,
  ModifyVpcTenancyRequest,
  ModifyVpcTenancyResult,
  Vpc as VpcItem,
} from "@aws-sdk/client-ec2";
import { formatCidr } from "../../../../../base/index.ts";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { dependencyViolation, invalidCombination, invalidValue } from "../errors.ts";
import { find, required, vpcKind } from "../kinds.ts";
import type { Vpc } from "../state.ts";
import {
  egressOnlyGateways,
  flowLogs,
  internetGateways,
  natGateways,
  networkAcls,
  networkInterfaces,
  peeringConnections,
  routeTables,
  securityGroupRules,
  securityGroups,
  subnets,
  vpcEndpoints,
  vpcs,
} from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";
import { amazonIpv6Block, checkRange, createDefaultVpc, createVpc, parseIpv4Block } from "../vpc.ts";

function render(vpc: Readonly<Vpc>, ctx: Context, state: "pending" | "available" = "available"): VpcItem {
  return {
    OwnerId: ctx.account,
    InstanceTenancy: vpc.tenancy,
    Ipv6CidrBlockAssociationSet: vpc.ipv6Cidrs.map(({ cidr, associationId }) => ({
      AssociationId: associationId,
      Ipv6CidrBlock: cidr,
      Ipv6CidrBlockState: { State: "associated" },
      NetworkBorderGroup: ctx.region,
      Ipv6Pool: "Amazon",
    })),
    CidrBlockAssociationSet: vpc.cidrs.map(({ cidr, associationId }) => ({
      AssociationId: associationId,
      CidrBlock: cidr,
      CidrBlockState: { State: "associated" },
    })),
    IsDefault: vpc.isDefault,
    ...tagList(vpc.tags),
    VpcId: vpc.id,
    State: state,
    CidrBlock: vpc.cidrs[0]?.cidr,
    DhcpOptionsId: vpc.dhcpOptionsId,
  };
}

const listing: Listing<Vpc, VpcItem> = {
  operation: "DescribeVpcs",
  kind: vpcKind,
  filters: (ctx) => ({
    "vpc-id": (row) => row.id,
    cidr: (row) => row.cidrs[0]?.cidr,
    cidrBlock: (row) => row.cidrs[0]?.cidr,
    "cidr-block": (row) => row.cidrs[0]?.cidr,
    "cidr-block-association.cidr-block": (row) => row.cidrs.map(({ cidr }) => cidr),
    "cidr-block-association.association-id": (row) => row.cidrs.map(({ associationId }) => associationId),
    "cidr-block-association.state": () => "associated",
    "dhcp-options-id": (row) => row.dhcpOptionsId,
    "ipv6-cidr-block-association.ipv6-cidr-block": (row) => row.ipv6Cidrs.map(({ cidr }) => cidr),
    "ipv6-cidr-block-association.association-id": (row) => row.ipv6Cidrs.map(({ associationId }) => associationId),
    "ipv6-cidr-block-association.state": (row) => row.ipv6Cidrs.map(() => "associated"),
    "ipv6-cidr-block-association.ipv6-pool": (row) => row.ipv6Cidrs.map(() => "Amazon"),
    "is-default": (row) => row.isDefault,
    isDefault: (row) => row.isDefault,
    "owner-id": () => ctx.account,
    state: () => "available",
  }),
  render,
};

function checkNoDependencies(ctx: Context, id: string): void {
  const count =
    ctx.table(subnets).by("vpc", id).length +
    ctx.table(internetGateways).by("vpc", id).length +
    ctx.table(egressOnlyGateways).by("vpc", id).length +
    ctx.table(networkInterfaces).by("vpc", id).length +
    ctx.table(vpcEndpoints).by("vpc", id).length +
    ctx
      .table(peeringConnections)
      .by("vpc", id)
      .filter(({ status }) => status === "active").length +
    ctx
      .table(natGateways)
      .by("vpc", id)
      .filter(({ state }) => state !== "deleted" && state !== "failed").length +
    ctx
      .table(securityGroups)
      .by("vpc", id)
      .filter(({ name }) => name !== "default").length +
    ctx
      .table(networkAcls)
      .by("vpc", id)
      .filter((acl) => !acl.isDefault).length +
    ctx
      .table(routeTables)
      .by("vpc", id)
      .filter((table) => !table.associations.some(({ main }) => main)).length;
  if (count > 0) throw dependencyViolation(`The vpc '${id}' has dependencies and cannot be deleted.`);
}

const booleanAttributes = {
  EnableDnsSupport: ["enableDnsSupport", "dnsSupport"],
  EnableDnsHostnames: ["enableDnsHostnames", "dnsHostnames"],
  EnableNetworkAddressUsageMetrics: ["enableNetworkAddressUsageMetrics", "usageMetrics"],
} as const;
type BooleanAttribute = keyof typeof booleanAttributes;
const attributeNames = Object.keys(booleanAttributes) as BooleanAttribute[];

export const vpcOperations: Readonly<Record<string, Operation>> = {
  CreateVpc: operation<CreateVpcRequest, CreateVpcResult>((input, ctx) => {
    const cidr = parseIpv4Block(required(input.CidrBlock, "cidrBlock"));
    checkRange(cidr);
    const tenancy = input.InstanceTenancy ?? "default";
    if (tenancy !== "default" && tenancy !== "dedicated") throw invalidValue(tenancy, "instanceTenancy");
    const vpc = createVpc(ctx, {
      cidr: formatCidr(cidr),
      tenancy,
      ...(input.AmazonProvidedIpv6CidrBlock ? { ipv6: amazonIpv6Block(ctx) } : {}),
      tags: tagsFor(ctx, input.TagSpecifications, "vpc"),
    });
    return { Vpc: render(vpc, ctx, "pending") };
  }),

  CreateDefaultVpc: operation<CreateDefaultVpcRequest, CreateDefaultVpcResult>((_input, ctx) => ({
    Vpc: render(createDefaultVpc(ctx), ctx, "pending"),
  })),

  DeleteVpc: operation<DeleteVpcRequest, object>((input, ctx) => {
    const { id } = find(ctx, vpcKind, input.VpcId, "vpcId");
    checkNoDependencies(ctx, id);
    for (const table of ctx.table(routeTables).by("vpc", id)) ctx.table(routeTables).delete(table.id);
    for (const acl of ctx.table(networkAcls).by("vpc", id)) ctx.table(networkAcls).delete(acl.id);
    for (const group of ctx.table(securityGroups).by("vpc", id)) {
      for (const rule of ctx.table(securityGroupRules).by("group", group.id))
        ctx.table(securityGroupRules).delete(rule.id);
      ctx.table(securityGroups).delete(group.id);
    }
    for (const row of ctx.table(flowLogs).by("resource", id)) ctx.table(flowLogs).delete(row.id);
    ctx.table(vpcs).delete(id);
    return {};
  }),

  DescribeVpcs: operation<DescribeVpcsRequest, DescribeVpcsResult>((input, ctx) => {
    const { items, ...next } = describe(ctx, listing, input, input.VpcIds);
    return { Vpcs: items, ...next };
  }),

  DescribeVpcAttribute: operation<DescribeVpcAttributeRequest, DescribeVpcAttributeResult>((input, ctx) => {
    const vpc = find(ctx, vpcKind, input.VpcId, "vpcId");
    const wanted = required(input.Attribute, "attribute");
    const name = attributeNames.find((attribute) => booleanAttributes[attribute][0] === wanted);
    if (!name) throw invalidValue(wanted, "attribute");
    return { VpcId: vpc.id, [name]: { Value: vpc[booleanAttributes[name][1]] } };
  }),

  ModifyVpcAttribute: operation<ModifyVpcAttributeRequest, object>((input, ctx) => {
    const vpc = find(ctx, vpcKind, input.VpcId, "vpcId");
    const given = attributeNames.filter((name) => input[name]?.Value !== undefined);
    const [name] = given;
    if (!name) throw invalidCombination("No attributes specified.");
    if (given.length > 1)
      throw invalidCombination(
        `Fields for multiple attribute types specified: ${given.map((one) => booleanAttributes[one][0]).join(", ")}`,
      );
    ctx.table(vpcs).update(vpc.id, { [booleanAttributes[name][1]]: input[name]?.Value === true });
    return {};
  }),

  ModifyVpcTenancy: operation<ModifyVpcTenancyRequest, ModifyVpcTenancyResult>((input, ctx) => {
    const vpc = find(ctx, vpcKind, input.VpcId, "vpcId");
    if (input.InstanceTenancy !== "default")
      throw new AwsError("UnsupportedTenancy", `The tenancy value ${input.InstanceTenancy} is not supported.`);
    ctx.table(vpcs).update(vpc.id, { tenancy: "default" });
    return { ReturnValue: true };
  }),
};
