// Baselines: findings that were there when somebody began to look. Only new ones fail from then on.
import { LotseError } from "../base/index.ts";
import type { DoctorReport } from "./report.ts";
import { nameOfSubject } from "./report.ts";

const kind = "lotse-doctor-baseline";

interface Entry {
  fingerprint: string;
  id: string;
  what: string;
}

/** The baseline of a report: what it found, and what an earlier baseline held back. */
export function baselineOf(report: DoctorReport): string {
  const known = report.excluded.filter(({ by }) => by === "baseline").map(({ finding }) => finding);
  const entries = [...report.findings, ...known]
    .map(({ fingerprint, id, resource }): Entry => ({ fingerprint, id, what: nameOfSubject(resource) }))
    .sort((a, b) => (a.id + a.what < b.id + b.what ? -1 : 1));
  return `${JSON.stringify({ kind, version: 1, findings: entries }, undefined, 2)}\n`;
}

/** Fingerprints of a baseline file's text. @throws LotseError `doctor/bad-baseline` */
export function readBaseline(text: string, file: string): ReadonlySet<string> {
  const bad = (detail: string): LotseError =>
    new LotseError("doctor/bad-baseline", {
      title: `${file} is no baseline`,
      detail,
      remedy: "Make one with --write-baseline.",
      at: { file },
      blame: "user",
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(String(error));
  }
  const { kind: found, findings } = (value ?? {}) as { kind?: unknown; findings?: unknown };
  if (found !== kind || !Array.isArray(findings)) throw bad(`Its kind isn't ${kind}`);
  return new Set(findings.map((entry) => String((entry as Partial<Entry> | null)?.fingerprint)));
}
