// YAML (or JSON) text to source trees, one per document, with every syntax error and its place.
import type { CST, Document, ParsedNode } from "yaml";
import { Composer, LineCounter, Parser } from "yaml";
import type { Diagnostic, SourceLocation } from "../../base/index.ts";
import { maxDepth } from "./limits.ts";
import { buildTree } from "./build.ts";
import { withoutFlowLines } from "./relax.ts";
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
  const locate = (offset: number): SourceLocation => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { ...(file === undefined ? {} : { file }), line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const yaml = isJson(text) ? text.replaceAll("\t", " ") : text;
  const documents = readDocuments(yaml, lines.addNewLine, locate);
  if (!isBroken(documents[0])) return { documents, locate };
  const joined = withoutFlowLines(yaml);
  const again = joined === undefined ? [] : readDocuments(joined, () => undefined, locate);
  const [first] = again;
  if (!first || isBroken(first)) return { documents, locate };
  const [reason] = documents[0]?.problems ?? [];
  first.problems.push({
    code: "config/flow-indent",
    severity: "warning",
    title: "Lines inside brackets are not indented deeper than their key; eksctl reads that, YAML 1.2 doesn't allow it",
    remedy: "Indent them",
    ...(reason?.at ? { at: reason.at } : {}),
  });
  return { documents: again, locate };
}

const isBroken = (document: SourceDocument | undefined): boolean =>
  document?.problems.some((problem) => problem.code === "config/yaml-syntax") ?? false;

function readDocuments(
  text: string,
  onNewLine: (offset: number) => unknown,
  locate: (offset: number) => SourceLocation,
): SourceDocument[] {
  const tokens = [...new Parser((offset) => void onNewLine(offset)).parse(text)];
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
  const composer = new Composer({ schema: "failsafe", uniqueKeys: false, prettyErrors: false, logLevel: "silent" });
  const documents: SourceDocument[] = [];
  // The library makes an Error per mistake; a broken file has thousands, and their stack traces are most of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    for (const document of composer.compose(tokens, false, text.length))
      documents.push(readDocument(document, text, locate));
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return documents;
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

/** JSON may be indented with tabs, YAML may not; the offsets stay the same with blanks in their place. */
function isJson(text: string): boolean {
  if (!/^\s*\{/.test(text) || !text.includes("\t")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Not JSON: the YAML reader says what is wrong with it.
    return false;
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
