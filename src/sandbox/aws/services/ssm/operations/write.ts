// Writing parameters: put, delete, labels, tags.
import type {
  AddTagsToResourceRequest,
  DeleteParameterRequest,
  DeleteParametersRequest,
  DeleteParametersResult,
  LabelParameterVersionRequest,
  LabelParameterVersionResult,
  ListTagsForResourceRequest,
  ListTagsForResourceResult,
  PutParameterRequest,
  PutParameterResult,
  RemoveTagsFromResourceRequest,
  UnlabelParameterVersionRequest,
  UnlabelParameterVersionResult,
} from "@aws-sdk/client-ssm";
import type { EncryptResponse } from "@aws-sdk/client-kms";
import type { Context, Operation, Permission, Sent } from "../../../core/index.ts";
import { AwsError, NotEmulatedError, operation } from "../../../core/index.ts";
import { findRow, notFound, parameterArn, parseName } from "../lookup.ts";
import type { ParameterRow, ParameterVersion } from "../state.ts";
import { parameters } from "../state.ts";

const invalid = (message: string): AwsError => new AwsError("ValidationException", message);

/** At most 15 levels, no reserved first word, letters that AWS takes (Systems Manager user guide). */
function checkName(name: string): void {
  if (/^\/?(aws|ssm)/i.test(name)) {
    const prefix = /^\/?aws/i.test(name) ? "aws" : "ssm";
    throw invalid(
      `Parameter name: can't be prefixed with "${prefix}" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`,
    );
  }
  if (!/^[\w./-]+$/.test(name) || name.includes("//") || name.endsWith("/"))
    throw invalid(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  if (name.includes("/") && !name.startsWith("/")) throw invalid("Parameter name must be a fully qualified name.");
  if (name.split("/").length - 1 > 15)
    throw new AwsError(
      "HierarchyLevelLimitExceededException",
      "The maximum number of levels in a parameter name is 15.",
    );
  if (name.length > 1011) throw invalid("Parameter name is too long: the maximum length is 1011 characters.");
}

/** Patterns hold at most 1,024 characters, and must be patterns. */
function patternOf(text: string): RegExp {
  try {
    if (text.length <= 1024) return new RegExp(`^(?:${text})$`);
  } catch {
    // Answered below, as what is too long is.
  }
  throw new AwsError(
    "InvalidAllowedPatternException",
    `The request does not meet the regular expression requirement: ${text}`,
  );
}

const dataTypes = ["text", "aws:ec2:image", "aws:ssm:integration"];

function checkValue(input: Sent<PutParameterRequest>, type: string, tier: string): void {
  if (input.Value === "")
    throw invalid(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  const limit = tier === "Advanced" ? 8192 : 4096;
  if (Buffer.byteLength(input.Value) > limit)
    throw invalid(
      tier === "Advanced"
        ? "Advanced tier parameters support a maximum parameter value of 8192 characters."
        : "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html",
    );
  if (type === "StringList" && input.Value.split(",").includes(""))
    throw invalid("The following parameter value is not a valid StringList: it has empty members");
  if (input.AllowedPattern !== undefined && !patternOf(input.AllowedPattern).test(input.Value))
    throw new AwsError(
      "ParameterPatternMismatchException",
      `Parameter value, cannot be validated against allowedPattern: ${input.AllowedPattern}`,
    );
  if (input.DataType !== undefined && !dataTypes.includes(input.DataType))
    throw invalid(`The following data type is not supported: ${input.DataType} (Data type names are all lowercase.)`);
  if (input.DataType === "aws:ec2:image" && !/^ami-[0-9a-f]{8,17}$/.test(input.Value))
    throw invalid(`The parameter value ${input.Value} is not a valid image id for data type aws:ec2:image`);
}

function put(input: Sent<PutParameterRequest>, ctx: Context): PutParameterResult {
  const { name } = parseName(input.Name);
  checkName(name);
  if (input.Policies) throw new NotEmulatedError("ssm PutParameter with Policies");
  const before = findRow(ctx, name);
  const last = before?.versions.at(-1);
  if (before && !input.Overwrite)
    throw new AwsError(
      "ParameterAlreadyExists",
      "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
    );
  if (before && input.Tags?.length)
    throw invalid(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  const type = input.Type ?? last?.type;
  if (type === undefined) throw invalid("A parameter type is required when you create a parameter.");
  if (!["String", "StringList", "SecureString"].includes(type))
    throw new AwsError("UnsupportedParameterType", `The parameter type ${type} isn't supported.`);
  if (last && last.type !== type && type === "SecureString")
    throw new AwsError(
      "HierarchyTypeMismatchException",
      "Parameter Store doesn't support changing a parameter type in a hierarchy.",
    );
  const tier =
    input.Tier === "Intelligent-Tiering" || input.Tier === undefined ? (last?.tier ?? "Standard") : input.Tier;
  checkValue(input, type, tier);
  const keyId = type === "SecureString" ? (input.KeyId ?? last?.keyId ?? "alias/aws/ssm") : undefined;
  const version: ParameterVersion = {
    version: (last?.version ?? 0) + 1,
    value: keyId === undefined ? input.Value : encrypted(ctx, name, keyId, input.Value),
    type,
    ...(keyId === undefined ? {} : { keyId }),
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(input.AllowedPattern === undefined ? {} : { allowedPattern: input.AllowedPattern }),
    tier,
    dataType: input.DataType ?? "text",
    modifiedAt: ctx.now(),
    modifiedBy: ctx.principal.arn,
    labels: [],
  };
  const key = before?.name ?? name;
  const tags = before?.tags ?? Object.fromEntries((input.Tags ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
  // The hundredth version makes the oldest go, unless it carries a label.
  const kept = (before?.versions ?? []).slice(-99);
  ctx.table(parameters).put(key, { name: key, tags, versions: [...kept, version] });
  return { Version: version.version, Tier: tier };
}

function encrypted(ctx: Context, name: string, KeyId: string, text: string): string {
  const { CiphertextBlob } = ctx.call<EncryptResponse>("kms", "Encrypt", {
    KeyId,
    Plaintext: Buffer.from(text, "utf8"),
    EncryptionContext: { PARAMETER_ARN: parameterArn(ctx, name) },
  });
  return Buffer.from(CiphertextBlob ?? []).toString("base64");
}

function require(ctx: Context, text: string): Readonly<ParameterRow> {
  const row = findRow(ctx, parseName(text).name);
  if (!row) throw notFound(text);
  return row;
}

function deleteMany(input: Sent<DeleteParametersRequest>, ctx: Context): DeleteParametersResult {
  const count = input.Names.length;
  if (count < 1 || count > 10)
    throw invalid(
      `1 validation error detected: Value '[${input.Names.join(", ")}]' at 'names' failed to satisfy constraint: Member must have length ${
        count < 1 ? "greater than or equal to 1" : "less than or equal to 10"
      }`,
    );
  const found = input.Names.filter((name) => findRow(ctx, parseName(name).name));
  for (const name of found) ctx.table(parameters).delete(require(ctx, name).name);
  return { DeletedParameters: found, InvalidParameters: input.Names.filter((name) => !found.includes(name)) };
}

function relabel(
  ctx: Context,
  row: Readonly<ParameterRow>,
  labels: (version: ParameterVersion) => readonly string[],
): void {
  ctx
    .table(parameters)
    .update(row.name, { versions: row.versions.map((version) => ({ ...version, labels: labels(version) })) });
}

/** Of one version. */
const labelLimit = 10;

function label(input: Sent<LabelParameterVersionRequest>, ctx: Context): LabelParameterVersionResult {
  const row = require(ctx, input.Name);
  const number = input.ParameterVersion ?? row.versions.at(-1)?.version ?? 0;
  if (!row.versions.some((version) => version.version === number))
    throw new AwsError(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${number} of ${row.name}. Verify the version and try again.`,
    );
  if (input.Labels.length > labelLimit)
    throw invalid(
      `1 validation error detected: Value '[${input.Labels.join(", ")}]' at 'labels' failed to satisfy constraint: Member must have length less than or equal to ${labelLimit}`,
    );
  const bad = input.Labels.filter((text) => !/^(?!\d|aws|ssm)[\w.-]{1,100}$/i.test(text));
  const good = input.Labels.filter((text) => !bad.includes(text));
  const there = row.versions.find((version) => version.version === number)?.labels ?? [];
  if (new Set([...there, ...good]).size > labelLimit)
    throw new AwsError(
      "ParameterVersionLabelLimitExceeded",
      `A parameter version can have a maximum of ${labelLimit} labels. Move one or more labels to another version and try again.`,
    );
  relabel(ctx, row, (version) => {
    const rest = version.labels.filter((text) => !good.includes(text));
    return version.version === number ? [...rest, ...good] : rest;
  });
  return { InvalidLabels: bad, ParameterVersion: number };
}

function unlabel(input: Sent<UnlabelParameterVersionRequest>, ctx: Context): UnlabelParameterVersionResult {
  const row = require(ctx, input.Name);
  const at = row.versions.find((version) => version.version === input.ParameterVersion);
  if (!at)
    throw new AwsError(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${input.ParameterVersion} of ${row.name}. Verify the version and try again.`,
    );
  const removed = input.Labels.filter((text) => at.labels.includes(text));
  relabel(ctx, row, (version) =>
    version === at ? version.labels.filter((text) => !removed.includes(text)) : version.labels,
  );
  return { RemovedLabels: removed, InvalidLabels: input.Labels.filter((text) => !removed.includes(text)) };
}

/** Of the resources that SSM can tag, only parameters are here. */
function taggable(ctx: Context, type: string, id: string): Readonly<ParameterRow> {
  if (type !== "Parameter") throw new NotEmulatedError(`ssm tags of ${type}`);
  const row = findRow(ctx, parseName(id).name);
  if (!row)
    throw new AwsError(
      "InvalidResourceId",
      "The resource ID is not valid. Verify that you entered the correct ID and try again.",
    );
  return row;
}

const onParameter =
  (action: string, member: "Name" | "ResourceId") =>
  (input: object, ctx: Context): Permission[] => {
    const name = (input as Partial<Record<string, string>>)[member] ?? "";
    return [{ action: `ssm:${action}`, resource: parameterArn(ctx, parseName(name).name) }];
  };

export const writeOperations: Readonly<Record<string, Operation>> = {
  PutParameter: operation<Sent<PutParameterRequest>, PutParameterResult>({
    run: put,
    permissions: onParameter("PutParameter", "Name"),
  }),
  DeleteParameter: operation<Sent<DeleteParameterRequest>, object>({
    permissions: onParameter("DeleteParameter", "Name"),
    run: (input, ctx) => {
      ctx.table(parameters).delete(require(ctx, input.Name).name);
      return {};
    },
  }),
  DeleteParameters: operation<Sent<DeleteParametersRequest>, DeleteParametersResult>({
    run: deleteMany,
    permissions: (input, ctx) =>
      input.Names.map((name) => ({
        action: "ssm:DeleteParameters",
        resource: parameterArn(ctx, parseName(name).name),
      })),
  }),
  LabelParameterVersion: operation<Sent<LabelParameterVersionRequest>, LabelParameterVersionResult>({
    run: label,
    permissions: onParameter("LabelParameterVersion", "Name"),
  }),
  UnlabelParameterVersion: operation<Sent<UnlabelParameterVersionRequest>, UnlabelParameterVersionResult>({
    run: unlabel,
    permissions: onParameter("UnlabelParameterVersion", "Name"),
  }),
  AddTagsToResource: operation<Sent<AddTagsToResourceRequest>, object>({
    permissions: onParameter("AddTagsToResource", "ResourceId"),
    run: (input, ctx) => {
      const row = taggable(ctx, input.ResourceType, input.ResourceId);
      const added = Object.fromEntries(input.Tags.map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
      if (Object.keys({ ...row.tags, ...added }).length > 50)
        throw new AwsError(
          "TooManyTagsError",
          "The Targets parameter includes too many tags. Remove one or more tags and try the command again.",
        );
      ctx.table(parameters).update(row.name, { tags: { ...row.tags, ...added } });
      return {};
    },
  }),
  RemoveTagsFromResource: operation<Sent<RemoveTagsFromResourceRequest>, object>({
    permissions: onParameter("RemoveTagsFromResource", "ResourceId"),
    run: (input, ctx) => {
      const row = taggable(ctx, input.ResourceType, input.ResourceId);
      const tags = Object.fromEntries(Object.entries(row.tags).filter(([key]) => !input.TagKeys.includes(key)));
      ctx.table(parameters).update(row.name, { tags });
      return {};
    },
  }),
  ListTagsForResource: operation<Sent<ListTagsForResourceRequest>, ListTagsForResourceResult>({
    permissions: onParameter("ListTagsForResource", "ResourceId"),
    run: (input, ctx) => ({
      TagList: Object.entries(taggable(ctx, input.ResourceType, input.ResourceId).tags).map(([Key, Value]) => ({
        Key,
        Value,
      })),
    }),
  }),
};
