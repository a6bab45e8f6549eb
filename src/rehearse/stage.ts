// A part of a rehearsal, and how it is run: what it finds is collected, what it throws becomes a finding.
import { formatDuration, isLotseError } from "../base/index.ts";
import type { Diagnostic } from "../base/index.ts";
import type { Rehearsal } from "./rehearsal.ts";
import type { CaseReport, Outcome, StageReport } from "./report.ts";

/** Where a stage writes down what it sees. */
export interface Notes {
  cases: CaseReport[];
  findings: Diagnostic[];
}

/** Declares what one does. It returns the sentence that it ends with; what it throws ends the rehearsal, destroy apart. */
export interface Stage {
  id: string;
  title: string;
  run(rehearsal: Rehearsal, notes: Notes): Promise<string>;
}

/** Hears of stages as they come and go. */
export interface StageListener {
  begins?(stage: Stage, number: number): void;
  ends?(report: StageReport, number: number): void;
}

const isError = ({ severity }: Diagnostic): boolean => severity === "error";

/** Runs one and files its report. @throws what is no finding: defects, and the signal's reason */
export async function runStage(rehearsal: Rehearsal, stage: Stage, listener: StageListener): Promise<StageReport> {
  rehearsal.signal.throwIfAborted();
  const number = rehearsal.stages.length + 1;
  listener.begins?.(stage, number);
  rehearsal.timeline.mark(stage.title);
  const [from, wall] = [rehearsal.seconds(), performance.now()];
  const notes: Notes = { cases: [], findings: [] };
  const file = (outcome: Outcome, text: string): StageReport => {
    const report = {
      id: stage.id,
      title: stage.title,
      outcome,
      text,
      from,
      to: rehearsal.seconds(),
      wallSeconds: (performance.now() - wall) / 1000,
      ...notes,
    };
    rehearsal.stages.push(report);
    return report;
  };
  let report: StageReport;
  try {
    const text = await stage.run(rehearsal, notes);
    const failed = notes.findings.some(isError) || notes.cases.some(({ outcome }) => outcome === "failed");
    report = file(failed ? "failed" : "passed", text);
  } catch (error) {
    if (rehearsal.signal.aborted) {
      file("failed", "interrupted");
      throw error;
    }
    if (!isLotseError(error)) throw error;
    notes.findings.push(...error.diagnostics);
    report = file("failed", error.message);
  }
  listener.ends?.(report, number);
  return report;
}

/** A stage that isn't run, and why. */
export function skipStage(
  rehearsal: Rehearsal,
  { id, title }: Pick<Stage, "id" | "title">,
  text: string,
  listener: StageListener,
): StageReport {
  const number = rehearsal.stages.length + 1;
  const at = rehearsal.seconds();
  const report: StageReport = {
    id,
    title,
    outcome: "skipped",
    text,
    from: at,
    to: at,
    wallSeconds: 0,
    cases: [],
    findings: [],
  };
  rehearsal.stages.push(report);
  listener.ends?.(report, number);
  return report;
}

/** `3 nodes`, `1 node`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** `AWS would take about 14m, the sandbox took 1.2s`. */
export function timesText(virtualSeconds: number, wallMilliseconds: number): string {
  return `AWS would take about ${formatDuration(virtualSeconds)}, the sandbox took ${(wallMilliseconds / 1000).toFixed(1)}s`;
}
