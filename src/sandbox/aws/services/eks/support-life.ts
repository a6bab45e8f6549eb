// The end of a version's support: EKS moves a cluster that is still on it to the next minor, its control plane alone
// (user guide, "Understand the Kubernetes version lifecycle on EKS").
import { eksVersion, minorOf, supportedVersions } from "../../../../facts/index.ts";
import type { Context, TimerDefinition } from "../../core/index.ts";
import { AwsError, calendarSubject, defineTimer } from "../../core/index.ts";
import { asEks } from "./lookup.ts";
import type { ClusterRow } from "./state.ts";
import { clusters } from "./state.ts";

const day = 24 * 3600;

/** When a cluster is moved on: at the end of standard support, or of extended support where it pays for that. */
function endOf(row: Readonly<ClusterRow>): number | undefined {
  const facts = eksVersion(row.version);
  if (!facts) return undefined;
  return Date.parse(
    row.upgradePolicy?.supportType === "STANDARD" ? facts.endOfStandardSupport : facts.endOfExtendedSupport,
  );
}

/** Waits for the end of support, anew when version or policy have changed. A date that is past is a day away. */
export function watchSupport(ctx: Context, name: string): void {
  const row = ctx.table(clusters).get(name);
  const end = row && endOf(row);
  if (!row || end === undefined) return;
  forgetSupport(ctx, row);
  const seconds = end > ctx.now() ? (end - ctx.now()) / 1000 : day;
  const supportTimer = ctx.schedule(supportEnded, seconds, `${calendarSubject}eks/support/${name}`, { name });
  ctx.table(clusters).update(name, { hidden: { ...row.hidden, supportTimer } });
}

/** Waits no longer. */
export function forgetSupport(ctx: Context, row: Readonly<ClusterRow>): void {
  if (row.hidden.supportTimer !== undefined) ctx.cancel(row.hidden.supportTimer);
}

export const supportEnded: TimerDefinition<{ name: string }> = defineTimer<{ name: string }>(
  "eks/support-ended",
  ({ name }, ctx) => {
    const row = ctx.table(clusters).get(name);
    const next = row && `1.${minorOf(row.version) + 1}`;
    // Beyond the calendar nobody knows what AWS will do.
    if (!row || !supportedVersions(ctx.now()).some(({ version }) => version === next)) return;
    try {
      asEks(ctx).call("eks", "UpdateClusterVersion", { name, version: next, force: true });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      // Another update is under way, or the subnets are full: tomorrow again.
      watchSupport(ctx, name);
    }
  },
);
