// What to say about a key that isn't known: the nearest one, or where the key belongs.
import type { FieldType, Struct } from "../schema/define.ts";
import { clusterConfig } from "../schema/cluster.ts";
import type { SourceEntry } from "../source/tree.ts";
import type { CheckContext } from "./context.ts";
import { nameOf } from "./context.ts";
import { nearest } from "./nearest.ts";

/** A key that no spelling explains. An error, as for eksctl; a warning in the structs eksctl reads loosely. */
export function unknownKey(entry: SourceEntry, struct: Struct, context: CheckContext): void {
  const severity = struct.keys === "any-case-open" ? "warning" : "error";
  if (context.findings.isFull(severity)) return;
  const near = nearest(entry.key, Object.keys(struct.fields));
  const elsewhere = near === undefined ? homesOf(entry.key, struct) : [];
  const remedy =
    near !== undefined
      ? `Did you mean ${near}?`
      : elsewhere.length > 0
        ? `It belongs to ${elsewhere.slice(0, 3).join(" or ")}; check the indentation`
        : `Remove it. Known here: ${Object.keys(struct.fields).join(", ")}`;
  context.findings.add(
    {
      code: "config/unknown-key",
      severity,
      title: `unknown field ${JSON.stringify(entry.key)} in ${nameOf(context.path.slice(0, -1))}`,
      remedy,
      data: { key: entry.key, ...(near === undefined ? {} : { nearest: near }) },
    },
    context.path,
    entry.keyAt,
  );
}

/** A known key in the wrong case: eksctl's strict pass takes it, its second pass drops it without a word. */
export function wrongCase(entry: SourceEntry, key: string, context: CheckContext): void {
  context.findings.add(
    {
      code: "config/wrong-case",
      severity: "warning",
      title: `${nameOf(context.path)} is IGNORED: eksctl ignores it without a word, and so does lotse; did you mean ${key}?`,
      remedy: `Write ${key}`,
      data: { key: entry.key, nearest: key },
    },
    context.path,
    entry.keyAt,
  );
}

/** Dotted paths of the structs, other than this one, that have the key. */
function homesOf(key: string, except: Struct): string[] {
  const homes: string[] = [];
  const visit = (struct: Struct, path: string): void => {
    for (const [name, { type }] of Object.entries(struct.fields)) {
      const here = path === "" ? name : `${path}.${name}`;
      if (name === key && struct !== except) homes.push(here);
      const inner = structWithin(type);
      if (inner) visit(inner.struct, `${here}${inner.suffix}`);
    }
  };
  visit(clusterConfig, "");
  return homes;
}

/** The struct a type leads to, through lists and maps. */
function structWithin(type: FieldType): { struct: Struct; suffix: string } | undefined {
  if (type.kind === "struct") return { struct: type.struct, suffix: "" };
  if (type.kind !== "list" && type.kind !== "map") return undefined;
  const inner = structWithin(type.of);
  return inner && { struct: inner.struct, suffix: `${type.kind === "list" ? "[]" : ".<name>"}${inner.suffix}` };
}
