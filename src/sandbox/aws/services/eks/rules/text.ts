// Rules about names, tags and enumerations that several operations share.
import { invalidParameter } from "../errors.ts";

const namePattern = /^[0-9A-Za-z][A-Za-z0-9\-_]*$/;

/**
 * @param what `Cluster`, `Nodegroup` … as the message names it
 * @param longest characters
 */
export function checkName(name: string | undefined, what: string, longest: number): void {
  if (name === undefined || name === "") throw invalidParameter(`${what} name cannot be empty`);
  if (name.length > longest) throw invalidParameter(`${what} name cannot be longer than ${longest} characters`);
  if (!namePattern.test(name))
    throw invalidParameter(
      `The ${what.toLowerCase()} name '${name}' is invalid. The name can contain only alphanumeric characters (case-sensitive), ` +
        "hyphens, and underscores, and must start with an alphanumeric character",
    );
}

/**
 * At most 50 tags, keys of 1–128 characters that don't begin with `aws:`, values of at most 256.
 *
 * @param byService a service of AWS puts them on: CloudFormation's own tags begin with `aws:`
 */
export function checkTags(
  tags: Readonly<Record<string, string>> | undefined,
  before: Readonly<Record<string, string>> = {},
  byService = false,
): void {
  const entries = Object.entries(tags ?? {});
  for (const [key, value] of entries) {
    if (key.toLowerCase().startsWith("aws:") && !byService)
      throw invalidParameter(`Tag keys cannot begin with aws:. The key '${key}' is reserved`);
    if (key.length === 0 || key.length > 128)
      throw invalidParameter(`Tag keys must have between 1 and 128 characters: '${key}'`);
    if (value.length > 256) throw invalidParameter(`The value of tag '${key}' is longer than 256 characters`);
  }
  const all = new Set([...Object.keys(before), ...entries.map(([key]) => key)]);
  if ([...all].filter((key) => !key.startsWith("aws:")).length > 50)
    throw invalidParameter("The number of tags exceeds the limit of 50 tags per resource");
}

/** Refuses a value that the API's enumeration doesn't have. */
export function checkEnum(value: string | undefined, allowed: readonly string[], parameter: string): void {
  if (value !== undefined && !allowed.includes(value))
    throw invalidParameter(`Invalid value '${value}' for ${parameter}. Valid values are: ${allowed.join(", ")}`);
}
