// Which Kubernetes version a cluster may go to: one minor up, or back within seven days of an upgrade.
import { minorOf, rollbackDays, supportedVersions } from "../../../../../facts/index.ts";
import type { Context } from "../../../core/index.ts";
import { invalidParameter, invalidState } from "../errors.ts";
import type { ClusterRow } from "../state.ts";
import { nodegroups } from "../state.ts";
import { checkFreeAddresses, findSubnets } from "./network.ts";

const rollbackWindow = rollbackDays * 24 * 3600 * 1000;

/** Kubelets may be three minors behind the API server, two where they are 1.24 or older. */
export function allowedSkew(kubeletVersion: string): number {
  return minorOf(kubeletVersion) >= 25 ? 3 : 2;
}

/** Node groups that a control plane of this version would be too far ahead of. */
function groupsTooOld(ctx: Context, cluster: string, version: string): string[] {
  return ctx
    .table(nodegroups)
    .by("cluster", cluster)
    .filter((group) => minorOf(version) - minorOf(group.version) > allowedSkew(group.version))
    .map((group) => group.nodegroupName);
}

/** Whether the way back to the version before the last upgrade is still open. */
export function rollbackOpen(ctx: Context, row: Readonly<ClusterRow>, version: string): boolean {
  const from = row.hidden.upgradedFrom;
  return from !== undefined && from.version === version && ctx.now() - from.at <= rollbackWindow;
}

/**
 * Judges a change of version.
 *
 * @param force overrides insights that block, not the order of versions
 */
export function checkVersionChange(
  ctx: Context,
  row: Readonly<ClusterRow>,
  version: string,
  force: boolean,
): "VersionUpdate" | "VersionRollback" {
  const about = { clusterName: row.name };
  const step = minorOf(version) - minorOf(row.version);
  if (step === 0)
    throw invalidParameter(`Cluster is already at the desired configuration with version: ${version}`, about);
  if (!supportedVersions(ctx.now()).some((known) => known.version === version))
    throw invalidParameter("unsupported Kubernetes version", about);
  const back = step === -1 && rollbackOpen(ctx, row, version);
  if (step !== 1 && !back)
    throw invalidParameter(`Unsupported Kubernetes minor version update from ${row.version} to ${version}`, about);
  const groups = ctx.table(nodegroups).by("cluster", row.name);
  const blocking = back
    ? groups.filter((group) => minorOf(group.version) > minorOf(version)).map((group) => group.nodegroupName)
    : groupsTooOld(ctx, row.name, version);
  if (blocking.length > 0 && !force)
    throw invalidState(
      `Nodegroups ${blocking.join(", ")} must be updated to match cluster version ${row.version} before updating cluster ` +
        "version. Call ListInsights to see what blocks the update, or use force to override",
      about,
    );
  checkFreeAddresses(findSubnets(ctx, row.resourcesVpcConfig.subnetIds), { cluster: row.name, free: 5 });
  return back ? "VersionRollback" : "VersionUpdate";
}
