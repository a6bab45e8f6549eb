// Which role a value of `iam.amazonaws.com/role` stands for: an ARN as it is, or a name below the base ARN.
// Contract of kube2iam's iam/arn.go, with two of its holes closed: a lone base ARN is no role, and ARNs are looked at whole.

/** `arn:aws:iam::123456789012:role/`; with a path, roles are below it. */
export type BaseArn = string & { readonly base: unique symbol };

const baseForm = /^arn:aws[\w-]*:iam::\d{12}:role\/(?:[\w+=,.@-]+\/)*$/;
const roleForm = /^arn:aws[\w-]*:iam::\d{12}:role\/(?:[!-.0-~]+\/)*[\w+=,.@-]{1,64}$/;

/** Reads a base ARN; a missing slash at its end is added. Undefined when it is none. */
export function readBaseArn(text: string): BaseArn | undefined {
  const whole = text.endsWith("/") ? text : `${text}/`;
  return baseForm.test(whole) ? (whole as BaseArn) : undefined;
}

/**
 * The base that the roles of an instance's account have.
 *
 * @param instanceProfileArn as IMDS's `iam/info` says it: `arn:aws:iam::123456789012:instance-profile/nodes`
 */
export function baseArnOfProfile(instanceProfileArn: string): BaseArn | undefined {
  const [, head = ""] = /^(arn:aws[\w-]*:iam::\d{12}:)instance-profile\//.exec(instanceProfileArn) ?? [];
  return head === "" ? undefined : readBaseArn(`${head}role/`);
}

/**
 * The role's ARN; undefined when the value can be none: malformed, or a bare name without a base.
 *
 * @example roleArnOf("team/app", readBaseArn("arn:aws:iam::123456789012:role")) // …:role/team/app
 */
export function roleArnOf(value: string, base: BaseArn | undefined): string | undefined {
  const text = value.trim();
  const arn = /^arn:/i.test(text) ? text : base && `${base}${text.replace(/^\/+/, "")}`;
  return arn !== undefined && roleForm.test(arn) ? arn : undefined;
}

/** What the listing of the credentials path says: the name below the base, or the whole ARN of a role elsewhere. */
export function listedRole(arn: string, base: BaseArn | undefined): string {
  return base !== undefined && arn.startsWith(base) ? arn.slice(base.length) : arn;
}
