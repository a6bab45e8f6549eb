// A group keeps itself as it should be: starts what is missing, ends what is too much, replaces what is ill. Every change
// of a group sets the timer; each ring brings the group one step nearer.
import type { Context, TimerDefinition } from "../../core/index.ts";
import { AwsError, defineTimer } from "../../core/index.ts";
import { instances as ec2Instances } from "../ec2/state.ts";
import { begin, end, moment } from "./activities.ts";
import { planLaunch, optionKey } from "./launch-plan.ts";
import { asAutoScaling, instancesOf, subjectOf } from "./lookup.ts";
import { start } from "./start.ts";
import type { Group, GroupInstance, Hook } from "./state.ts";
import { groupInstances, groups, hooks, policies, refreshes } from "./state.ts";

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
});

const hookExpired: TimerDefinition<{ id: string; hook: string }> = defineTimer<{ id: string; hook: string }>(
  "auto-scaling/hook-expired",
  ({ id, hook }, ctx) => {
    const row = ctx.table(groupInstances).get(id);
    const definition = row && ctx.table(hooks).get(`${row.group}/${hook}`);
    if (row) completeHook(ctx, row, definition?.DefaultResult ?? "ABANDON");
  },
);

export const reconcileTimers: readonly TimerDefinition[] = [reconciled, started, ended, hookExpired];

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

/** Someone looks at a group that has stopped trying: it tries once more, as AWS never quite stops. */
export function nudge(ctx: Context, row: Readonly<Group>): void {
  const gaveUp = row.failures > backoffSeconds.length && !ctx.pending(subjectOf(row.name));
  if (gaveUp && capacity(instancesOf(ctx, row.name)) < row.desired) kick(ctx, row.name, 900);
}

const counts = (row: Readonly<GroupInstance>): boolean =>
  row.state !== "Terminating" && row.state !== "Terminating:Wait" && row.state !== "Standby";
const capacity = (rows: readonly Readonly<GroupInstance>[]): number =>
  rows.filter(counts).reduce((sum, row) => sum + row.weight, 0);
const runs = (group: Readonly<Group>, process: string): boolean => !group.suspended.includes(process);

function reconcile(ctx: Context, group: Readonly<Group>): void {
  if (runs(group, "ReplaceUnhealthy") && runs(group, "Terminate")) replaceUnhealthy(ctx, group);
  const present = instancesOf(ctx, group.name).filter(counts);
  const have = capacity(present);
  if (have < group.desired && runs(group, "Launch") && !group.deleting) launchMissing(ctx, group, present);
  const surplus = have - group.desired;
  if (surplus > 0 && runs(group, "Terminate")) {
    const victims = chooseVictims(group, present, surplus);
    const cause = `At ${moment(ctx)} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${have} to ${group.desired}.`;
    endInstances(ctx, group, victims, cause);
  }
  removeIfDone(ctx, group.name);
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
    for (const batch of batches) {
      const cause = `At ${moment(ctx)} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${have} to ${group.desired}.`;
      const details = { zone: batch.zone, ...(batch.subnet ? { subnet: batch.subnet } : {}) };
      const option = optionKey(batch, batch.choice, batch.spot);
      try {
        const ids = ctx.attempt(() => start(ctx, group, batch));
        if (ids.length < batch.count) failed.add(option);
        const parts = ids.map((id) => {
          const description = `Launching a new EC2 instance: ${id}`;
          return { id, activity: begin(ctx, group.name, { description, cause, details }) };
        });
        ctx.schedule(started, runningSeconds, subjectOf(group.name), { group: group.name, parts });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        failed.add(option);
        const activity = begin(ctx, group.name, { description: "Launching a new EC2 instance", cause, details });
        end(ctx, activity, "Failed", failureText(error, batch.subnet));
      }
    }
    present = instancesOf(ctx, group.name).filter(counts);
    if (capacity(present) >= group.desired) break;
  }
  if (capacity(present) >= group.desired) {
    if (group.failures > 0) ctx.table(groups).update(group.name, { failures: 0 });
  } else retry(ctx, group.name);
}

function failureText(error: AwsError, subnet: string | undefined): string {
  const text =
    error.code === "InsufficientFreeAddressesInSubnet"
      ? `There are not enough free addresses in subnet '${subnet ?? ""}' to satisfy the requested number of instances.`
      : error.message;
  return `${text} Launching EC2 instance failed.`;
}

/** A running instance enters service, unless a hook has a word first. */
function enter(ctx: Context, row: Readonly<GroupInstance>): void {
  const hook = hookFor(ctx, row.group, "autoscaling:EC2_INSTANCE_LAUNCHING");
  if (!hook) {
    ctx.table(groupInstances).update(row.id, { state: "InService", since: ctx.now() });
    return;
  }
  ctx.table(groupInstances).update(row.id, { state: "Pending:Wait" });
  waitForHook(ctx, row.id, hook);
}

function hookFor(ctx: Context, group: string, transition: string): Readonly<Hook> | undefined {
  return ctx
    .table(hooks)
    .by("group", group)
    .find((hook) => hook.LifecycleTransition === transition);
}

function waitForHook(ctx: Context, id: string, hook: Readonly<Hook>): void {
  // A subject of its own: reading the group doesn't make a hook expire.
  const payload = { id, hook: hook.LifecycleHookName ?? "" };
  ctx.schedule(hookExpired, hook.HeartbeatTimeout ?? 3600, `hook/${id}`, payload);
}

/** The hook's answer, or its silence: the instance goes on its way. */
export function completeHook(ctx: Context, row: Readonly<GroupInstance>, result: string): void {
  const group = ctx.table(groups).get(row.group);
  if (!group) return;
  if (row.state === "Pending:Wait" && result === "CONTINUE")
    ctx.table(groupInstances).update(row.id, { state: "InService", since: ctx.now() });
  else if (row.state === "Pending:Wait") {
    terminateNow(ctx, group, [row], `At ${moment(ctx)} an instance was abandoned by a lifecycle action.`);
    kick(ctx, group.name);
  } else if (row.state === "Terminating:Wait")
    terminateNow(ctx, group, [row], `At ${moment(ctx)} a lifecycle action let the instance go.`);
}

/** The group's policy of who goes first; a fuller zone gives before an emptier one. */
function chooseVictims(
  group: Readonly<Group>,
  present: readonly Readonly<GroupInstance>[],
  surplus: number,
): Readonly<GroupInstance>[] {
  const newestFirst = group.terminationPolicies[0] === "NewestInstance";
  const pool = present
    .filter((row) => !row.protected)
    .toSorted((a, b) => (newestFirst ? b.since - a.since : a.since - b.since));
  const victims: Readonly<GroupInstance>[] = [];
  for (let left = surplus; left > 0 && pool.length > 0;) {
    const load = new Map<string, number>();
    for (const row of pool) load.set(row.zone, (load.get(row.zone) ?? 0) + 1);
    const fullest = Math.max(...load.values());
    const at = pool.findIndex((row) => load.get(row.zone) === fullest && row.weight <= left);
    const [victim] = at === -1 ? [] : pool.splice(at, 1);
    if (!victim) break;
    victims.push(victim);
    left -= victim.weight;
  }
  return victims;
}

/** Ends instances, by way of the group's hook if it has one. Returns the first one's activity. */
export function endInstances(
  ctx: Context,
  group: Readonly<Group>,
  rows: readonly Readonly<GroupInstance>[],
  cause: string,
): string | undefined {
  const hook = hookFor(ctx, group.name, "autoscaling:EC2_INSTANCE_TERMINATING");
  if (!hook || group.deleting) return terminateNow(ctx, group, rows, cause);
  for (const row of rows) {
    ctx.table(groupInstances).update(row.id, { state: "Terminating:Wait" });
    waitForHook(ctx, row.id, hook);
  }
  return undefined;
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
  ctx.table(groups).delete(name);
}
