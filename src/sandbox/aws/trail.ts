// A record of every call in CloudTrail's shape. Changes are part of the saved state, reads live in memory only.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
import type { Call, Context, Guards, Principal, Table } from "./core/index.ts";
import { defineTable } from "./core/index.ts";
import type { Member, Shape } from "./schema/index.ts";
import { isStructure, serviceEntries, serviceSchema } from "./schema/index.ts";

/** One call as it is kept; {@link cloudTrailRecord} makes CloudTrail's JSON of it. */
export interface TrailRow {
  id: string;
  /** Virtual time, epoch ms. */
  time: number;
  service: string;
  operation: string;
  account: string;
  region: string;
  readOnly: boolean;
  principal: Principal;
  requestId: string;
  sourceIp?: string;
  userAgent?: string;
  via?: string;
  input: object;
  output?: object;
  errorCode?: string;
  errorMessage?: string;
}

const changes = defineTable<TrailRow>("trail/changes");
/** Their input is kept as it came; what is shown of it is made when somebody asks. */
const reads = defineTable<TrailRow>("trail/reads", { volatile: true });

/** CloudTrail keeps 90 days; here the last so many of each kind, per account and region. */
const keptChanges = 5000;
const keptReads = 2000;

/** Longer texts (templates, user data) are cut: a record is a trace, not a copy. */
const textLimit = 1024;
const hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
/** Not marked as sensitive by every schema: user data by EC2 alone, values of stack parameters (NoEcho or not) by none. */
const secretName = /password|secret(?!sArn)|privatekey|sessiontoken|granttoken|^(token|userdata|parametervalue)$/i;

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function traceMember(member: Member, value: unknown): unknown {
  const sensitive = member.traits.sensitive ?? ("traits" in member.shape && member.shape.traits.sensitive);
  const secret = member.shape.kind === "string" && secretName.test(member.name);
  return sensitive || secret ? hidden : trace(member.shape, value);
}

/** The JSON of a value as CloudTrail shows it: names with a small first letter, secrets hidden, long texts cut. */
function trace(shape: Shape, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (isStructure(shape)) {
    const result: Record<string, unknown> = {};
    for (const member of shape.members) {
      const inner = (value as Record<string, unknown>)[member.name];
      if (inner !== undefined && inner !== null) result[lowerFirst(member.name)] = traceMember(member, inner);
    }
    return result;
  }
  if (shape.kind === "list") return (value as unknown[]).slice(0, 100).map((item) => traceMember(shape.value, item));
  if (shape.kind === "map") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, traceMember(shape.value, item)]));
  }
  if (shape.kind === "string") {
    const text = String(value as string);
    return text.length > textLimit ? `${text.slice(0, textLimit)}…` : text;
  }
  if (shape.kind === "blob") return `<${(value as Uint8Array).byteLength} bytes>`;
  if (shape.kind === "timestamp") return new Date(value as Date).toISOString();
  return typeof value === "bigint" ? Number(value) : value;
}

function keep(table: Table<TrailRow>, row: TrailRow, limit: number): void {
  table.put(row.id, row);
  // Many at once: finding the first row of a table that loses its first row with every call takes long.
  if (table.size <= limit * 1.1) return;
  for (const [oldest] of table.entries()) {
    if (table.size <= limit) return;
    table.delete(oldest);
  }
}

/** Reads and writes of S3 objects are data events, which trails don't keep by default. */
function isDataEvent(call: Call): boolean {
  return call.service === "s3" && "Key" in call.input;
}

/** The guard that keeps the record. */
export function trailGuards(nextId: () => string): Guards {
  return {
    record(call, ctx, { output, error, readOnly }) {
      if (isDataEvent(call)) return;
      const operation = serviceSchema(call.service).operation(call.operation);
      if (!operation) return;
      const row: TrailRow = {
        id: nextId(),
        time: ctx.now(),
        service: call.service,
        operation: call.operation,
        account: call.account,
        region: call.region,
        readOnly,
        principal: call.principal,
        requestId: ctx.requestId,
        input: readOnly ? call.input : (trace(operation.input, call.input) as object),
      };
      // Assigned rather than spread: this is on the way of every call.
      if (call.sourceIp !== undefined) row.sourceIp = call.sourceIp;
      if (call.userAgent !== undefined) row.userAgent = call.userAgent;
      if (call.via !== undefined) row.via = call.via;
      if (!readOnly && output !== undefined) row.output = trace(operation.output, output) as object;
      if (error) {
        row.errorCode = error.code;
        row.errorMessage = error.message;
      }
      if (readOnly) keep(ctx.table(reads), row, keptReads);
      else keep(ctx.table(changes), row, keptChanges);
    },
  };
}

/** A read as it is shown. */
function shown(row: Readonly<TrailRow>): TrailRow {
  const operation = serviceSchema(row.service).operation(row.operation);
  return { ...row, input: operation ? (trace(operation.input, row.input) as object) : {} };
}

/** Every kept call in the context's account and region, newest first. */
export function trailOf(ctx: Pick<Context, "table">): Readonly<TrailRow>[] {
  const all = [...ctx.table(changes).values(), ...[...ctx.table(reads).values()].map(shown)];
  return all.toReversed().sort((a, b) => b.time - a.time);
}

function signingNameOf(service: string): string {
  return serviceEntries().find((entry) => entry.id === service)?.signingName ?? service;
}

function userIdentity(principal: Principal): Record<string, unknown> {
  const { type, principalId, arn, account, accessKeyId, name } = principal;
  if (type === "AWSService") return { type, invokedBy: name };
  if (type === "Anonymous") return { type: "AWSAccount", principalId: "", accountId: "ANONYMOUS_PRINCIPAL" };
  const identity: Record<string, unknown> = { type, principalId, arn, accountId: account };
  if (accessKeyId !== undefined) identity["accessKeyId"] = accessKeyId;
  if (type === "IAMUser") identity["userName"] = name;
  if (type === "AssumedRole" && principal.roleArn !== undefined) {
    const issuer = { type: "Role", principalId: principalId.split(":")[0], arn: principal.roleArn, accountId: account };
    identity["sessionContext"] = {
      sessionIssuer: { ...issuer, userName: name },
      attributes: { mfaAuthenticated: "false" },
    };
  }
  return identity;
}

/** `ec2.amazonaws.com` of a kept call. */
export function eventSourceOf(row: Pick<TrailRow, "service">): string {
  return `${signingNameOf(row.service)}.amazonaws.com`;
}

/** CloudTrail's JSON of a kept call: the value of `CloudTrailEvent` in LookupEvents, parsed. */
export function cloudTrailRecord(row: Readonly<TrailRow>): Record<string, unknown> {
  const host = row.via === undefined ? undefined : `${signingNameOf(row.via)}.amazonaws.com`;
  const identity = userIdentity(row.principal);
  if (host !== undefined) identity["invokedBy"] = host;
  return {
    eventVersion: "1.11",
    userIdentity: identity,
    eventTime: `${new Date(row.time).toISOString().slice(0, -5)}Z`,
    eventSource: eventSourceOf(row),
    eventName: row.operation,
    awsRegion: row.region,
    sourceIPAddress: host ?? row.sourceIp ?? "AWS Internal",
    userAgent: host ?? row.userAgent ?? "AWS Internal",
    ...(row.errorCode === undefined ? {} : { errorCode: row.errorCode, errorMessage: row.errorMessage }),
    requestParameters: Object.keys(row.input).length > 0 ? row.input : null,
    responseElements: row.output && Object.keys(row.output).length > 0 ? row.output : null,
    requestID: row.requestId,
    eventID: row.id,
    readOnly: row.readOnly,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: row.account,
    eventCategory: "Management",
  };
}
