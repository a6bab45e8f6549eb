// Differences between two canonical values as short lines: `Labels.role: "web" → "worker"`.

export interface Difference {
  path: string;
  before: unknown;
  after: unknown;
  /** Lists that have something in common: `before` holds only what goes, `after` only what comes. */
  partly?: true;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Tags and taints as CloudFormation lists them, by key; undefined for other lists, and where a key stands twice. */
function byKey(list: readonly unknown[]): Record<string, unknown> | undefined {
  const entries = list.flatMap((item): [string, unknown][] => {
    if (!isRecord(item) || typeof item["Key"] !== "string") return [];
    const { Key, ...rest } = item;
    const [only, ...others] = Object.keys(rest);
    return [[Key, others.length === 0 && only === "Value" ? rest["Value"] : rest]];
  });
  const record = Object.fromEntries(entries);
  return entries.length === list.length && Object.keys(record).length === list.length ? record : undefined;
}

function ofLists(before: readonly unknown[], after: readonly unknown[], path: string): Difference[] {
  const [old, wanted] = [byKey(before), byKey(after)];
  if (old && wanted) return differences(old, wanted, path);
  if (before.length === after.length && before.some(isRecord) && !before.some(isReference)) {
    return before.flatMap((item, i) => differences(item, after[i], `${path}[${i}]`));
  }
  const isIn = (list: readonly unknown[]): ReadonlySet<string> => new Set(list.map((item) => JSON.stringify(item)));
  const [gone, come] = [
    before.filter((item) => !isIn(after).has(JSON.stringify(item))),
    after.filter((item) => !isIn(before).has(JSON.stringify(item))),
  ];
  if (gone.length === before.length || (gone.length === 0 && come.length === 0)) return [{ path, before, after }];
  return [{ path, before: gone, after: come, partly: true }];
}

/** `{"Ref": "SSH"}`, `{"Fn::ImportValue": …}`: one value, however it is spelled. */
const isReference = (value: unknown): boolean =>
  isRecord(value) && Object.keys(value).length === 1 && /^(Ref$|Fn::)/.test(Object.keys(value)[0] ?? "");

/** Both lists without what they begin and end with alike. */
function middles<T>(old: readonly T[], wanted: readonly T[]): [old: readonly T[], wanted: readonly T[]] {
  const shortest = Math.min(old.length, wanted.length);
  let start = 0;
  while (start < shortest && old[start] === wanted[start]) start += 1;
  let end = 0;
  while (end < shortest - start && old.at(-1 - end) === wanted.at(-1 - end)) end += 1;
  return [old.slice(start, old.length - end), wanted.slice(start, wanted.length - end)];
}

const words = (lines: readonly string[]): string[] => lines.join("\n").split(/(?<=[,=\s])/);

/** What differs between two texts of several lines, without the lines, and in them the words, around it. */
function ofTexts(before: string, after: string, path: string): Difference {
  const lines = middles(before.split("\n"), after.split("\n"));
  const [old, wanted] = middles(words(lines[0]), words(lines[1]));
  return { path, before: old.join("").trim() || undefined, after: wanted.join("").trim() || undefined };
}

/** Leaves in which the two differ; lists that don't match up are one leaf. */
export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isRecord(before) && isRecord(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  if (Array.isArray(before) && Array.isArray(after)) return ofLists(before, after, path);
  if (typeof before === "string" && typeof after === "string" && `${before}${after}`.includes("\n"))
    return [ofTexts(before, after, path)];
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

/** `InstanceTypes: ["m5.large"] → ["t3.large"]`; `SecurityGroupIds: with {"Ref":"SSH"}` where the rest of a list stays. */
export function describeDifference({ path, before, after, partly }: Difference): string {
  if (!partly) return `${path}: ${shown(before)} → ${shown(after)}`;
  const items = (list: unknown): string => (list as unknown[]).map((item) => shown(item)).join(", ");
  const parts = [
    ...((before as unknown[]).length > 0 ? [`without ${items(before)}`] : []),
    ...((after as unknown[]).length > 0 ? [`with ${items(after)}`] : []),
  ];
  return `${path}: ${parts.join(", ")}`;
}
