// The log of what a group did and why.
import type { Context } from "../../core/index.ts";
import type { Activity } from "./state.ts";
import { activities } from "./state.ts";

/** AWS keeps six weeks of them; nobody reads that far back here. */
const kept = 200;

/** `2026-11-21T14:00:00Z`, as causes have it. */
export function moment(ctx: Context): string {
  return new Date(ctx.now()).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Notes the beginning of something; returns the activity's id. */
export function begin(
  ctx: Context,
  group: string,
  activity: Pick<Activity, "description" | "cause" | "details">,
): string {
  const table = ctx.table(activities);
  const earlier = table.by("group", group);
  const order = (earlier.at(-1)?.order ?? 0) + 1;
  for (const old of earlier.slice(0, Math.max(0, earlier.length - kept + 1))) table.delete(old.id);
  const id = ctx.ids.uuid();
  table.put(id, { id, group, ...activity, startedAt: ctx.now(), status: "InProgress", order });
  return id;
}

/** Ends an activity; nothing happens when its group is gone with its history. */
export function end(ctx: Context, id: string, status: Activity["status"], message?: string): void {
  const table = ctx.table(activities);
  if (!table.has(id)) return;
  table.update(id, { status, endedAt: ctx.now(), ...(message === undefined ? {} : { message }) });
}
