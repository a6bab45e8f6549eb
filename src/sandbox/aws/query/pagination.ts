// Pages of a list behind opaque tokens, the same for every service; each service brings its names and its errors.
import { AwsError } from "../core/index.ts";

export interface PageRequest<Item> {
  /** NextToken / Marker / nextToken of the request. */
  token?: string | undefined;
  /** MaxResults / MaxItems / Limit of the request. Absent: `pageSize`, or everything. */
  max?: number | undefined;
  /** How many a page holds when the caller says nothing; default: no limit. */
  pageSize?: number;
  /** The most that AWS gives in one page, whatever the caller asks for. */
  ceiling?: number;
  /** Name of the list (`ec2/DescribeVpcs`): a token of another list is refused. */
  scope?: string;
  /** Identifies an item, so that a page goes on at the right place though others came or went. */
  keyOf?: (item: Item) => string;
  /** The service's error for a token it never gave; default InvalidParameterValue (EC2). */
  invalidToken?: (token: string) => AwsError;
}

export interface Page<Item> {
  items: readonly Item[];
  /** Absent on the last page. */
  nextToken?: string;
}

/**
 * One page of `items`.
 *
 * @example const { items, nextToken } = paginate(rows, { token: input.nextToken, max: input.maxResults, pageSize: 100 });
 */
export function paginate<Item>(items: readonly Item[], request: PageRequest<Item>): Page<Item> {
  const { token, scope = "" } = request;
  const start = token === undefined || token === "" ? 0 : resume(items, token, request);
  const size = Math.min(request.max ?? request.pageSize ?? Infinity, request.ceiling ?? Infinity);
  const end = start + size;
  if (start === 0 && end >= items.length) return { items };
  const page = items.slice(start, Math.min(end, items.length));
  if (end >= items.length || page.length === 0) return { items: page };
  const last = page[page.length - 1] as Item;
  return { items: page, nextToken: encode(scope, end, request.keyOf?.(last) ?? "") };
}

function encode(scope: string, offset: number, key: string): string {
  return Buffer.from(JSON.stringify([scope, offset, key])).toString("base64url");
}

function resume<Item>(items: readonly Item[], token: string, request: PageRequest<Item>): number {
  const { scope = "", keyOf } = request;
  const [ofScope, offset, key] = decode(token) ?? [];
  if (ofScope !== scope || offset === undefined || key === undefined)
    throw (
      request.invalidToken?.(token) ??
      new AwsError("InvalidParameterValue", `Value (${token}) for parameter nextToken is invalid.`)
    );
  if (!keyOf) return Math.min(offset, items.length);
  const before = items[offset - 1];
  if (before !== undefined && keyOf(before) === key) return offset;
  const at = items.findIndex((item) => keyOf(item) === key);
  return at === -1 ? Math.min(offset, items.length) : at + 1;
}

function decode(token: string): [scope: string, offset: number, key: string] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, "base64url").toString());
  } catch {
    return undefined; // not one of ours: the caller answers with the service's own error
  }
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const [scope, offset, key] = value as unknown[];
  if (typeof scope !== "string" || typeof key !== "string") return undefined;
  if (typeof offset !== "number" || !Number.isSafeInteger(offset) || offset < 1) return undefined;
  return [scope, offset, key];
}
