// Differences between two canonical values as short lines: `Labels.role: "web" → "worker"`.

export interface Difference {
  path: string;
  before: unknown;
  after: unknown;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Leaves in which the two differ; lists that don't match up are one leaf. */
export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isRecord(before) && isRecord(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length && before.some(isRecord)) {
    return before.flatMap((item, i) => differences(item, after[i], `${path}[${i}]`));
  }
  return [{ path, before, after }];
}

const longest = 60;

/** A value on one line; long ones are cut. */
export function shown(value: unknown): string {
  if (value === undefined) return "none";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** `InstanceTypes: ["m5.large"] → ["t3.large"]`. */
export function describeDifference({ path, before, after }: Difference): string {
  return `${path}: ${shown(before)} → ${shown(after)}`;
}
