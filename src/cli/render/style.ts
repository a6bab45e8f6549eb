// Colours and symbols: three meanings and dim, nothing else.
import { styleText } from "node:util";
export { formatDuration } from "../../base/index.ts";
import type { Output } from "../command.ts";

export type Meaning = "good" | "attention" | "bad" | "dim" | "strong";

const formats = { good: "green", attention: "yellow", bad: "red", dim: "dim", strong: "bold" } as const;

/** Colours `text` when the output wants colour. */
export function paint(output: Output, meaning: Meaning, text: string): string {
  return output.color ? styleText(formats[meaning], text, { validateStream: false }) : text;
}

export interface Symbols {
  done: string;
  failed: string;
  warning: string;
  running: readonly string[];
  pending: string;
  arrow: string;
}

const unicode: Symbols = {
  done: "✔",
  failed: "✖",
  warning: "▲",
  running: ["◐", "◓", "◑", "◒"],
  pending: "◌",
  arrow: "→",
};
const ascii: Symbols = {
  done: "ok",
  failed: "x",
  warning: "!",
  running: ["-", "\\", "|", "/"],
  pending: ".",
  arrow: "->",
};

type Environment = Readonly<Record<string, string | undefined>>;

/** True for a locale whose character set lacks our symbols: C, POSIX, or one that names another set than UTF-8. */
function isNarrowLocale(env: Environment): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  const set = /\.([^@]+)/.exec(locale)?.[1];
  return /^(C|POSIX)$/.test(locale) || (set !== undefined && !/^utf-?8$/i.test(set));
}

/** Symbols that the locale can show. */
export function symbols(env: Environment): Symbols {
  return env["TERM"] === "dumb" || env["TERM"] === "linux" || isNarrowLocale(env) ? ascii : unicode;
}

const spelled: Readonly<Record<string, string>> = { "→": "->", "·": "-", "…": "...", "±": "+-", "–": "-", "✔": "ok" };

/** How texts for a person are written: as they are, or with ASCII for the symbols that the locale can't show. */
export function spelling(env: Environment): (text: string) => string {
  if (!isNarrowLocale(env)) return (text) => text;
  return (text) => text.replaceAll(/[→·…±–✔]/g, (symbol) => spelled[symbol] ?? symbol);
}

/** Whether a stream should be coloured, by the usual variables. */
export function wantsColor(isTTY: boolean, env: Environment): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] !== "0";
  if (env["TERM"] === "dumb") return false;
  return isTTY;
}
