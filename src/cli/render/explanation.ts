// The documentation of one field of the cluster file, for the terminal.
import type { FieldExplanation } from "../../lotse.ts";
import type { Output } from "../command.ts";
import { paint } from "./style.ts";
import { tableLines } from "./table.ts";

/** Lines: what it is, its facts, and what stands below it. */
export function explanationLines(explanation: FieldExplanation, output: Output): string[] {
  const { path, type, doc, about, required, example, allowed, deprecated, readOnly, fields } = explanation;
  const facts: [string, string | undefined][] = [
    ["type", type],
    ["required", required ? "yes" : undefined],
    ["default", explanation.default],
    ["allowed", allowed?.join(", ")],
    ["example", example === undefined ? undefined : JSON.stringify(example)],
    ["deprecated", deprecated],
    ["note", readOnly ? "written by eksctl; has no effect in a file" : undefined],
  ];
  const lines = [paint(output, "strong", path), "", doc, ...(about ? [about] : []), ""];
  for (const [name, value] of facts)
    if (value !== undefined) lines.push(`  ${paint(output, "dim", name.padEnd(10))} ${value}`);
  if (!fields) return lines;
  const columns = [
    { title: "FIELD", value: (row: (typeof fields)[number]) => `${row.name}${row.required ? " *" : ""}` },
    { title: "TYPE", value: (row: (typeof fields)[number]) => row.type, shrink: true },
    { title: "MEANING", value: (row: (typeof fields)[number]) => row.doc, shrink: true },
  ];
  // Without a terminal nothing needs to be cut.
  const width = output.isTTY ? output.columns : Infinity;
  return [
    ...lines,
    "",
    ...tableLines(columns, fields, width),
    ...(fields.some((row) => row.required) ? ["", "* required"] : []),
  ];
}
