// Dates: support of the version that is there, and of the one that is wanted.
import type { UnknownPart, UpgradeFinding } from "../judgement.ts";
import { costOfStaying } from "../calendar/cost.ts";
import { daysBetween, rowOf, standingOf } from "../calendar/model.ts";
import type { UpgradeWorld } from "../world.ts";

/** A person needs so long for an upgrade that is planned. */
const soonDays = 90;

function present({ calendar, cluster }: UpgradeWorld): UpgradeFinding[] {
  const row = rowOf(calendar, cluster.version);
  const cost = costOfStaying(calendar, cluster.version, cluster.support);
  if (!row || !cost || row.endOfStandardSupport === undefined) return [];
  const { version, status, endOfStandardSupport, endOfExtendedSupport } = row;
  const code = "upgrades/end-of-support";
  const subject = `cluster/${cluster.name}`;
  const forced = `EKS upgrades the control plane by itself on ${cost.forcedOn}${cost.forcedTo === undefined ? "" : `, to ${cost.forcedTo}`}, at a time of its own`;
  if (status === "UNSUPPORTED")
    return [
      { code, severity: "warning", subject, title: `${version} is out of support since ${endOfExtendedSupport}` },
    ];
  if (status === "EXTENDED_SUPPORT") {
    const title = `${version} is in extended support since ${endOfStandardSupport}: $0.60 an hour instead of $0.10`;
    return [{ code, severity: "warning", subject, title, detail: forced }];
  }
  const left = daysBetween(calendar.today, endOfStandardSupport);
  if (status !== "STANDARD_SUPPORT" || left > soonDays) return [];
  const title = `Standard support of ${version} ends on ${endOfStandardSupport}, in ${left} days`;
  return [{ code, severity: "info", subject, title, detail: forced }];
}

/** Judges the calendar. */
export function judgeCalendar(world: UpgradeWorld): { findings: UpgradeFinding[]; unknown: UnknownPart[] } {
  const { calendar, to } = world;
  const standing = standingOf(calendar, to);
  const findings = present(world);
  const unknown: UnknownPart[] = [];
  if (standing === "UNKNOWN")
    unknown.push({
      part: `Kubernetes ${to}`,
      reason: `it is newer than the calendar (as of ${calendar.asOf}); ask the account for a newer one`,
    });
  if (standing === "UNSUPPORTED")
    findings.push({
      code: "upgrades/target-not-offered",
      severity: "error",
      subject: `version/${to}`,
      title: `EKS doesn't support Kubernetes ${to} any more`,
      remedy: "Go further: `lotse versions` lists what is supported.",
    });
  if (calendar.mayMissVersions)
    unknown.push({
      part: "calendar",
      reason: `the table is of ${calendar.asOf}; versions that came later are missing until the account is asked`,
    });
  return { findings, unknown };
}
