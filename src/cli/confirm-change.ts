// A change is shown and confirmed before it is written.
import type { Diagnostic } from "../base/index.ts";
import { LotseError } from "../base/index.ts";
import type { Confirm } from "../lotse.ts";
import type { Invocation } from "./command.ts";
import { paint } from "./render/style.ts";

/** Says findings on stderr, each with its place and what to do. */
export function tellNotes({ host }: Invocation, notes: readonly Diagnostic[]): void {
  for (const { code, severity, title, remedy, at } of notes) {
    const place = at?.path === undefined ? "" : `${at.path}: `;
    const level = severity === "error" || severity === "warning" ? "warn" : "info";
    host.emit({ level, code, text: `${place}${title}${remedy === undefined ? "" : ` (${remedy})`}` });
  }
}

/** Asks with the change on stderr: lines that begin with `+` or `-` are coloured. */
export function confirmChange(invocation: Invocation): Confirm {
  const { terminal, host } = invocation;
  const { stderr } = terminal;
  return async ({ text, diff, notes }) => {
    const lines = diff.map((line) =>
      line.startsWith("+") ? paint(stderr, "good", line) : line.startsWith("-") ? paint(stderr, "bad", line) : line,
    );
    if (lines.length > 0) stderr.write(`${lines.join("\n")}\n`);
    tellNotes(invocation, notes);
    return host.ask({ code: "cli/change-access", text });
  };
}

/** What is thrown when the answer was no. */
export function declined(): LotseError {
  return new LotseError("cli/declined", { title: "Nothing was changed", remedy: "Run it again when you are ready." });
}
