// Reading parameters: one, several, by path, the list, the history.
import type {
  DescribeParametersRequest,
  DescribeParametersResult,
  GetParameterHistoryRequest,
  GetParameterHistoryResult,
  GetParameterRequest,
  GetParameterResult,
  GetParametersByPathRequest,
  GetParametersByPathResult,
  GetParametersRequest,
  GetParametersResult,
  Parameter,
  ParameterMetadata,
  ParameterStringFilter,
} from "@aws-sdk/client-ssm";
import type { Context, Operation, Permission, Sent } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { paginate } from "../../../query/index.ts";
import { findRow, notFound, parameterArn, parseName, publicParameters, readParameter } from "../lookup.ts";
import type { ParameterRow, ParameterVersion } from "../state.ts";
import { parameters } from "../state.ts";

const invalidToken = (): AwsError => new AwsError("InvalidNextToken", "The specified token isn't valid.");

function page<Item>(
  items: readonly Item[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
  scope: string,
  size: number,
) {
  return paginate(items, {
    token: input.NextToken,
    max: input.MaxResults,
    pageSize: size,
    scope: `ssm/${scope}`,
    invalidToken,
  });
}

function onNames(action: string, names: readonly string[], ctx: Context): Permission[] {
  return names.map((name) => ({ action: `ssm:${action}`, resource: parameterArn(ctx, parseName(name).name) }));
}

/** Names that can't be one's: two slashes at a time, or a path without its first. */
function checkAsked(text: string): void {
  const { name } = parseName(text);
  if (!name.includes("//") && (!name.includes("/") || name.startsWith("/"))) return;
  throw new AwsError(
    "ValidationException",
    name.includes("//")
      ? 'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_'
      : "Parameter name must be a fully qualified name.",
  );
}

function getParameter(input: Sent<GetParameterRequest>, ctx: Context): GetParameterResult {
  checkAsked(input.Name);
  const parameter = readParameter(ctx, input.Name, input.WithDecryption === true);
  if (!parameter) throw notFound(input.Name);
  return { Parameter: parameter };
}

function getParameters(input: Sent<GetParametersRequest>, ctx: Context): GetParametersResult {
  if (input.Names.length > 10)
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '[${input.Names.join(", ")}]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 10`,
    );
  const found = input.Names.map((name) => [name, read(ctx, name, input.WithDecryption === true)] as const);
  return {
    Parameters: found.flatMap(([, parameter]) => parameter ?? []),
    InvalidParameters: found.filter(([, parameter]) => !parameter).map(([name]) => name),
  };
}

/** A version that isn't there is an invalid name to GetParameters, not an error. */
function read(ctx: Context, name: string, decrypt: boolean): Parameter | undefined {
  try {
    return readParameter(ctx, name, decrypt);
  } catch (error) {
    if (error instanceof AwsError && error.code === "ParameterVersionNotFound") return undefined;
    throw error;
  }
}

function getByPath(input: Sent<GetParametersByPathRequest>, ctx: Context): GetParametersByPathResult {
  if (!input.Path.startsWith("/"))
    throw new AwsError(
      "ValidationException",
      `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/". (${input.Path})`,
    );
  const prefix = input.Path.endsWith("/") ? input.Path : `${input.Path}/`;
  const here = (name: string): boolean =>
    name.startsWith(prefix) && (input.Recursive === true || !name.slice(prefix.length).includes("/"));
  const own = ctx
    .table(parameters)
    .list((row) => here(row.name))
    .filter((row) => passes(row, input.ParameterFilters));
  const shared = prefix.startsWith("/aws/service/") ? [...publicParameters(ctx.region).keys()].filter(here) : [];
  const names = [...own.map((row) => row.name), ...shared].toSorted();
  const { items, nextToken } = page(names, input, "GetParametersByPath", 10);
  return {
    Parameters: items.flatMap((name) => readParameter(ctx, name, input.WithDecryption === true) ?? []),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
}

function metadataOf(ctx: Context, row: Readonly<ParameterRow>, version: ParameterVersion): ParameterMetadata {
  return {
    Name: row.name,
    ARN: parameterArn(ctx, row.name),
    Type: version.type,
    ...(version.keyId === undefined ? {} : { KeyId: version.keyId }),
    LastModifiedDate: new Date(version.modifiedAt),
    LastModifiedUser: version.modifiedBy,
    ...(version.description === undefined ? {} : { Description: version.description }),
    ...(version.allowedPattern === undefined ? {} : { AllowedPattern: version.allowedPattern }),
    Version: version.version,
    Tier: version.tier,
    Policies: [],
    DataType: version.dataType,
  };
}

/** Values a filter's key compares with. */
function valueOf(row: Readonly<ParameterRow>, key: string): readonly string[] | undefined {
  const last = row.versions.at(-1);
  if (key.startsWith("tag:")) {
    const value = row.tags[key.slice("tag:".length)];
    return value === undefined ? [] : [value];
  }
  const values: Readonly<Record<string, readonly (string | undefined)[]>> = {
    Name: [row.name, row.name.replace(/^\//, "")],
    Type: [last?.type],
    KeyId: [last?.keyId],
    Path: [row.name],
    Tier: [last?.tier],
    DataType: [last?.dataType],
    Label: row.versions.flatMap((version) => version.labels),
  };
  return values[key]?.filter((value) => value !== undefined);
}

function passes(row: Readonly<ParameterRow>, filters: readonly ParameterStringFilter[] | undefined): boolean {
  return (filters ?? []).every(({ Key = "", Option = "Equals", Values = [] }) => {
    const values = valueOf(row, Key);
    if (!values)
      throw new AwsError(
        "InvalidFilterKey",
        `The following filter key is not valid: ${Key}. Valid filter keys include: [Path, Name, Type, KeyId, Tier].`,
      );
    if (Values.length === 0) return values.length > 0;
    if (Key === "Path") return Values.some((path) => underPath(row.name, path, Option === "Recursive"));
    const test: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
      Equals: (value, wanted) => value === wanted,
      BeginsWith: (value, wanted) => value.startsWith(wanted),
      Contains: (value, wanted) => value.includes(wanted),
    };
    const match = test[Option];
    if (!match)
      throw new AwsError(
        "InvalidFilterOption",
        `The following filter option is not valid: ${Option}. Valid options include: [BeginsWith, Equals].`,
      );
    return values.some((value) => Values.some((wanted) => match(value, wanted)));
  });
}

function underPath(name: string, path: string, recursive: boolean): boolean {
  const prefix = path.endsWith("/") ? path : `${path}/`;
  return name.startsWith(prefix) && (recursive || !name.slice(prefix.length).includes("/"));
}

function describe(input: Sent<DescribeParametersRequest>, ctx: Context): DescribeParametersResult {
  const old = (input.Filters ?? []).map(({ Key, Values }) => ({
    Key,
    Option: Key === "Name" ? "BeginsWith" : "Equals",
    Values,
  }));
  const rows = ctx
    .table(parameters)
    .list((row) => passes(row, input.ParameterFilters) && passes(row, old))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const { items, nextToken } = page(rows, input, "DescribeParameters", 50);
  return {
    Parameters: items.map((row) => metadataOf(ctx, row, row.versions.at(-1) as ParameterVersion)),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
}

function history(input: Sent<GetParameterHistoryRequest>, ctx: Context): GetParameterHistoryResult {
  const row = findRow(ctx, parseName(input.Name).name);
  if (!row) throw notFound(input.Name);
  const { items, nextToken } = page(row.versions, input, "GetParameterHistory", 50);
  return {
    Parameters: items.map((version) => ({
      ...metadataOf(ctx, row, version),
      Value:
        version.type === "SecureString" && input.WithDecryption
          ? (readParameter(ctx, `${row.name}:${version.version}`, true)?.Value ?? "")
          : version.value,
      Labels: [...version.labels],
    })),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
}

export const readOperations: Readonly<Record<string, Operation>> = {
  GetParameter: operation<Sent<GetParameterRequest>, GetParameterResult>({
    run: getParameter,
    permissions: (input, ctx) => onNames("GetParameter", [input.Name], ctx),
  }),
  GetParameters: operation<Sent<GetParametersRequest>, GetParametersResult>({
    run: getParameters,
    permissions: (input, ctx) => onNames("GetParameters", input.Names, ctx),
  }),
  GetParametersByPath: operation<Sent<GetParametersByPathRequest>, GetParametersByPathResult>({
    run: getByPath,
    permissions: (input, ctx) => onNames("GetParametersByPath", [input.Path], ctx),
  }),
  DescribeParameters: operation<Sent<DescribeParametersRequest>, DescribeParametersResult>(describe),
  GetParameterHistory: operation<Sent<GetParameterHistoryRequest>, GetParameterHistoryResult>({
    run: history,
    permissions: (input, ctx) => onNames("GetParameterHistory", [input.Name], ctx),
  }),
};
