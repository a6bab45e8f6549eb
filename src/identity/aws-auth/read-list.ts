// YAML inside of one key of aws-auth, typed as the authenticator's Go decoder types it.
import type { YAMLSeq } from "yaml";
import { isScalar, isSeq, LineCounter, parseAllDocuments } from "yaml";
import { errorMessage } from "../../base/index.ts";

/** One item with its place. `value` is undefined when the item is no map. */
export interface ListItem {
  index: number;
  line: number;
  value: Readonly<Record<string, unknown>> | undefined;
}

/** Aliases may repeat things, and not more of them than a person would write. */
const maxAliases = 100;

/** Text that stands for "nothing": an empty value, or an empty string in quotes of any kind. */
export function isBlank(text: string): boolean {
  return ["", '""', "''", "``"].includes(text.trim());
}

interface ParsedKey {
  sequence: YAMLSeq | undefined;
  /** The same in plain values. */
  values: readonly unknown[];
  lines: LineCounter;
}

/** A key's text is no YAML list. */
export interface NoList {
  ok: false;
  problem: string;
  /** From 1. */
  line: number;
}

const isTimeTag = ({ tag, format }: { tag: string; format?: string }): boolean =>
  tag === "tag:yaml.org,2002:timestamp" || format === "TIME";

/** The sequence in a key's text; none when it holds nothing but comments. */
function parseSequence(text: string, schema: "yaml-1.1" | "failsafe"): ParsedKey | NoList {
  const lines = new LineCounter();
  // Go's decoder takes the first document, lets a key stand twice (the last counts) and types by YAML 1.1, except that
  // dates and `1:30` are texts to it.
  const documents = parseAllDocuments(text, {
    schema,
    customTags: (tags) => tags.filter((tag) => typeof tag === "string" || !isTimeTag(tag)),
    merge: true,
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
    logLevel: "silent",
  });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  if (!document) return { sequence: undefined, values: [], lines };
  const [error] = document.errors;
  if (error) return { ok: false, problem: error.message, line: lines.linePos(error.pos[0]).line };
  const { contents } = document;
  // Without types `null` is a text.
  if (contents === null || (isScalar(contents) && /^(null|~)?$/i.test(contents.source ?? "")))
    return { sequence: undefined, values: [], lines };
  if (!isSeq(contents)) return { ok: false, problem: "it is no list", line: 1 };
  try {
    const values = document.toJS({ maxAliasCount: maxAliases }) as readonly unknown[];
    return { sequence: contents, values, lines };
  } catch (error) {
    // Aliases that multiply, or one without an anchor.
    return { ok: false, problem: errorMessage(error), line: 1 };
  }
}

const lineOf = (lines: LineCounter, node: unknown): number => {
  const start = (node as { range?: readonly number[] | null } | null)?.range?.[0];
  return start === undefined ? 1 : Math.max(1, lines.linePos(start).line);
};

/** Items of mapRoles or mapUsers. Names of their keys come out in lower case: Go's decoder doesn't mind the case. */
export function readMaps(text: string): { ok: true; items: readonly ListItem[] } | NoList {
  if (isBlank(text)) return { ok: true, items: [] };
  const parsed = parseSequence(text, "yaml-1.1");
  if ("problem" in parsed) return parsed;
  const items = (parsed.sequence?.items ?? []).map((node, index): ListItem => {
    const value = parsed.values[index];
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    return {
      index,
      line: lineOf(parsed.lines, node),
      value: isMap ? lowerKeys(value as Record<string, unknown>) : undefined,
    };
  });
  return { ok: true, items };
}

function lowerKeys(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  // A key in two spellings: Go sorts them, and the last one stays.
  const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, inner]) => [name.toLowerCase(), inner]));
}

/** A scalar of mapAccounts, its place, and whether YAML took it for a number. */
export interface AccountItem {
  line: number;
  text: string;
  quoted: boolean;
}

/** Items of mapAccounts, digits kept: `012345678901` is a text here, whatever YAML makes of it. */
export function readAccounts(text: string): { ok: true; items: readonly AccountItem[] } | NoList {
  if (isBlank(text)) return { ok: true, items: [] };
  const parsed = parseSequence(text, "failsafe");
  if ("problem" in parsed) return parsed;
  const items: AccountItem[] = [];
  for (const node of parsed.sequence?.items ?? []) {
    const line = lineOf(parsed.lines, node);
    if (!isScalar(node)) return { ok: false, problem: "an item is no text", line };
    items.push({ line, text: typeof node.value === "string" ? node.value : "", quoted: node.type !== "PLAIN" });
  }
  return { ok: true, items };
}
