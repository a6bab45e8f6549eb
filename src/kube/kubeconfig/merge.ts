// Puts one cluster into the text of a kubeconfig and leaves everything else as its owner wrote it: comments, order, what
// lotse doesn't know.
import type { Node, YAMLMap } from "yaml";
import { Document, isMap, isScalar, isSeq, parseDocument, visit } from "yaml";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { KubeconfigEntry } from "./model.ts";

/** What a merge made of the context. */
export type MergeResult = { text: string; change: "added" | "updated" | "unchanged" };

/** Of a file that isn't there yet: the keys the AWS CLI writes, in its order. */
const skeleton = {
  apiVersion: "v1",
  clusters: [],
  contexts: [],
  "current-context": "",
  kind: "Config",
  preferences: {},
  users: [],
};

function unreadable(file: string, detail: string): LotseError {
  return new LotseError("kube/bad-kubeconfig", {
    title: `${file} is not a kubeconfig`,
    detail,
    remedy: "Mend the file, or write to another one with --kubeconfig FILE.",
    blame: "user",
  });
}

/** The text as a document; a {@link LotseError} names the file and the first fault with its line. */
export function readDocument(text: string, file: string): Document {
  const document = parseDocument(text, { version: "1.1", prettyErrors: true });
  const [error] = document.errors;
  if (error) throw unreadable(file, error.message.split("\n")[0] ?? "It is not valid YAML.");
  if (document.contents === null) {
    const fresh = new Document(skeleton);
    fresh.commentBefore = document.commentBefore ?? document.comment;
    return fresh;
  }
  if (!isMap(document.contents)) throw unreadable(file, "It holds no map at the top.");
  for (const key of ["clusters", "users", "contexts"]) {
    const list = document.get(key);
    if (list !== undefined && list !== null && !isSeq(list)) throw unreadable(file, `${key} is not a list.`);
  }
  try {
    // Refuses files that unfold to much more than they hold.
    document.toJS();
  } catch (error) {
    throw unreadable(file, errorMessage(error));
  }
  return document;
}

/** Writes out what is referred to: an anchor could go away with the entry that it stands in. */
function withoutAliases(document: Document): void {
  visit(document, {
    Alias(_, alias) {
      const target = alias.resolve(document)?.clone() as Node | undefined;
      if (target && "anchor" in target) delete target.anchor;
      return target;
    },
  });
}

function entryNamed(document: Document, list: string, name: string): YAMLMap | undefined {
  const items = document.get(list);
  if (!isSeq(items)) return undefined;
  return items.items.find((item): item is YAMLMap => isMap(item) && item.get("name") === name);
}

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

/** Replaces what an entry of a list holds, or adds the entry; true when that changed something. */
function put(document: Document, list: string, key: string, name: string, value: object): boolean {
  const known = entryNamed(document, list, name);
  if (known) {
    const before = known.get(key, true);
    const js = (before as { toJS?: (doc: Document) => unknown } | undefined)?.toJS?.(document);
    if (same(js, value)) return false;
    known.set(key, document.createNode(value));
    return true;
  }
  const items = document.get(list);
  const node = document.createNode({ [key]: value, name });
  if (isSeq(items)) {
    // `clusters: []` would stay on one line for ever.
    items.flow = false;
    items.add(node);
  } else document.set(list, document.createNode([node]));
  return true;
}

/** How its owner writes: lists indented or not, spaces inside of braces or not, the ends of lines. */
function render(document: Document, before: string): string {
  // JSON is YAML, and whoever wrote JSON reads it as such.
  if (before.trimStart().startsWith("{")) {
    const pretty = /\n(\s+)"/.exec(before)?.[1];
    return `${JSON.stringify(document.toJS(), null, pretty)}\n`;
  }
  const result = document.toString({
    lineWidth: 0,
    indentSeq: /^\w[\w-]*:[^\S\n]*\n(?:\s*#.*\n)*[^\S\n]+- /m.test(before),
    flowCollectionPadding: !/[[{][^\s\]}]/.test(before.replaceAll(/#.*/g, "")),
  });
  return /^[^\n]*\r\n/.test(before) ? result.replaceAll(/\r?\n/g, "\r\n") : result;
}

/**
 * The text of a kubeconfig with the entry in it.
 *
 * @param text undefined or empty: a new file
 * @param file its name, for messages
 * @throws LotseError `kube/bad-kubeconfig`
 */
export function mergeKubeconfig(text: string | undefined, entry: KubeconfigEntry, file: string): MergeResult {
  const document = readDocument(text ?? "", file);
  withoutAliases(document);
  const known = entryNamed(document, "contexts", entry.contextName) !== undefined;
  const context = entryNamed(document, "contexts", entry.contextName)?.get("context");
  const namespace = isMap(context) ? context.get("namespace") : undefined;
  const changed = [
    put(document, "clusters", "cluster", entry.clusterName, entry.cluster),
    put(document, "contexts", "context", entry.contextName, {
      cluster: entry.clusterName,
      // The namespace somebody chose for this context is his.
      ...(typeof namespace === "string" ? { namespace } : {}),
      user: entry.userName,
    }),
    put(document, "users", "user", entry.userName, entry.user),
  ];
  const current = document.get("current-context", true);
  if (entry.use && !(isScalar(current) && current.value === entry.contextName)) {
    if (isScalar(current)) current.value = entry.contextName;
    else document.set("current-context", entry.contextName);
    changed.push(true);
  }
  if (!changed.includes(true) && text) return { text, change: "unchanged" };
  return { text: render(document, text ?? ""), change: known ? "updated" : "added" };
}
