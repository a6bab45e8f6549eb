// Reads values out of answers that nobody has checked yet.
import { outage } from "./refusal.ts";

/** A plain object, as it came from JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** True for an object that isn't a list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object. @throws LoginRefusal `unavailable` */
export function fieldsOf(value: unknown, what: string): Fields {
  if (!isFields(value)) throw outage(`${what}: the answer is no object`);
  return value;
}

/** A list. @throws LoginRefusal `unavailable` */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw outage(`${what}: the answer is no list`);
  return value;
}

/** A text that isn't empty; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A text, or a whole number as one; undefined for anything else. */
export function idOf(value: unknown): string | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? String(value) : textOf(value);
}

/** An object within an object; empty when it isn't there. */
export function within(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isFields(value) ? value : {};
}
