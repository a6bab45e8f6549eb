// Reads a source tree by the definitions: types, allowed values, formats, unknown and misspelt keys. Gives the plain value, and
// findings for everything that doesn't fit. All of it in one pass; nothing stops at the first mistake.
import type { Field, FieldType, ListType, MapType, Struct } from "../schema/define.ts";
import type { SourceEntry, SourceNode } from "../source/tree.ts";
import { plainValue } from "../source/tree.ts";
import type { CheckContext } from "./context.ts";
import { nameOf, report } from "./context.ts";
import type { Finding } from "./findings.ts";
import { shown } from "./findings.ts";
import { checkFlag, checkNumber, checkText } from "./scalars.ts";
import { unknownKey, wrongCase } from "./unknown-key.ts";

/** The value of a node as the type wants it; undefined when it is absent (null) or doesn't fit. */
function checkValue(node: SourceNode, type: FieldType, context: CheckContext): unknown {
  if (node.kind === "null" && type.kind !== "struct") return undefined;
  switch (type.kind) {
    case "text":
      return checkText(node, type, context);
    case "flag":
      return checkFlag(node, context);
    case "number":
      return checkNumber(node, type, context);
    case "list":
      return checkList(node, type, context);
    case "map":
      return checkMap(node, type, context);
    case "struct":
      return node.kind === "null" ? undefined : checkStruct(node, type.struct, context);
    case "document":
      return node.kind === "map" ? checkDocument(node, context) : wrongShape(node, "a map", context);
  }
}

/** A free document; only numbers that JSON doesn't know are wrong in it. */
function checkDocument(node: SourceNode, context: CheckContext): unknown {
  const strange = strangeNumber(node);
  if (!strange) return plainValue(node);
  report(
    context,
    {
      code: "config/not-finite",
      title: `${nameOf(context.path)} holds ${shown(strange)}, which is no number in JSON`,
      remedy: "Write a number, or put it in quotes",
    },
    strange,
  );
  return undefined;
}

function strangeNumber(node: SourceNode): SourceNode | undefined {
  if (node.kind === "number") return Number.isFinite(node.value) ? undefined : node;
  const inner = node.kind === "list" ? node.items : node.kind === "map" ? node.entries.map(({ value }) => value) : [];
  for (const item of inner) {
    const found = strangeNumber(item);
    if (found) return found;
  }
  return undefined;
}

function wrongShape(node: SourceNode, wanted: string, context: CheckContext): undefined {
  const remedy =
    wanted === "a list"
      ? node.kind === "map"
        ? "Put a dash before the first key of each element"
        : `Write a list, even for one element: [${node.kind === "list" ? "" : node.text.slice(0, 40)}]`
      : "Write keys and values, indented, under it";
  report(
    context,
    { code: "config/wrong-type", title: `${nameOf(context.path)} must be ${wanted}, not ${shown(node)}`, remedy },
    node,
  );
  return undefined;
}

function checkList(node: SourceNode, type: ListType, context: CheckContext): unknown {
  if (type.orMap && node.kind === "map") return taintMap(node.entries, context);
  if (node.kind !== "list") return wrongShape(node, "a list", context);
  const out: unknown[] = [];
  for (const [index, item] of node.items.entries()) {
    context.path.push(index);
    if (item.kind === "null" || (item.kind === "text" && item.value === "" && isChecked(type.of))) {
      const name = nameOf(context.path);
      const remedy = "Remove the dash or write the element after it";
      // Go reads null as its zero value: harmless as free text, refused where eksctl looks at it, a crash as a struct.
      const severity = type.of.kind === "text" && !isChecked(type.of) ? "warning" : "error";
      report(context, { code: "config/empty-element", severity, title: `${name} is not set`, remedy }, item);
      out.push(type.of.kind === "text" ? "" : undefined);
    } else out.push(checkValue(item, type.of, context));
    context.path.pop();
  }
  // A place must stay the same place, so what didn't fit stays as a hole for structs and goes for plain values.
  return type.of.kind === "struct" ? out.map((item) => item ?? {}) : out.filter((item) => item !== undefined);
}

/** True for text that must be one of some values or have a form. */
const isChecked = (type: FieldType): boolean =>
  type.kind === "text" &&
  (type.values !== undefined || (type.format !== undefined && type.formatSeverity !== "warning"));

function checkMap(node: SourceNode, type: MapType, context: CheckContext): unknown {
  if (node.kind !== "map") return wrongShape(node, "a map", context);
  const out: Record<string, unknown> = {};
  for (const { key, value } of node.entries) {
    context.path.push(key);
    const empty = type.of.kind === "text" ? "" : {};
    const checked = value.kind === "null" ? empty : checkValue(value, type.of, context);
    context.path.pop();
    if (checked !== undefined) setOwn(out, key, checked);
  }
  return out;
}

/** `key: "value:Effect"`, as eksctl splits it: what follows the first colon is the effect; without one all of it is. */
function taintMap(entries: readonly SourceEntry[], context: CheckContext): unknown {
  const out: unknown[] = [];
  for (const { key, value } of entries) {
    context.path.push(key);
    const text = value.kind === "null" ? "" : checkText(value, { kind: "text" }, context);
    context.path.pop();
    if (text === undefined) continue;
    const colon = text.indexOf(":");
    out.push(
      colon < 0
        ? { key, value: "", effect: text }
        : { key, value: text.slice(0, colon), effect: text.slice(colon + 1) },
    );
  }
  return out;
}

/** Reads a struct: known keys by their type, the others as findings; required fields must be there. */
export function checkStruct(
  node: SourceNode,
  struct: Struct,
  context: CheckContext,
): Record<string, unknown> | undefined {
  if (node.kind !== "map") return wrongShape(node, `a map (${struct.name})`, context);
  const out: Record<string, unknown> = {};
  const missing = new Set(requiredFields(struct));
  for (const entry of node.entries) {
    const exact = Object.hasOwn(struct.fields, entry.key);
    const key = exact ? entry.key : anyCase(struct, entry.key);
    context.path.push(entry.key);
    if (key === undefined) unknownKey(entry, struct, context);
    else {
      const definition = struct.fields[key] as Field;
      const honoured = exact || struct.keys !== "exact" || definition.anyCase === true;
      if (!honoured) wrongCase(entry, key, context);
      notes(entry, definition, context);
      const failures = context.findings.failed.length;
      const value = checkValue(entry.value, definition.type, context);
      if (honoured && value !== undefined) setOwn(out, key, value);
      // A field that is there but wrong isn't missing as well.
      const isThere = value !== undefined && value !== "";
      if (honoured && (isThere || context.findings.failed.length > failures)) missing.delete(key);
    }
    context.path.pop();
  }
  for (const key of missing) {
    context.path.push(key);
    const example = struct.fields[key]?.example;
    const remedy = `Add ${key}${example === undefined ? "" : `, for example ${key}: ${JSON.stringify(example)}`}`;
    const written = node.entries.find((entry) => entry.key === key);
    report(
      context,
      { code: "config/required", title: `${nameOf(context.path)} must be set`, remedy },
      written?.value ?? node,
    );
    context.path.pop();
  }
  return out;
}

const required = new WeakMap<Struct, readonly string[]>();

function requiredFields(struct: Struct): readonly string[] {
  let keys = required.get(struct);
  if (!keys) {
    keys = Object.keys(struct.fields).filter((key) => struct.fields[key]?.required);
    required.set(struct, keys);
  }
  return keys;
}

function anyCase(struct: Struct, key: string): string | undefined {
  const lower = key.toLowerCase();
  return Object.keys(struct.fields).find((name) => name.toLowerCase() === lower);
}

function notes(entry: SourceEntry, definition: Field, context: CheckContext): void {
  const { deprecated, readOnly } = definition;
  const add = (finding: Finding): void => context.findings.add(finding, context.path, entry.keyAt);
  if (deprecated !== undefined)
    add({
      code: "config/deprecated",
      severity: "warning",
      title: `${nameOf(context.path)} is deprecated: ${deprecated}`,
    });
  if (readOnly)
    add({
      code: "config/read-only",
      severity: "warning",
      title: `${nameOf(context.path)} is written by eksctl and has no effect in a file`,
      remedy: "Remove it",
    });
}

/** Sets an own property whatever its name is; `__proto__` is a possible label. */
function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
}
