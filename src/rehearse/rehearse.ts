// The standard rehearsal: plan, apply, manifests, Ready, upgrades, faults, destroy; and a report of it all.
import type { Diagnostic } from "../base/index.ts";
import { hasErrors, LotseError } from "../base/index.ts";
import { loadCluster } from "../lotse.ts";
import { faultNamed } from "./faults/index.ts";
import { lifecycleFindings } from "./manifests/lifecycle.ts";
import type { Manifests } from "./manifests/read.ts";
import type { Rehearsal, RehearsalInput } from "./rehearsal.ts";
import { missingKubernetes, openRehearsal } from "./rehearsal.ts";
import type { RehearsalReport, StageReport } from "./report.ts";
import type { Stage, StageListener } from "./stage.ts";
import { counted, runStage, skipStage } from "./stage.ts";
import { applyStage, planStage } from "./stages/begin.ts";
import { destroyStage } from "./stages/destroy.ts";
import { faultStage } from "./stages/fault.ts";
import { inventory } from "./stages/inventory.ts";
import { upgradeCheckStage } from "./stages/upgrade-check.ts";
import { upgradeStage, versionsBetween } from "./stages/upgrade.ts";
import { manifestsStage, readyStage } from "./stages/workloads.ts";

/** What is rehearsed, and how. */
export interface RehearseOptions extends Omit<RehearsalInput, "manifests"> {
  /** As {@link readManifests} gives them; what is wrong with them is reported with the rest. */
  manifests: Manifests;
  upgradeTo?: string;
  /** Names of faults, one after another. */
  faults?: readonly string[];
  listener?: StageListener;
  /** Called instead of destroying; the account lives until it resolves. */
  keep?: (rehearsal: Rehearsal, report: RehearsalReport) => Promise<void>;
}

const rank = { error: 0, warning: 1, info: 2 } as const;

function sorted(findings: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  const once = findings.filter(({ code, title, at }) => {
    const key = `${code} ${title} ${at?.file}:${at?.line}`;
    return !seen.has(key) && seen.add(key);
  });
  return once.toSorted((a, b) => rank[a.severity] - rank[b.severity]);
}

/** What the rehearsal has found out so far. */
export function reportOf(
  rehearsal: Rehearsal,
  begin: Pick<RehearsalReport, "cluster" | "region" | "version" | "kubernetes" | "startedAt"> & {
    wall: number;
    cpu: NodeJS.CpuUsage;
    upgradedTo?: string;
    leftovers?: string[];
  },
): RehearsalReport {
  const { wall, cpu, upgradedTo, leftovers, ...facts } = begin;
  const { user, system } = process.cpuUsage(cpu);
  const findings = sorted(rehearsal.stages.flatMap((stage) => stage.findings));
  const failed = hasErrors(findings) || rehearsal.stages.some(({ outcome }) => outcome === "failed");
  return {
    apiVersion: "lotse.dev/rehearsal/v1",
    ...facts,
    file: rehearsal.file,
    ...(upgradedTo === undefined ? {} : { upgradedTo }),
    outcome: rehearsal.signal.aborted ? "interrupted" : failed ? "findings" : "passed",
    seconds: { virtual: rehearsal.seconds(), wall: (performance.now() - wall) / 1000, cpu: (user + system) / 1e6 },
    stages: rehearsal.stages,
    findings,
    timeline: rehearsal.timeline.read(),
    ...(leftovers === undefined ? {} : { leftovers }),
  };
}

/** Stages after apply, in order, and whether they need Kubernetes. */
function later(options: RehearseOptions, versions: readonly string[]): { stage: Stage; kubernetes: boolean }[] {
  const times = new Map<string, number>();
  const faults = (options.faults ?? []).map((name) => {
    times.set(name, (times.get(name) ?? 0) + 1);
    return faultStage(faultNamed(name), times.get(name) ?? 1);
  });
  return [
    ...(options.manifests.manifests.length > 0 ? [{ stage: manifestsStage, kubernetes: true }] : []),
    { stage: readyStage, kubernetes: true },
    ...versions.flatMap((version) => [
      { stage: upgradeCheckStage(version), kubernetes: false },
      { stage: upgradeStage(version), kubernetes: false },
    ]),
    ...faults.map((stage) => ({ stage, kubernetes: true })),
  ];
}

/** An upgrade that stopped halfway is nothing to go on from; workloads that aren't Ready are. */
const stopsHalfway = ({ severity, data }: Diagnostic): boolean =>
  severity === "error" && data?.["workload"] === undefined;

/** What is known of the files before anything is made. */
const checkStage = ({ manifests, findings }: Manifests, from: string, to: string): Stage => ({
  id: "check",
  title: "Read the files",
  run: async ({ file, text, cluster }, notes) => {
    const { metadata } = (await cluster()).config;
    const { diagnostics } = await loadCluster(text, { file });
    notes.findings.push(...diagnostics, ...findings, ...lifecycleFindings(manifests, from, to));
    const objects = manifests.length > 0 ? `; ${counted(manifests.length, "object")} for it` : "";
    return `${metadata.name}: Kubernetes ${from} in ${metadata.region}${objects}`;
  },
});

/**
 * Rehearses a cluster in an account of its own, from plan to destroy.
 *
 * @throws LotseError for what makes a rehearsal impossible: an invalid file (`config/…`), `rehearse/bad-version`,
 *   `rehearse/unknown-fault`, `rehearse/no-kubernetes`. What it finds is in the report.
 */
export async function rehearse(options: RehearseOptions): Promise<RehearsalReport> {
  const { manifests: read, listener = {} } = options;
  const started = { startedAt: new Date().toISOString(), wall: performance.now(), cpu: process.cpuUsage() };
  for (const name of options.faults ?? []) faultNamed(name);
  await using rehearsal = await openRehearsal({ ...options, manifests: read.manifests });
  const { metadata } = (await rehearsal.cluster()).config;
  const version = metadata.version ?? "";
  const versions = options.upgradeTo === undefined ? [] : versionsBetween(version, options.upgradeTo);
  if (rehearsal.missing !== undefined && read.manifests.length > 0) {
    throw new LotseError("rehearse/no-kubernetes", {
      title: `The manifests can't be rehearsed: ${rehearsal.missing}`,
      remedy: `Get the programs with \`lotse sandbox kubernetes install ${version}\`, or leave --manifests out.`,
    });
  }
  for (const each of rehearsal.missing === undefined ? versions : []) {
    const missing = await missingKubernetes(each, options.sandbox);
    if (missing === undefined) continue;
    throw new LotseError("rehearse/no-kubernetes", {
      title: `The upgrade can't be rehearsed: ${missing}`,
      remedy: `Get the programs with \`lotse sandbox kubernetes install ${each}\`.`,
    });
  }
  const upgradedTo = versions.at(-1);
  let leftovers: string[] | undefined;
  let kubernetes: RehearsalReport["kubernetes"] = { missing: rehearsal.missing ?? "it was never reached" };
  const report = (): RehearsalReport =>
    reportOf(rehearsal, {
      ...started,
      cluster: metadata.name,
      region: metadata.region,
      version,
      kubernetes,
      ...(upgradedTo === undefined ? {} : { upgradedTo }),
      ...(leftovers === undefined ? {} : { leftovers }),
    });
  const before = inventory(rehearsal);
  const run = (stage: Stage): Promise<StageReport> => runStage(rehearsal, stage, listener);
  try {
    await run(checkStage(read, version, upgradedTo ?? version));
    await run(planStage);
    let standing = (await run(applyStage)).outcome === "passed";
    for (const { stage, kubernetes: needed } of later(options, versions)) {
      if (!standing) skipStage(rehearsal, stage, "the cluster isn't as it should be", listener);
      else if (needed && rehearsal.missing !== undefined) skipStage(rehearsal, stage, rehearsal.missing, listener);
      else {
        const { findings } = await run(stage);
        if (stage.id.startsWith("upgrade-") && findings.some(stopsHalfway)) standing = false;
        if (needed && "missing" in kubernetes)
          kubernetes = { version: (await (await rehearsal.kubernetes()).kube.version()).gitVersion };
      }
    }
    if (options.keep) {
      // Ctrl-C, which ends the keeping, interrupts nothing: the report is that of now.
      const kept = report();
      await options.keep(rehearsal, kept);
      return kept;
    }
    await run(destroyStage(before, (left) => (leftovers = left)));
  } catch (error) {
    if (!rehearsal.signal.aborted) throw error;
  }
  return report();
}
