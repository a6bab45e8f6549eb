// How stages of a rehearsal look: a number and a title, and the sentence that they end with.
import type { StageReport } from "../../rehearse/index.ts";
import type { Output } from "../command.ts";
import type { Meaning, Symbols } from "./style.ts";
import { paint } from "./style.ts";

/** `3  Apply`, with space above. */
export function stageBegins(output: Output, title: string, number: number): string {
  return `\n${paint(output, "strong", `${number}  ${title}`)}`;
}

/** `   ✔ 13 steps done`. */
export function stageEnds(
  output: Output,
  glyphs: Symbols,
  { outcome, text }: Pick<StageReport, "outcome" | "text">,
): string {
  const [meaning, glyph]: [Meaning, string] =
    outcome === "passed"
      ? ["good", glyphs.done]
      : outcome === "failed"
        ? ["bad", glyphs.failed]
        : ["dim", glyphs.pending];
  return `   ${paint(output, meaning, glyph)} ${text}`;
}
