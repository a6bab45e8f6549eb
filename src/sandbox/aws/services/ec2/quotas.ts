// Quotas of an account in a region, with AWS's defaults; a sandbox may be made with others.
import type { Context, Quota } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";

/** Defaults of https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html. */
export const ec2Quotas: Readonly<
  Record<
    | "vpcs"
    | "elasticAddresses"
    | "natGatewaysPerZone"
    | "cidrsPerVpc"
    | "rulesPerGroup"
    | "groupsPerInterface"
    | "routesPerTable"
    | "vcpus"
    | "gp2StorageTiB"
    | "gp3StorageTiB",
    Quota
  >
> = {
  vpcs: { default: 5, of: "VPCs in a region" },
  elasticAddresses: { default: 5, of: "Elastic IP addresses in a region" },
  natGatewaysPerZone: { default: 5, of: "NAT gateways in an Availability Zone" },
  cidrsPerVpc: { default: 5, of: "CIDR blocks of a VPC, of each family" },
  rulesPerGroup: { default: 60, of: "rules of a security group, each way" },
  groupsPerInterface: { default: 5, of: "security groups on a network interface" },
  routesPerTable: { default: 500, of: "routes in a route table" },
  // A new account may have 5; one that rehearses fleets has asked for more.
  vcpus: { default: 100_000, of: "vCPUs of running instances in a region" },
  // https://docs.aws.amazon.com/general/latest/gr/ebs-service.html
  // A new account has 50, which 2,560 nodes of 20 GiB fill: as with vCPUs, one that rehearses fleets has asked for more.
  gp2StorageTiB: { default: 1000, of: "TiB of gp2 volumes in a region" },
  gp3StorageTiB: { default: 1000, of: "TiB of gp3 volumes in a region" },
};

/** How much the account may have. */
export function quota(ctx: Context, name: keyof typeof ec2Quotas): number {
  return ctx.quota(name);
}

/** Throws `code` when there are already as many as there may be. */
export function checkQuota(
  ctx: Context,
  name: keyof typeof ec2Quotas,
  have: number,
  code: string,
  message: string,
): void {
  if (have >= quota(ctx, name)) throw new AwsError(code, message);
}
