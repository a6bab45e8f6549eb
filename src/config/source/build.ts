// The YAML library's nodes to our source tree: aliases, merge keys, duplicate keys, tags, scalars by YAML 1.1.
import type { Alias, Node, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Diagnostic, Severity, SourceLocation } from "../../base/index.ts";
import { maxAliases, maxFindings, maxNodes } from "./limits.ts";
import { resolvePlain, resolveTagged } from "./scalar.ts";
import type { SourceEntry, SourceNode, SourceScalar } from "./tree.ts";

interface Builder {
  anchors: Map<string, SourceNode | "open">;
  aliases: number;
  problems: Diagnostic[];
  locate: (offset: number) => SourceLocation;
  /** Expanded size of nodes that carry an anchor. */
  sizes: Map<SourceNode, number>;
  size: number;
  /** Set when the document is given up. */
  stopped: boolean;
}

/** The tree of one document, or the reasons why it has none. Linear in the size of the text. */
export function buildTree(
  contents: Node,
  locate: (offset: number) => SourceLocation,
): { root?: SourceNode; problems: Diagnostic[] } {
  const builder: Builder = {
    anchors: new Map(),
    aliases: 0,
    problems: [],
    locate,
    sizes: new Map(),
    size: 0,
    stopped: false,
  };
  const root = build(contents, builder);
  return builder.stopped ? { problems: builder.problems } : { root, problems: builder.problems };
}

const offsetOf = (node: Node | null | undefined): number => node?.range?.[0] ?? 0;
const nothing = (at: number): SourceScalar => ({ kind: "null", value: null, text: "", at });

function problem(
  builder: Builder,
  code: string,
  at: number,
  title: string,
  remedy: string,
  detail?: string,
  severity: Severity = "error",
): void {
  if (builder.problems.length >= maxFindings) return;
  builder.problems.push({
    code: `config/${code}`,
    severity,
    title,
    ...(detail === undefined ? {} : { detail }),
    remedy,
    at: builder.locate(at),
  });
}

function grow(builder: Builder, by: number, at: number): void {
  builder.size += by;
  if (builder.size <= maxNodes || builder.stopped) return;
  builder.stopped = true;
  const remedy = "Write large repeated parts once, without anchors inside anchors";
  problem(
    builder,
    "too-many-values",
    at,
    `The document holds more than ${maxNodes} values once its aliases are expanded`,
    remedy,
  );
}

function build(node: Node | null, builder: Builder): SourceNode {
  if (builder.stopped || !node) return nothing(offsetOf(node));
  if (isAlias(node)) return buildAlias(node, builder);
  const anchor = (node as Scalar | YAMLMap | YAMLSeq).anchor;
  if (anchor !== undefined) builder.anchors.set(anchor, "open");
  const before = builder.size;
  grow(builder, 1, offsetOf(node));
  const built = isMap(node)
    ? buildMap(node, builder)
    : isSeq(node)
      ? buildList(node, builder)
      : buildScalar(node, builder);
  if (anchor !== undefined) {
    builder.anchors.set(anchor, built);
    builder.sizes.set(built, builder.size - before);
  }
  return built;
}

function buildAlias(node: Alias, builder: Builder): SourceNode {
  const at = offsetOf(node);
  const target = builder.anchors.get(node.source);
  if (target === "open" || target === undefined) {
    const why = target === "open" ? "contains itself" : "is not defined above";
    problem(
      builder,
      "bad-alias",
      at,
      `Anchor "${node.source}" ${why}`,
      "Define the anchor before it is used, outside of itself",
    );
    return nothing(at);
  }
  builder.aliases += 1;
  if (builder.aliases === maxAliases + 1) {
    builder.stopped = true;
    problem(
      builder,
      "too-many-aliases",
      at,
      `The document uses anchors more than ${maxAliases} times`,
      "Write the values out",
    );
  }
  grow(builder, builder.sizes.get(target) ?? 1, at);
  return target;
}

function buildList(node: YAMLSeq, builder: Builder): SourceNode {
  return { kind: "list", items: node.items.map((item) => build(item as Node | null, builder)), at: offsetOf(node) };
}

function buildMap(node: YAMLMap, builder: Builder): SourceNode {
  const own = new Map<string, SourceEntry>();
  const merged = new Map<string, SourceEntry>();
  for (const pair of node.items) {
    const keyNode = pair.key as Node | null;
    const keyAt = offsetOf(keyNode);
    const mergeKey = isScalar(keyNode) && keyNode.type === "PLAIN" && keyNode.source === "<<";
    const key = mergeKey ? "<<" : keyText(build(keyNode, builder));
    const value = build(pair.value as Node | null, builder);
    if (builder.stopped) break;
    if (mergeKey) merge(value, merged, builder, keyAt);
    else if (key === undefined)
      problem(
        builder,
        "key-not-text",
        keyAt,
        "A key must be a word, not a list or map",
        "Quote the key or fix the indentation",
      );
    else {
      const first = own.get(key);
      if (!first) own.set(key, { key, keyAt, value });
      else {
        const { line } = builder.locate(first.keyAt);
        problem(
          builder,
          "duplicate-key",
          keyAt,
          `Key "${key}" is already set in line ${line}`,
          "Keep one of the two",
          "eksctl refuses a file with the same key twice",
        );
      }
    }
  }
  for (const [key, entry] of merged) {
    const given = own.get(key);
    if (given) mergedTwice(builder, key, given.keyAt);
    else own.set(key, entry);
  }
  return { kind: "map", entries: [...own.values()], at: offsetOf(node) };
}

/** Merge keys: `<<: *base` and `<<: [*a, *b]`; what comes first wins. */
function merge(value: SourceNode, into: Map<string, SourceEntry>, builder: Builder, at: number): void {
  for (const source of value.kind === "list" ? value.items : [value]) {
    if (source.kind !== "map") {
      problem(
        builder,
        "bad-merge",
        at,
        "The merge key << takes a map or a list of maps",
        "Give it an alias of a map: <<: *name",
      );
      continue;
    }
    grow(builder, source.entries.length, at);
    for (const entry of source.entries)
      if (into.has(entry.key)) mergedTwice(builder, entry.key, at);
      else into.set(entry.key, entry);
  }
}

/** eksctl's strict reading counts a merged key as set, also beside one that is there to override it. */
function mergedTwice(builder: Builder, key: string, at: number): void {
  problem(
    builder,
    "merged-key",
    at,
    `Key "${key}" is set here and in a map that is merged; lotse takes the one here, eksctl refuses the file`,
    `For eksctl, take ${key} out of the map that is merged`,
    undefined,
    "warning",
  );
}

/** Keys are text; numbers and booleans become it the way eksctl's reader does (`1` is "1", `y` is "true"). */
function keyText(key: SourceNode): string | undefined {
  return key.kind === "list" || key.kind === "map" ? undefined : String(key.value);
}

function buildScalar(node: Node, builder: Builder): SourceNode {
  const at = offsetOf(node);
  if (!isScalar(node)) return nothing(at);
  const text = typeof node.value === "string" ? node.value : (node.source ?? "");
  if (node.tag === undefined)
    return node.type === "PLAIN" ? resolvePlain(text, at) : { kind: "text", value: text, text, at };
  const tagged = resolveTagged(node.tag, text, at);
  if (tagged) return tagged;
  problem(
    builder,
    "bad-tag",
    at,
    `Value "${text}" doesn't fit its tag ${node.tag}`,
    "Remove the tag; lotse knows the type of every field",
  );
  return nothing(at);
}
