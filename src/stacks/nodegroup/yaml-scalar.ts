// One value as Go's YAML writer puts it down, style by style: plain where that is read back as text, in single quotes where only
// signs are in the way, in double quotes where it would be taken for something else, as a block over several lines.
// https://yaml.org/spec/1.1/ §9, and the columns at which that writer folds.

/** Column beyond which the next blank becomes a line end. */
const foldAt = 80;

const words: ReadonlySet<string> = new Set(
  ["y", "yes", "on", "true", "n", "no", "off", "false", "null", "~"].flatMap((word) => [
    word,
    word.toUpperCase(),
    word.charAt(0).toUpperCase() + word.slice(1),
  ]),
);
const number =
  /^(?:[-+]?(?:0|[1-9]\d*)|[-+]?0[oO]?[0-7]+|[-+]?0[xX][\da-fA-F]+|[-+]?0[bB][01]+|[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
/** What only some readers of YAML 1.1 take for a number: a lone point, an exponent of nothing. */
const nearlyNumber = /^[-+]?(?:\d[\d_]*)?(?:\.[\d_]*|(?:\.[\d_]*)?[eE][-+]?\d+)$/;
const base60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/;
const date = /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ]\d{1,2}:\d)/;

/** True when the text, unquoted, would be a boolean, a number, a date or nothing. */
function isAmbiguous(text: string): boolean {
  if (text === "" || words.has(text)) return true;
  return (
    /^[-+.\deE]/.test(text) &&
    (number.test(text.replaceAll("_", "")) || nearlyNumber.test(text) || base60.test(text) || date.test(text))
  );
}

/** Characters that need an escape: all but printable ones of the Basic Multilingual Plane. */
const special = /[^\n\x20-\x7E\xA0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD]/;
/** Signs that mean something at the begin, or beside a blank. */
const indicators = /^[#,[\]{}&*!|>'"%@`]|^[-?](?= |$)|^(?:---|\.\.\.)|:(?= |$)| #/;

const escapes: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1B": "\\e",
  '"': '\\"',
  "\\": "\\\\",
};

function escape(char: string): string {
  const short = escapes[char];
  if (short !== undefined) return short;
  if (!special.test(char)) return char;
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return code.length <= 2
    ? `\\x${code.padStart(2, "0")}`
    : code.length <= 4
      ? `\\u${code.padStart(4, "0")}`
      : `\\U${code.padStart(8, "0")}`;
}

/** Where a value stands: the column it begins in, and the indentation of its further lines. */
export interface Place {
  readonly column: number;
  readonly indent: string;
}

/** The text with the blank after {@link foldAt} columns as a line end, where it stands alone between two words. */
function fold(text: string, { column, indent }: Place): string {
  if (column + text.length <= foldAt) return text;
  let out = "";
  let at = column;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? "";
    const alone = char === " " && text[i - 1] !== " " && text[i + 1] !== " " && i > 0 && i < text.length - 1;
    if (alone && at > foldAt) {
      out += `\n${indent}`;
      at = indent.length;
    } else {
      out += char;
      at += 1;
    }
  }
  return out;
}

/** A block of lines (`|`), or undefined where a blank before a line end or at the end would be lost. */
function block(text: string, indent: string): string | undefined {
  if (/ (?:\n|$)/.test(text) || special.test(text)) return undefined;
  const hint = /^[ \n]/.test(text) ? "2" : "";
  const chomp = !text.endsWith("\n") ? "-" : text === "\n" || text.endsWith("\n\n") ? "+" : "";
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  return `|${hint}${chomp}\n${lines.map((line) => (line === "" ? "" : indent + line)).join("\n")}`;
}

/** Text as a value, or with no place as a key, which stays on its line. */
export function yamlString(text: string, place?: Place): string {
  const inQuotes = (): string => `"${Array.from(text, escape).join("")}"`;
  if (text.includes("\n")) return (place && block(text, place.indent)) ?? inQuotes();
  // As a key, << would merge; Go's writer doesn't mind.
  if (isAmbiguous(text) || special.test(text) || (text === "<<" && !place)) return inQuotes();
  const folded = (plain: string): string => (place ? fold(plain, place) : plain);
  return indicators.test(text) || text.startsWith(" ") || text.endsWith(" ")
    ? folded(`'${text.replaceAll("'", "''")}'`)
    : folded(text);
}

/** A number as Go writes it: in powers of ten below 0.0001, and from a million where it has decimals. */
export function yamlNumber(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) || (size >= 1e-4 && size < 1e6)) return JSON.stringify(value);
  return value.toExponential().replace(/e([-+])(\d)$/, "e$10$2");
}
