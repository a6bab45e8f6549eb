// What a change of properties does to a resource: nothing, a change in place, perhaps or surely a new one.
import { handlerOf } from "./resources/index.ts";
import { resourceSpec } from "./spec.ts";
import type { ResourceRow } from "./state.ts";
import { isObject } from "./template/model.ts";
import { UNKNOWN } from "./template/scope.ts";

export type Replacement = "yes" | "maybe" | "no";

/** Deep equality of plain data; an unknown value equals nothing. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === UNKNOWN || b === UNKNOWN) return false;
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameValue(a[key], b[key]));
}

/** Names of the top-level properties that differ. */
export function changedProperties(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) => !sameValue(before[name], after[name])).toSorted();
}

/** What changing one property means. The type's handler corrects the specification where that is known to be wrong. */
export function propertyReplacement(type: string, property: string, before: unknown, after: unknown): Replacement {
  return (
    handlerOf(type)?.replaces?.(property, before, after) ?? resourceSpec(type)?.properties[property]?.replace ?? "no"
  );
}

/** The strongest effect of all the changes. */
export function replacementOf(
  before: Pick<ResourceRow, "type" | "properties">,
  type: string,
  after: Record<string, unknown>,
): Replacement {
  if (before.type !== type) return "yes";
  const effects = changedProperties(before.properties, after).map((name) =>
    propertyReplacement(type, name, before.properties[name], after[name]),
  );
  if (effects.includes("yes")) return "yes";
  return effects.includes("maybe") ? "maybe" : "no";
}
