// Small readers of JSON values that complain as AWS does.
import type { PolicyKind } from "./document.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Carries AWS's text out of the parser; callers of the room get it as a value. */
export class MalformedPolicy extends Error {}

/**
 * A JSON object.
 *
 * @throws MalformedPolicy with `problem` when it is none
 */
export function asObject(value: unknown, problem: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new MalformedPolicy(problem);
  return value as JsonObject;
}

/** A string or a list of strings; numbers and booleans count as their text where `scalars` says so (conditions). */
export function asStrings(value: unknown, problem: string, scalars = false): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item === "string") return item;
    if (scalars && (typeof item === "number" || typeof item === "boolean")) return String(item);
    throw new MalformedPolicy(problem);
  });
}

/** Elements are spelled exactly; anything else is refused. */
export function refuseUnknownKeys(object: JsonObject, known: readonly string[], kind: PolicyKind): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new MalformedPolicy(kind === "trust" ? `Unknown field ${unknown}` : "Syntax errors in policy.");
}
