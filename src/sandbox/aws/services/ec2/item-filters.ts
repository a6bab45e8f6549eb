// Filters on what a Describe shows rather than on what rows keep: `network-interface.status` is the Status of every
// one of an instance's NetworkInterfaces.
import type { FilterFields } from "../../query/index.ts";

/** A filter by AWS's name; with a path where AWS's names for filter and member differ. */
export type ItemFilter = string | readonly [name: string, path: string];

/**
 * Filters that look into the item of a row.
 *
 * @param item the row as the Describe shows it
 * @example itemFilters(["metadata-options.state", ["host-id", "placement.host-id"]], (row) => instanceItem(row, ctx))
 */
export function itemFilters<Row>(names: readonly ItemFilter[], item: (row: Row) => unknown): FilterFields<Row> {
  return Object.fromEntries(
    names.map((one) => {
      const [name, path] = typeof one === "string" ? [one, one] : one;
      const steps = path.split(".").map(plain);
      return [name, (row: Row) => valuesAt(item(row), steps)];
    }),
  );
}

const plain = (text: string): string => text.replaceAll("-", "").toLowerCase();

/** Every value along the path; lists are gone through. What isn't there matches nothing. */
function valuesAt(value: unknown, steps: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesAt(each, steps));
  if (value === undefined || value === null) return [];
  const [step, ...rest] = steps;
  if (step === undefined) {
    if (value instanceof Date) return [value.toISOString()];
    return typeof value === "object" ? [] : [String(value as string | number | boolean)];
  }
  if (typeof value !== "object") return [];
  const member = Object.entries(value).find(([name]) => isMember(plain(name), step));
  return member ? valuesAt(member[1], rest) : [];
}

/** Filters name one where the member holds many: `block-device-mapping` of BlockDeviceMappings. */
function isMember(name: string, step: string): boolean {
  return name === step || name === `${step}s` || name === `${step}es`;
}
