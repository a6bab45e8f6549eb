// A group keeps itself as it should be: starts what is missing, ends what is too much, replaces what is ill. Every change
// of a group sets the timer; each ring brings the group one step nearer.
import type { Context, TimerDefinition } from "../../core/index.ts";
import { AwsError, defineTimer } from "../../core/index.ts";
import { instances as ec2Instances } from "../ec2/state.ts";
import { begin, end, moment } from "./activities.ts";
import type { Batch } from "./launch-plan.ts";
import { onDemandCapacity, optionKey, planLaunch } from "./launch-plan.ts";
import { asAutoScaling, calendarOf, instancesOf, subjectOf } from "./lookup.ts";
import { misplaced } from "./rebalance.ts";
import { emptySeconds, isEmptying } from "./emptying.ts";
import { isFromSource, start } from "./start.ts";
import type { Group, GroupInstance, Hook } from "./state.ts";
import { groupInstances, groups, hooks, policies, refreshes, scheduledActions } from "./state.ts";
import type { TerminationFacts } from "./termination.ts";
import { chooseVictims } from "./termination.ts";

/** From a change to the group's first act. */
const reactSeconds = 2;
/** EC2 takes 20 seconds to run; Auto Scaling sees it a second later. */
const runningSeconds = 21;
const terminateSeconds = 31;
/** AWS tries again later and later; here it gives up after some hours, until something changes or someone looks. */
const backoffSeconds: readonly number[] = [60, 120, 240, 480, 900];

interface OfGroup {
  group: string;
}
interface OfInstances extends OfGroup {
  /** Each instance has an activity of its own. */
  parts: readonly { id: string; activity: string }[];
}

const reconciled: TimerDefinition<OfGroup> = defineTimer<OfGroup>("auto-scaling/reconciled", ({ group }, ctx) => {
  const row = ctx.table(groups).get(group);
  if (row) reconcile(ctx, row);
});

const lostText =
  "Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: Server.InternalError: Internal error on launch";

const started: TimerDefinition<OfInstances> = defineTimer<OfInstances>("auto-scaling/started", (which, ctx) => {
  let lost = 0;
  for (const { id, activity } of which.parts) {
    const row = ctx.table(groupInstances).get(id);
    const isRunning = ctx.table(ec2Instances).get(id)?.state === "running";
    if (row?.state === "Pending" && isRunning) enter(ctx, row);
    else if (row?.state === "Pending") {
      ctx.table(groupInstances).delete(id);
      lost += 1;
    }
    end(ctx, activity, isRunning ? "Successful" : "Failed", isRunning ? undefined : lostText);
  }
  if (lost > 0) retry(ctx, which.group);
});

const ended: TimerDefinition<OfInstances> = defineTimer<OfInstances>("auto-scaling/ended", (which, ctx) => {
  for (const { id, activity } of which.parts) {
    if (ctx.table(groupInstances).get(id)?.state === "Terminating") ctx.table(groupInstances).delete(id);
    end(ctx, activity, "Successful");
  }
  removeIfDone(ctx, which.group);
  const group = ctx.table(groups).get(which.group);
  if (group && toMove(group, instancesOf(ctx, group.name))) kick(ctx, group.name);
});

const hookExpired: TimerDefinition<{ id: string; hook: string }> = defineTimer<{ id: string; hook: string }>(
  "auto-scaling/hook-expired",
  ({ id, hook }, ctx) => {
    const row = ctx.table(groupInstances).get(id);
    const waiting = row?.waits?.find((one) => one.hook === hook);
    const definition = row && ctx.table(hooks).get(`${row.group}/${hook}`);
    if (row && waiting) completeHook(ctx, row, waiting, definition?.DefaultResult ?? "ABANDON");
  },
);

/** An instance has reached the age at which its group lets it go. */
const aged: TimerDefinition<{ id: string }> = defineTimer<{ id: string }>("auto-scaling/aged", ({ id }, ctx) => {
  const row = ctx.table(groupInstances).get(id);
  const group = row && ctx.table(groups).get(row.group);
  const lifetime = (group?.maxInstanceLifetime ?? 0) * 1000;
  if (row?.state !== "InService" || !group || lifetime === 0 || group.deleting) return;
  if (ctx.now() - row.since < lifetime) return watchAge(ctx, group, row);
  if (!runs(group, "Terminate") || !runs(group, "Launch")) return watchAge(ctx, group, { ...row, since: ctx.now() });
  endInstances(
    ctx,
    group,
    [row],
    `At ${moment(ctx)} an instance was taken out of service in response to reaching the maximum instance lifetime.`,
  );
  kick(ctx, group.name);
});

/** EKS empties a node of one of its groups before the instance ends. */
const emptied: TimerDefinition<{ id: string; since: number; cause: string }> = defineTimer<{
  id: string;
  since: number;
  cause: string;
}>("auto-scaling/emptied", (which, ctx) => {
  const row = ctx.table(groupInstances).get(which.id);
  const group = row && ctx.table(groups).get(row.group);
  if (row?.state !== "Terminating:Wait" || !group) return;
  if (isEmptying(ctx, group, row.id, which.since)) {
    ctx.schedule(emptied, emptySeconds, subjectOf(group.name), which);
    return;
  }
  terminateNow(ctx, group, [row], which.cause);
});

export const reconcileTimers: readonly TimerDefinition[] = [reconciled, started, ended, hookExpired, aged, emptied];

/** Sees to it that an instance goes when it is as old as its group allows. */
export function watchAge(
  ctx: Context,
  group: Readonly<Group>,
  row: Pick<Readonly<GroupInstance>, "id" | "since">,
): void {
  if (!group.maxInstanceLifetime) return;
  const seconds = group.maxInstanceLifetime - (ctx.now() - row.since) / 1000;
  ctx.schedule(aged, Math.max(1, seconds), calendarOf(`instance/${row.id}`), { id: row.id });
}

/** Lets the group look at itself soon. */
export function kick(ctx: Context, group: string, seconds: number = reactSeconds): void {
  ctx.schedule(reconciled, seconds, subjectOf(group), { group });
}

/** Tries again after a failure, as often as there are waits; see {@link nudge}. */
function retry(ctx: Context, group: string): void {
  const row = ctx.table(groups).get(group);
  if (!row || row.deleting) return;
  const seconds = backoffSeconds[row.failures];
  ctx.table(groups).update(group, { failures: row.failures + 1 });
  if (seconds !== undefined) kick(ctx, group, seconds);
}

/**
 * Someone looks at a group that has stopped trying to reach its size, or whose zones couldn't be made even: it tries once
 * more, as AWS never quite stops.
 */
export function nudge(ctx: Context, row: Readonly<Group>): void {
  if (ctx.pending(subjectOf(row.name))) return;
  const all = instancesOf(ctx, row.name);
  const gaveUp = row.failures > backoffSeconds.length && capacity(all) < row.desired;
  if (gaveUp || (capacity(all) === row.desired && toMove(row, all))) kick(ctx, row.name, 900);
}

const counts = (row: Readonly<GroupInstance>): boolean =>
  row.state !== "Terminating" && row.state !== "Terminating:Wait" && row.state !== "Standby";
/** What counts: not those that are to take the place of one that is still there. */
function counting(rows: readonly Readonly<GroupInstance>[]): Readonly<GroupInstance>[] {
  const there = new Set(rows.filter(counts).map((row) => row.id));
  return rows.filter((row) => counts(row) && !(row.replaces && there.has(row.replaces.id)));
}
const capacity = (rows: readonly Readonly<GroupInstance>[]): number =>
  counting(rows).reduce((sum, row) => sum + row.weight, 0);
/** Whether one of the group's processes isn't suspended. */
export const runs = (group: Readonly<Group>, process: string): boolean => !group.suspended.includes(process);

function reconcile(ctx: Context, group: Readonly<Group>): void {
  if (runs(group, "HealthCheck")) noticeLosses(ctx, group);
  if (runs(group, "ReplaceUnhealthy") && runs(group, "Terminate")) replaceUnhealthy(ctx, group);
  const all = instancesOf(ctx, group.name);
  const present = counting(all);
  const have = capacity(all);
  if (have < group.desired && runs(group, "Launch") && !group.deleting) launchMissing(ctx, group, present);
  const surplus = have - group.desired;
  if (surplus > 0 && runs(group, "Terminate")) {
    const victims = chooseVictims(group, present, surplus, terminationFacts(ctx, group, present));
    const cause = `${group.why ?? ""}At ${moment(ctx)} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${have} to ${group.desired}.`;
    endInstances(ctx, group, victims, cause);
  }
  const move = surplus === 0 ? toMove(group, all) : undefined;
  if (move) rebalance(ctx, group, present, move);
  removeIfDone(ctx, group.name);
}

/** The instance that should be in another zone, when nothing else is under way and rebalancing may act. */
function toMove(group: Readonly<Group>, all: readonly Readonly<GroupInstance>[]): Readonly<GroupInstance> | undefined {
  const calm = all.every((row) => row.state === "InService" || row.state === "Standby");
  const mayAct = ["AZRebalance", "Launch", "Terminate"].every((process) => runs(group, process));
  return calm && mayAct && !group.deleting ? misplaced(group, counting(all)) : undefined;
}

/** Starts an instance in the emptiest zone; the one that it stands in for goes when it is in service. */
function rebalance(
  ctx: Context,
  group: Readonly<Group>,
  present: readonly Readonly<GroupInstance>[],
  move: Readonly<GroupInstance>,
): void {
  const others = present.filter((row) => row.id !== move.id);
  const [batch] = planLaunch(ctx, group, others, move.weight, new Set());
  if (!batch || batch.zone === move.zone) return;
  const cause = `At ${moment(ctx)} instances were launched to balance instances in zones ${batch.zone} with other zones resulting in more than desired number of instances in the group.`;
  const gone = `At ${moment(ctx)} an instance was taken out of service in response to rebalancing Availability Zones.`;
  for (const id of launch(ctx, group, { ...batch, count: 1 }, cause) ?? []) {
    ctx.table(groupInstances).update(id, { replaces: { id: move.id, cause: gone } });
  }
}

function terminationFacts(
  ctx: Context,
  group: Readonly<Group>,
  present: readonly Readonly<GroupInstance>[],
): TerminationFacts {
  const spots = present.filter((row) => row.spot).reduce((sum, row) => sum + row.weight, 0);
  const tooManySpots = spots > group.desired - onDemandCapacity(group.mixed, group.desired);
  return {
    isCurrent: (row) => isFromSource(ctx, group, row),
    isTooMany: (row) => group.mixed !== undefined && row.spot === tooManySpots,
    now: ctx.now(),
  };
}

/** Instances that ended while nobody looked after their health. */
function noticeLosses(ctx: Context, group: Readonly<Group>): void {
  for (const row of instancesOf(ctx, group.name)) {
    const state = ctx.table(ec2Instances).get(row.id)?.state;
    const lost = row.state === "InService" && state !== "running" && state !== "pending";
    if (lost && row.health === "Healthy") ctx.table(groupInstances).update(row.id, { health: "Unhealthy" });
  }
}

function replaceUnhealthy(ctx: Context, group: Readonly<Group>): void {
  const ill = instancesOf(ctx, group.name).filter((row) => row.health === "Unhealthy" && counts(row));
  for (const row of ill) {
    const state = ctx.table(ec2Instances).get(row.id)?.state;
    const why =
      state === "running" ? "a user health-check" : "an EC2 health check indicating it has been terminated or stopped";
    endInstances(ctx, group, [row], `At ${moment(ctx)} an instance was taken out of service in response to ${why}.`);
  }
}

/** Starts what is missing: a kind or zone that fails is left out, the rest makes up for it. */
function launchMissing(ctx: Context, group: Readonly<Group>, before: readonly Readonly<GroupInstance>[]): void {
  const failed = new Set<string>();
  let present = before;
  for (;;) {
    const have = capacity(present);
    const batches = planLaunch(ctx, group, present, group.desired - have, failed);
    if (batches.length === 0) break;
    const cause = `${group.why ?? ""}At ${moment(ctx)} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${have} to ${group.desired}.`;
    for (const batch of batches) {
      const ids = launch(ctx, group, batch, cause);
      if (!ids || ids.length < batch.count) failed.add(optionKey(batch, batch.choice, batch.spot));
    }
    present = counting(instancesOf(ctx, group.name));
    if (capacity(present) >= group.desired) break;
  }
  if (capacity(present) >= group.desired) {
    if (group.failures > 0) ctx.table(groups).update(group.name, { failures: 0 });
  } else retry(ctx, group.name);
}

/** Starts one batch and writes its activities; undefined when it failed, fewer ids than asked when some did. */
function launch(ctx: Context, group: Readonly<Group>, batch: Batch, cause: string): string[] | undefined {
  const details = { zone: batch.zone, ...(batch.subnet ? { subnet: batch.subnet } : {}) };
  try {
    const ids = ctx.attempt(() => start(ctx, group, batch));
    const parts = ids.map((id) => {
      const description = `Launching a new EC2 instance: ${id}`;
      return { id, activity: begin(ctx, group.name, { description, cause, details }) };
    });
    ctx.schedule(started, runningSeconds, subjectOf(group.name), { group: group.name, parts });
    return ids;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const activity = begin(ctx, group.name, { description: "Launching a new EC2 instance", cause, details });
    end(ctx, activity, "Failed", failureText(error, batch.subnet));
    return undefined;
  }
}

function failureText(error: AwsError, subnet: string | undefined): string {
  const text =
    error.code === "InsufficientFreeAddressesInSubnet"
      ? `There are not enough free addresses in subnet '${subnet ?? ""}' to satisfy the requested number of instances.`
      : error.message;
  return `${text} Launching EC2 instance failed.`;
}

/** A running instance enters service, unless hooks have a word first. */
function enter(ctx: Context, row: Readonly<GroupInstance>): void {
  const waits = waitForHooks(ctx, row, "autoscaling:EC2_INSTANCE_LAUNCHING");
  if (waits) ctx.table(groupInstances).update(row.id, { state: "Pending:Wait", waits });
  else putInService(ctx, row);
}

function putInService(ctx: Context, row: Readonly<GroupInstance>): void {
  const { replaces, waits: _over, ...rest } = row;
  const served = ctx.table(groupInstances).put(row.id, { ...rest, state: "InService", since: ctx.now() });
  const group = ctx.table(groups).get(row.group);
  if (!group) return;
  watchAge(ctx, group, served);
  const old = replaces && ctx.table(groupInstances).get(replaces.id);
  if (old && counts(old)) endInstances(ctx, group, [old], replaces.cause);
}

/** Begins to wait for all hooks of a transition; undefined when there is none. */
function waitForHooks(ctx: Context, row: Readonly<GroupInstance>, transition: string): GroupInstance["waits"] {
  const waiting = ctx
    .table(hooks)
    .by("group", row.group)
    .filter((hook) => hook.LifecycleTransition === transition)
    .map((hook) => waitForHook(ctx, row.id, hook));
  return waiting.length > 0 ? waiting : undefined;
}

type Wait = NonNullable<GroupInstance["waits"]>[number];

function waitForHook(ctx: Context, id: string, hook: Readonly<Hook>, token: string = ctx.ids.uuid()): Wait {
  const name = hook.LifecycleHookName ?? "";
  // A date in the calendar: reading the group doesn't make a hook expire.
  const timer = ctx.schedule(hookExpired, hook.HeartbeatTimeout ?? 3600, calendarOf(`hook/${id}`), { id, hook: name });
  return { hook: name, timer, token };
}

/** A sign of life: the hook's time begins again. */
export function heartbeat(ctx: Context, row: Readonly<GroupInstance>, wait: Wait): void {
  const hook = ctx.table(hooks).get(`${row.group}/${wait.hook}`);
  if (!hook) return;
  ctx.cancel(wait.timer);
  const again = waitForHook(ctx, row.id, hook, wait.token);
  const waits = (row.waits ?? []).map((one) => (one === wait ? again : one));
  ctx.table(groupInstances).update(row.id, { waits });
}

/** A hook's answer, or its silence: when it was the last one, the instance goes on its way; one ABANDON is enough. */
export function completeHook(ctx: Context, row: Readonly<GroupInstance>, wait: Wait, result: string): void {
  const group = ctx.table(groups).get(row.group);
  if (!group) return;
  const left = (row.waits ?? []).filter((one) => one !== wait);
  const goesOn = left.length > 0 && result === "CONTINUE";
  for (const one of goesOn ? [wait] : (row.waits ?? [])) ctx.cancel(one.timer);
  const now = ctx.table(groupInstances).update(row.id, { waits: goesOn ? left : [] });
  if (goesOn) return;
  if (row.state === "Pending:Wait" && result === "CONTINUE") putInService(ctx, now);
  else if (row.state === "Pending:Wait") {
    terminateNow(ctx, group, [now], `At ${moment(ctx)} an instance was abandoned by a lifecycle action.`);
    kick(ctx, group.name);
  } else if (row.state === "Terminating:Wait")
    terminateNow(ctx, group, [now], `At ${moment(ctx)} a lifecycle action let the instance go.`);
}

/** Ends instances, by way of the group's hooks if it has some. Returns the first one's activity. */
export function endInstances(
  ctx: Context,
  group: Readonly<Group>,
  rows: readonly Readonly<GroupInstance>[],
  cause: string,
): string | undefined {
  for (const wait of rows.flatMap((row) => row.waits ?? [])) ctx.cancel(wait.timer);
  const direct: Readonly<GroupInstance>[] = [];
  for (const row of rows) {
    const waits = group.deleting ? undefined : waitForHooks(ctx, row, "autoscaling:EC2_INSTANCE_TERMINATING");
    if (waits) ctx.table(groupInstances).update(row.id, { state: "Terminating:Wait", waits });
    else if (isEmptying(ctx, group, row.id, ctx.now())) {
      ctx.table(groupInstances).update(row.id, { state: "Terminating:Wait" });
      const which = { id: row.id, since: ctx.now(), cause };
      ctx.schedule(emptied, emptySeconds, subjectOf(group.name), which);
    } else direct.push(row);
  }
  return terminateNow(ctx, group, direct, cause);
}

function terminateNow(
  ctx: Context,
  group: Readonly<Group>,
  rows: readonly Readonly<GroupInstance>[],
  cause: string,
): string | undefined {
  if (rows.length === 0) return undefined;
  const ids = rows.map((row) => row.id);
  for (const id of ids) ctx.table(groupInstances).update(id, { state: "Terminating" });
  const known = ids.filter((id) => ctx.table(ec2Instances).has(id));
  const parts = rows.map(({ id, zone }) => {
    const description = `Terminating EC2 instance: ${id}`;
    return { id, activity: begin(ctx, group.name, { description, cause, details: { zone } }) };
  });
  const first = parts[0]?.activity;
  try {
    if (known.length > 0)
      ctx.attempt(() => asAutoScaling(ctx).call("ec2", "TerminateInstances", { InstanceIds: known }));
  } catch (error) {
    // Termination protection, or an injected refusal: the activity fails and is tried again later.
    if (!(error instanceof AwsError)) throw error;
    for (const row of rows) ctx.table(groupInstances).update(row.id, { state: "InService" });
    for (const { activity } of parts) end(ctx, activity, "Failed", error.message);
    retry(ctx, group.name);
    return first;
  }
  ctx.schedule(ended, terminateSeconds, subjectOf(group.name), { group: group.name, parts });
  return first;
}

/** A group that is being deleted goes with its last instance. */
export function removeIfDone(ctx: Context, name: string): void {
  const group = ctx.table(groups).get(name);
  if (!group?.deleting || instancesOf(ctx, name).length > 0) return;
  for (const hook of ctx.table(hooks).by("group", name)) ctx.table(hooks).delete(`${name}/${hook.LifecycleHookName}`);
  for (const policy of ctx.table(policies).by("group", name)) ctx.table(policies).delete(`${name}/${policy.name}`);
  for (const row of ctx.table(refreshes).by("group", name)) ctx.table(refreshes).delete(row.id);
  for (const row of ctx.table(scheduledActions).by("group", name))
    ctx.table(scheduledActions).delete(`${name}/${row.name}`);
  ctx.table(groups).delete(name);
}
