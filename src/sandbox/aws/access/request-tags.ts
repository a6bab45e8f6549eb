// Tags that a request brings along, in whichever of AWS's forms.

interface TagShape {
  Key?: unknown;
  Value?: unknown;
  TagKey?: unknown;
  TagValue?: unknown;
}

function collect(list: unknown, into: Map<string, string>): void {
  if (!Array.isArray(list)) return;
  for (const item of list as readonly TagShape[]) {
    const key = item?.Key ?? item?.TagKey;
    const value = item?.Value ?? item?.TagValue ?? "";
    if (typeof key === "string") into.set(key, typeof value === "string" ? value : "");
  }
}

/** `Tags: [{Key, Value}]`, `TagSpecifications: [{Tags}]`, `tags: {key: value}`, `TagKeys`/`tagKeys` of removals. */
export function requestTags(input: object): { tags: ReadonlyMap<string, string>; keys: readonly string[] } {
  const tags = new Map<string, string>();
  const members = input as Readonly<Record<string, unknown>>;
  collect(members["Tags"], tags);
  const specifications = members["TagSpecifications"];
  if (Array.isArray(specifications)) {
    for (const specification of specifications as readonly { Tags?: unknown }[]) collect(specification?.Tags, tags);
  }
  const map = members["tags"] ?? (Array.isArray(members["Tags"]) ? undefined : members["Tags"]);
  if (typeof map === "object" && map !== null && !Array.isArray(map)) {
    for (const [key, value] of Object.entries(map)) if (typeof value === "string") tags.set(key, value);
  }
  const removed = members["TagKeys"] ?? members["tagKeys"];
  const keys = Array.isArray(removed) ? removed.filter((key): key is string => typeof key === "string") : [];
  return { tags, keys: [...tags.keys(), ...keys] };
}
