// Emptying the nodes of a managed group in the cluster that runs behind it.
import type { Context, KubernetesDrain, KubernetesDrainRequest } from "../../core/index.ts";
import { latency } from "./latency.ts";
import type { NodegroupRow } from "./state.ts";

/** Asks the running cluster to empty nodes of a group; undefined when none runs, then there are no pods. */
export function drainNodes(
  ctx: Context,
  row: Readonly<NodegroupRow>,
  request: KubernetesDrainRequest,
): KubernetesDrain | undefined {
  const { account, region } = ctx;
  return ctx.kubernetes?.drainNodes?.({ account, region, name: row.clusterName }, request);
}

/** Nodes of a group take pods again. */
export function restoreNodes(ctx: Context, row: Readonly<NodegroupRow>, instances: readonly string[]): void {
  const { account, region } = ctx;
  ctx.kubernetes?.restoreNodes?.({ account, region, name: row.clusterName }, instances);
}

/** True while there are pods left and neither they nor EKS's patience have come to an end. */
export function waitsForDrain(ctx: Context, drain: KubernetesDrain | undefined, since: number): boolean {
  if (!drain || drain.nodes.length === 0) return false;
  return drain.busy || ctx.now() - since < latency.nodegroupDrainPatience * 1000;
}
