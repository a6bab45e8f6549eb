// YAML 1.2 wants the lines of a bracketed list or map indented deeper than its key; eksctl's reader doesn't care. When a file
// can't be read otherwise, line ends (and comments) inside brackets become blanks: every offset stays the same.

/** The text with every bracketed collection on one line; undefined when there is nothing to change. */
export function withoutFlowLines(text: string): string | undefined {
  const out: string[] = [];
  let depth = 0;
  let changed = false;
  let blockScalarIndent: number | undefined;
  for (const line of text.split(/(?<=\n)/)) {
    const indent = line.length - line.trimStart().length;
    if (blockScalarIndent !== undefined && (line.trim() === "" || indent > blockScalarIndent)) {
      out.push(line);
      continue;
    }
    blockScalarIndent = undefined;
    const before = depth;
    const scanned = scanLine(line, depth);
    // Quotes over several lines are beyond this; better the reader's own message.
    if (!scanned) return undefined;
    depth = scanned.depth;
    if (depth === 0 && /(?:^|[:\-?] )[|>][-+0-9]*\s*(?:#.*)?\r?\n?$/.test(line)) blockScalarIndent = indent;
    const joins = depth > 0;
    changed ||= joins || before > 0;
    out.push(joins ? scanned.text.replace(/\r?\n$/, (end) => " ".repeat(end.length)) : scanned.text);
  }
  return changed && depth === 0 ? out.join("") : undefined;
}

/** Depth of brackets after the line, and the line without the comment that would swallow what follows. */
function scanLine(line: string, from: number): { depth: number; text: string } | undefined {
  let depth = from;
  let startsNode = true;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? "";
    if (char === "#" && /^$|\s/.test(line[at - 1] ?? "")) {
      const comment = line.slice(at).replace(/\r?\n$/, "");
      return {
        depth,
        text: depth > 0 ? line.slice(0, at) + " ".repeat(comment.length) + line.slice(at + comment.length) : line,
      };
    }
    if ((char === '"' || char === "'") && startsNode) {
      const quoted = (char === '"' ? /"(?:[^"\\]|\\.)*"/y : /'(?:[^']|'')*'/y).exec(line.slice(at));
      if (!quoted) return undefined;
      at += quoted[0].length - 1;
      startsNode = false;
    } else if ((char === "[" || char === "{") && startsNode) depth += 1;
    else if ((char === "]" || char === "}") && depth > 0) depth -= 1;
    else if (char.trim() !== "") startsNode = ":,-?".includes(char);
  }
  return { depth, text: line };
}
