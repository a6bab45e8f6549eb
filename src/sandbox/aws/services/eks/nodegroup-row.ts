// A managed node group's row, as its timers find and change it.
import type { Context } from "../../core/index.ts";
import { childKey } from "./lookup.ts";
import type { NodegroupRow } from "./state.ts";
import { nodegroups } from "./state.ts";

export interface GroupName {
  cluster: string;
  name: string;
}

/** A group in the middle of an update. */
export interface GroupChange extends GroupName {
  updateId: string;
}

/** Changes members of a group, and says when. */
export function updateGroup(ctx: Context, { cluster, name }: GroupName, change: Partial<NodegroupRow>): void {
  ctx.table(nodegroups).update(childKey(cluster, name), { ...change, modifiedAt: ctx.now() });
}

/** The group, when it is still there and in that status. */
export function findGroup(ctx: Context, which: GroupName, status: string): Readonly<NodegroupRow> | undefined {
  const row = ctx.table(nodegroups).get(childKey(which.cluster, which.name));
  return row?.status === status ? row : undefined;
}
