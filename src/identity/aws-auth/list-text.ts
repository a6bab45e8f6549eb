// Cuts items out of the YAML text of a list and puts new ones in, leaving every other character where it is: comments,
// order, quotes and indentation are somebody's work.
import type { Document, YAMLSeq } from "yaml";
import { isScalar, isSeq, parseAllDocuments, Scalar } from "yaml";
import { isBlank } from "./read-list.ts";

/** A new item: fields of a mapping in the order they are written in, or an account id. */
export type NewItem = string | Readonly<Record<string, string | readonly string[]>>;

/** Lines of one item: from the start of the line with its dash to the end of its last line. */
interface Span {
  from: number;
  to: number;
}

interface BlockList {
  kind: "block";
  indent: number;
  items: Span[];
}

type ListText = BlockList | { kind: "flow"; document: Document; sequence: YAMLSeq } | { kind: "none"; text: string };

interface SourceToken {
  type: string;
  offset: number;
}
interface BlockSequenceToken {
  type: "block-seq";
  items: { start: SourceToken[] }[];
}

const plainText = /^[A-Za-z][A-Za-z0-9_./+=,@{}*:-]*$/;
const wordsOfYaml = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

/** A text as YAML: plain where every reader takes it for a text, in quotes where one might not. */
function scalar(text: string): string {
  return plainText.test(text) && !text.endsWith(":") && !wordsOfYaml.test(text) ? text : JSON.stringify(text);
}

function renderItem(item: NewItem, indent: number): string {
  const margin = " ".repeat(indent);
  // Account ids are digits, and would lose their zeros without quotes.
  if (typeof item === "string") return `${margin}- ${JSON.stringify(item)}\n`;
  const lines = Object.entries(item).flatMap(([name, value]) =>
    typeof value === "string"
      ? [`${name}: ${scalar(value)}`]
      : [`${name}:`, ...value.map((inner) => `- ${scalar(inner)}`)],
  );
  return lines.map((line, i) => `${margin}${i === 0 ? "- " : "  "}${line}\n`).join("");
}

const endOfLine = (text: string, at: number): number => {
  const newline = text.indexOf("\n", at);
  return newline === -1 ? text.length : newline + 1;
};

/** The end of an item that reaches to `limit` at most: blank lines and comments outside of it belong to nobody. */
function spanEnd(text: string, from: number, limit: number, indent: number): number {
  let end = endOfLine(text, from);
  for (let at = end; at < limit; at = endOfLine(text, at)) {
    const line = text.slice(at, endOfLine(text, at));
    const margin = /^ */.exec(line)?.[0].length ?? 0;
    const outside = line.trim() === "" || (line.trimStart().startsWith("#") && margin <= indent);
    if (!outside) end = endOfLine(text, at);
  }
  return end;
}

function blockList(text: string, sequence: YAMLSeq): BlockList | undefined {
  const token = sequence.srcToken as BlockSequenceToken | undefined;
  if (token?.type !== "block-seq") return undefined;
  const dashes = token.items.flatMap(
    ({ start }) => start.findLast(({ type }) => type === "seq-item-ind")?.offset ?? [],
  );
  const starts = dashes.map((dash) => text.lastIndexOf("\n", dash - 1) + 1);
  const indent = (dashes[0] ?? 0) - (starts[0] ?? 0);
  const ownLines = starts.every((start, i) => text.slice(start, dashes[i]).trim() === "");
  if (dashes.length !== sequence.items.length || !ownLines) return undefined;
  const end = endOfLine(text, Math.max(0, (sequence.range?.[2] ?? text.length) - 1));
  const items = starts.map((from, i) => ({ from, to: spanEnd(text, from, starts[i + 1] ?? end, indent) }));
  return { kind: "block", indent, items };
}

function readListText(text: string): ListText {
  if (isBlank(text)) return { kind: "none", text: "" };
  const options = { schema: "failsafe", keepSourceTokens: true, uniqueKeys: false, logLevel: "silent" } as const;
  const documents = parseAllDocuments(text, options);
  const document = Array.isArray(documents) ? documents[0] : undefined;
  const contents = document?.contents;
  const rest = text.endsWith("\n") ? text : `${text}\n`;
  if (!document || !contents) return { kind: "none", text: rest };
  if (!isSeq(contents) || contents.items.length === 0) {
    const [from, to] = contents.range ?? [0, text.length];
    const left = text.slice(0, from).replace(/ +$/, "") + text.slice(endOfLine(text, Math.max(from, to - 1)));
    return { kind: "none", text: left === "" || left.endsWith("\n") ? left : `${left}\n` };
  }
  return blockList(text, contents) ?? { kind: "flow", document, sequence: contents };
}

const quoted = (text: string): Scalar => {
  const node = new Scalar(text);
  node.type = "QUOTE_DOUBLE";
  return node;
};

/** Adds an item, after the last one or before the one at `at`. */
export function insertItem(text: string, item: NewItem, at: number = Number.POSITIVE_INFINITY): string {
  const list = readListText(text);
  if (list.kind === "none") return list.text + renderItem(item, 0);
  if (list.kind === "flow") {
    const node =
      typeof item === "string"
        ? quoted(item)
        : list.document.createNode(
            Object.fromEntries(
              Object.entries(item).map(([name, value]) => [
                name,
                typeof value === "string" ? quoted(value) : value.map(quoted),
              ]),
            ),
          );
    list.sequence.items.splice(Math.min(at, list.sequence.items.length), 0, node);
    return list.document.toString({ lineWidth: 0 });
  }
  const before = list.items[at - 1] ?? (at > 0 ? list.items.at(-1) : undefined);
  const offset = before?.to ?? list.items[0]?.from ?? text.length;
  const head = text.slice(0, offset);
  return (head === "" || head.endsWith("\n") ? head : `${head}\n`) + renderItem(item, list.indent) + text.slice(offset);
}

/** Takes items away, by their places. An empty list is left as `[]`, as eksctl leaves it. */
export function removeItems(text: string, places: readonly number[]): string {
  const list = readListText(text);
  if (list.kind === "none" || places.length === 0) return text;
  if (list.kind === "flow") {
    list.sequence.items = list.sequence.items.filter((_, i) => !places.includes(i));
    return list.document.toString({ lineWidth: 0 });
  }
  let left = text;
  for (const [i, { from, to }] of [...list.items.entries()].toReversed())
    if (places.includes(i)) left = left.slice(0, from) + left.slice(to);
  if (list.items.length > places.length) return left;
  return `${left === "" || left.endsWith("\n") ? left : `${left}\n`}[]\n`;
}

/** Puts quotes around the plain texts of a list: account ids that YAML would take for numbers. */
export function quoteItems(text: string): string {
  const documents = parseAllDocuments(text, { schema: "failsafe", logLevel: "silent" });
  const contents = Array.isArray(documents) ? documents[0]?.contents : undefined;
  if (!isSeq(contents)) return text;
  let left = text;
  for (const node of contents.items.toReversed()) {
    if (!isScalar(node) || node.type !== "PLAIN" || !node.range) continue;
    const [from, to] = node.range;
    left = left.slice(0, from) + JSON.stringify(String(node.value)) + left.slice(to);
  }
  return left;
}
