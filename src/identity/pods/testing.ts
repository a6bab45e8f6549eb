// Applies JSON patches that only add, for tests that compare pods instead of patches.
import type { PatchOperation } from "./mutate.ts";

const unescaped = (part: string): string => part.replaceAll("~1", "/").replaceAll("~0", "~");

/** The object after the patch; the given one stays as it is. */
export function applyAdditions<T>(object: T, patch: readonly PatchOperation[]): T {
  const copy = structuredClone(object);
  for (const { path, value } of patch) {
    const parts = path.split("/").slice(1).map(unescaped);
    const last = parts.pop() ?? "";
    let at: unknown = copy;
    for (const part of parts) {
      if (typeof at !== "object" || at === null || !(part in at)) throw new Error(`${path}: nothing at ${part}`);
      at = (at as Record<string, unknown>)[part];
    }
    if (Array.isArray(at)) at.splice(last === "-" ? at.length : Number(last), 0, value);
    else (at as Record<string, unknown>)[last] = value;
  }
  return copy;
}
