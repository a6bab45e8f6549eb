// YAML as Kubernetes' tools write it: keys sorted, lists at the level of their key. A library's writer would do the same at ten
// times the time, and node groups come by the hundred.
import { yamlNumber, yamlString } from "./yaml-scalar.ts";

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

/** Lines of a value; the first continues the line that its key or dash begins, in `column`. */
function lines(value: unknown, indent: string, column: number): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return " []\n";
    return `\n${value.map((item) => `${indent}-${inList(item, indent)}`).join("")}`;
  }
  if (typeof value === "string") return ` ${yamlString(value, { column: column + 1, indent })}\n`;
  if (typeof value === "number") return ` ${yamlNumber(value)}\n`;
  if (typeof value !== "object" || value === null) return ` ${JSON.stringify(value) ?? "null"}\n`;
  if (isEmpty(value)) return " {}\n";
  return `\n${members(value, indent)}`;
}

/** A list's item: a map or list begins on the line of its dash. */
function inList(item: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (typeof item !== "object" || item === null || isEmpty(item)) return lines(item, inner, indent.length + 1);
  const text = Array.isArray(item) ? lines(item, inner, 0).slice(1) : members(item, inner);
  return ` ${text.slice(inner.length)}`;
}

function members(map: object, indent: string): string {
  const entries = Object.entries(map as Record<string, unknown>).filter(([, value]) => value !== undefined);
  return entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => {
      const inner = Array.isArray(value) ? indent : `${indent}  `;
      const start = `${indent}${yamlString(key)}:`;
      return start + lines(value, inner, start.length);
    })
    .join("");
}

/** A document of maps, lists, text, numbers, booleans and nulls. */
export function yamlText(document: Readonly<Record<string, unknown>>): string {
  return isEmpty(document) ? "{}\n" : members(document, "");
}
