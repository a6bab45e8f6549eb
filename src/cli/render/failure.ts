// How errors reach a person: the finding, where it is, what to do. A stack trace only for defects, and on request.
import type { Diagnostic } from "../../base/index.ts";
import { errorMessage, formatLocation, isLotseError } from "../../base/index.ts";
import type { Output } from "../command.ts";
import { paint } from "./style.ts";

/** Lines of one finding. */
export function diagnosticLines(output: Output, diagnostic: Diagnostic): string[] {
  const meaning = diagnostic.severity === "error" ? "bad" : diagnostic.severity === "warning" ? "attention" : "dim";
  const place = formatLocation(diagnostic.at);
  const lines = [
    `${place ? `${place}: ` : ""}${paint(output, meaning, diagnostic.severity)} ${paint(output, "dim", diagnostic.code)} ${diagnostic.title}`,
  ];
  if (diagnostic.detail) lines.push(...diagnostic.detail.split("\n").map((line) => `    ${line}`));
  if (diagnostic.remedy)
    lines.push(...diagnostic.remedy.split("\n").map((line, i) => `    ${i === 0 ? "→ " : "  "}${line}`));
  return lines;
}

/** Lines for anything that was thrown. */
export function failureLines(output: Output, error: unknown, debug: boolean): string[] {
  if (isLotseError(error)) {
    const lines = error.diagnostics.flatMap((diagnostic) => diagnosticLines(output, diagnostic));
    if (debug && error.stack) lines.push(paint(output, "dim", error.stack));
    return lines;
  }
  const code = "cli/defect";
  const lines = [`${paint(output, "bad", "error")} ${paint(output, "dim", code)} ${errorMessage(error)}`];
  lines.push("    This is a defect in lotse. Please report it with the output of the same command and --debug.");
  if (debug && error instanceof Error && error.stack) lines.push(paint(output, "dim", error.stack));
  return lines;
}
