// Edits of a cluster file's text: a value is set, and every other character stays, comments and all.
import type { Document, Node, Pair, YAMLMap } from "yaml";
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import { LotseError } from "../base/index.ts";
import type { ConfigPath } from "./cluster.ts";
import { formatPath } from "./paths.ts";

/** What can be set. */
export type PatchValue = string | number | boolean | readonly string[];

/** One value, and where it belongs. */
export interface FilePatch {
  path: ConfigPath;
  value: PatchValue;
}

const refusal = ({ path }: FilePatch, detail: string): LotseError =>
  new LotseError("config/cannot-patch", {
    title: `${formatPath(path)} can't be set in the file by itself`,
    detail,
    remedy: "Set it by hand.",
    blame: "user",
  });

const documentOf = (text: string): Document.Parsed | undefined =>
  parseAllDocuments(text).find((each): each is Document.Parsed => {
    const { contents } = each as Document.Parsed;
    return isMap(contents) && (contents.get("kind") as unknown) === "ClusterConfig";
  });

/** A scalar as YAML, or as JSON. */
function scalarText(value: string | number | boolean, quoted: boolean): string {
  return typeof value === "string" && (quoted || !/^[A-Za-z][\w./-]*$|^\d+(\.\d+){3}\/\d+$/.test(value))
    ? JSON.stringify(value)
    : String(value);
}

/** `{a: {b: [c]}}`, on one line. */
function flowText(rest: readonly (string | number)[], value: PatchValue, quoted: boolean): string {
  const [key, ...deeper] = rest;
  if (key !== undefined) return `{${keyText(key, quoted)}: ${flowText(deeper, value, quoted)}}`;
  return typeof value === "object"
    ? `[${value.map((each) => scalarText(each, quoted)).join(", ")}]`
    : scalarText(value, quoted);
}

const keyText = (key: string | number, quoted: boolean): string => (quoted ? JSON.stringify(key) : String(key));

interface Place {
  text: string;
  patch: FilePatch;
  /** Line break of the file. */
  eol: string;
}

const put = ({ text }: Place, from: number, to: number, inserted: string): string =>
  text.slice(0, from) + inserted + text.slice(to);

/** Where a node's last character stands, without what follows on its line. */
function endOf(node: Node | null | undefined, otherwise: number): number {
  if (!node?.range) return otherwise;
  const items = (isMap(node) || isSeq(node)) && node.flow !== true ? node.items : [];
  const last: unknown = items.at(-1);
  if (last === undefined) return node.range[1];
  const pair = last as Pair<Node, Node | null>;
  return isMap(node) ? endOf(pair.value, pair.key.range?.[1] ?? otherwise) : endOf(last as Node, otherwise);
}

/** Column of an offset, which is the indent of a block's keys. */
const columnOf = (text: string, offset: number): number => offset - (text.lastIndexOf("\n", offset - 1) + 1);

/** A new key in a map. */
function added(place: Place, map: YAMLMap<Node, Node | null>, rest: readonly (string | number)[]): string {
  const { text, patch, eol } = place;
  const [key = "", ...deeper] = rest;
  const last = map.items.at(-1);
  const first = map.items[0]?.key;
  const quoted = isScalar(first) && first.type === "QUOTE_DOUBLE";
  if (map.items.some(({ key: each }) => isScalar(each) && each.value === "<<"))
    throw refusal(patch, "It stands in a map that another one is merged into.");
  if (map.flow === true) {
    const close = (map.range?.[1] ?? 0) - 1;
    const entry = `${keyText(key, quoted)}: ${flowText(deeper, patch.value, quoted)}`;
    if (!last) return put(place, (map.range?.[0] ?? 0) + 1, close, entry);
    const end = endOf(last.value, last.key.range?.[1] ?? close);
    const comma = /^\s*,/.exec(text.slice(end, close))?.[0];
    return comma === undefined
      ? put(place, end, end, `, ${entry}`)
      : put(place, end + comma.length, end + comma.length, ` ${entry}`);
  }
  if (!last || !first?.range) throw refusal(patch, "The map above it is empty.");
  const end = endOf(last.value, last.key.range?.[1] ?? 0);
  const newline = text.indexOf("\n", Math.max(0, text[end - 1] === "\n" ? end - 1 : end));
  const at = newline === -1 ? text.length : text[newline - 1] === "\r" ? newline - 1 : newline;
  const indent = columnOf(text, first.range[0]);
  const lines = rest.map((each, depth) => `${" ".repeat(indent + depth * 2)}${String(each)}:`);
  return put(place, at, at, `${eol}${lines.join(eol)} ${flowText([], patch.value, false)}`);
}

/** Another value in the place of one. */
function replaced(place: Place, pair: Pair<Node, Node | null>, rest: readonly (string | number)[]): string {
  const { text, patch, eol } = place;
  const node = pair.value;
  const value = flowText(rest, patch.value, isScalar(pair.key) && pair.key.type === "QUOTE_DOUBLE");
  const isEmpty = !node?.range || (isScalar(node) && node.source === "" && node.type === "PLAIN");
  if (isEmpty) {
    const colon = text.indexOf(":", pair.key.range?.[1] ?? 0) + 1;
    return put(place, colon, colon, ` ${value}`);
  }
  const [from] = node.range as [number, number, number];
  if (isSeq(node) && node.flow !== true && Array.isArray(patch.value)) {
    const indent = " ".repeat(columnOf(text, from));
    const items = (patch.value as readonly string[]).map((each) => `- ${scalarText(each, false)}`);
    return put(place, from, endOf(node, from), items.join(`${eol}${indent}`));
  }
  if (isSeq(node) || isScalar(node)) return put(place, from, endOf(node, from), value);
  throw refusal(patch, "A map stands there.");
}

function patchOne(text: string, patch: FilePatch): string {
  const place: Place = { text, patch, eol: text.includes("\r\n") ? "\r\n" : "\n" };
  let node: unknown = documentOf(text)?.contents;
  for (const [depth, key] of patch.path.entries()) {
    const rest = patch.path.slice(depth);
    if (isAlias(node)) throw refusal(patch, "It stands in a part that is shared by an anchor.");
    if (isSeq(node)) {
      node = node.items[Number(key)];
      continue;
    }
    if (!isMap<Node, Node | null>(node)) throw refusal(patch, "There is no such place.");
    const pair = node.items.find(({ key: each }) => isScalar(each) && String(each.value) === String(key));
    if (!pair) return added(place, node, rest);
    const isNull = pair.value === null || (isScalar(pair.value) && pair.value.value === null);
    if (rest.length === 1 || isNull) return replaced(place, pair, rest.slice(1));
    node = pair.value;
  }
  throw refusal(patch, "There is no such place.");
}

/** The documents' values, for comparing; `set` is laid over the cluster's. */
function valuesOf(text: string, set?: FilePatch): string {
  const shared = parseAllDocuments(text).map((each): unknown => (each as Document.Parsed).toJS({ maxAliasCount: -1 }));
  // What an anchor shares is one object: set in one place, it would be set in all of them.
  const values = JSON.parse(JSON.stringify(shared)) as unknown[];
  const cluster = values.find((each) => (each as { kind?: unknown } | null)?.kind === "ClusterConfig");
  if (set) {
    let at = cluster as Record<string | number, unknown>;
    for (const key of set.path.slice(0, -1)) at = (at[key] ??= {}) as Record<string | number, unknown>;
    at[set.path.at(-1) ?? ""] = set.value;
  }
  return JSON.stringify(values, (_, value: unknown) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/**
 * Sets values in a cluster file's text. Comments, order, quotes and line breaks of everything else stay.
 *
 * @throws LotseError `config/cannot-patch` where that isn't possible: shared by an anchor, merged
 */
export function patchClusterFile(text: string, patches: readonly FilePatch[]): string {
  return patches.reduce((before, patch) => {
    const after = patchOne(before, patch);
    // Whatever the way of writing: the file has to say exactly that, and nothing else otherwise.
    if (valuesOf(after) !== valuesOf(before, patch))
      throw refusal(patch, "Other values of the file would change with it.");
    return after;
  }, text);
}
