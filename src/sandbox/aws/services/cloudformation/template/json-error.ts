// Where a JSON text breaks: AWS tells line and column, and JSON.parse of Node 20 doesn't always.

/** Offset of the first character that can't stand where it is; the text's length when it ends too soon. */
export function jsonErrorOffset(text: string): number {
  const token =
    /[ \t\r\n]*("(?:[^"\\\p{Cc}]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:])/uy;
  const open: ("{" | "[")[] = [];
  // What may come next: a value, a key, or what separates them.
  let expected: "value" | "first" | "key" | "colon" | "after" = "value";
  for (;;) {
    const start = token.lastIndex + (/^[ \t\r\n]*/.exec(text.slice(token.lastIndex))?.[0].length ?? 0);
    const found = token.exec(text)?.[1];
    if (found === undefined) return start;
    const inObject = open.at(-1) === "{";
    if (found === "{" || found === "[") {
      if (expected !== "value" && !(expected === "first" && !inObject)) return start;
      open.push(found);
      expected = "first";
    } else if (found === "}" || found === "]") {
      if ((expected !== "first" && expected !== "after") || (found === "}") !== inObject || open.length === 0)
        return start;
      open.pop();
      expected = "after";
    } else if (found === ",") {
      if (expected !== "after" || open.length === 0) return start;
      expected = inObject ? "key" : "value";
    } else if (found === ":") {
      if (expected !== "colon") return start;
      expected = "value";
    } else if ((expected === "first" && inObject) || expected === "key") {
      if (!found.startsWith('"')) return start;
      expected = "colon";
    } else if (expected === "value" || expected === "first") expected = "after";
    else return start;
  }
}
