// Finding keys by id, ARN or alias, with KMS's errors; keys that AWS makes for its own services.
import type { Context, Permission } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import type { KeyRow } from "./state.ts";
import { aliases, keys } from "./state.ts";

/** KMS's answer when there is no such key or alias. */
export function notFound(message: string): AwsError {
  return new AwsError("NotFoundException", message);
}

/** KMS's answer to input that breaks a rule. */
export function validation(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** The ARN of a key of the caller's account and region. */
export function keyArn(ctx: Context, id: string): string {
  return `arn:${ctx.partition}:kms:${ctx.region}:${ctx.account}:key/${id}`;
}

/** The ARN of an alias, whose name begins with `alias/`. */
export function aliasArn(ctx: Context, name: string): string {
  return `arn:${ctx.partition}:kms:${ctx.region}:${ctx.account}:${name}`;
}

/** The policy a key gets when none is given: its account's own policies decide. */
function defaultPolicy(ctx: Context): string {
  const statement = {
    Sid: "Enable IAM User Permissions",
    Effect: "Allow",
    Principal: { AWS: `arn:${ctx.partition}:iam::${ctx.account}:root` },
    Action: "kms:*",
    Resource: "*",
  };
  return JSON.stringify({ Version: "2012-10-17", Id: "key-default-1", Statement: [statement] }, null, 2);
}

export interface NewKey {
  spec?: KeyRow["spec"];
  usage?: KeyRow["usage"];
  manager?: KeyRow["manager"];
  description?: string;
  policy?: string;
  multiRegion?: boolean;
  tags?: Readonly<Record<string, string>>;
}

/** Puts a new key. Ids of multi-Region keys begin with `mrk-`. */
export function putKey(ctx: Context, wanted: NewKey): Readonly<KeyRow> {
  const { spec = "SYMMETRIC_DEFAULT", usage = "ENCRYPT_DECRYPT", manager = "CUSTOMER", multiRegion = false } = wanted;
  const id = multiRegion ? `mrk-${ctx.ids.hex(32)}` : ctx.ids.uuid();
  return ctx.table(keys).put(id, {
    id,
    arn: keyArn(ctx, id),
    material: spec === "SYMMETRIC_DEFAULT" ? Buffer.from(ctx.ids.hex(64), "hex").toString("base64") : "",
    spec,
    usage,
    state: "Enabled",
    manager,
    description: wanted.description ?? "",
    policy: wanted.policy ?? defaultPolicy(ctx),
    createdAt: ctx.now(),
    multiRegion,
    tags: { ...wanted.tags },
    ...(manager === "AWS" ? { rotationDays: 365 } : {}),
  });
}

/** Services whose `alias/aws/…` key comes into being when it is first asked for. */
const awsAliases = [
  "ebs",
  "eks",
  "ssm",
  "s3",
  "sqs",
  "sns",
  "secretsmanager",
  "lambda",
  "rds",
  "dynamodb",
  "logs",
  "kinesis",
  "elasticfilesystem",
  "backup",
  "acm",
  "fsx",
];

function awsKey(ctx: Context, alias: string): Readonly<KeyRow> | undefined {
  const service = alias.slice("alias/aws/".length);
  if (!alias.startsWith("alias/aws/") || !awsAliases.includes(service)) return undefined;
  const key = putKey(ctx, {
    manager: "AWS",
    description: `Default key that protects my ${service.toUpperCase()} data when no other key is defined`,
  });
  ctx
    .table(aliases)
    .put(alias, { name: alias, arn: aliasArn(ctx, alias), keyId: key.id, createdAt: ctx.now(), updatedAt: ctx.now() });
  return key;
}

/** The key an id, key ARN, alias or alias ARN names, in any state. @throws AwsError NotFoundException */
export function findKey(ctx: Context, text: string): Readonly<KeyRow> {
  const arn = /^arn:[^:]*:kms:([^:]*):([^:]*):(.+)$/.exec(text);
  const [, region = ctx.region, account = ctx.account, path = text] = arn ?? [];
  const place = region === ctx.region && account === ctx.account;
  if (region !== ctx.region) throw notFound(`Invalid arn ${region}`);
  const plain = arn ? path.replace(/^key\//, "") : text;
  if (plain.startsWith("alias/")) {
    const alias = place ? ctx.table(aliases).get(plain) : undefined;
    const key = alias ? ctx.table(keys).get(alias.keyId) : place ? awsKey(ctx, plain) : undefined;
    if (!key) throw notFound(`Alias ${arn ? text : aliasArn(ctx, plain)} is not found.`);
    return key;
  }
  const key = place ? ctx.table(keys).get(plain) : undefined;
  if (key) return key;
  const valid = /^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.test(plain);
  throw notFound(valid ? `Key '${arn ? text : keyArn(ctx, plain)}' does not exist` : `Invalid keyId '${plain}'`);
}

/** The key of a request that names it by id or ARN only. */
export function findKeyById(ctx: Context, text: string): Readonly<KeyRow> {
  if (text.includes("alias/")) throw notFound(`Invalid keyId '${text}'`);
  return findKey(ctx, text);
}

/** A key that may be used. */
export function usable(key: Readonly<KeyRow>): Readonly<KeyRow> {
  if (key.state === "Disabled") throw new AwsError("DisabledException", `${key.arn} is disabled.`);
  if (key.state !== "Enabled") throw new AwsError("KMSInvalidStateException", `${key.arn} is pending deletion.`);
  return key;
}

/** A key that may be changed: not while it waits for its deletion. */
export function changeable(key: Readonly<KeyRow>): Readonly<KeyRow> {
  if (key.manager === "AWS")
    throw new AwsError("AccessDeniedException", `The request was denied: ${key.arn} is managed by AWS`);
  if (key.state === "PendingDeletion")
    throw new AwsError("KMSInvalidStateException", `${key.arn} is pending deletion.`);
  return key;
}

/** Permission on the key a request names; where it names none that exists, on the text as given. */
export function onKey(action: string, member = "KeyId"): (input: object, ctx: Context) => Permission[] {
  return (input, ctx) => {
    const text = (input as Partial<Record<string, string>>)[member] ?? "";
    return [{ action: `kms:${action}`, resource: resourceOf(ctx, text) }];
  };
}

/** The key's ARN that permissions are about, however the caller names the key; of one that isn't there too. */
export function resourceOf(ctx: Context, text: string): string {
  const plain = text.replace(/^arn:[^:]*:kms:[^:]*:[^:]*:(?:key\/)?/, "");
  const id = plain.startsWith("alias/") ? ctx.table(aliases).get(plain)?.keyId : plain;
  return ctx.table(keys).get(id ?? "")?.arn ?? (text.startsWith("arn:") ? text : keyArn(ctx, plain));
}
