// Further address blocks of a VPC.
import type {
  AssociateVpcCidrBlockRequest,
  AssociateVpcCidrBlockResult,
  DisassociateVpcCidrBlockRequest,
  DisassociateVpcCidrBlockResult,
} from "@aws-sdk/client-ec2";
import type { Cidr } from "../../../../../base/index.ts";
import { cidrContains, cidrOverlaps, formatCidr, parseCidr } from "../../../../../base/index.ts";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { find, required, vpcKind } from "../kinds.ts";
import { checkQuota, quota } from "../quotas.ts";
import type { Vpc } from "../state.ts";
import { routeTables, subnets, vpcs } from "../state.ts";
import { amazonIpv6Block, checkRange, localRoutes, parseIpv4Block } from "../vpc.ts";

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

export const vpcCidrOperations: Readonly<Record<string, Operation>> = {
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
  return `This network ${vpc.id} has met its maximum number of allowed CIDRs: ${quota(ctx, "cidrsPerVpc")}`;
}
