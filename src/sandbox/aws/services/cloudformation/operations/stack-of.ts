// What the operations on stacks share: finding a stack, reading its input, permissions.
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import type { Context, Permission } from "../../../core/index.ts";
import { AwsError, NotEmulatedError, servicePrincipal } from "../../../core/index.ts";
import { constraintError, stackNotFound, validationError } from "../errors.ts";
import { handlerOf } from "../resources/index.ts";
import { isPublishedType } from "../spec.ts";
import type { StackRow, Tag } from "../state.ts";
import { stacks } from "../state.ts";
import { checkBodySize, checkFetchedSize } from "../template/index.ts";
import type { Template } from "../template/model.ts";

/** Deleted stacks can be read for 90 days, by id only. */
const remembered = 90 * 24 * 3600 * 1000;

/** The stack of a name or id; by name only a living one. */
export function findStack(ctx: Context, nameOrId: string): Readonly<StackRow> | undefined {
  const table = ctx.table(stacks);
  if (nameOrId.startsWith("arn:")) {
    const row = table.get(nameOrId);
    return row && (row.deletedAt === undefined || ctx.now() - row.deletedAt < remembered) ? row : undefined;
  }
  return table.by("name", nameOrId).find((row) => row.status !== "DELETE_COMPLETE");
}

/** @throws AwsError ValidationError `Stack [N] does not exist` */
export function requireStack(ctx: Context, nameOrId: string | undefined): Readonly<StackRow> {
  const row = findStack(ctx, required(nameOrId, "stackName"));
  if (!row) throw stackNotFound(nameOrId ?? "");
  return row;
}

/** @throws AwsError ValidationError when a required member is missing */
export function required(value: string | undefined, member: string): string {
  if (value !== undefined && value !== "") return value;
  throw validationError(
    value === undefined
      ? `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`
      : `1 validation error detected: Value '' at '${member}' failed to satisfy constraint: Member must have length greater than or equal to 1`,
  );
}

const namePattern = "[a-zA-Z][-a-zA-Z0-9]*";

/** @throws AwsError ValidationError when it is no name for a new stack */
export function checkStackName(name: string): void {
  if (!new RegExp(`^${namePattern}$`).test(name)) {
    const pattern = `${namePattern}|arn:[-a-zA-Z0-9:/._+]*`;
    throw constraintError(name, "stackName", `Member must satisfy regular expression pattern: ${pattern}`);
  }
  if (name.length > 128) {
    throw constraintError(name, "stackName", "Member must have length less than or equal to 128");
  }
}

/** The text of a template given in the request or by URL. */
export function templateBody(
  ctx: Context,
  input: { TemplateBody?: string | undefined; TemplateURL?: string | undefined },
): string | undefined {
  const { TemplateBody: body, TemplateURL: url } = input;
  if (body !== undefined && url !== undefined) {
    throw validationError("You cannot specify both a Template URL and a Template Body.");
  }
  if (body !== undefined) {
    checkBodySize(body);
    return body;
  }
  if (url === undefined) return undefined;
  const fetched = objectAt(ctx, url);
  checkFetchedSize(fetched);
  return fetched;
}

export const noTemplate = "Either Template URL or Template Body must be specified.";

/** The text of the S3 object at a URL. @throws AwsError ValidationError when there is none, or no S3 */
export function objectAt(ctx: Context, text: string): string {
  if (!URL.canParse(text)) throw validationError("TemplateURL must be a supported URL.");
  const url = new URL(text);
  if (url.protocol === "s3:")
    throw validationError(`S3 error: Domain name specified in ${url.hostname} is not a valid S3 domain`);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw validationError("TemplateURL must be a supported URL.");
  const { hostname } = url;
  const path = decodeURIComponent(url.pathname.slice(1));
  const virtual = /^(.+)\.s3[.-]?([a-z0-9-]*)\.amazonaws\.com(\.cn)?$/.exec(hostname);
  const isS3 = /^s3[.-]?([a-z0-9-]*)\.amazonaws\.com(\.cn)?$/.test(hostname);
  // The sandbox's own address: what `aws cloudformation package` writes when it uploads to an endpoint of one's own.
  const isLocal = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  if (!virtual && !isS3 && !isLocal) throw validationError("TemplateURL must be a supported URL.");
  const slash = path.indexOf("/");
  const bucket = virtual ? (virtual[1] as string) : path.slice(0, slash);
  const key = virtual ? path : path.slice(slash + 1);
  if (bucket === "" || key === "")
    throw validationError("TemplateURL must reference a valid S3 object to which you have access.");
  try {
    const { Body: body } = ctx.call<GetObjectCommandOutput>("s3", "GetObject", { Bucket: bucket, Key: key });
    return Buffer.from(body as unknown as Uint8Array).toString("utf8");
  } catch (error) {
    if (!(error instanceof AwsError) || error instanceof NotEmulatedError) throw error;
    throw validationError(`S3 error: ${error.message}`);
  }
}

/**
 * Refuses a template that the sandbox can't build, before anything is made.
 *
 * @throws AwsError ValidationError for types that AWS doesn't have, NotEmulatedError for those that only the sandbox lacks
 */
export function checkTypes(template: Template, allowed: readonly string[] | undefined): void {
  const types = [...new Set(Object.values(template.Resources).map((resource) => resource.Type))];
  const isCustom = (type: string): boolean => type.startsWith("Custom::");
  const unknown = types.filter((type) => !isCustom(type) && !handlerOf(type) && !isPublishedType(type));
  if (unknown.length > 0) {
    throw validationError(`Template format error: Unrecognized resource types: [${unknown.join(", ")}]`);
  }
  for (const type of allowed ? types : []) {
    const listed = allowed?.some((one) => one === type || (one.endsWith("*") && type.startsWith(one.slice(0, -1))));
    if (!listed) {
      throw validationError(
        `Resource type ${type} is not allowed by parameter ResourceTypes [${allowed?.join(", ") ?? ""}]`,
      );
    }
  }
  const lacking = types.filter((type) => !handlerOf(type)).toSorted();
  if (lacking.length > 0) throw new NotEmulatedError(`the resource type ${lacking.join(", ")}`);
}

/** Tags as given; a key that comes twice keeps its last value. @throws AwsError ValidationError */
export function stackTags(given: readonly { Key?: string | undefined; Value?: string | undefined }[]): Tag[] {
  const tags = new Map<string, string>();
  for (const { Key: key = "", Value: value = "" } of given) {
    if (/^aws:/i.test(key)) throw validationError(`aws: prefixed tag key names are not allowed for external use.`);
    if (key === "" || key.length > 128) throw constraintError(key, "tags", "Member must have length between 1 and 128");
    if (value.length > 256) throw constraintError(value, "tags", "Member must have length less than or equal to 256");
    tags.set(key, value);
  }
  if (tags.size > 50) throw validationError("Tags exceed the maximum of 50");
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/** The role must exist and let CloudFormation assume it. It is CloudFormation that looks: callers need no right to. */
export function checkRole(ctx: Context, roleArn: string | undefined): void {
  if (roleArn === undefined) return;
  const name = /^arn:aws[a-z-]*:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/.exec(roleArn)?.[1];
  const invalid = validationError(`Role ${roleArn} is invalid or cannot be assumed`);
  if (name === undefined) throw invalid;
  const cloudFormation = ctx.as(servicePrincipal("cloudformation.amazonaws.com", ctx.account));
  try {
    cloudFormation.call("iam", "GetRole", { RoleName: name });
  } catch (error) {
    if (error instanceof AwsError && /NoSuchEntity/.test(error.code)) throw invalid;
    throw error;
  }
  if (!cloudFormation.allowed("sts:AssumeRole", roleArn)) throw invalid;
}

/** The caller needs the action on the stack, and may have to pass the stack's role. */
export function stackPermissions(
  action: string,
): (input: { StackName?: string | undefined; RoleARN?: string | undefined }, ctx: Context) => readonly Permission[] {
  return (input, ctx) => {
    const name = input.StackName ?? "*";
    const stack = findStack(ctx, name);
    const prefix = `arn:${ctx.partition}:cloudformation:${ctx.region}:${ctx.account}:stack`;
    const resource = name === "*" ? "*" : (stack?.id ?? (name.startsWith("arn:") ? name : `${prefix}/${name}/*`));
    const conditions = input.RoleARN === undefined ? {} : { conditions: { "cloudformation:RoleArn": input.RoleARN } };
    return [
      { action: `cloudformation:${action}`, resource, ...conditions },
      ...(input.RoleARN === undefined
        ? []
        : [
            {
              action: "iam:PassRole",
              resource: input.RoleARN,
              conditions: { "iam:PassedToService": "cloudformation.amazonaws.com" },
            },
          ]),
    ];
  };
}
