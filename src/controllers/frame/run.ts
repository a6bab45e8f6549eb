// A process of one or several roles: the cluster, health and metrics, start and a graceful end.
import { setMaxListeners } from "node:events";
import { hostname } from "node:os";
import { errorMessage, isLotseError, LotseError } from "../../base/index.ts";
import type { OpenOptions } from "../../aws/index.ts";
import { openAws } from "../../aws/index.ts";
import type { Kube } from "../../kube/index.ts";
import { openKube } from "../../kube/index.ts";
import { chooseCluster, noCluster } from "./cluster.ts";
import type { RoleContext } from "./context.ts";
import { openEvents } from "./events.ts";
import type { FlagValues } from "./flags.ts";
import { readFlags, splitFlags } from "./flags.ts";
import { flagsOf, probePort } from "./frame-flags.ts";
import type { Health } from "./health.ts";
import { openHealth } from "./health.ts";
import type { Informer } from "./informer.ts";
import { openInformer } from "./informer.ts";
import type { Logger, LogLevel } from "./log.ts";
import { openLog } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { openMetrics } from "./metrics.ts";
import type { RoleDefinition } from "./role.ts";
import type { RoleTuning, RunningRole } from "./running-role.ts";
import { installedName, startRole } from "./running-role.ts";
import type { Listener } from "./server/listener.ts";
import { openListener } from "./server/listener.ts";
import { probeRoutes } from "./server/probes.ts";

/** What a process of roles is started with. */
export interface RunOptions {
  roles: readonly RoleDefinition[];
  /** Flags as they were typed. */
  words: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Takes lines of the log. */
  write(line: string): void;
  /** Asks the process to stop. */
  signal: AbortSignal;
  tuning?: RoleTuning;
}

/** A process of roles. */
export interface RunningRoles {
  /** Of `/healthz`, `/readyz` and `/metrics`. */
  readonly probePort: number;
  /** Of a role's listener, once it listens. */
  port(role: string): number | undefined;
  /** Exit code: 0 after it was asked to stop, 1 when a role failed or lost its lease. */
  readonly done: Promise<number>;
}

const levels: readonly string[] = ["debug", "info", "warn", "error"];

function levelOf(flags: FlagValues): LogLevel {
  const level = flags.text("log-level");
  if (levels.includes(level)) return level as LogLevel;
  throw new LotseError("controllers/bad-flag", {
    title: `--log-level ${JSON.stringify(level)} is no level`,
    remedy: `Choose from ${levels.join(", ")}`,
  });
}

/** Keys of the environment, first in the SDK's chain as well. */
function keysOf(env: RunOptions["env"]): OpenOptions["credentials"] | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** What all roles of a process share. */
interface Process {
  options: RunOptions;
  log: Logger;
  metrics: Metrics;
  health: Health;
  /** Everything ends: after the graceful part. */
  end: AbortController;
  closers: (() => void | Promise<void>)[];
}

/** The world of one role. */
function roleWorld(role: RoleDefinition, flags: FlagValues, shared: Process): RunningRole {
  const { options, metrics, health, end, closers } = shared;
  const log = shared.log.with({ role: role.name });
  const wanted = role.needsCluster !== false || flags.given("kubeconfig");
  const cluster = wanted ? chooseCluster(flags, options.env) : undefined;
  if (!cluster && role.needsCluster !== false) throw noCluster(role.name);
  const kube: Kube | undefined = cluster && openKube({ ...cluster.target, signal: end.signal });
  const namespace = flags.optional("namespace") ?? cluster?.namespace ?? "kube-system";
  const instance = flags.optional("instance") ?? hostname();
  const informers = new Map<string, Informer>();
  if (kube) {
    closers.push(() => kube.close());
    for (const watch of role.watches) {
      const informer = openInformer({ kube, watch, namespace, flags, log, metrics, signal: end.signal });
      informers.set(watch.name, informer);
      health.check(`${role.name}/${watch.name}`, () =>
        informer.synced ? undefined : "the first list is still to come",
      );
    }
    metrics.collect("lotse_informer_objects", "Objects that informers know.", () =>
      [...informers].map(([name, { size }]) => [{ role: role.name, watch: name }, size]),
    );
  }
  const events = kube
    ? openEvents({ kube, controller: installedName(role), instance, log })
    : { record: () => undefined, close: () => Promise.resolve() };
  closers.unshift(() => events.close());
  const aws = (more: Partial<OpenOptions> = {}): ReturnType<typeof openAws> => {
    const endpoint = options.env["AWS_ENDPOINT_URL"];
    const region = flags.optional("region") ?? options.env["AWS_DEFAULT_REGION"] ?? "us-east-1";
    const credentials = keysOf(options.env);
    const door = openAws({
      region,
      ...(endpoint ? { endpoint } : {}),
      ...(credentials ? { credentials } : {}),
      signal: end.signal,
      ...more,
    });
    closers.push(() => door.close());
    return door;
  };
  const contextOf = (more: Partial<Pick<RoleContext, "signal" | "enqueue" | "state">>): RoleContext => ({
    role: role.name,
    flags,
    env: options.env,
    get kube() {
      if (!kube) throw noCluster(role.name);
      return kube;
    },
    informer(name) {
      const found = informers.get(name);
      if (!found) throw kube ? new Error(`${role.name} declares no watch ${name}`) : noCluster(role.name);
      return found as never;
    },
    aws,
    log,
    metrics,
    events,
    health,
    namespace,
    instance,
    state: undefined,
    enqueue: () => undefined,
    signal: options.signal,
    ...more,
  });
  return startRole({ role, contextOf, informers, stop: options.signal, tuning: options.tuning ?? {} });
}

async function openProbes(flags: FlagValues, role: RoleDefinition, shared: Process): Promise<Listener> {
  const { metrics, health, log } = shared;
  const host = flags.optional("health-address");
  return openListener({
    role: "probes",
    port: flags.given("health-port") ? flags.number("health-port") : (role.probePort ?? probePort),
    ...(host === undefined ? {} : { host }),
    routes: probeRoutes(health, metrics),
    log,
    metrics,
  });
}

/**
 * Starts roles in this process. They stop when the signal is aborted: they get no more work, end what is under way, give
 * their leases back.
 *
 * @throws LotseError `controllers/…`, `kube/…` when they can't be started
 */
export async function runRoles(options: RunOptions): Promise<RunningRoles> {
  const [first] = options.roles;
  if (!first) throw new Error("no role is named");
  const all = options.roles.flatMap(flagsOf);
  const given = splitFlags(all, options.words);
  const flags = new Map(options.roles.map((role) => [role, readFlags(flagsOf(role), given, options.env)]));
  const firstFlags = flags.get(first) as FlagValues;
  const level = levelOf(firstFlags);
  const log = openLog({ level, write: options.write });
  const shared: Process = {
    options,
    log,
    metrics: openMetrics(),
    health: openHealth(),
    end: new AbortController(),
    closers: [],
  };
  // A stop of its own: when one role ends, the others stop as gracefully as after SIGTERM.
  const failed = new AbortController();
  const stop = AbortSignal.any([options.signal, failed.signal]);
  // Every informer, lease and call under way listens for the end.
  for (const signal of [stop, shared.end.signal]) setMaxListeners(0, signal);
  const own: Process = { ...shared, options: { ...options, signal: stop } };
  shared.health.check("running", () => (stop.aborted ? "stopping" : undefined));
  const probes = await openProbes(firstFlags, first, own);
  const finish = async (): Promise<void> => {
    for (const close of shared.closers) await close();
    shared.end.abort(new Error("ended"));
    await probes.close(1_000);
  };
  const running: RunningRole[] = [];
  try {
    for (const [role, values] of flags) running.push(roleWorld(role, values, own));
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(running.map(({ done }) => done));
    await finish();
    throw error;
  }
  log.info("started", { roles: options.roles.map(({ name }) => name), health: probes.port });
  const watch = async ({ role, done }: RunningRole): Promise<boolean> => {
    try {
      await done;
      return true;
    } catch (error) {
      const code = isLotseError(error) ? error.code : undefined;
      const detail = isLotseError(error) ? error.diagnostic.detail : undefined;
      const more = { ...(code ? { code } : {}), ...(detail ? { detail } : {}) };
      log.error("a role failed", { role: role.name, error: errorMessage(error), ...more });
      failed.abort(error);
      return false;
    }
  };
  const end = async (): Promise<number> => {
    const results = await Promise.all(running.map(watch));
    await finish();
    log.info("stopped");
    return results.every(Boolean) ? 0 : 1;
  };
  return {
    probePort: probes.port,
    port: (name) => running.find(({ role }) => role.name === name)?.port(),
    done: end(),
  };
}

/**
 * Something that a role prints instead of running.
 *
 * @throws LotseError `controllers/bad-flag`, and what the role says
 */
export function printOf(role: RoleDefinition, what: string, options: Pick<RunOptions, "words" | "env">): string {
  const print = role.prints?.find(({ name }) => name === what);
  if (!print) {
    const names = (role.prints ?? []).map(({ name }) => name).join(", ");
    throw new LotseError("controllers/bad-flag", {
      title: `${role.name} doesn't print ${JSON.stringify(what)}`,
      remedy: names === "" ? "It prints nothing." : `It prints ${names}.`,
    });
  }
  const definitions = flagsOf(role);
  return print.text(readFlags(definitions, splitFlags(definitions, options.words), options.env), options.env);
}
