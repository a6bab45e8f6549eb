// Checks and forms of IAM's values: names, paths, tags, documents, pages.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
import { AwsError } from "../../core/index.ts";
import { paginate } from "../../query/index.ts";
import { parsePolicy, policySize, policySizeLimits } from "../../../../iam/index.ts";
import type { PolicyKind } from "../../../../iam/index.ts";
import { invalidInput, malformed, quotaExceeded, validationError } from "./errors.ts";
import type { Tags } from "./state.ts";

/** A name as IAM takes it; `limit` 64 for roles and users, 128 for others. Returns it. */
export function checkName(name: string | undefined, member: string, limit = 64): string {
  if (name === undefined || name === "") {
    throw validationError(name ?? "", member, "Member must have length greater than or equal to 1");
  }
  if (name.length > limit) {
    throw validationError(name, member, `Member must have length less than or equal to ${limit}`);
  }
  if (!/^[\w+=,.@-]+$/.test(name)) {
    throw new AwsError(
      "ValidationError",
      `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    );
  }
  return name;
}

/** `/`, or something between slashes. */
export function checkPath(path: string | undefined): string {
  if (path === undefined) return "/";
  if (!/^(\/|\/[\u0021-\u007E]+\/)$/.test(path) || path.length > 512) {
    throw validationError(
      path,
      "path",
      "Member must satisfy regular expression pattern: (\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)",
    );
  }
  return path;
}

/** A policy document as the API takes it: read, judged, its text as submitted. */
export function checkDocument(text: string | undefined, kind: PolicyKind): string {
  const document = text ?? "";
  if (document === "") throw malformed("Policy document must not be empty.");
  const parsed = parsePolicy(document, kind);
  if ("problem" in parsed) throw malformed(parsed.problem);
  return document;
}

/** Refuses managed policies that are too long; white space doesn't count. */
export function checkManagedSize(document: string): void {
  if (policySize(document) > policySizeLimits.managed) throw quotaExceeded("PolicySize", policySizeLimits.managed);
}

/** Refuses trust policies that are too long; white space doesn't count. */
export function checkTrustSize(document: string): void {
  if (policySize(document) > policySizeLimits.trust) throw quotaExceeded("ACLSizePerRole", policySizeLimits.trust);
}

/** Documents come back percent-encoded (RFC 3986). */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

interface TagInput {
  Key?: string | undefined;
  Value?: string | undefined;
}

const tagLimit = 50;

/** Tags of a request over those there are. Keys are kept as written; IAM refuses the same key in another case. */
export function mergeTags(before: Tags, input: readonly TagInput[] | undefined): Tags {
  // A map, because an assignment to a member `__proto__` would be lost.
  const result = new Map(Object.entries(before));
  const seen = new Set<string>();
  checkCount(input, "tags");
  for (const { Key: key = "", Value: value = "" } of input ?? []) {
    checkTag(key, value);
    if (seen.has(key.toLowerCase())) {
      throw invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    seen.add(key.toLowerCase());
    const same = [...result.keys()].find((known) => known.toLowerCase() === key.toLowerCase());
    if (same !== undefined && same !== key) result.delete(same);
    result.set(key, value);
  }
  if (result.size > tagLimit) throw quotaExceeded("TagsPerResource", tagLimit);
  return Object.fromEntries(result);
}

/** Not more in one request than there may be on a resource. */
function checkCount(list: readonly unknown[] | undefined, member: string): void {
  if ((list?.length ?? 0) <= tagLimit) return;
  throw validationError(`[${list?.length} items]`, member, `Member must have length less than or equal to ${tagLimit}`);
}

function checkKey(key: string, member: string): void {
  if (key === "") throw validationError(key, member, "Member must have length greater than or equal to 1");
  if (key.length > 128) throw validationError(key, member, "Member must have length less than or equal to 128");
  if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u.test(key)) {
    const pattern = "Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+";
    throw validationError(key, member, pattern);
  }
}

function checkTag(key: string, value: string): void {
  checkKey(key, "tags.1.member.key");
  if (value.length > 256) {
    throw validationError(value, "tags.1.member.value", "Member must have length less than or equal to 256");
  }
  if (/^aws:/i.test(key)) throw invalidInput("Tag keys that start with 'aws:' are reserved for system use.");
}

/** The tags without those of the keys, in any case. */
export function removeTags(before: Tags, keys: readonly string[] | undefined): Tags {
  checkCount(keys, "tagKeys");
  for (const key of keys ?? []) checkKey(key, "tagKeys");
  const gone = new Set((keys ?? []).map((key) => key.toLowerCase()));
  return Object.fromEntries(Object.entries(before).filter(([key]) => !gone.has(key.toLowerCase())));
}

/** Tags as IAM's answers list them. */
export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Absent when there are none, as IAM's describes do it. */
export function tagMember(tags: Tags): { Tags?: { Key: string; Value: string }[] } {
  return Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) };
}

export interface Paging {
  Marker?: string | undefined;
  MaxItems?: number | undefined;
}

/** One page of a list in IAM's manner: 100 when the caller says nothing, at most 1,000. */
export function page<Item, Name extends string>(
  name: Name,
  items: readonly Item[],
  input: Paging,
  scope: string,
): { [key in Name]: Item[] } & { IsTruncated: boolean; Marker?: string } {
  const max = input.MaxItems;
  if (max !== undefined && (max < 1 || max > 1000)) {
    throw validationError(
      max,
      "maxItems",
      max < 1
        ? "Member must have value greater than or equal to 1"
        : "Member must have value less than or equal to 1000",
    );
  }
  const { items: found, nextToken } = paginate(items, {
    token: input.Marker,
    max,
    pageSize: 100,
    ceiling: 1000,
    scope,
    invalidToken: (token) => invalidInput(`Invalid Marker: ${token}`),
  });
  const result = { IsTruncated: nextToken !== undefined, ...(nextToken === undefined ? {} : { Marker: nextToken }) };
  return { [name]: [...found], ...result } as { [key in Name]: Item[] } & { IsTruncated: boolean; Marker?: string };
}

/** Sorted by name, under a path prefix. */
export function underPath<Row extends { name: string; path: string }>(
  rows: Iterable<Row>,
  prefix: string | undefined,
): Row[] {
  return [...rows]
    .filter((row) => row.path.startsWith(prefix ?? "/"))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
