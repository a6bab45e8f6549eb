// A change is shown and confirmed before it is written.
import { LotseError } from "../base/index.ts";
import type { Confirm } from "../lotse.ts";
import type { Invocation } from "./command.ts";
import { paint } from "./render/style.ts";

/** Asks with the change on stderr: lines that begin with `+` or `-` are coloured. */
export function confirmChange({ terminal, host }: Invocation): Confirm {
  const { stderr } = terminal;
  return async ({ text, diff }) => {
    const lines = diff.map((line) =>
      line.startsWith("+") ? paint(stderr, "good", line) : line.startsWith("-") ? paint(stderr, "bad", line) : line,
    );
    if (lines.length > 0) stderr.write(`${lines.join("\n")}\n`);
    return host.ask({ code: "cli/change-access", text });
  };
}

/** What is thrown when the answer was no. */
export function declined(): LotseError {
  return new LotseError("cli/declined", { title: "Nothing was changed", remedy: "Run it again when you are ready." });
}
