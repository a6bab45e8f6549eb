// Colours and symbols: three meanings and dim, nothing else.
import { styleText } from "node:util";
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

/** Symbols that the locale can show. */
export function symbols(env: Readonly<Record<string, string | undefined>>): Symbols {
  const locale = env["LC_ALL"] ?? env["LC_CTYPE"] ?? env["LANG"] ?? "";
  const plain = env["TERM"] === "dumb" || env["TERM"] === "linux" || /^(C|POSIX)$/.test(locale);
  return plain ? ascii : unicode;
}

/** Whether a stream should be coloured, by the usual variables. */
export function wantsColor(isTTY: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] !== "0";
  if (env["TERM"] === "dumb") return false;
  return isTTY;
}

/** `45s`, `14m`, `1h 5m`, `1m 12s`: never more than two units. Rounds to whole seconds. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes}m` : `${minutes}m ${whole % 60}s`;
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
