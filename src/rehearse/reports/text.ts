// The report for people who read it in a log or a terminal, without colours.
import { formatDuration, formatLocation } from "../../base/index.ts";
import type { Diagnostic } from "../../base/index.ts";
import type { RehearsalReport, StageReport } from "../report.ts";
import type { Reporter } from "./reporter.ts";

const marks = { passed: "✔", failed: "✖", skipped: "◌" } as const;

/** One line for each finding, and what to do below it. */
export function findingLines({ code, severity, title, detail, remedy, at }: Diagnostic): string[] {
  const place = formatLocation(at);
  return [
    `${place ? `${place} ` : ""}${severity} ${code} ${title}`,
    ...(detail ? detail.split("\n").map((line) => `    ${line}`) : []),
    ...(remedy ? [`    → ${remedy}`] : []),
  ];
}

/** `15m 5s`, or nothing for what took no time. */
export function stageTime({ from, to }: Pick<StageReport, "from" | "to">): string {
  return to - from < 1 ? "" : formatDuration(to - from);
}

/** The last sentence: how it went, and in what time. */
export function verdict(report: RehearsalReport): string {
  const { outcome, findings, seconds } = report;
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.filter(({ severity }) => severity === "warning").length;
  const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const what =
    outcome === "interrupted"
      ? "Interrupted; nothing of it is left on this machine."
      : outcome === "passed"
        ? `Everything went as it should${warnings > 0 ? `, with ${count(warnings, "warning")}` : ""}.`
        : `${[errors > 0 ? count(errors, "finding") : "", warnings > 0 ? count(warnings, "warning") : ""].filter(Boolean).join(" and ") || "Not everything went as it should"}.`;
  return `${what} AWS would have taken ${formatDuration(seconds.virtual)}; this took ${seconds.wall.toFixed(1)}s.`;
}

function render(report: RehearsalReport): string {
  const { cluster, region, file, stages, findings, kubernetes, version, upgradedTo } = report;
  const width = Math.max(...stages.map(({ title }) => title.length), 0);
  const target =
    "version" in kubernetes ? kubernetes.version : `Kubernetes ${version}, AWS half only: ${kubernetes.missing}`;
  const lines = [
    `rehearse ${cluster} · ${file} · ${region} · ${target}${upgradedTo ? ` → ${upgradedTo}` : ""}`,
    "",
    ...stages.map(
      (stage) => `${marks[stage.outcome]} ${stage.title.padEnd(width)}  ${stageTime(stage).padStart(7)}  ${stage.text}`,
    ),
    "",
    ...findings.flatMap(findingLines),
    ...(findings.length > 0 ? [""] : []),
    verdict(report),
  ];
  return `${lines.join("\n")}\n`;
}

export const textReporter: Reporter = { name: "text", endings: [".txt", ".log"], render };
