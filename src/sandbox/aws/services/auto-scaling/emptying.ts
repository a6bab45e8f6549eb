// EKS hangs a hook on the groups of its managed node groups: a node is emptied before its instance ends, whoever ends it.
// https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
import type { Context } from "../../core/index.ts";
import type { Group } from "./state.ts";

/** Between two looks, virtual seconds. */
export const emptySeconds = 30;
/** Budgets are respected for so many virtual seconds; then the instance ends with what runs on it. */
const patienceSeconds = 900;

/**
 * Asks the cluster that runs behind a managed group to empty a node.
 *
 * @param since when it began, virtual epoch ms
 * @returns false when it is empty, when no control plane runs, when nobody manages the group, and after a quarter of an hour
 */
export function isEmptying(ctx: Context, group: Readonly<Group>, instance: string, since: number): boolean {
  const name = group.tags.find(({ key }) => key === "eks:cluster-name")?.value;
  if (name === undefined || group.deleting) return false;
  const { account, region } = ctx;
  const drain = ctx.kubernetes?.drainNodes?.({ account, region, name }, { empty: [instance] });
  if (!drain || drain.nodes.length === 0) return false;
  return drain.busy || ctx.now() - since < patienceSeconds * 1000;
}
