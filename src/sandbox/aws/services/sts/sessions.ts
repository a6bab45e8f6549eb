// Making sessions: credentials, limits of durations, session policies and tags.
import type { Credentials } from "@aws-sdk/client-sts";
import { packedPolicySize, parsePolicy, policySizeLimits } from "../../../../iam/index.ts";
import { managedPolicyText } from "../../access/managed-policy-text.ts";
import type { Context, Principal } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { everywhere } from "../iam/state.ts";
import type { SessionRow } from "./state.ts";
import { sessions } from "./state.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function validationError(value: unknown, member: string, constraint: string): AwsError {
  return new AwsError(
    "ValidationError",
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

/** Seconds within limits. */
export function checkDuration(seconds: number, least: number, most: number): number {
  if (seconds < least) {
    throw validationError(seconds, "durationSeconds", `Member must have value greater than or equal to ${least}`);
  }
  if (seconds > most) {
    throw validationError(seconds, "durationSeconds", `Member must have value less than or equal to ${most}`);
  }
  return seconds;
}

/** Session names, federation names, external ids: the same characters, other lengths. */
export function checkText(value: string, member: string, least: number, most: number, pattern: RegExp): string {
  if (value.length < least) {
    throw validationError(value, member, `Member must have length greater than or equal to ${least}`);
  }
  if (value.length > most) {
    throw validationError(value, member, `Member must have length less than or equal to ${most}`);
  }
  if (!pattern.test(value)) {
    const source = pattern.source.replace(/^\^|\$$/g, "");
    throw validationError(value, member, `Member must satisfy regular expression pattern: ${source}`);
  }
  return value;
}

interface PolicyInput {
  Policy?: string | undefined;
  PolicyArns?: readonly { arn?: string | undefined }[] | undefined;
}

const policyArnLimit = 10;

/** Session policies as documents; undefined when the call has none. */
export function readSessionPolicies(input: PolicyInput, ctx: Context): readonly string[] | undefined {
  const { Policy: inline, PolicyArns: arns = [] } = input;
  if (inline === undefined && arns.length === 0) return undefined;
  if (arns.length > policyArnLimit) {
    throw validationError(`[${arns.length} items]`, "policyArns", "Member must have length less than or equal to 10");
  }
  const managed = arns.map(({ arn = "" }) => {
    const text = managedPolicyText(ctx, arn);
    if (text === undefined) throw new AwsError("NoSuchEntity", `Policy ${arn} does not exist or is not attachable.`);
    return text;
  });
  if (inline === undefined) return managed;
  const limit = policySizeLimits.sessionPlain;
  if (inline.length > limit) {
    throw validationError(inline, "policy", `Member must have length less than or equal to ${limit}`);
  }
  const parsed = parsePolicy(inline, "session");
  if ("problem" in parsed) throw new AwsError("MalformedPolicyDocument", parsed.problem);
  return [inline, ...managed];
}

interface TagInput {
  Key?: string | undefined;
  Value?: string | undefined;
}

const tagLimit = 50;

/** Session tags: those handed on by the caller's own session can't be overwritten. */
export function readTags(
  tags: readonly TagInput[] | undefined,
  inherited: Readonly<Record<string, string>>,
): Record<string, string> {
  // A map, because an assignment to a member `__proto__` would be lost.
  const result = new Map(Object.entries(inherited));
  const seen = new Set<string>();
  for (const { Key: key = "", Value: value = "" } of tags ?? []) {
    if (key === "" || key.length > 128) {
      throw validationError(key, "tags.1.member.key", "Member must have length between 1 and 128, inclusive");
    }
    if (value.length > 256) {
      throw validationError(value, "tags.1.member.value", "Member must have length less than or equal to 256");
    }
    const lower = key.toLowerCase();
    if (seen.has(lower)) {
      throw new AwsError(
        "InvalidParameterValue",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
      );
    }
    seen.add(lower);
    if (Object.keys(inherited).some((other) => other.toLowerCase() === lower)) {
      throw new AwsError(
        "InvalidParameterValue",
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
      );
    }
    result.set(key, value);
  }
  if (result.size > tagLimit) {
    throw validationError(`[${result.size} items]`, "tags", "Member must have length less than or equal to 50");
  }
  return Object.fromEntries(result);
}

/** Per cent of the packed limit; refuses what is over it. Absent when there is nothing to pack. */
export function checkPacked(
  policies: readonly string[] | undefined,
  tags: Readonly<Record<string, string>>,
): { PackedPolicySize?: number } {
  const size = packedPolicySize(policies ?? [], tags);
  if (size === 0) return {};
  if (size > 100) {
    throw new AwsError(
      "PackedPolicyTooLarge",
      `Serialized token too large for session: packed size is ${size}% of the limit`,
      { status: 400 },
    );
  }
  return { PackedPolicySize: size };
}

/** The caller's own session, when it has one. */
export function callerSession(ctx: Context): Readonly<SessionRow> | undefined {
  return ctx.table(sessions, everywhere).get(ctx.principal.accessKeyId ?? "");
}

/** How many sessions may lie about before those that ran out are cleared away. */
const tidyAt = 500;

/** Writes a session down and returns its credentials. `expires` is wall time, as clients see it. */
export function openSession(
  ctx: Context,
  seconds: number,
  session: Omit<SessionRow, "accessKeyId" | "secret" | "token" | "issued" | "expires">,
): Credentials {
  const table = ctx.table(sessions, everywhere);
  const now = Date.now();
  if (table.size >= tidyAt) for (const row of table.list((row) => row.expires < now)) table.delete(row.accessKeyId);
  const accessKeyId = ctx.ids.iam("ASIA");
  const row = table.put(accessKeyId, {
    ...session,
    principal: { ...session.principal, accessKeyId },
    accessKeyId,
    secret: ctx.ids.random.text(alphabet, 40),
    // AWS's tokens begin like this; what follows is opaque there as here.
    token: `IQoJb3JpZ2luX2Vj${ctx.ids.random.text(alphabet, 320)}`,
    issued: now,
    expires: Math.floor(now / 1000) * 1000 + seconds * 1000,
  });
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: row.secret,
    SessionToken: row.token,
    Expiration: new Date(row.expires),
  };
}

/** The principal of a role's session. */
export function roleSession(
  role: { name: string; id: string; arn: string },
  sessionName: string,
  rest: Pick<Principal, "sessionPolicies" | "sessionTags">,
): Principal {
  const [, partition = "aws", , , account = ""] = role.arn.split(":");
  return {
    type: "AssumedRole",
    account,
    arn: `arn:${partition}:sts::${account}:assumed-role/${role.name}/${sessionName}`,
    principalId: `${role.id}:${sessionName}`,
    name: role.name,
    roleArn: role.arn,
    ...(rest.sessionPolicies ? { sessionPolicies: rest.sessionPolicies } : {}),
    ...(rest.sessionTags && Object.keys(rest.sessionTags).length > 0 ? { sessionTags: rest.sessionTags } : {}),
  };
}
