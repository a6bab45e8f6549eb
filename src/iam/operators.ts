// The condition operators, as data: how one value of the request is compared with one value of the policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import { cidrContains, parseAddress, parseCidr } from "../base/index.ts";
import type { PatternMode } from "./pattern.ts";
import { matchResolved } from "./pattern.ts";

export interface ConditionOperator {
  name: string;
  /** How values of the policy are compiled; variables are filled in for string and ARN operators only. */
  mode: PatternMode;
  variables: boolean;
  /** A negated operator holds when its positive form doesn't, also when the key is missing. */
  negated: boolean;
  /** Compares the request's value with a resolved value of the policy (positive form). */
  test(actual: string, expected: string): boolean;
}

const pair = (
  positive: string,
  negative: string,
  rest: Pick<ConditionOperator, "mode" | "variables" | "test">,
): ConditionOperator[] => [
  { name: positive, negated: false, ...rest },
  { name: negative, negated: true, ...rest },
];

const compareNumbers =
  (holds: (actual: number, expected: number) => boolean) =>
  (actual: string, expected: string): boolean => {
    const [a, b] = [parseNumber(actual), parseNumber(expected)];
    return a !== undefined && b !== undefined && holds(a, b);
  };

const compareDates =
  (holds: (actual: number, expected: number) => boolean) =>
  (actual: string, expected: string): boolean => {
    const [a, b] = [parseDate(actual), parseDate(expected)];
    return a !== undefined && b !== undefined && holds(a, b);
  };

function parseNumber(text: string): number | undefined {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : undefined;
}

/** Epoch milliseconds of an ISO 8601 date (any of the W3C profile's precisions) or of epoch seconds. */
function parseDate(text: string): number | undefined {
  if (/^\d{1,4}$/.test(text)) return text.length === 4 ? Date.parse(text) : Number(text) * 1000;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  if (!/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?)?)?$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** ARNs are compared field by field: a wildcard stays within its field, the sixth takes the rest. */
function matchArn(actual: string, expected: string): boolean {
  const [a, b] = [fields(actual), fields(expected)];
  if (!a || !b) return false;
  return b.every((pattern, i) => matchResolved(pattern, a[i] as string));
}

function fields(arn: string): string[] | undefined {
  const parts = arn.split(":");
  return parts.length < 6 ? undefined : [...parts.slice(0, 5), parts.slice(5).join(":")];
}

function matchAddress(actual: string, expected: string): boolean {
  const address = parseAddress(actual);
  const block = parseCidr(expected.includes("/") ? expected : `${expected}/${address?.family === 6 ? 128 : 32}`);
  if (!address || !block) return false;
  return cidrContains(block, { family: address.family, base: address.value, prefix: address.family === 4 ? 32 : 128 });
}

const literal = { mode: "literal", variables: true } as const;
const glob = { mode: "glob", variables: true } as const;
const plain = { mode: "literal", variables: false } as const;

const all: readonly ConditionOperator[] = [
  ...pair("StringEquals", "StringNotEquals", { ...literal, test: (a, b) => a === b }),
  ...pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", {
    ...literal,
    test: (a, b) => a.toLowerCase() === b.toLowerCase(),
  }),
  ...pair("StringLike", "StringNotLike", { ...glob, test: (a, b) => matchResolved(b, a) }),
  ...pair("NumericEquals", "NumericNotEquals", { ...plain, test: compareNumbers((a, b) => a === b) }),
  { name: "NumericLessThan", negated: false, ...plain, test: compareNumbers((a, b) => a < b) },
  { name: "NumericLessThanEquals", negated: false, ...plain, test: compareNumbers((a, b) => a <= b) },
  { name: "NumericGreaterThan", negated: false, ...plain, test: compareNumbers((a, b) => a > b) },
  { name: "NumericGreaterThanEquals", negated: false, ...plain, test: compareNumbers((a, b) => a >= b) },
  ...pair("DateEquals", "DateNotEquals", { ...plain, test: compareDates((a, b) => a === b) }),
  { name: "DateLessThan", negated: false, ...plain, test: compareDates((a, b) => a < b) },
  { name: "DateLessThanEquals", negated: false, ...plain, test: compareDates((a, b) => a <= b) },
  { name: "DateGreaterThan", negated: false, ...plain, test: compareDates((a, b) => a > b) },
  { name: "DateGreaterThanEquals", negated: false, ...plain, test: compareDates((a, b) => a >= b) },
  { name: "Bool", negated: false, ...plain, test: (a, b) => a.toLowerCase() === b.toLowerCase() },
  {
    name: "BinaryEquals",
    negated: false,
    ...plain,
    test: (a, b) => Buffer.from(a, "base64").equals(Buffer.from(b, "base64")),
  },
  ...pair("IpAddress", "NotIpAddress", { ...plain, test: matchAddress }),
  ...pair("ArnEquals", "ArnNotEquals", { ...glob, test: matchArn }),
  ...pair("ArnLike", "ArnNotLike", { ...glob, test: matchArn }),
  // Null asks whether the key is there; it is answered before any value is compared (see conditions.ts).
  { name: "Null", negated: false, ...plain, test: (a, b) => a === b },
];

const byName: ReadonlyMap<string, ConditionOperator> = new Map(all.map((operator) => [operator.name, operator]));

/** The operator of that name without its qualifiers; undefined when IAM has none such. */
export function conditionOperator(name: string): ConditionOperator | undefined {
  return byName.get(name);
}
