// Values of annotations as Go reads them: the webhook that everybody's manifests are written for is a Go program.

const truths: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true])),
  ...Object.fromEntries(["0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false])),
};

/** strconv.ParseBool; undefined for everything else. */
export function parseGoBool(text: string): boolean | undefined {
  return Object.hasOwn(truths, text) ? truths[text] : undefined;
}

/** strconv.ParseInt in base ten, 64 bits; undefined for everything else. */
export function parseGoInt(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ""));
  return BigInt.asIntN(64, value) === value ? Number(value) : undefined;
}

/** A field in quotation marks, from its first one on; undefined when the marks don't fit. */
function quotedField(text: string, start: number): { field: string; end: number } | undefined {
  let field = "";
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] !== '"') field += text[at];
    else if (text[at + 1] === '"') {
      field += '"';
      at += 1;
    } else return { field, end: at + 1 };
  }
  return undefined;
}

/** encoding/csv: the first record. Spaces count; undefined where Go finds an error or nothing at all. */
export function parseGoCsvRecord(source: string): readonly string[] | undefined {
  const text = source.replaceAll("\r\n", "\n").replace(/^\n+/, "");
  if (text === "") return undefined;
  const fields: string[] = [];
  for (let at = 0; ;) {
    if (text[at] === '"') {
      const quoted = quotedField(text, at);
      if (!quoted) return undefined;
      fields.push(quoted.field);
      at = quoted.end;
    } else {
      const [plain = ""] = /^[^,\n]*/.exec(text.slice(at)) ?? [];
      if (plain.includes('"')) return undefined;
      fields.push(plain);
      at += plain.length;
    }
    const next = text[at];
    if (next === undefined || next === "\n") return fields;
    if (next !== ",") return undefined;
    at += 1;
  }
}
