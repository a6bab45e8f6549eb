// Every form that a report can be had in.
import type { RehearsalReport } from "../report.ts";
import { htmlReporter } from "./html.ts";
import { jsonReporter } from "./json.ts";
import { junitReporter } from "./junit.ts";
import type { Reporter } from "./reporter.ts";
import { textReporter } from "./text.ts";

/** Text first: it is what a terminal gets. */
export const reporters: readonly Reporter[] = [textReporter, jsonReporter, junitReporter, htmlReporter];

/** The form that a file's name asks for; undefined when it says nothing. */
export function reporterOf(file: string): Reporter | undefined {
  return reporters.find(({ endings }) => endings.some((ending) => file.toLowerCase().endsWith(ending)));
}

/** A report in a form; an unknown one is text. */
export function renderReport(report: RehearsalReport, form: string): string {
  return (reporters.find(({ name }) => name === form) ?? textReporter).render(report);
}
