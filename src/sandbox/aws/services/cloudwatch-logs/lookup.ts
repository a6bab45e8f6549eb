// Finding log groups and streams, and their ARNs, errors and pages.
import type { Context, Permission } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { paginate } from "../../query/index.ts";
import type { GroupRow, StreamRow } from "./state.ts";
import { groups, streams } from "./state.ts";

/** CloudWatch Logs' answer to wrong input. */
export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

/** CloudWatch Logs' answer when something isn't there. */
export function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}

/** Without the `:*` that Describe adds for policies. */
export function groupArn(ctx: Context, name: string): string {
  return `arn:${ctx.partition}:logs:${ctx.region}:${ctx.account}:log-group:${name}`;
}

/** A group by name, or by its ARN with or without `:*`. */
export function groupName(text: string | undefined): string {
  const name = /^arn:[^:]*:logs:[^:]*:[^:]*:log-group:([^:]+)(?::\*)?$/.exec(text ?? "")?.[1];
  return name ?? text ?? "";
}

/**
 * A log group by name or ARN.
 *
 * @throws AwsError ResourceNotFoundException
 */
export function requireGroup(ctx: Context, text: string | undefined): Readonly<GroupRow> {
  const row = ctx.table(groups).get(groupName(text));
  if (!row) throw notFound("The specified log group does not exist.");
  return row;
}

/** The key of a stream's row: names of streams are unique within their group. */
export function streamKey(group: string, stream: string): string {
  return `${group}:${stream}`;
}

/**
 * A stream of a group by name or ARN.
 *
 * @throws AwsError ResourceNotFoundException
 */
export function requireStream(ctx: Context, group: string | undefined, stream: string): Readonly<StreamRow> {
  const { name } = requireGroup(ctx, group);
  const row = ctx.table(streams).get(streamKey(name, stream));
  if (!row) throw notFound("The specified log stream does not exist.");
  return row;
}

/** The group a request names, by whichever of the members that can. */
export function givenGroup(input: object): string | undefined {
  const named = input as { logGroupName?: string; logGroupIdentifier?: string; resourceIdentifier?: string };
  return named.logGroupName ?? named.logGroupIdentifier ?? named.resourceIdentifier;
}

/** Permission on the group a request names. */
export function onGroup(action: string): (input: object, ctx: Context) => Permission[] {
  return (input, ctx) => {
    const name = groupName(givenGroup(input));
    return [{ action: `logs:${action}`, resource: `${groupArn(ctx, name)}:*` }];
  };
}

/**
 * A page as CloudWatch Logs cuts it.
 *
 * @throws AwsError InvalidParameterException for a token that isn't of this list
 */
export function page<Item>(
  items: readonly Item[],
  input: { limit?: number | undefined; nextToken?: string | undefined },
  list: string,
  size = 50,
): { items: Item[]; nextToken?: string } {
  const { limit } = input;
  if (limit !== undefined && (limit < 1 || limit > size)) {
    const bound = limit < 1 ? "greater than or equal to 1" : `less than or equal to ${size}`;
    throw invalidParameter(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${bound}`,
    );
  }
  const result = paginate(items, {
    token: input.nextToken,
    max: input.limit,
    pageSize: size,
    scope: `logs/${list}`,
    invalidToken: () => invalidParameter("The specified nextToken is invalid."),
  });
  return { items: [...result.items], ...(result.nextToken === undefined ? {} : { nextToken: result.nextToken }) };
}
