// Which roles a namespace's pods may have: the JSON list of the annotation `iam.amazonaws.com/allowed-roles` (kube2iam's), or
// the one expression of `iam.amazonaws.com/permitted` (kiam's). Both are anchored here, which kube2iam's expressions aren't,
// and matched in linear time, for whoever may annotate a namespace could otherwise hold up a whole node.
import { RE2JS } from "re2js";
import type { BaseArn } from "./base-arn.ts";
import { listedRole } from "./base-arn.ts";

/** How the list is read. */
export type PatternFormat = "glob" | "regexp";

/** A list that could be read, or why it couldn't. */
export type AllowedRoles = { patterns: readonly string[] } | { problem: string };

const longestPattern = 2048;
const mostPatterns = 500;

/** Reads `iam.amazonaws.com/allowed-roles`. */
export function readAllowedRoles(annotation: string | undefined): AllowedRoles {
  if (annotation === undefined || annotation === "") return { problem: "it allows no roles" };
  let value: unknown;
  try {
    value = JSON.parse(annotation);
  } catch {
    return { problem: "its list of allowed roles is no JSON" };
  }
  if (!Array.isArray(value) || !value.every((each) => typeof each === "string"))
    return { problem: "its list of allowed roles is no JSON array of strings" };
  if (value.length > mostPatterns || value.some(({ length }: string) => length > longestPattern))
    return { problem: `its list of allowed roles has more than ${mostPatterns} patterns, or one that is too long` };
  return { patterns: value };
}

/** `*` stands for anything, slashes too; all else for itself. */
function globMatches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p;
      mark = t;
      p += 1;
    } else if (pattern[p] === text[t]) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      t = mark;
    } else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}

function expressionMatches(pattern: string, text: string): boolean {
  try {
    return RE2JS.compile(pattern).matches(text);
  } catch {
    // No expression: nothing is allowed by it, as with an empty list.
    return false;
  }
}

/** A glob without an ARN stands for names below the base. */
const expanded = (pattern: string, base: BaseArn | undefined): string =>
  /^arn:/i.test(pattern) || base === undefined ? pattern : `${base}${pattern.replace(/^\/+/, "")}`;

/**
 * Whether one of the patterns allows a role.
 *
 * @param arn of the role
 * @param base what patterns without an ARN are below
 */
export function rolesAllow(
  patterns: readonly string[],
  format: PatternFormat,
  arn: string,
  base: BaseArn | undefined,
): boolean {
  return format === "glob"
    ? patterns.some((pattern) => globMatches(expanded(pattern, base), arn))
    : patterns.some((pattern) => expressionMatches(pattern, arn) || expressionMatches(pattern, listedRole(arn, base)));
}
