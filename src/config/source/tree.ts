// The document as eksctl's YAML reader would see it, with the place of every key and value. Aliases are shared nodes, not copies.

/** One value of the file. `at` is the offset of its first character in the text. */
export type SourceNode = SourceMap | SourceList | SourceScalar;

export interface SourceScalar {
  kind: "text" | "boolean" | "number" | "null";
  value: string | boolean | number | null;
  /** As it stands in the file, for messages: `1.30` stays `1.30`. */
  text: string;
  at: number;
}

export interface SourceList {
  kind: "list";
  items: SourceNode[];
  at: number;
}

export interface SourceMap {
  kind: "map";
  entries: SourceEntry[];
  at: number;
}

export interface SourceEntry {
  key: string;
  keyAt: number;
  value: SourceNode;
}

/** The nodes from the root to `path`, as far as they are written; the first is the root itself. */
export function walkTo(
  root: SourceNode,
  path: readonly (string | number)[],
): { node: SourceNode; entry?: SourceEntry }[] {
  const trail: { node: SourceNode; entry?: SourceEntry }[] = [{ node: root }];
  let node: SourceNode | undefined = root;
  for (const step of path) {
    if (node.kind === "list" && typeof step === "number") {
      node = node.items[step];
      if (!node) break;
      trail.push({ node });
    } else if (node.kind === "map") {
      const entry: SourceEntry | undefined = node.entries.find((candidate) => candidate.key === String(step));
      if (!entry) break;
      node = entry.value;
      trail.push({ node, entry });
    } else break;
  }
  return trail;
}

/** The plain value of a node. Every alias is expanded, so call it only within a {@link SourceBudget}. */
export function plainValue(node: SourceNode): unknown {
  if (node.kind === "list") return node.items.map((item) => plainValue(item));
  if (node.kind !== "map") return node.value;
  const out: Record<string, unknown> = {};
  for (const { key, value } of node.entries)
    // A key called __proto__ must become an own property, not the prototype.
    Object.defineProperty(out, key, { value: plainValue(value), enumerable: true, writable: true, configurable: true });
  return out;
}
