// Log groups: create, describe, delete, retention, encryption, tags.
import type {
  AssociateKmsKeyRequest,
  CreateLogGroupRequest,
  DeleteLogGroupRequest,
  DeleteRetentionPolicyRequest,
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  DisassociateKmsKeyRequest,
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  ListTagsLogGroupRequest,
  ListTagsLogGroupResponse,
  LogGroup,
  PutLogGroupDeletionProtectionRequest,
  PutRetentionPolicyRequest,
  TagLogGroupRequest,
  TagResourceRequest,
  UntagLogGroupRequest,
  UntagResourceRequest,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Context, Operation, Permission, Sent } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { groupArn, groupName, invalidParameter, onGroup, page, requireGroup } from "../lookup.ts";
import type { GroupRow } from "../state.ts";
import { groups, streams } from "../state.ts";

/** Days that PutRetentionPolicy takes. */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const overheadBytes = 26;

function groupOf(ctx: Context, row: Readonly<GroupRow>): LogGroup {
  const events = ctx
    .table(streams)
    .by("group", row.name)
    .flatMap((stream) => stream.events);
  const arn = groupArn(ctx, row.name);
  return {
    logGroupName: row.name,
    creationTime: row.createdAt,
    ...(row.retentionDays === undefined ? {} : { retentionInDays: row.retentionDays }),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    // As CloudWatch counts: the text and 26 bytes for each event.
    storedBytes: events.reduce((sum, event) => sum + Buffer.byteLength(event.message) + overheadBytes, 0),
    ...(row.kmsKeyId === undefined ? {} : { kmsKeyId: row.kmsKeyId }),
    logGroupClass: row.class,
    logGroupArn: arn,
    deletionProtectionEnabled: row.deletionProtected,
  };
}

function create(input: Sent<CreateLogGroupRequest>, ctx: Context): object {
  const { logGroupName: name, kmsKeyId, tags } = input;
  if (name.length < 1 || name.length > 512)
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must have length ${
        name.length < 1 ? "greater than or equal to 1" : "less than or equal to 512"
      }`,
    );
  if (!/^[.\-_/#A-Za-z0-9]+$/.test(name))
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
    );
  if (name.startsWith("aws/")) throw invalidParameter("Log group name cannot start with 'aws/'");
  if (ctx.table(groups).has(name))
    throw new AwsError("ResourceAlreadyExistsException", "The specified log group already exists");
  checkTags(tags);
  if (kmsKeyId !== undefined) checkKey(ctx, kmsKeyId);
  ctx.table(groups).put(name, {
    name,
    createdAt: ctx.now(),
    class: input.logGroupClass ?? "STANDARD",
    deletionProtected: input.deletionProtectionEnabled ?? false,
    tags: { ...tags },
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
  });
  return {};
}

/** The key must be there and usable: CloudWatch Logs tries it. */
function checkKey(ctx: Context, kmsKeyId: string): void {
  if (!/^arn:[^:]+:kms:/.test(kmsKeyId)) throw invalidParameter("The specified KMS key ID must be the ARN of a key");
  try {
    ctx.call("kms", "DescribeKey", { KeyId: kmsKeyId });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      `The specified KMS Key Id could not be found or is not allowed to be used with Arn '${kmsKeyId}'`,
    );
  }
}

function checkTags(tags: Readonly<Record<string, string>> | undefined): void {
  const keys = Object.keys(tags ?? {});
  if (keys.length > 50) throw new AwsError("TooManyTagsException", "A log group can have at most 50 tags");
  const reserved = keys.find((key) => key.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined) throw invalidParameter(`Tag keys can't begin with aws: ${reserved}`);
}

function remove(input: Sent<DeleteLogGroupRequest>, ctx: Context): object {
  const row = requireGroup(ctx, input.logGroupName);
  if (row.deletionProtected)
    throw new AwsError("ValidationException", `Log group ${row.name} has deletion protection enabled`);
  for (const stream of ctx.table(streams).by("group", row.name))
    ctx.table(streams).delete(`${row.name}:${stream.name}`);
  ctx.table(groups).delete(row.name);
  return {};
}

function describe(input: Sent<DescribeLogGroupsRequest>, ctx: Context): DescribeLogGroupsResponse {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, logGroupClass } = input;
  if (prefix !== undefined && pattern !== undefined)
    throw invalidParameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  const wanted = input.logGroupIdentifiers?.map(groupName);
  const rows = ctx
    .table(groups)
    .list((row) => prefix === undefined || row.name.startsWith(prefix))
    .filter((row) => pattern === undefined || row.name.toLowerCase().includes(pattern.toLowerCase()))
    .filter((row) => logGroupClass === undefined || row.class === logGroupClass)
    .filter((row) => wanted === undefined || wanted.includes(row.name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const { items, nextToken } = page(rows, input, "DescribeLogGroups");
  return { logGroups: items.map((row) => groupOf(ctx, row)), ...(nextToken === undefined ? {} : { nextToken }) };
}

function setRetention(ctx: Context, name: string, days: number | undefined): object {
  const row = requireGroup(ctx, name);
  if (days !== undefined && !retentions.includes(days))
    throw invalidParameter(
      `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${retentions.join(", ")}]`,
    );
  const { retentionDays: _, ...rest } = row;
  ctx.table(groups).put(row.name, days === undefined ? rest : { ...rest, retentionDays: days });
  return {};
}

function setTags(
  ctx: Context,
  group: string,
  change: (tags: Readonly<Record<string, string>>) => Record<string, string>,
): object {
  const row = requireGroup(ctx, group);
  const tags = change(row.tags);
  checkTags(tags);
  ctx.table(groups).update(row.name, { tags });
  return {};
}

const without =
  (keys: readonly string[]) =>
  (tags: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));

const onArn =
  (action: string) =>
  (input: { resourceArn?: string | undefined }): Permission[] => [
    { action: `logs:${action}`, resource: input.resourceArn ?? "*" },
  ];

export const groupOperations: Readonly<Record<string, Operation>> = {
  CreateLogGroup: operation<Sent<CreateLogGroupRequest>, object>({
    run: create,
    permissions: onGroup("CreateLogGroup"),
  }),
  DeleteLogGroup: operation<Sent<DeleteLogGroupRequest>, object>({
    run: remove,
    permissions: onGroup("DeleteLogGroup"),
  }),
  DescribeLogGroups: operation<Sent<DescribeLogGroupsRequest>, DescribeLogGroupsResponse>({
    run: describe,
    permissions: (_input, ctx) => [{ action: "logs:DescribeLogGroups", resource: `${groupArn(ctx, "")}*` }],
  }),
  PutRetentionPolicy: operation<Sent<PutRetentionPolicyRequest>, object>({
    permissions: onGroup("PutRetentionPolicy"),
    run: (input, ctx) => setRetention(ctx, input.logGroupName, input.retentionInDays),
  }),
  DeleteRetentionPolicy: operation<Sent<DeleteRetentionPolicyRequest>, object>({
    permissions: onGroup("DeleteRetentionPolicy"),
    run: (input, ctx) => setRetention(ctx, input.logGroupName, undefined),
  }),
  PutLogGroupDeletionProtection: operation<Sent<PutLogGroupDeletionProtectionRequest>, object>({
    permissions: onGroup("PutLogGroupDeletionProtection"),
    run: (input, ctx) => {
      const row = requireGroup(ctx, input.logGroupIdentifier);
      ctx.table(groups).update(row.name, { deletionProtected: input.deletionProtectionEnabled });
      return {};
    },
  }),
  AssociateKmsKey: operation<Sent<AssociateKmsKeyRequest>, object>({
    permissions: onGroup("AssociateKmsKey"),
    run: (input, ctx) => {
      const row = requireGroup(ctx, input.logGroupName ?? input.resourceIdentifier);
      checkKey(ctx, input.kmsKeyId);
      ctx.table(groups).update(row.name, { kmsKeyId: input.kmsKeyId });
      return {};
    },
  }),
  DisassociateKmsKey: operation<Sent<DisassociateKmsKeyRequest>, object>({
    permissions: onGroup("DisassociateKmsKey"),
    run: (input, ctx) => {
      const { kmsKeyId: _, ...rest } = requireGroup(ctx, input.logGroupName ?? input.resourceIdentifier);
      ctx.table(groups).put(rest.name, rest);
      return {};
    },
  }),
  TagLogGroup: operation<Sent<TagLogGroupRequest>, object>({
    permissions: onGroup("TagLogGroup"),
    run: (input, ctx) => setTags(ctx, input.logGroupName, (tags) => ({ ...tags, ...input.tags })),
  }),
  UntagLogGroup: operation<Sent<UntagLogGroupRequest>, object>({
    permissions: onGroup("UntagLogGroup"),
    run: (input, ctx) => setTags(ctx, input.logGroupName, without(input.tags)),
  }),
  ListTagsLogGroup: operation<Sent<ListTagsLogGroupRequest>, ListTagsLogGroupResponse>({
    permissions: onGroup("ListTagsLogGroup"),
    run: (input, ctx) => ({ tags: { ...requireGroup(ctx, input.logGroupName).tags } }),
  }),
  TagResource: operation<Sent<TagResourceRequest>, object>({
    permissions: onArn("TagResource"),
    run: (input, ctx) => setTags(ctx, input.resourceArn, (tags) => ({ ...tags, ...input.tags })),
  }),
  UntagResource: operation<Sent<UntagResourceRequest>, object>({
    permissions: onArn("UntagResource"),
    run: (input, ctx) => setTags(ctx, input.resourceArn, without(input.tagKeys)),
  }),
  ListTagsForResource: operation<Sent<ListTagsForResourceRequest>, ListTagsForResourceResponse>({
    permissions: onArn("ListTagsForResource"),
    run: (input, ctx) => ({ tags: { ...requireGroup(ctx, input.resourceArn).tags } }),
  }),
};
