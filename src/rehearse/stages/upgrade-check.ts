// Before an upgrade is rehearsed: what `lotse upgrade check` would say of the cluster as it is now.
import type { Diagnostic } from "../../base/index.ts";
import type { UpgradeFinding } from "../../lotse.ts";
import { upgrades } from "../../lotse.ts";
import type { Rehearsal } from "../rehearsal.ts";
import type { Stage } from "../stage.ts";
import { counted } from "../stage.ts";

/**
 * What a rehearsal has no use for: dates, which are another matter than whether it works, and add-ons that move right after the
 * control plane, for they do.
 */
const besides = new Set(["upgrades/end-of-support", "upgrades/addon-later"]);

/** Manifests are judged by their lines before anything is made: what they have left in the cluster isn't told again. */
function isToldAlready({ code, subject }: UpgradeFinding, { manifests }: Rehearsal): boolean {
  if (!/^upgrades\/(?:removed|deprecated)-api$/.test(code)) return false;
  return manifests.some(({ object: { kind, metadata } }) => {
    const place = metadata.namespace === undefined ? "" : `${metadata.namespace}/`;
    return subject === `${kind.toLowerCase()}/${place}${metadata.name}`;
  });
}

/** A finding as a rehearsal's: its subject in the sentence, for a report has no column for it. */
function told({ subject, title, ...rest }: UpgradeFinding): Diagnostic {
  const isNamed = subject === undefined || title.startsWith(subject);
  return { ...rest, ...(subject === undefined ? {} : { subject }), title: isNamed ? title : `${subject}: ${title}` };
}

/** Judges the upgrade to a version. What it finds is in the report; the upgrade is rehearsed all the same. */
export function upgradeCheckStage(version: string): Stage {
  return {
    id: `check-${version}`,
    title: `Check whether the cluster is ready for Kubernetes ${version}`,
    run: async (rehearsal, { findings }) => {
      const { metadata } = (await rehearsal.cluster()).config;
      const { verdict, ...report } = await upgrades.check({
        today: new Date(rehearsal.sandbox.clock.now()).toISOString().slice(0, 10),
        to: version,
        living: { aws: rehearsal.aws, name: metadata.name },
      });
      const own = report.findings.filter((each) => !besides.has(each.code) && !isToldAlready(each, rehearsal));
      findings.push(...own.map(told));
      const open = report.unknown.map(({ part }) => part);
      // Everything inside is unknown where there is nothing inside: once is enough.
      const unread = rehearsal.missing === undefined ? open.join(", ") : rehearsal.missing;
      return [
        verdict,
        ...(own.length > 0 ? [counted(own.length, "finding")] : []),
        ...(open.length > 0 ? [`not looked at: ${unread}`] : []),
      ].join("; ");
    },
  };
}
