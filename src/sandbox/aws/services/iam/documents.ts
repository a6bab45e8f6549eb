// Managed policies of both makers, AWS's and the customer's, as one view.
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { unreadableArn, noSuchEntity, validationError } from "./errors.ts";
import { awsManagedPolicy } from "./managed/catalogue.ts";
import type { PolicyRow } from "./state.ts";
import { policies } from "./state.ts";

const arnShape = /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\u0021-\u007E]+$/;

/** Checks the form of a policy ARN. */
export function checkPolicyArn(arn: string | undefined): string {
  const text = arn ?? "";
  if (text.length < 20) {
    throw validationError(text, "policyArn", "Member must have length greater than or equal to 20");
  }
  if (!arnShape.test(text)) throw unreadableArn();
  return text;
}

/** A managed policy by ARN; undefined when there is none. Never throws. */
export function findPolicy(ctx: Context, arn: string): Readonly<PolicyRow> | undefined {
  const own = ctx.table(policies).get(arn);
  if (own) return own;
  const match = /^arn:(aws[a-z-]*):iam::aws:policy\/(.+)$/.exec(arn);
  return match ? awsManagedPolicy(match[2] as string, match[1] as string) : undefined;
}

/** A managed policy by ARN. */
export function getPolicy(ctx: Context, arn: string | undefined): Readonly<PolicyRow> {
  const policy = findPolicy(ctx, checkPolicyArn(arn));
  if (!policy) throw noSuchEntity(`Policy ${arn} was not found.`);
  return policy;
}

/** For attaching: AWS words the absence of the policy in another way. */
export function getAttachable(ctx: Context, arn: string | undefined): Readonly<PolicyRow> {
  const policy = findPolicy(ctx, checkPolicyArn(arn));
  if (!policy || policy.path.startsWith("/aws-service-role/")) {
    throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  }
  return policy;
}

/** A customer's own policy, to be changed: AWS's belong to AWS. */
export function getOwnPolicy(ctx: Context, arn: string | undefined, action: string): Readonly<PolicyRow> {
  const policy = getPolicy(ctx, arn);
  if (isAwsManaged(policy.arn)) {
    throw new AwsError(
      "AccessDenied",
      `User: ${ctx.principal.arn} is not authorized to perform: iam:${action} on resource: policy ${policy.arn}`,
      { status: 403 },
    );
  }
  return policy;
}

/** Whether the ARN is of a policy that AWS keeps. */
export function isAwsManaged(arn: string): boolean {
  return arn.includes(":iam::aws:policy/");
}

/** Text of the version in force. */
export function defaultDocument(policy: Readonly<PolicyRow>): string {
  return policy.versions.find((version) => version.id === policy.defaultVersion)?.document ?? "";
}

/** Checks that a boundary exists; AWS calls it a scope. */
export function checkBoundary(ctx: Context, arn: string): string {
  if (!arnShape.test(arn)) throw unreadableArn();
  if (!findPolicy(ctx, arn)) throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
  return arn;
}
