// Timestamps in the three formats of AWS's protocols.
import type { TimestampFormat } from "../schema/index.ts";

/** `2026-11-21T14:41:23.000Z`, or without milliseconds as IAM and STS write it. */
function formatDateTime(date: Date, milliseconds: boolean): string {
  const text = date.toISOString();
  return milliseconds ? text : `${text.slice(0, -5)}Z`;
}

/** Accepts what operations return: a Date, or epoch milliseconds. */
export function asDate(value: unknown): Date {
  if (value instanceof Date) return value;
  const date = new Date(value as number | string);
  if (Number.isNaN(date.getTime())) throw new TypeError(`${String(value)} is no point in time`);
  return date;
}

/** A time as its format writes it; `milliseconds` false where the service answers whole seconds. */
export function formatTimestamp(value: unknown, format: TimestampFormat, milliseconds = true): string {
  const date = asDate(value);
  if (format === "date-time") return formatDateTime(date, milliseconds);
  if (format === "http-date") return date.toUTCString();
  return String(date.getTime() / 1000);
}

const looksLikeNumber = /^-?\d+(\.\d+)?$/;

/** Reads any of the three formats; undefined when it is none. */
export function parseTimestamp(text: string): Date | undefined {
  if (text === "") return undefined;
  const date = new Date(looksLikeNumber.test(text) ? Math.round(Number(text) * 1000) : text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
