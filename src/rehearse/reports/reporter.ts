// What a report's form is: a function from a rehearsal's data to text.
import type { RehearsalReport } from "../report.ts";

/** A form that a report can be had in. */
export interface Reporter {
  /** As `-o` takes it. */
  name: "text" | "json" | "junit" | "html";
  /** Endings of files that are in this form. */
  endings: readonly string[];
  render(report: RehearsalReport): string;
}
