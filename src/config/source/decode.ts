// Bytes to text, before any YAML: encodings, byte-order marks, characters that YAML forbids.
import type { Diagnostic } from "../../base/index.ts";
import { maxLength } from "./limits.ts";

/** The text of a file, or why it has none. UTF-8 and, with a byte-order mark, UTF-16: what eksctl's reader takes. */
export function decodeText(
  input: string | Uint8Array,
  file: string | undefined,
): { text?: string; problem?: Diagnostic } {
  const at = { ...(file === undefined ? {} : { file }), line: 1, column: 1 };
  if (input.length > maxLength)
    return {
      problem: {
        code: "config/too-large",
        severity: "error",
        title: `The file holds ${input.length} characters; the limit is ${maxLength}`,
        remedy: "Give lotse the cluster file itself; split very large clusters",
        at,
      },
    };
  let text: string;
  try {
    text =
      typeof input === "string"
        ? input
        : new TextDecoder(encodingOf(input), { fatal: true, ignoreBOM: true }).decode(input);
  } catch {
    // TextDecoder throws for malformed bytes only; which byte it was it doesn't say.
    return {
      problem: {
        code: "config/not-text",
        severity: "error",
        title: "The file is not UTF-8 text",
        remedy: "Save the file as UTF-8",
        at,
      },
    };
  }
  text = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const bad = forbidden.exec(text);
  if (!bad) return { text };
  const before = text.slice(0, bad.index).split(/\r\n|\n/);
  const code = (bad[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return {
    problem: {
      code: "config/control-character",
      severity: "error",
      title: `Character U+${code} is not allowed in YAML`,
      detail: "eksctl stops at it as well; a file read in the wrong encoding is the usual reason",
      remedy: `Remove it or, inside double quotes, write it as \\u${code}`,
      at: { ...at, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 },
    },
  };
}

// YAML 1.1 §4.1.1: everything but tab, line breaks and printable characters; lone surrogates are no characters at all.
const forbidden: RegExp = new RegExp(
  [
    String.raw`[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x84\x86-\x9F\uFEFF\uFFFE\uFFFF]`,
    String.raw`[\uD800-\uDBFF](?![\uDC00-\uDFFF])`,
    String.raw`(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]`,
  ].join("|"),
);

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return "utf-8";
}
