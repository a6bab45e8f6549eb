// What all Describe operations do alike: ids, filters, pages.
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import type { Filter, FilterFields } from "../../query/index.ts";
import { applyFilters, paginate } from "../../query/index.ts";
import { invalidCombination, invalidValue } from "./errors.ts";
import type { Kind } from "./kinds.ts";
import { checkId } from "./kinds.ts";
import type { Tags } from "./state.ts";

interface DescribeRequest {
  Filters?: readonly Filter[] | undefined;
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

/** A list that a Describe operation gives out. */
export interface Listing<Row extends { id: string; tags: Tags }, Item> {
  operation: string;
  kind: Kind<Row>;
  filters: (ctx: Context) => FilterFields<Row>;
  render: (row: Readonly<Row>, ctx: Context) => Item;
  /** Filters that an index of the table answers, e.g. `{ "vpc-id": "vpc" }`. */
  indexed?: Readonly<Record<string, string>>;
  /** Says what is read, so that time may move: called with the rows asked for. */
  observe?: (rows: readonly Readonly<Row>[], ctx: Context) => void;
  /** Rows that a list without ids hides or shows. */
  visible?: (row: Readonly<Row>, ctx: Context) => boolean;
  /** The least MaxResults. */
  least?: number;
}

/** The rows asked for by ids and filters, as one page of API items. */
export function describe<Row extends { id: string; tags: Tags }, Item>(
  ctx: Context,
  listing: Listing<Row, Item>,
  input: DescribeRequest,
  ids?: readonly string[],
): { items: Item[]; NextToken?: string } {
  const { items, NextToken } = select(ctx, listing, input, ids);
  return { items: items.map((row) => listing.render(row, ctx)), ...(NextToken ? { NextToken } : {}) };
}

/** As {@link describe}, with rows. */
export function select<Row extends { id: string; tags: Tags }>(
  ctx: Context,
  listing: Listing<Row, unknown>,
  input: DescribeRequest,
  ids?: readonly string[],
): { items: readonly Readonly<Row>[]; NextToken?: string } {
  checkMaxResults(input.MaxResults, listing.least);
  const { observe, visible } = listing;
  let rows = candidates(ctx, listing, input.Filters, ids);
  if (observe) {
    observe(rows, ctx);
    rows = candidates(ctx, listing, input.Filters, ids);
  }
  if (visible) rows = rows.filter((row) => visible(row, ctx));
  // Fields are made for the call: a list without filters doesn't pay for them.
  const matching = input.Filters?.length
    ? applyFilters(rows, input.Filters, listing.filters(ctx), (row) => row.tags)
    : rows;
  const page = paginate(matching, {
    token: input.NextToken,
    max: input.MaxResults,
    ceiling: 1000,
    scope: `ec2/${listing.operation}`,
    keyOf: (row) => row.id,
  });
  return page.nextToken === undefined ? { items: page.items } : { items: page.items, NextToken: page.nextToken };
}

function candidates<Row extends { id: string; tags: Tags }>(
  ctx: Context,
  { kind, indexed, visible }: Listing<Row, unknown>,
  filters: readonly Filter[] | undefined,
  ids: readonly string[] | undefined,
): readonly Readonly<Row>[] {
  const table = ctx.table(kind.table);
  if (ids && ids.length > 0) {
    const rows: Readonly<Row>[] = [];
    const missing: string[] = [];
    for (const id of new Set(ids)) {
      const row = table.get(id);
      if (row && (!visible || visible(row, ctx))) rows.push(row);
      else {
        checkId(kind, id);
        missing.push(id);
      }
    }
    if (missing.length > 0) throw missingIds(kind, missing);
    return rows;
  }
  for (const filter of filters ?? []) {
    const index = indexed?.[filter.Name ?? ""];
    const exact = (filter.Values ?? []).every((value) => !/[*?\\]/.test(value));
    if (index && exact) return [...new Set(filter.Values)].flatMap((value) => table.by(index, value));
  }
  return table.list();
}

/** EC2 names all missing instances in one sentence, of other things the first. */
function missingIds<Row extends { id: string; tags: Tags }>(kind: Kind<Row>, missing: readonly string[]): AwsError {
  if (kind.prefix === "i" && missing.length > 1)
    return new AwsError(kind.notFound, `The instance IDs '${missing.join(", ")}' do not exist`);
  return new AwsError(kind.notFound, kind.missing(missing[0] ?? ""));
}

/** Who names what is wanted gets it in one piece: some operations refuse ids with a page size. */
export function refuseIdsWithPages(
  ids: readonly string[] | undefined,
  max: number | undefined,
  parameter: string,
): void {
  if (ids && ids.length > 0 && max !== undefined)
    throw invalidCombination(`The parameter ${parameter} cannot be used with the parameter maxResults`);
}

/** EC2 takes 5 to 1000; more than 1000 counts as 1000. */
export function checkMaxResults(max: number | undefined, least = 5): void {
  if (max !== undefined && max < least)
    throw invalidValue(` ${max} `, "maxResults", `Expecting a value greater than ${least}.`);
}
