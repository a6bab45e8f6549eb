// The report as JSON, for programs.
import type { DoctorReport } from "../report.ts";
import { countOf, summaryOf } from "../report.ts";

/** Everything, with a summary in front. */
export function json(report: DoctorReport): string {
  const counts = {
    error: countOf(report, "error"),
    warning: countOf(report, "warning"),
    info: countOf(report, "info"),
    unknown: report.unknown.length,
    excluded: report.excluded.length,
  };
  return `${JSON.stringify({ summary: summaryOf(report), counts, ...report }, undefined, 2)}\n`;
}
