// Which names somebody may have meant who wrote a type that isn't known.
import { instanceTypes } from "../../facts/index.ts";

/** Insertions, deletions, changes and swaps of neighbours that turn one text into the other (Damerau-Levenshtein). */
function distance(a: string, b: string): number {
  let [before, last]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const least = Math.min((row[j - 1] ?? 0) + 1, (last?.[j] ?? 0) + 1, (last?.[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(swapped ? Math.min(least, (before?.[j - 2] ?? 0) + 1) : least);
    }
    [before, last] = [last, row];
  }
  return last?.[b.length] ?? 0;
}

/** Names of types that are most like `name`, the nearest first; at most `count`. */
export function nearestTypes(name: string, count = 3): string[] {
  const wanted = name.toLowerCase();
  return instanceTypes()
    .map((type) => ({ name: type.name, away: distance(wanted, type.name) }))
    .toSorted((a, b) => a.away - b.away || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map((near) => near.name);
}
