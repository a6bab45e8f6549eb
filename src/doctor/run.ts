// Making the checks: all at once over the sources that there are; what a source can't tell is unknown.
import { createHash } from "node:crypto";
import type { Check, Seen, Source, World } from "./check.ts";
import { sources } from "./check.ts";
import { isSystem } from "./objects/workloads.ts";
import type { DoctorReport, ExcludedFinding, Exclusion, Finding, UnknownCheck } from "./report.ts";
import { bySeverity } from "./report.ts";
import { Unread } from "./unread.ts";

/** What a visit takes besides the world. */
export interface DoctorOptions {
  checks: readonly Check[];
  exclusions?: readonly Exclusion[];
  /** Fingerprints of findings that are known already. */
  baseline?: ReadonlySet<string>;
  cluster?: string;
  region?: string;
}

function fingerprintOf(id: string, { kind, namespace, name, part }: Seen["subject"]): string {
  return createHash("sha256").update([id, kind, namespace, name, part].join("\u0000")).digest("hex").slice(0, 20);
}

function findingOf(check: Check, source: Source, seen: Seen): Finding {
  const { ignores: _, ...resource } = seen.subject;
  return {
    id: check.id,
    area: check.area,
    severity: seen.severity ?? check.severity,
    title: check.title,
    text: seen.text,
    source,
    resource,
    evidence: seen.evidence ?? {},
    fix: { text: check.remedy, ...(seen.command === undefined ? {} : { command: seen.command }) },
    docs: check.docs,
    ...(seen.at ? { at: seen.at } : {}),
    fingerprint: fingerprintOf(check.id, seen.subject),
  };
}

interface Outcome {
  check: Check;
  looked: boolean;
  seen: { source: Source; seen: Seen }[];
  unknown: UnknownCheck[];
}

async function make(check: Check, world: World): Promise<Outcome> {
  const looks = check.looks(world);
  const outcome: Outcome = { check, looked: looks.length > 0, seen: [], unknown: [] };
  const { id, title, area } = check;
  await Promise.all(
    looks.map(async ({ source, look }) => {
      try {
        for (const seen of await look()) outcome.seen.push({ source, seen });
      } catch (error) {
        if (!(error instanceof Unread)) throw error;
        outcome.unknown.push({ id, title, area, source, reason: error.message });
      }
    }),
  );
  return outcome;
}

/** `web-*` as a pattern. */
function matches(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true;
  const source = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${source.join(".*")}$`).test(text);
}

const covers = (exclusion: Exclusion, { id, resource }: Finding): boolean =>
  exclusion.check === id &&
  (exclusion.kind === undefined || exclusion.kind === resource.kind) &&
  (exclusion.namespace === undefined || exclusion.namespace === resource.namespace) &&
  matches(exclusion.name, resource.name);

/** Ordinary rules aren't for add-ons of the system; serious holes are, whoever has them. */
const isExempt = (check: Check, { subject, severity }: Seen): boolean =>
  check.area === "workloads" && (severity ?? check.severity) !== "error" && isSystem(subject);

/**
 * Makes every check whose sources are there.
 *
 * @throws what went wrong with the doctor itself; what can't be read is in the report
 */
export async function runChecks(world: World, options: DoctorOptions): Promise<DoctorReport> {
  const { checks, exclusions = [], baseline = new Set(), cluster, region } = options;
  const valid = exclusions.filter(({ until }) => world.today <= until);
  const outcomes = await Promise.all(checks.map(async (check) => make(check, world)));
  const findings: Finding[] = [];
  const excluded: ExcludedFinding[] = [];
  for (const { check, seen: all } of outcomes) {
    for (const { source, seen } of all) {
      if (isExempt(check, seen)) continue;
      const finding = findingOf(check, source, seen);
      const { ignores } = seen.subject;
      const rule = valid.find((exclusion) => covers(exclusion, finding));
      if (rule) excluded.push({ finding, by: "exclusion", reason: rule.reason, until: rule.until });
      else if (ignores?.checks.includes(check.id)) excluded.push({ finding, by: "annotation", reason: ignores.reason });
      else if (baseline.has(finding.fingerprint)) excluded.push({ finding, by: "baseline", reason: "known before" });
      else findings.push(finding);
    }
  }
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(region === undefined ? {} : { region }),
    today: world.today,
    sources: sources.filter((source) => world[source] !== undefined),
    findings: findings.sort(
      (a, b) =>
        bySeverity(a.severity, b.severity) ||
        (a.id < b.id ? -1 : a.id > b.id ? 1 : 0) ||
        `${a.resource.namespace}/${a.resource.name}`.localeCompare(`${b.resource.namespace}/${b.resource.name}`),
    ),
    unknown: outcomes.flatMap(({ unknown }) => unknown),
    excluded,
    expired: exclusions.filter(({ until }) => until < world.today),
    checked: outcomes.filter(({ looked }) => looked).map(({ check }) => check.id),
    notChecked: outcomes.filter(({ looked }) => !looked).map(({ check }) => check.id),
  };
}
