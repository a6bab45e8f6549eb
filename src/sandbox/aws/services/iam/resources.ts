// What IAM knows of its resources by ARN: the trust policies of roles, and tags.
import type { Context, Permission, ResourcePolicy } from "../../core/index.ts";
import type { RoleRow, Tags } from "./state.ts";
import { oidcProviders, policies, roles, users } from "./state.ts";
import { currentTrust } from "./trust.ts";

const shape = /^arn:[^:]+:iam::(\d{12}):(role|user)\/(?:.*\/)?([^/]+)$/;

/** The role with exactly this ARN, in whatever account. */
export function roleByArn(ctx: Context, arn: string): Readonly<RoleRow> | undefined {
  const match = shape.exec(arn);
  if (match?.[2] !== "role") return undefined;
  const row = ctx.table(roles, { account: match[1] as string }).get((match[3] as string).toLowerCase());
  return row?.arn === arn ? row : undefined;
}

/** A role's trust policy judges who may assume it, and nothing else. A role that isn't there trusts nobody. */
export function trustOf({ action, resource }: Permission, ctx: Context): ResourcePolicy | undefined {
  if (!action.startsWith("sts:")) return undefined;
  const account = shape.exec(resource)?.[1];
  if (account === undefined) return undefined;
  const role = roleByArn(ctx, resource);
  return { document: role ? currentTrust(ctx, role) : "", account, mustAllow: true };
}

/** The tags of whatever of IAM has the ARN; undefined when there is no such thing. */
export function tagsOf(arn: string, ctx: Context): Tags | undefined {
  const match = shape.exec(arn);
  if (match?.[2] === "role") return roleByArn(ctx, arn)?.tags;
  if (match) return ctx.table(users, { account: match[1] as string }).get((match[3] as string).toLowerCase())?.tags;
  return ctx.table(policies).get(arn)?.tags ?? ctx.table(oidcProviders).get(arn)?.tags;
}
