// VPCs and their address blocks.
import type {
  AssociateVpcCidrBlockRequest,
  AssociateVpcCidrBlockResult,
  CreateDefaultVpcRequest,
  CreateDefaultVpcResult,
  CreateVpcRequest,
  CreateVpcResult,
  DeleteVpcRequest,
  DescribeVpcAttributeRequest,
  DescribeVpcAttributeResult,
  DescribeVpcsRequest,
  DescribeVpcsResult,
  DisassociateVpcCidrBlockRequest,
  DisassociateVpcCidrBlockResult,
  ModifyVpcAttributeRequest,
  ModifyVpcTenancyRequest,
  ModifyVpcTenancyResult,
  Vpc as VpcItem,
} from "@aws-sdk/client-ec2";
import type { Cidr } from "../../../../../base/index.ts";
import { cidrContains, cidrOverlaps, formatCidr, parseCidr } from "../../../../../base/index.ts";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { dependencyViolation, invalidCombination, invalidValue } from "../errors.ts";
import { find, required, vpcKind } from "../kinds.ts";
import { checkQuota, quota } from "../quotas.ts";
import type { Vpc } from "../state.ts";
import {
  egressOnlyGateways,
  internetGateways,
  natGateways,
  networkAcls,
  networkInterfaces,
  routeTables,
  securityGroupRules,
  securityGroups,
  subnets,
  vpcEndpoints,
  vpcs,
} from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";
import { amazonIpv6Block, createDefaultVpc, createVpc, localRoutes, parseIpv4Block } from "../vpc.ts";

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
    "is-default": (row) => row.isDefault,
    isDefault: (row) => row.isDefault,
    "owner-id": () => ctx.account,
    state: () => "available",
  }),
  render,
};

/** A VPC's IPv4 block is /16 to /28. */
function checkRange(block: Cidr): void {
  if (block.prefix < 16 || block.prefix > 28)
    throw new AwsError("InvalidVpc.Range", `The CIDR '${formatCidr(block)}' is invalid.`);
}

const block = (text: string): Cidr => parseCidr(text) as Cidr;
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.19.0.0/16"].map(block);

/**
 * Further blocks stay in the private range of the first, in 100.64.0.0/10, or are public.
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#add-cidr-block-restrictions
 */
function checkSecondary(vpc: Readonly<Vpc>, added: Cidr): void {
  const primary = block(vpc.cidrs[0]?.cidr ?? "0.0.0.0/0");
  const restricted = privateRanges.filter((range) => !cidrContains(range, primary));
  if (restricted.some((range) => cidrOverlaps(range, added)))
    throw new AwsError(
      "InvalidVpc.Range",
      `The CIDR '${formatCidr(added)}' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, or use a publicly-routable CIDR. For additional restrictions, see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html`,
    );
  const overlapping = vpc.cidrs.find(({ cidr }) => cidrOverlaps(block(cidr), added));
  if (overlapping)
    throw new AwsError(
      "InvalidVpc.Range",
      `CIDR block ${formatCidr(added)} overlaps with pre-existing CIDR block ${overlapping.cidr} from VPC ID ${vpc.id}`,
    );
}

/** Route tables follow the VPC's blocks. */
function refreshLocalRoutes(ctx: Context, vpc: Readonly<Vpc>): void {
  for (const table of ctx.table(routeTables).by("vpc", vpc.id)) {
    const others = table.routes.filter((route) => route.target !== "local");
    ctx.table(routeTables).update(table.id, { routes: [...localRoutes(vpc), ...others] });
  }
}

function checkNoDependencies(ctx: Context, id: string): void {
  const count =
    ctx.table(subnets).by("vpc", id).length +
    ctx.table(internetGateways).by("vpc", id).length +
    ctx.table(egressOnlyGateways).by("vpc", id).length +
    ctx.table(networkInterfaces).by("vpc", id).length +
    ctx.table(vpcEndpoints).by("vpc", id).length +
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
    if (input.InstanceTenancy !== "default") throw invalidValue(input.InstanceTenancy, "instanceTenancy");
    ctx.table(vpcs).update(vpc.id, { tenancy: "default" });
    return { ReturnValue: true };
  }),

  AssociateVpcCidrBlock: operation<AssociateVpcCidrBlockRequest, AssociateVpcCidrBlockResult>((input, ctx) => {
    const vpc = find(ctx, vpcKind, input.VpcId, "vpcId");
    const associationId = ctx.ids.ec2("vpc-cidr-assoc");
    if (input.AmazonProvidedIpv6CidrBlock || input.Ipv6CidrBlock) {
      checkQuota(ctx, "cidrsPerVpc", vpc.ipv6Cidrs.length, "CidrLimitExceeded", cidrLimit(ctx, vpc));
      const cidr = input.Ipv6CidrBlock ?? amazonIpv6Block(ctx);
      const ipv6Cidrs = [...vpc.ipv6Cidrs, { cidr, associationId }];
      refreshLocalRoutes(ctx, ctx.table(vpcs).update(vpc.id, { ipv6Cidrs }));
      return {
        VpcId: vpc.id,
        Ipv6CidrBlockAssociation: {
          AssociationId: associationId,
          Ipv6CidrBlock: cidr,
          Ipv6CidrBlockState: { State: "associating" },
          NetworkBorderGroup: ctx.region,
          Ipv6Pool: input.Ipv6Pool ?? "Amazon",
        },
      };
    }
    const added = parseIpv4Block(required(input.CidrBlock, "cidrBlock"));
    checkRange(added);
    checkQuota(ctx, "cidrsPerVpc", vpc.cidrs.length, "CidrLimitExceeded", cidrLimit(ctx, vpc));
    checkSecondary(vpc, added);
    const cidr = formatCidr(added);
    refreshLocalRoutes(ctx, ctx.table(vpcs).update(vpc.id, { cidrs: [...vpc.cidrs, { cidr, associationId }] }));
    return {
      VpcId: vpc.id,
      CidrBlockAssociation: { AssociationId: associationId, CidrBlock: cidr, CidrBlockState: { State: "associating" } },
    };
  }),

  DisassociateVpcCidrBlock: operation<DisassociateVpcCidrBlockRequest, DisassociateVpcCidrBlockResult>((input, ctx) => {
    const id = required(input.AssociationId, "associationId");
    const vpc = ctx
      .table(vpcs)
      .find((row) => [...row.cidrs, ...row.ipv6Cidrs].some(({ associationId }) => associationId === id));
    const gone = vpc && [...vpc.cidrs, ...vpc.ipv6Cidrs].find(({ associationId }) => associationId === id);
    if (!vpc || !gone)
      throw new AwsError(
        "InvalidVpcCidrBlockAssociationID.NotFound",
        `The vpc CIDR block association ID '${id}' does not exist`,
      );
    if (vpc.cidrs[0] === gone)
      throw new AwsError(
        "OperationNotPermitted",
        `The vpc CIDR block with association ID ${id} may not be disassociated. It is the primary IPv4 CIDR block of the VPC`,
      );
    const used = ctx
      .table(subnets)
      .by("vpc", vpc.id)
      .some((subnet) => {
        const blocks = [subnet.cidr, subnet.ipv6?.cidr].flatMap((text) => (text ? block(text) : []));
        return blocks.some((one) => cidrContains(block(gone.cidr), one));
      });
    if (used)
      throw new AwsError("InvalidCidrBlock.InUse", `The vpc CIDR block with association ID ${id} is currently in use`);
    const rest = <T extends { associationId: string }>(list: readonly T[]): T[] =>
      list.filter(({ associationId }) => associationId !== id);
    const isIpv6 = gone.cidr.includes(":");
    refreshLocalRoutes(
      ctx,
      ctx.table(vpcs).update(vpc.id, isIpv6 ? { ipv6Cidrs: rest(vpc.ipv6Cidrs) } : { cidrs: rest(vpc.cidrs) }),
    );
    return isIpv6
      ? {
          VpcId: vpc.id,
          Ipv6CidrBlockAssociation: {
            AssociationId: id,
            Ipv6CidrBlock: gone.cidr,
            Ipv6CidrBlockState: { State: "disassociating" },
          },
        }
      : {
          VpcId: vpc.id,
          CidrBlockAssociation: {
            AssociationId: id,
            CidrBlock: gone.cidr,
            CidrBlockState: { State: "disassociating" },
          },
        };
  }),
};

function cidrLimit(ctx: Context, vpc: Readonly<Vpc>): string {
  return `This network '${vpc.id}' has met its maximum number of allowed CIDRs: ${quota(ctx, "cidrsPerVpc")}`;
}
