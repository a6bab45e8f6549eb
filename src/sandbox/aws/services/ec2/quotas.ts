// Quotas of an account in a region, with AWS's defaults; a sandbox may raise them.
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { accountAttributes } from "./state.ts";

/** Defaults of https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html. */
const defaultQuotas = {
  vpcs: 5,
  elasticAddresses: 5,
  natGatewaysPerZone: 5,
  cidrsPerVpc: 5,
  rulesPerGroup: 60,
  groupsPerInterface: 5,
  routesPerTable: 500,
  /** vCPUs of running instances. A new account may have 5; one that rehearses fleets has asked for more. */
  vcpus: 100_000,
} as const;

export type Quotas = { [Name in keyof typeof defaultQuotas]: number };

/** How much the account may have. */
export function quota(ctx: Context, name: keyof Quotas): number {
  const changed = ctx.table(accountAttributes).get(`quota/${name}`);
  return changed ? Number(changed.value) : defaultQuotas[name];
}

/** Raises or lowers quotas of the account in the region. */
export function setQuotas(ctx: Context, quotas: Partial<Quotas>): void {
  for (const [name, value] of Object.entries(quotas))
    ctx.table(accountAttributes).put(`quota/${name}`, { value: String(value) });
}

/** Throws `code` when there are already as many as there may be. */
export function checkQuota(ctx: Context, name: keyof Quotas, have: number, code: string, message: string): void {
  if (have >= quota(ctx, name)) throw new AwsError(code, message);
}
