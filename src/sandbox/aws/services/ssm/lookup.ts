// Reading parameters: names with selectors, AWS's public parameters, decryption.
import type { Parameter } from "@aws-sdk/client-ssm";
import type { DecryptResponse } from "@aws-sdk/client-kms";
import { publicImageParameters } from "../../catalogue/amis.ts";
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import type { ParameterRow, ParameterVersion } from "./state.ts";
import { parameters } from "./state.ts";

/** Public parameters are the same all the time; a region's are worked out once. */
const publicByRegion = new Map<string, ReadonlyMap<string, string>>();

/** AWS's public parameters in a region, value by name. */
export function publicParameters(region: string): ReadonlyMap<string, string> {
  let known = publicByRegion.get(region);
  if (!known) {
    known = publicImageParameters(region);
    publicByRegion.set(region, known);
  }
  return known;
}

/** `arn:aws:ssm:eu-central-1:123456789012:parameter/app/key`; public ones belong to no account. */
export function parameterArn(ctx: Context, name: string): string {
  const account = name.startsWith("/aws/service/") ? "" : ctx.account;
  return `arn:${ctx.partition}:ssm:${ctx.region}:${account}:parameter${name.startsWith("/") ? "" : "/"}${name}`;
}

/** A name as callers give it: an ARN or a name, with `:version` or `:label` behind it. */
export function parseName(text: string): { name: string; selector?: string } {
  const plain = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter(\/.*)$/.exec(text)?.[1] ?? text;
  const [name = "", selector] = plain.split(":");
  return { name, ...(selector === undefined ? {} : { selector }) };
}

/** SSM's answer when there is no such parameter. */
export function notFound(name: string): AwsError {
  return new AwsError("ParameterNotFound", `Parameter ${name} not found.`);
}

/** A caller's parameter by name; the ARN form names `/x` where the parameter may be `x`. */
export function findRow(ctx: Context, name: string): Readonly<ParameterRow> | undefined {
  return ctx.table(parameters).get(name) ?? ctx.table(parameters).get(name.replace(/^\//, ""));
}

function pick(row: Readonly<ParameterRow>, selector: string | undefined): ParameterVersion | undefined {
  if (selector === undefined) return row.versions.at(-1);
  const number = /^\d+$/.test(selector) ? Number(selector) : undefined;
  return row.versions.find((version) => version.version === number || version.labels.includes(selector));
}

/** What KMS gives back for a SecureString, asked in the caller's name. */
function decrypted(ctx: Context, row: Readonly<ParameterRow>, version: ParameterVersion): string {
  const { Plaintext } = ctx.call<DecryptResponse>("kms", "Decrypt", {
    CiphertextBlob: Buffer.from(version.value, "base64"),
    EncryptionContext: { PARAMETER_ARN: parameterArn(ctx, row.name) },
  });
  return Buffer.from(Plaintext ?? []).toString("utf8");
}

/** A parameter as GetParameter shows it, or undefined. */
export function readParameter(ctx: Context, text: string, decrypt: boolean): Parameter | undefined {
  const { name, selector } = parseName(text);
  const value = publicParameters(ctx.region).get(name);
  if (value !== undefined && (selector === undefined || selector === "1")) {
    const dataType = value.startsWith("ami-") ? "aws:ec2:image" : "text";
    return {
      Name: name,
      Type: "String",
      Value: value,
      Version: 1,
      LastModifiedDate: new Date(Date.UTC(2026, 7, 13)),
      ARN: parameterArn(ctx, name),
      DataType: dataType,
    };
  }
  const row = findRow(ctx, name);
  const version = row && pick(row, selector);
  if (!row) return undefined;
  if (!version)
    throw new AwsError(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${selector} of ${row.name}. Verify the version and try again.`,
    );
  const secret = version.type === "SecureString";
  return {
    Name: row.name,
    Type: version.type,
    Value: secret && decrypt ? decrypted(ctx, row, version) : version.value,
    Version: version.version,
    ...(selector === undefined ? {} : { Selector: `:${selector}` }),
    LastModifiedDate: new Date(version.modifiedAt),
    ARN: parameterArn(ctx, row.name),
    DataType: version.dataType,
  };
}
