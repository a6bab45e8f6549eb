// Versions as images, kubelets and calendars write them.
import { minorOf } from "../facts/index.ts";

/** Numbers of a version, for comparing: `v1.21.1-eksbuild.3` → [1, 21, 1]. */
export function numbersOf(version: string): readonly number[] {
  return (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? "").split(".").map(Number);
}

/** True when `a` is older than `b`, as far as both say. */
export function isOlder(a: string, b: string): boolean {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const [x = 0, y = 0] = [left[i], right[i]];
    if (x !== y) return x < y;
  }
  return false;
}

/** Minor of a version in any spelling: `v1.34.2-eks-1` → 34; NaN when it says none. */
export function minorIn(version: string | undefined): number {
  const [major, minor] = numbersOf(version ?? "");
  return minorOf(`${major ?? ""}.${minor ?? ""}`);
}

/** Days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
