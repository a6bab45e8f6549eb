// What an unquoted word means to eksctl's YAML reader: the YAML 1.1 rules of the Go library it uses, tried with the binary.
import type { SourceScalar } from "./tree.ts";

const words = new Map<string, boolean | null>();
for (const word of ["y", "yes", "on", "true"]) addSpellings(word, true);
for (const word of ["n", "no", "off", "false"]) addSpellings(word, false);
for (const word of ["~", "null"]) addSpellings(word, null);
words.set("", null);

function addSpellings(word: string, value: boolean | null): void {
  words.set(word, value);
  words.set(word.toUpperCase(), value);
  words.set(word.charAt(0).toUpperCase() + word.slice(1), value);
}

const decimal = /^[-+]?(0|[1-9]\d*)$/;
const octal = /^([-+]?)0[oO]?([0-7]+)$/;
const prefixed = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+)$/;
const float = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const infinite = /^[-+]?\.(inf|Inf|INF)$/;

/** Resolves a plain (unquoted) scalar: `yes` is true, `010` is 8, `1e2` is 100, `2026-01-01` stays text. */
export function resolvePlain(text: string, at: number): SourceScalar {
  const word = words.get(text);
  if (word !== undefined || words.has(text))
    return word === null
      ? { kind: "null", value: null, text, at }
      : { kind: "boolean", value: word as boolean, text, at };
  const number = /^[-+.\d]/.test(text) ? parseNumber(text.replaceAll("_", "")) : undefined;
  if (number !== undefined) return { kind: "number", value: number, text, at };
  return { kind: "text", value: text, text, at };
}

function parseNumber(text: string): number | undefined {
  if (decimal.test(text)) return Number(text);
  const octalDigits = octal.exec(text);
  if (octalDigits) return (octalDigits[1] === "-" ? -1 : 1) * Number.parseInt(octalDigits[2] ?? "0", 8);
  const other = prefixed.exec(text);
  if (other) return (other[1] === "-" ? -1 : 1) * Number(other[2]);
  if (float.test(text)) {
    const value = Number(text);
    // Go finds 1e400 out of range and leaves it as text.
    return Number.isFinite(value) ? value : undefined;
  }
  if (infinite.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return /^\.(nan|NaN|NAN)$/.test(text) ? Number.NaN : undefined;
}

const scalarTags: ReadonlySet<string> = new Set(["binary", "bool", "float", "int", "null", "str", "timestamp"]);

/** Resolves a scalar that carries an explicit tag; undefined when the value doesn't fit the tag. */
export function resolveTagged(tag: string, text: string, at: number): SourceScalar | undefined {
  const name = tag.replace("tag:yaml.org,2002:", "");
  // Other tags say nothing to eksctl's reader; what they stand before is text.
  if (!scalarTags.has(name)) return { kind: "text", value: text, text, at };
  if (name === "str" || name === "timestamp" || name === "!") return { kind: "text", value: text, text, at };
  if (name === "binary")
    return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text.replaceAll(/[\r\n]/g, ""))
      ? { kind: "text", value: decodeBase64(text), text, at }
      : undefined;
  const plain = resolvePlain(text, at);
  if (name === "int" && plain.kind === "number" && Number.isInteger(plain.value)) return plain;
  if (name === "float" && plain.kind === "number") return plain;
  if (name === "bool" && plain.kind === "boolean") return plain;
  return name === "null" && plain.kind === "null" ? plain : undefined;
}

function decodeBase64(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
