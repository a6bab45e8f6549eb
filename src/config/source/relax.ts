// What eksctl's YAML reader takes and YAML 1.2 doesn't: lines inside brackets and quotes that are not indented deeper than their
// key, and a comment right after a quote. When a file can't be read otherwise, the missing blanks are put in.

/** A text with blanks put in, and the way back to the places of the original. */
export interface RelaxedText {
  readonly text: string;
  /** Offset in the original of an offset in `text`. */
  readonly original: (offset: number) => number;
}

/** Deepest indentation put in: two columns for each of the hundred levels that are read. */
const maxIndent = 200;
/** Growth beyond which the text is no cluster file: a megabyte of short lines would become two hundred. */
const maxGrowth = 1024 * 1024;

/** What the scanner is inside of, and where blanks go. */
interface Scan {
  readonly text: string;
  at: number;
  /** Open brackets. */
  depth: number;
  /** The open quote. */
  quote: '"' | "'" | undefined;
  /** Column of the outermost bracket or quote that is open. */
  column: number;
  lineStart: number;
  /** True where a value may begin, so that a quote or bracket opens one. */
  startsNode: boolean;
  /** Blanks to put in, by offset. */
  readonly blanks: { at: number; count: number }[];
}

/** The text with every line inside brackets and quotes indented; undefined when there is nothing to put in. */
export function relaxIndentation(text: string): RelaxedText | undefined {
  const scan: Scan = {
    text,
    at: 0,
    depth: 0,
    quote: undefined,
    column: 0,
    lineStart: 0,
    startsNode: true,
    blanks: [],
  };
  let growth = 0;
  while (scan.at < text.length) {
    const before = scan.blanks.length;
    if (scan.at === scan.lineStart && !startLine(scan)) return undefined;
    step(scan);
    for (const { count } of scan.blanks.slice(before)) growth += count;
    if (growth > maxGrowth) return undefined;
  }
  return scan.blanks.length === 0 || scan.quote !== undefined || scan.depth > 0
    ? undefined
    : withBlanks(text, scan.blanks);
}

/** Indents a line that goes on with what an earlier one opened; false where a document ends inside of it. */
function startLine(scan: Scan): boolean {
  if (scan.quote === undefined && scan.depth === 0) {
    scan.startsNode = true;
    return true;
  }
  const { text, lineStart } = scan;
  if (/(?:---|\.\.\.)(?=\s|$)/y.test(text.slice(lineStart, lineStart + 4))) return false;
  let indent = 0;
  while (text[lineStart + indent] === " ") indent += 1;
  const isBlank = /[\r\n]/.test(text[lineStart + indent] ?? "\n");
  const missing = Math.min(scan.column + 1, maxIndent) - indent;
  if (!isBlank && missing > 0) scan.blanks.push({ at: lineStart, count: missing });
  return true;
}

/** Reads one token: a line end, a comment, a part of a quote, a bracket, a word's character. */
function step(scan: Scan): void {
  const { text, at } = scan;
  const char = text[at] ?? "";
  if (char === "\n") {
    scan.at += 1;
    scan.lineStart = scan.at;
  } else if (scan.quote !== undefined) insideQuote(scan, char);
  else if (char === "#" && (at === scan.lineStart || /\s/.test(text[at - 1] ?? ""))) scan.at = endOfLine(text, at);
  else if ((char === '"' || char === "'") && scan.startsNode) {
    open(scan);
    scan.quote = char;
    scan.at += 1;
  } else if ((char === "[" || char === "{") && scan.startsNode) {
    open(scan);
    scan.depth += 1;
    scan.at += 1;
  } else if ((char === "]" || char === "}") && scan.depth > 0) {
    scan.depth -= 1;
    scan.startsNode = false;
    scan.at += 1;
  } else if ((char === "|" || char === ">") && scan.startsNode && scan.depth === 0) scan.at = endOfBlock(scan);
  else word(scan, char);
}

function open(scan: Scan): void {
  if (scan.depth === 0) scan.column = scan.at - scan.lineStart;
}

function insideQuote(scan: Scan, char: string): void {
  const { text, at } = scan;
  // A backslash takes the next character with it, except the line end, which begins a line.
  const escaped = scan.quote === '"' && char === "\\" && text[at + 1] !== "\n";
  const doubled = scan.quote === "'" && char === "'" && text[at + 1] === "'";
  scan.at += escaped || doubled ? 2 : 1;
  if (escaped || doubled || char !== scan.quote) return;
  scan.quote = undefined;
  scan.startsNode = false;
  if (text[scan.at] === "#") {
    scan.blanks.push({ at: scan.at, count: 1 });
    scan.at = endOfLine(text, scan.at);
  }
}

/** Words, and the signs after which a value begins. */
function word(scan: Scan, char: string): void {
  const { text, at, depth } = scan;
  const next = text[at + 1] ?? "\n";
  scan.at += 1;
  if (/\s/.test(char)) return;
  if (char === ",") scan.startsNode = depth > 0;
  else if (char === ":") {
    const afterQuote = depth > 0 && /["']/.test(text[at - 1] ?? "");
    scan.startsNode = /\s/.test(next) || (depth > 0 && /[[\]{},"']/.test(next)) || afterQuote;
  } else if (char === "-" || char === "?") scan.startsNode &&= /\s/.test(next);
  else if ((char === "&" || char === "!") && scan.startsNode)
    while (/[^\s,[\]{}]/.test(text[scan.at] ?? " ")) scan.at += 1;
  else scan.startsNode = false;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

/** End of a block of text (`|`, `>`): its lines are indented deeper than the one that opens it. */
function endOfBlock({ text, at, lineStart }: Scan): number {
  const indent = /[^ ]|$/.exec(text.slice(lineStart, at))?.index ?? 0;
  let end = endOfLine(text, at);
  while (end < text.length) {
    const lineEnd = endOfLine(text, end + 1);
    const line = text.slice(end + 1, lineEnd);
    if (line.trim() !== "" && (/[^ ]|$/.exec(line)?.index ?? 0) <= indent) break;
    end = lineEnd;
  }
  return end;
}

function withBlanks(text: string, blanks: Scan["blanks"]): RelaxedText {
  const parts: string[] = [];
  // Where each run of blanks stands in the new text, and how many stand before it.
  const runs: { start: number; count: number; before: number }[] = [];
  let from = 0;
  let before = 0;
  for (const { at, count } of blanks) {
    parts.push(text.slice(from, at), " ".repeat(count));
    runs.push({ start: at + before, count, before });
    before += count;
    from = at;
  }
  parts.push(text.slice(from));
  const original = (offset: number): number => {
    let low = 0;
    let high = runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((runs[middle]?.start ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    const run = runs[low - 1];
    return run ? Math.max(offset - run.count, run.start) - run.before : offset;
  };
  return { text: parts.join(""), original };
}
