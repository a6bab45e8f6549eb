// How instances come and go in time. A batch that is started or ended together changes state together: one timer.
import type { Context, TimerDefinition } from "../../core/index.ts";
import { AwsError, calendarSubject, defineTimer, servicePrincipal } from "../../core/index.ts";
import { deleteInterfaces } from "./interfaces.ts";
import type { Instance } from "./state.ts";
import { instances, networkInterfaces, volumes } from "./state.ts";

const startSeconds = 20;
const stopSeconds = 30;
const terminateSeconds = 30;
/** AWS lists a terminated instance for about an hour. */
const visibleSeconds = 3600;

interface Batch {
  ids: readonly string[];
}

const ends: Readonly<Partial<Record<Instance["state"], (row: Readonly<Instance>, ctx: Context) => void>>> = {
  pending: (row, ctx) => {
    if (row.willFail) {
      fail(row, ctx, row.willFail);
      return;
    }
    const fault = ctx.fault("failAt", {
      resource: "Instance",
      id: row.id,
      instanceType: row.type,
      zone: row.zone,
      lifecycle: row.spot ? "spot" : "on-demand",
    });
    if (fault?.seconds) {
      settle(ctx, row, { state: "running" });
      const { message } = fault;
      ctx.schedule(fated, fault.seconds, `${calendarSubject}ec2/${row.id}`, {
        id: row.id,
        ...(message ? { message } : {}),
      });
    } else if (fault) {
      fail(row, ctx, {
        code: "Server.InternalError",
        message: fault.message ?? "Server.InternalError: Internal error on launch",
      });
    } else settle(ctx, row, { state: "running" });
  },
  stopping: (row, ctx) => settle(ctx, row, { state: "stopped" }),
  "shutting-down": (row, ctx) => terminated(row, ctx, row.stateReason),
};

const moved: TimerDefinition<Batch> = defineTimer<Batch>("ec2/instances-moved", ({ ids }, ctx) => {
  for (const id of ids) {
    const row = ctx.table(instances).get(id);
    if (row) ends[row.state]?.(row, ctx);
  }
});

/**
 * An instance that a fault lets fail while it runs: EC2 takes one on spot back, the host of any other breaks. Nobody waits
 * for it: it is a date in the calendar.
 */
const fated: TimerDefinition<{ id: string; message?: string }> = defineTimer<{ id: string; message?: string }>(
  "ec2/instance-fated",
  ({ id, message }, ctx) => {
    const row = ctx.table(instances).get(id);
    if (!row) return;
    const { code, text } = row.spot
      ? { code: "Server.SpotInstanceTermination", text: "Spot instance termination" }
      : { code: "Server.InternalError", text: "The host of the instance has failed" };
    terminate(ctx, [row], { code, message: message ?? `${code}: ${text}` });
  },
);
export const instanceTimers: readonly TimerDefinition[] = [moved, fated];

function settle(ctx: Context, row: Readonly<Instance>, change: Partial<Instance>): void {
  const { transition, ...rest } = row;
  if (transition !== undefined) ctx.table(instances).put(row.id, { ...rest, ...change });
}

/** Ends an instance that never ran; its group hears of it. */
function fail(row: Readonly<Instance>, ctx: Context, reason: Instance["stateReason"]): void {
  terminated(row, ctx, reason);
  reportHealth(ctx, [row]);
}

function terminated(row: Readonly<Instance>, ctx: Context, stateReason: Instance["stateReason"]): void {
  const attached = ctx.table(networkInterfaces).by("instance", row.id);
  deleteInterfaces(
    ctx,
    attached.filter((one) => one.attachment?.deleteOnTermination),
  );
  for (const one of attached.filter((kept) => !kept.attachment?.deleteOnTermination)) {
    const { attachment: _gone, ...rest } = one;
    ctx.table(networkInterfaces).put(one.id, rest);
  }
  for (const volume of ctx.table(volumes).by("instance", row.id)) {
    const { attachment, ...rest } = volume;
    if (attachment?.deleteOnTermination) ctx.table(volumes).delete(volume.id);
    else ctx.table(volumes).put(volume.id, { ...rest, state: "available" });
  }
  const { transition: _transition, privateIp: _ip, willFail: _reason, ...rest } = row;
  ctx.table(instances).put(row.id, {
    ...rest,
    volumes: [],
    state: "terminated",
    goneAt: ctx.now() + visibleSeconds * 1000,
    ...(stateReason ? { stateReason } : {}),
  });
}

/** Sets the timer for instances that are `pending`. */
export function startPending(ctx: Context, ids: readonly string[], subject: string): void {
  move(ctx, ids, startSeconds, subject, { state: "pending" });
}

function move(ctx: Context, ids: readonly string[], seconds: number, subject: string, change: Partial<Instance>): void {
  if (ids.length === 0) return;
  for (const id of ids) ctx.table(instances).update(id, { ...change, transition: subject });
  ctx.schedule(moved, seconds, subject, { ids });
}

const userInitiated = {
  code: "Client.UserInitiatedShutdown",
  message: "Client.UserInitiatedShutdown: User initiated shutdown",
};

/** Ends instances; those already on the way out are left alone. */
export function terminate(
  ctx: Context,
  rows: readonly Readonly<Instance>[],
  stateReason: Instance["stateReason"] = userInitiated,
): void {
  const alive = rows.filter((row) => row.state !== "terminated" && row.state !== "shutting-down");
  const change: Partial<Instance> = { state: "shutting-down", ...(stateReason ? { stateReason } : {}) };
  move(ctx, ids(alive), terminateSeconds, `instances/${ctx.ids.hex(17)}`, change);
  reportHealth(ctx, alive);
}

/** Stops instances that run or are about to; their groups hear of it. */
export function stop(ctx: Context, rows: readonly Readonly<Instance>[]): void {
  const running = rows.filter((row) => row.state === "running" || row.state === "pending");
  move(ctx, ids(running), stopSeconds, `instances/${ctx.ids.hex(17)}`, {
    state: "stopping",
    stateReason: userInitiated,
  });
  reportHealth(ctx, running);
}

/** Starts instances that are stopped. */
export function start(ctx: Context, rows: readonly Readonly<Instance>[]): void {
  const stopped = rows.filter((row) => row.state === "stopped");
  for (const { stateReason: _old, ...row } of stopped)
    ctx.table(instances).put(row.id, { ...row, launchedAt: ctx.now() });
  startPending(ctx, ids(stopped), `instances/${ctx.ids.hex(17)}`);
}

const ids = (rows: readonly Readonly<Instance>[]): string[] => rows.map((row) => row.id);

/** Lets what is under way happen before these are read: a batch's subject is told once. */
export function observeInstances(ctx: Context, rows: readonly Readonly<Instance>[]): void {
  for (const subject of new Set(rows.flatMap((row) => row.transition ?? []))) ctx.observe(subject);
}

/** False for a terminated instance whose hour is over. */
export function isVisible(row: Readonly<Instance>, ctx: Context): boolean {
  return row.goneAt === undefined || row.goneAt > ctx.now();
}

/** Drops rows that nobody can see any more. */
export function forgetTerminated(ctx: Context): void {
  for (const row of ctx.table(instances).by("terminated", "yes"))
    if (!isVisible(row, ctx)) ctx.table(instances).delete(row.id);
}

/** Auto Scaling watches its instances' state in EC2: it's told here, by the call that any health check uses. */
function reportHealth(ctx: Context, rows: readonly Readonly<Instance>[]): void {
  for (const row of rows) {
    if (row.tags["aws:autoscaling:groupName"] === undefined) continue;
    try {
      ctx.as(servicePrincipal("ec2.amazonaws.com", ctx.account)).call("auto-scaling", "SetInstanceHealth", {
        InstanceId: row.id,
        HealthStatus: "Unhealthy",
        ShouldRespectGracePeriod: false,
      });
    } catch (error) {
      // The group is gone already or has let the instance go: then nobody wants to know.
      if (!(error instanceof AwsError && error.code === "ValidationError")) throw error;
    }
  }
}
