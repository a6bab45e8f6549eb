// The verdict over an upgrade: every judge looks at the world; what couldn't be read is unknown, never ready.
import type { Diagnostic, Severity } from "../base/index.ts";
import type { Calendar } from "./calendar/model.ts";
import { costOfStaying } from "./calendar/cost.ts";
import type { StayCost } from "./calendar/cost.ts";
import { judgeAddons } from "./judge/addons.ts";
import type { AddonPlan } from "./judge/addons.ts";
import { judgeApis } from "./judge/apis.ts";
import { judgeCalendar } from "./judge/calendar.ts";
import { judgeHealth } from "./judge/health.ts";
import { judgeImages } from "./judge/images.ts";
import { judgeInsights } from "./judge/insights.ts";
import { judgeSkew } from "./judge/skew.ts";
import type { UpgradeWorld } from "./world.ts";

/** What an upgrade's finding says; `subject` is what it is about. */
export type UpgradeFinding = Diagnostic;

/** Something that couldn't be judged. */
export interface UnknownPart {
  part: string;
  reason: string;
}

/** The answer. */
export interface UpgradeReport {
  cluster: string;
  today: string;
  from: string;
  to: string;
  /** `ready`: nothing stands against it and everything was read. */
  verdict: "ready" | "not ready" | "unknown";
  calendar: Pick<Calendar, "asOf" | "source" | "versions">;
  cost: StayCost | undefined;
  addons: readonly AddonPlan[];
  /** Worst first. */
  findings: readonly UpgradeFinding[];
  unknown: readonly UnknownPart[];
}

const weight: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

function unreadParts(world: UpgradeWorld): UnknownPart[] {
  const parts = {
    nodes: world.nodes,
    workloads: world.inside,
    "node groups": world.groups,
    "add-ons": world.addons,
    "kube-proxy": world.kubeProxy,
    kubectl: world.kubectl,
    "EKS's insights": world.insights,
    "live objects": world.live,
    "Helm releases": world.helm,
    checks: world.checks,
  };
  return Object.entries(parts).flatMap(([part, read]) => ("unread" in read ? [{ part, reason: read.unread }] : []));
}

const of = (
  world: UpgradeWorld,
  findings: readonly UpgradeFinding[],
  unknown: readonly UnknownPart[],
): UpgradeReport => ({
  cluster: world.cluster.name,
  today: world.calendar.today,
  from: world.cluster.version,
  to: world.to,
  verdict: findings.some(({ severity }) => severity === "error")
    ? "not ready"
    : unknown.length > 0
      ? "unknown"
      : "ready",
  calendar: {
    asOf: world.calendar.asOf,
    source: world.calendar.source,
    versions: world.calendar.versions.filter(
      ({ version }) => version === world.cluster.version || version === world.to,
    ),
  },
  cost: costOfStaying(world.calendar, world.cluster.version, world.cluster.support),
  addons: judgeAddons(world).plans,
  findings,
  unknown,
});

/** Judges an upgrade. */
export function judgeUpgrade(world: UpgradeWorld): UpgradeReport {
  const insights = judgeInsights(world);
  const calendar = judgeCalendar(world);
  const checks =
    "value" in world.checks
      ? world.checks.value.map(({ code, severity, subject, title, text, remedy, at }): UpgradeFinding => ({
          code,
          severity,
          subject,
          title: `${subject}: ${text}`,
          detail: title,
          remedy,
          ...(at ? { at } : {}),
        }))
      : [];
  const findings = [
    ...calendar.findings,
    ...judgeSkew(world),
    ...judgeAddons(world).findings,
    ...judgeApis(world),
    ...judgeHealth(world),
    ...judgeImages(world),
    ...insights.findings,
    ...checks,
  ].toSorted((a, b) => weight[a.severity] - weight[b.severity]);
  const unknown = [
    ...unreadParts(world),
    ...calendar.unknown,
    ...insights.unknown,
    ...world.unreadChecks.map(({ code, title, reason }) => ({ part: `${code} (${title})`, reason })),
  ];
  return of(world, findings, unknown);
}
