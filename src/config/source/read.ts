// YAML (or JSON) text to source trees, one per document, with every syntax error and its place.
import type { CST, Document, ParsedNode } from "yaml";
import { Composer, LineCounter, Parser } from "yaml";
import { errorMessage } from "../../base/index.ts";
import type { Diagnostic, SourceLocation } from "../../base/index.ts";
import { maxDepth } from "./limits.ts";
import { buildTree } from "./build.ts";
import { relaxIndentation } from "./relax.ts";
import type { SourceNode } from "./tree.ts";

/** One document of the file. `root` is missing when it is empty or can't be read. */
export interface SourceDocument {
  root?: SourceNode;
  problems: Diagnostic[];
  at: number;
  /** Its text, for a look at what it was meant to be when it can't be read. */
  text: string;
}

export interface SourceFile {
  documents: SourceDocument[];
  /** Line and column, both from 1, of an offset. */
  locate(offset: number): SourceLocation;
}

/** Reads every document of the text. Never throws for what the text holds. */
export function readSource(text: string, file: string | undefined): SourceFile {
  const lines = new LineCounter();
  // Counted here: of a broken text the parser doesn't tell every line.
  for (let start = 0; start >= 0; start = text.indexOf("\n", start) + 1 || -1) lines.addNewLine(start);
  const locate = (offset: number): SourceLocation => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { ...(file === undefined ? {} : { file }), line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const json = readJson(text);
  const yaml = json === "valid" ? text.replaceAll("\t", " ") : text;
  const head = beginning(yaml);
  const documents = readDocuments(head ?? yaml, locate);
  const [given] = documents;
  const noJson = typeof json === "object" ? [{ ...json, at: locate(0) }] : [];
  if (!isBroken(given)) given?.problems.push(...noJson);
  if (head !== undefined || !isBroken(given)) return { documents, locate };
  const relaxed = relaxIndentation(yaml);
  if (!relaxed) return { documents, locate };
  const locateRelaxed = (offset: number): SourceLocation => locate(relaxed.original(offset));
  const again = readDocuments(relaxed.text, locateRelaxed);
  const [first] = again;
  if (!first || isBroken(first)) return { documents, locate };
  const [reason] = given?.problems ?? [];
  first.problems.push(...noJson, {
    code: "config/flow-indent",
    severity: "warning",
    title:
      "Lines inside brackets or quotes are not indented deeper than their key, or a comment touches a quote; eksctl reads " +
      "that, YAML 1.2 doesn't allow it",
    remedy: "Indent them, and put a blank before the comment",
    ...(reason?.at ? { at: reason.at } : {}),
  });
  return { documents: again, locate: locateRelaxed };
}

/** How much of a large text is tried first, and how many mistakes in it make the rest not worth reading. */
const triedFirst = 32 * 1024;
const hopeless = 200;

/** The first lines of a large text when they are no YAML at all: reading half a megabyte of quotes takes seconds. */
function beginning(text: string): string | undefined {
  if (text.length <= 2 * triedFirst) return undefined;
  const head = text.slice(0, text.lastIndexOf("\n", triedFirst) + 1 || triedFirst);
  const mistakes = (yaml: string): number => {
    const tokens = [...new Parser().parse(yaml)];
    // Deep nesting is found later, and composing it would overflow the stack.
    if (findTooDeep(tokens) !== undefined) return 0;
    return compose(tokens, yaml.length).reduce((sum, { errors }) => sum + errors.length, 0);
  };
  if (mistakes(head) <= hopeless) return undefined;
  const relaxed = relaxIndentation(head);
  return relaxed && mistakes(relaxed.text) <= hopeless ? undefined : head;
}

const isBroken = (document: SourceDocument | undefined): boolean =>
  document?.problems.some((problem) => problem.code === "config/yaml-syntax") ?? false;

function readDocuments(text: string, locate: (offset: number) => SourceLocation): SourceDocument[] {
  const tokens = [...new Parser().parse(text)];
  const tooDeep = findTooDeep(tokens);
  if (tooDeep !== undefined) {
    const problem: Diagnostic = {
      code: "config/too-deep",
      severity: "error",
      title: `Lists and maps are nested more than ${maxDepth} deep`,
      remedy: "A cluster file needs no such nesting; look for brackets that are never closed",
      at: locate(tooDeep),
    };
    return [{ problems: [problem], at: 0, text }];
  }
  return compose(tokens, text.length).map((document) => readDocument(document, text, locate));
}

function compose(tokens: readonly CST.Token[], length: number): Document.Parsed[] {
  const composer = new Composer({ schema: "failsafe", uniqueKeys: false, prettyErrors: false, logLevel: "silent" });
  // The library makes an Error per mistake; a broken file has thousands, and their stack traces are most of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return [...composer.compose(tokens, false, length)];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function readDocument(
  document: Document.Parsed,
  text: string,
  locate: (offset: number) => SourceLocation,
): SourceDocument {
  const [start, , end] = document.range;
  const problems = document.errors.slice(0, 5).map((error): Diagnostic => ({
    code: "config/yaml-syntax",
    severity: "error",
    title: `Not valid YAML: ${error.message.split("\n")[0]}`,
    remedy: remedies[error.code] ?? "Check indentation, colons and quotes on this line and the one before",
    at: locate(error.pos[0]),
  }));
  const own: SourceDocument = { problems, at: start, text: text.slice(start, end) };
  if (problems.length > 0 || !document.contents) return own;
  const built = buildTree(document.contents as ParsedNode, locate);
  return { ...own, ...(built.root ? { root: built.root } : {}), problems: built.problems };
}

const remedies: Record<string, string> = {
  TAB_AS_INDENT: "Indent with spaces; YAML allows no tabs there",
  BAD_DQ_ESCAPE: "Double the backslash or use single quotes",
  MISSING_CHAR: "Close the quote or bracket that is still open",
  BAD_SCALAR_START: "Put the value in quotes",
};

/**
 * Whether the text is JSON. eksctl reads a file twice, and the second time takes everything that begins with { for JSON. JSON may
 * be indented with tabs, YAML may not; the offsets stay the same with blanks in their place.
 */
function readJson(text: string): "valid" | "other" | Diagnostic {
  if (!/^\s*\{/.test(text)) return "other";
  try {
    JSON.parse(text);
    return "valid";
  } catch (error) {
    return {
      code: "config/json-syntax",
      severity: "error",
      title: `The file begins with { and is not JSON: ${errorMessage(error)}`,
      detail: "eksctl reads every file that begins with a brace as JSON",
      remedy: "Write JSON, or YAML that begins with apiVersion:",
    };
  }
}

/** Offset of the first token nested deeper than allowed. The composer recurses, so this must be known before it runs. */
function findTooDeep(tokens: readonly CST.Token[]): number | undefined {
  const stack: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { token, depth } = next;
    if (depth > maxDepth) return token.offset;
    if (token.type === "document" && token.value) stack.push({ token: token.value, depth });
    if (!("items" in token)) continue;
    for (const item of token.items) {
      if (item.key) stack.push({ token: item.key, depth: depth + 1 });
      if (item.value) stack.push({ token: item.value, depth: depth + 1 });
    }
  }
  return undefined;
}
