// Wildcards and policy variables of IAM policies. A pattern is compiled once and matched against many requests.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html

/** Looks up a condition key (lower case) of a request. Undefined = the request has no such key. */
export type ContextLookup = (key: string) => string | readonly string[] | undefined;

// Wildcards become private-use characters, so that the text a variable brings in is always literal.
const any = "\uE000";
const one = "\uE001";
const anyInSegment = "\uE002";
const reserved = /[\uE000-\uE002]/g;
const wildcards = /[\uE000-\uE002]/;

interface Variable {
  /** Lower case, for looking up. */
  key: string;
  /** As written. */
  name: string;
  fallback?: string;
}

export interface Pattern {
  /** As written in the policy. */
  text: string;
  /** Literal text with wildcards encoded, and variables between. */
  parts: readonly (string | Variable)[];
  /** The only part when there is no variable: the fast path. */
  fixed: string | undefined;
  /** No variable and no wildcard either: most actions of most policies. */
  exact: boolean;
}

/**
 * `literal`: `*` and `?` mean themselves. `glob`: they are wildcards. `arn`: as glob, but a `*` that is not the last
 * character of one of the first five fields does not cross a colon.
 */
export type PatternMode = "literal" | "glob" | "arn";

/** Compiles `text`; `variables` is true for version 2012-10-17 only (before, `${` is ordinary text). */
export function compilePattern(text: string, mode: PatternMode, variables: boolean): Pattern {
  const parts: (string | Variable)[] = [];
  let literal = "";
  let field = 0;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] as string;
    const close = variables && char === "$" && text[i + 1] === "{" ? text.indexOf("}", i) : -1;
    if (close !== -1) {
      const inner = text.slice(i + 2, close);
      if (inner === "*" || inner === "?" || inner === "$") literal += inner;
      else {
        parts.push(literal, parseVariable(inner));
        literal = "";
      }
      i = close;
      continue;
    }
    if (char === ":") field += 1;
    if (mode !== "literal" && char === "?") literal += one;
    else if (mode !== "literal" && char === "*") {
      const next = text[i + 1];
      literal += mode === "arn" && field < 5 && next !== undefined && next !== ":" && next !== "*" ? anyInSegment : any;
    } else literal += char.replace(reserved, "\uFFFD");
  }
  parts.push(literal);
  const fixed = parts.length === 1 ? literal : undefined;
  return { text, parts, fixed, exact: fixed !== undefined && !wildcards.test(fixed) };
}

function parseVariable(inner: string): Variable {
  const match = /^([^,]+?)\s*,\s*'([^']*)'\s*$/.exec(inner);
  const name = (match?.[1] ?? inner).trim();
  return { key: name.toLowerCase(), name, ...(match ? { fallback: match[2] as string } : {}) };
}

/**
 * The pattern with its variables filled in, or undefined when the request lacks one that has no default, or has
 * several values for it (variables take single-valued keys only).
 */
export function resolvePattern(pattern: Pattern, lookup: ContextLookup): string | undefined {
  if (pattern.fixed !== undefined) return pattern.fixed;
  let result = "";
  for (const part of pattern.parts) {
    if (typeof part === "string") {
      result += part;
      continue;
    }
    const value = lookup(part.key);
    const text = typeof value === "string" ? value : value?.length === 1 ? value[0] : undefined;
    const filled = text === undefined || text === "" ? part.fallback : text;
    if (filled === undefined) return undefined;
    result += filled.replace(reserved, "\uFFFD");
  }
  return result;
}

/** Condition keys that a pattern's variables name, as written. */
export function patternKeys(pattern: Pattern): string[] {
  return pattern.parts.flatMap((part) => (typeof part === "string" ? [] : [part.name]));
}

/** True when `value` fits a resolved pattern. */
export function matchResolved(pattern: string, value: string): boolean {
  if (pattern === any) return true;
  if (pattern.includes(anyInSegment)) return matchTable(pattern, value);
  let p = 0;
  let v = 0;
  let star = -1;
  let retry = 0;
  while (v < value.length) {
    if (p < pattern.length && pattern[p] === any) {
      star = p;
      retry = v;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === value[v] || pattern[p] === one)) {
      p += 1;
      v += 1;
    } else if (star !== -1) {
      p = star + 1;
      retry += 1;
      v = retry;
    } else return false;
  }
  while (pattern[p] === any) p += 1;
  return p === pattern.length;
}

/** The general case, with wildcards that stop at colons: one row of reachable positions per pattern character. */
function matchTable(pattern: string, value: string): boolean {
  let reach: boolean[] = Array.from({ length: value.length + 1 }, (_, i) => i === 0);
  for (const char of pattern) {
    const next: boolean[] = Array.from({ length: value.length + 1 }, () => false);
    for (let v = 0; v <= value.length; v += 1) {
      if (char === any || char === anyInSegment) {
        const extend = v > 0 && next[v - 1] === true && (char === any || value[v - 1] !== ":");
        next[v] = reach[v] === true || extend;
      } else if (v > 0) next[v] = reach[v - 1] === true && (char === one || char === value[v - 1]);
    }
    reach = next;
  }
  return reach[value.length] === true;
}

/** True when `value` fits the pattern in a request with `lookup`; an unresolved variable fits nothing. */
export function matchPattern(pattern: Pattern, value: string, lookup: ContextLookup): boolean {
  if (pattern.exact) return pattern.fixed === value;
  const resolved = resolvePattern(pattern, lookup);
  return resolved !== undefined && matchResolved(resolved, value);
}
