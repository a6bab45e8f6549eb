// What a change of properties does to a resource: nothing, a change in place, perhaps or surely a new one.
import { handlerOf } from "./resources/index.ts";
import { resourceSpec } from "./spec.ts";
import type { ResourceRow } from "./state.ts";
import { changedProperties } from "./values.ts";

export type Replacement = "yes" | "maybe" | "no";

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
