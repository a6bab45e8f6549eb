// Forms of the report for programs and for people elsewhere than at a terminal.
import type { DoctorReport } from "../report.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import { sarif } from "./sarif.ts";

/** Names of the forms. */
export type ReportFormat = "json" | "sarif" | "junit" | "markdown" | "html";

const renderers: Readonly<Record<ReportFormat, (report: DoctorReport) => string>> = {
  json,
  sarif,
  junit,
  markdown,
  html,
};

/** Every form. */
export const reportFormats: readonly ReportFormat[] = ["json", "sarif", "junit", "markdown", "html"];

/** The text of a report in a form. */
export function renderDoctorReport(report: DoctorReport, format: ReportFormat): string {
  return renderers[format](report);
}
