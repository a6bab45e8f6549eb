// Findings about a file, one line each, as editors and grep like them.
import type { Diagnostic } from "../../base/index.ts";
import { formatLocation } from "../../base/index.ts";

/** `file:line:column severity code message`; never more than one line, whatever the file holds. */
export function findingLine(finding: Diagnostic): string {
  const { severity, code, title, remedy } = finding;
  const text = `${formatLocation(finding.at)} ${severity} ${code} ${title}${remedy ? ` (${remedy})` : ""}`;
  // Names out of the file may hold line breaks and escape sequences.
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F]+/g, " ").trim();
}

/** `2 errors, 1 warning`. */
export function findingCounts(findings: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic["severity"]): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const words = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;
  const parts = [words(count("error"), "error"), words(count("warning"), "warning")].filter(
    (part) => !part.startsWith("0"),
  );
  return parts.join(", ");
}
