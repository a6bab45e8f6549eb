// What a doctor's visit gives: findings, what is unknown, what was left out and why.
import type { Severity, SourceLocation } from "../base/index.ts";
import type { Area, Source, Subject } from "./check.ts";

/** One finding. */
export interface Finding {
  id: string;
  area: Area;
  severity: Severity;
  /** Of the check. */
  title: string;
  /** Of this case. */
  text: string;
  source: Source;
  resource: Omit<Subject, "ignores">;
  evidence: Readonly<Record<string, unknown>>;
  fix: { text: string; command?: string };
  docs: string;
  at?: SourceLocation;
  /** The same for the same check on the same thing, whatever else changes; baselines hold these. */
  fingerprint: string;
}

/** A check that couldn't tell. */
export interface UnknownCheck {
  id: string;
  title: string;
  area: Area;
  source: Source;
  reason: string;
}

/** A finding that somebody has decided to live with. */
export interface ExcludedFinding {
  finding: Finding;
  by: "exclusion" | "annotation" | "baseline";
  reason: string;
  until?: string;
}

/** The whole answer. */
export interface DoctorReport {
  cluster?: string;
  region?: string;
  today: string;
  sources: readonly Source[];
  /** Worst first. */
  findings: readonly Finding[];
  unknown: readonly UnknownCheck[];
  excluded: readonly ExcludedFinding[];
  /** Exclusions whose day has come. */
  expired: readonly Exclusion[];
  /** Ids of checks that were made. */
  checked: readonly string[];
  /** Ids of checks for which no source was given. */
  notChecked: readonly string[];
}

/** A decision to live with a finding, from the `doctor` section of the Platform document. */
export interface Exclusion {
  check: string;
  kind?: string;
  namespace?: string;
  /** Of the object; `*` stands for anything. */
  name?: string;
  reason: string;
  /** `2027-03-31`: from the next day on it counts no more. */
  until: string;
}

const weight: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** Order of severities, worst first. */
export const bySeverity = (a: Severity, b: Severity): number => weight[a] - weight[b];

/** How many findings of a severity there are. */
export const countOf = ({ findings }: Pick<DoctorReport, "findings">, severity: Severity): number =>
  findings.filter((finding) => finding.severity === severity).length;

/**
 * What the visit means for a program: true when there is a finding at or above a severity, or, when strict, something is
 * unknown.
 */
export function fails(report: DoctorReport, failOn: Severity, strict: boolean): boolean {
  return (
    report.findings.some(({ severity }) => bySeverity(severity, failOn) <= 0) || (strict && report.unknown.length > 0)
  );
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** The summary in one sentence. */
export function summaryOf(report: DoctorReport): string {
  const { findings, unknown, excluded, checked } = report;
  const open = unknown.length === 0 ? "" : `; ${plural(unknown.length, "check")} couldn't tell, which is no pass`;
  const left = excluded.length === 0 ? "" : `; ${plural(excluded.length, "finding")} left out by decision`;
  const counts = [
    plural(countOf(report, "error"), "error"),
    plural(countOf(report, "warning"), "warning"),
    plural(countOf(report, "info"), "hint"),
  ].join(", ");
  return `${plural(checked.length, "check")}: ${findings.length === 0 ? "nothing found" : counts}${open}${left}`;
}

/** `Deployment shop/web (container app)`, an ARN where there is no kind. */
export function nameOfSubject({ kind, name, namespace, part }: Omit<Subject, "ignores">): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}${part === undefined ? "" : ` (${part})`}`;
}
