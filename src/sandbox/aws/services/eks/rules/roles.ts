// What EKS asks of IAM roles that it is handed.
import type { GetRoleResponse, ListAttachedRolePoliciesResponse, ListRolePoliciesResponse } from "@aws-sdk/client-iam";
import type { Context } from "../../../core/index.ts";
import { AwsError } from "../../../core/index.ts";
import { invalidParameter } from "../errors.ts";
import { asEks } from "../lookup.ts";

interface Statement {
  Effect?: string;
  Principal?: { Service?: string | string[] };
  Action?: string | string[];
}

const listOf = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : typeof value === "string" ? [value] : value;

/** Name of the role in an ARN, without its path; undefined when the text is no role's ARN of this account. */
export function roleName(arn: string, account: string): string | undefined {
  const match = /^arn:[a-z-]+:iam::(\d{12}):role\/(?:.+\/)?([\w+=,.@-]{1,64})$/.exec(arn);
  return match && match[1] === account ? match[2] : undefined;
}

/** The role behind an ARN, or undefined. */
export function findRole(ctx: Context, arn: string): GetRoleResponse["Role"] {
  const name = roleName(arn, ctx.account);
  if (name === undefined) return undefined;
  try {
    const { Role } = asEks(ctx).call<GetRoleResponse>("iam", "GetRole", { RoleName: name });
    return Role?.Arn === arn ? Role : undefined;
  } catch (error) {
    // "Not found" is the answer; anything else is a defect.
    if (error instanceof AwsError && error.code.startsWith("NoSuchEntity")) return undefined;
    throw error;
  }
}

/** Services that may assume the role for these actions, by its trust policy. */
function trustedServices(role: GetRoleResponse["Role"], action = "sts:AssumeRole"): string[] {
  const text = role?.AssumeRolePolicyDocument ?? "{}";
  const document = JSON.parse(text.startsWith("%7B") ? decodeURIComponent(text) : text) as {
    Statement?: Statement | Statement[];
  };
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement ?? {}];
  const allows = (pattern: string): boolean =>
    pattern === "*" || pattern === "sts:*" || pattern.toLowerCase() === action.toLowerCase();
  return statements
    .filter((statement) => statement.Effect === "Allow" && listOf(statement.Action).some(allows))
    .flatMap((statement) => listOf(statement.Principal?.Service));
}

/** The cluster role: must exist and let EKS assume it (for Auto Mode also tag the session). */
export function checkClusterRole(ctx: Context, arn: string | undefined, autoMode: boolean): void {
  if (!arn) throw invalidParameter("roleArn cannot be empty");
  const role = findRole(ctx, arn);
  if (!role || !trustedServices(role).includes("eks.amazonaws.com"))
    throw invalidParameter(
      `Role with arn: ${arn}, could not be assumed because it does not exist or the trusted entity is not correct`,
    );
  if (autoMode && !trustedServices(role, "sts:TagSession").includes("eks.amazonaws.com"))
    throw invalidParameter(
      `The trust policy of role ${arn} must allow eks.amazonaws.com the action sts:TagSession for EKS Auto Mode`,
    );
}

/**
 * A role that pods or nodes get: exists in this account and trusts a service.
 *
 * @param parameter as the API calls it: `nodeRole`, `podExecutionRoleArn`
 */
export function checkServiceRole(ctx: Context, arn: string | undefined, service: string, parameter: string): void {
  if (!arn) throw invalidParameter(`${parameter} cannot be empty`);
  const role = findRole(ctx, arn);
  if (!role)
    throw invalidParameter(`The role with name ${arn.split("/").at(-1)} cannot be found. (${parameter}: ${arn})`);
  const trusted = trustedServices(role);
  const partitions = [service, `${service}.cn`];
  if (trusted.some((name) => partitions.includes(name))) return;
  if (parameter === "podExecutionRoleArn")
    throw invalidParameter(
      `Misconfigured PodExecutionRole Trust Policy; Please add the ${service} Service Principal to ${arn}`,
    );
  throw invalidParameter(
    `Following required service principals [${service}] were not found in the trust relationships of ${parameter} ${arn}`,
  );
}

/** Names of the policies a role has, and whether all of them are AWS's own. */
export function rolePolicies(ctx: Context, arn: string): { managed: string[]; custom: boolean } {
  const name = roleName(arn, ctx.account) ?? "";
  const eks = asEks(ctx);
  const { AttachedPolicies = [] } = eks.call<ListAttachedRolePoliciesResponse>("iam", "ListAttachedRolePolicies", {
    RoleName: name,
  });
  const { PolicyNames = [] } = eks.call<ListRolePoliciesResponse>("iam", "ListRolePolicies", { RoleName: name });
  const arns = AttachedPolicies.map((policy) => policy.PolicyArn ?? "");
  return {
    managed: arns
      .filter((policy) => policy.includes(":iam::aws:policy/"))
      .map((policy) => policy.split("/").at(-1) ?? ""),
    custom: PolicyNames.length > 0 || arns.some((policy) => !policy.includes(":iam::aws:policy/")),
  };
}
