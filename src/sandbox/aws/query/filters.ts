// EC2-style filters: all filters must hold, any value of one suffices, `*` and `?` are wildcards (`\` escapes them).
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
import { AwsError } from "../core/index.ts";

export interface Filter {
  Name?: string | undefined;
  Values?: readonly string[] | undefined;
}

/** What a filter compares with: none, one or several values of a row. */
export type FilterValue = string | number | boolean | undefined | readonly (string | undefined)[];

/** Filters of one Describe operation by API name (`vpc-id`, `association.main` …). */
export type FilterFields<Row> = Readonly<Record<string, (row: Row) => FilterValue>>;

/** EC2 takes at most 200 values in one filter. */
const valueLimit = 200;

/** Parts of a pattern that aren't literal characters. */
const anyText = 0;
const anyCharacter = 1;
type Part = typeof anyText | typeof anyCharacter | string;

/** `a\*b*?` as `["a", "*", "b", anyText, anyCharacter]`. */
function patternParts(pattern: string): Part[] {
  const parts: Part[] = [];
  for (const [part] of pattern.matchAll(/\\[*?\\]|\*+|[^]/gu)) {
    if (part.startsWith("*")) parts.push(anyText);
    else if (part === "?") parts.push(anyCharacter);
    else parts.push(part.length > 1 && part.startsWith("\\") ? part.slice(1) : part);
  }
  return parts;
}

/**
 * Turns `eks-*` into a test. Plain text (no wildcard) compares directly: that is the common, fast case. Patterns come
 * from callers, so the comparison only ever goes back to the last `*`: many of them cost no more than one.
 */
export function wildcard(pattern: string): (text: string) => boolean {
  if (!/[*?\\]/.test(pattern)) return (text) => text === pattern;
  const parts = patternParts(pattern);
  return (text) => {
    const characters = Array.from(text);
    let at = 0;
    let part = 0;
    let star = -1;
    let starAt = 0;
    while (at < characters.length) {
      if (parts[part] === anyText) {
        star = part;
        starAt = at;
        part += 1;
      } else if (part < parts.length && (parts[part] === anyCharacter || parts[part] === characters[at])) {
        part += 1;
        at += 1;
      } else if (star >= 0) {
        part = star + 1;
        starAt += 1;
        at = starAt;
      } else return false;
    }
    while (parts[part] === anyText) part += 1;
    return part === parts.length;
  };
}

/**
 * The rows for which every filter holds.
 *
 * @param tagsOf gives a row's tags; with it `tag:<key>`, `tag-key` and `tag-value` work too
 * @throws AwsError InvalidParameterValue for a filter the operation doesn't have, FilterLimitExceeded
 * @example applyFilters(vpcs, input.Filters, { "vpc-id": (vpc) => vpc.id }, (vpc) => vpc.tags)
 */
export function applyFilters<Row>(
  rows: readonly Row[],
  filters: readonly Filter[] | undefined,
  fields: FilterFields<Row>,
  tagsOf?: (row: Row) => Readonly<Record<string, string>>,
): readonly Row[] {
  if (!filters || filters.length === 0) return rows;
  const tests = filters.map((filter) => filterTest(filter, fields, tagsOf));
  return rows.filter((row) => tests.every((test) => test(row)));
}

function filterTest<Row>(
  filter: Filter,
  fields: FilterFields<Row>,
  tagsOf: ((row: Row) => Readonly<Record<string, string>>) | undefined,
): (row: Row) => boolean {
  const name = filter.Name ?? "";
  const values = filter.Values ?? [];
  if (values.length > valueLimit)
    throw new AwsError(
      "FilterLimitExceeded",
      `The maximum number of filter values specified on a single call is ${valueLimit}`,
    );
  const valueOf = fieldOf(name, fields, tagsOf);
  const tests = values.map(wildcard);
  return (row) => {
    const value = valueOf(row);
    if (value === undefined) return false;
    if (typeof value === "object") return value.some((one) => one !== undefined && tests.some((test) => test(one)));
    const text = String(value);
    return tests.some((test) => test(text));
  };
}

function fieldOf<Row>(
  name: string,
  fields: FilterFields<Row>,
  tagsOf: ((row: Row) => Readonly<Record<string, string>>) | undefined,
): (row: Row) => FilterValue {
  if (Object.hasOwn(fields, name)) return fields[name] as (row: Row) => FilterValue;
  if (tagsOf) {
    if (name.startsWith("tag:")) {
      const key = name.slice("tag:".length);
      return (row) => {
        const tags = tagsOf(row);
        return Object.hasOwn(tags, key) ? tags[key] : undefined;
      };
    }
    if (name === "tag-key") return (row) => Object.keys(tagsOf(row));
    if (name === "tag-value") return (row) => Object.values(tagsOf(row));
  }
  throw new AwsError("InvalidParameterValue", `The filter '${name}' is invalid`);
}
