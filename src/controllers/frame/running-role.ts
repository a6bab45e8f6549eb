// One role at work: its informers, its queue, its listener, its lease, from start to stop.
import { randomUUID } from "node:crypto";
import { LotseError, sleep, WorkQueue } from "../../base/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import { keepCertificates } from "./certificates/keeper.ts";
import type { RotationTimes } from "./certificates/rotation.ts";
import type { RoleContext } from "./context.ts";
import { leadOnce } from "./election.ts";
import type { Informer } from "./informer.ts";
import { objectKey } from "./informer.ts";
import type { RoleDefinition } from "./role.ts";
import type { Listener, ListenerOptions, ServingCertificate } from "./server/listener.ts";
import { openListener } from "./server/listener.ts";
import { readAuthority, watchCertificateFiles } from "./tls-files.ts";

/** What tests shorten. */
export interface RoleTuning {
  rotation?: RotationTimes;
  certificatePause?: number;
  limits?: ListenerOptions["limits"];
}

/** A role at work. */
export interface RunningRole {
  readonly role: RoleDefinition;
  /** Port of its listener, once it listens. */
  port(): number | undefined;
  /** Resolves when it has stopped; rejects when it failed, or may no longer lead. */
  readonly done: Promise<void>;
}

/** `lotse-pod-identity-webhook`: of its lease, its Secret, its Service, its events. */
export const installedName = (role: Pick<RoleDefinition, "name">): string => `lotse-${role.name}`;

/** Errors that are tried again: at once from 5 ms on, as controller-runtime does; over all keys 10 a second. */
const retries = { firstRetry: 50, lastRetry: 300_000, retryRate: { burst: 100, perSecond: 10 } };

function openQueue(
  role: RoleDefinition,
  first: RoleContext,
  contextOf: (more: Pick<RoleContext, "enqueue">) => RoleContext,
): WorkQueue {
  const { metrics, log } = first;
  const context = contextOf({ enqueue: (key, after) => queue.add(key, after) });
  const labels = { role: role.name };
  const total = metrics.counter("lotse_reconcile_total", "Keys worked on, by how it ended.");
  const errors = metrics.counter("lotse_reconcile_errors_total", "Keys whose work failed.");
  const seconds = metrics.histogram("lotse_reconcile_duration_seconds", "Time that a key's work took.");
  const queue: WorkQueue = new WorkQueue({
    ...retries,
    workers: context.flags.number("concurrency"),
    async work(key) {
      const began = Date.now();
      let result = "error";
      try {
        const again = await role.reconcile?.(key, context);
        result = again ? "requeue" : "success";
        if (again) queue.add(key, again.after);
      } finally {
        total.inc({ ...labels, result });
        seconds.observe((Date.now() - began) / 1000, labels);
      }
    },
    onFailure(key, error, failures) {
      errors.inc(labels);
      log.error("reconcile failed", { key, failures, error });
    },
  });
  metrics.collect("lotse_queue_depth", "Keys that wait or are worked on.", () => [[labels, queue.size]]);
  return queue;
}

/** Leads every change of the watched objects into the queue, and all of them again where the role wants that. */
function feed(
  role: RoleDefinition,
  informers: ReadonlyMap<string, Informer>,
  add: (key: string) => void,
  until: AbortSignal,
): void {
  for (const { name, enqueue, resync } of role.watches) {
    const keysOf = (enqueue ?? ((object: KubeObject) => [objectKey(object)])) as (
      object: KubeObject,
    ) => readonly string[];
    const informer = informers.get(name);
    informer?.onChange(({ object, previous }) => {
      // Keys may follow from what changed: the old ones have lost something.
      for (const key of new Set([...keysOf(object), ...(previous ? keysOf(previous) : [])])) add(key);
    });
    if (resync === undefined) continue;
    const timer = setInterval(() => {
      for (const object of informer?.all() ?? []) for (const key of keysOf(object)) add(key);
    }, resync * 1000);
    timer.unref();
    until.addEventListener("abort", () => clearInterval(timer), { once: true });
  }
}

/** Where the certificate comes from, and everything that makes the listener use it. */
async function listen(role: RoleDefinition, context: RoleContext, tuning: RoleTuning): Promise<Listener | undefined> {
  const { listener: definition, serve } = role;
  if (!definition || !serve) return undefined;
  const { flags, log, metrics, signal, health } = context;
  const routes = await serve(context);
  let listener: Listener | undefined;
  const place = (await role.listenOn?.(context)) ?? {};
  const host = place.address ?? flags.optional("address") ?? definition.address;
  const authorityFile = definition.clientCertificates ? flags.optional("tls-ca-file") : undefined;
  const clientAuthority = authorityFile === undefined ? undefined : readAuthority(authorityFile);
  const open = async (certificate?: ServingCertificate): Promise<Listener> => {
    listener = await openListener({
      role: role.name,
      port: place.port ?? (flags.given("port") ? flags.number("port") : definition.port),
      ...(host === undefined ? {} : { host }),
      ...(certificate ? { certificate } : {}),
      ...(clientAuthority === undefined ? {} : { clientAuthority }),
      routes,
      log,
      metrics,
      ...(tuning.limits ? { limits: tuning.limits } : {}),
    });
    log.info("listens", { port: listener.port });
    return listener;
  };
  if (definition.certificate === "none") return open();
  if (definition.certificate === "role") return open(place.certificate);
  const [certificate, privateKey] = [flags.optional("tls-cert-file"), flags.optional("tls-private-key-file")];
  if (certificate !== undefined && privateKey !== undefined) {
    const onChange = (next: ServingCertificate): void => listener?.reload(next);
    return open(watchCertificateFiles({ certificate, privateKey }, { log, signal, onChange }));
  }
  const service = flags.optional("service-name") ?? installedName(role);
  const inside = `${service}.${context.namespace}.svc`;
  const first = await new Promise<ServingCertificate | undefined>((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
    const keeper = keepCertificates({
      kube: context.kube,
      namespace: context.namespace,
      name: installedName(role),
      names: [inside, `${inside}.cluster.local`, ...flags.list("tls-names")],
      kinds: [...new Set((role.webhooks ?? []).map(({ kind }) => kind))],
      log,
      metrics,
      signal,
      onCertificate: (next) => (listener ? listener.reload(next) : resolve(next)),
      ...(tuning.rotation ? { times: tuning.rotation } : {}),
      ...(tuning.certificatePause === undefined ? {} : { pause: tuning.certificatePause }),
    });
    health.check("certificate", () => keeper.problem());
  });
  return first && open(first);
}

/** Waits until the informers know everything that is there. */
async function synced(informers: ReadonlyMap<string, Informer>, context: RoleContext): Promise<boolean> {
  try {
    await Promise.all([...informers.values()].map((informer) => informer.waitForSync(context.signal)));
    return true;
  } catch {
    // Stopped before.
    return false;
  }
}

type ContextOf = (more: Partial<Pick<RoleContext, "signal" | "enqueue" | "state">>) => RoleContext;

/** What only a leader does, and every instance where nobody has to lead; ends when `lead` is aborted. */
async function work(
  role: RoleDefinition,
  contextOf: ContextOf,
  informers: ReadonlyMap<string, Informer>,
  lead: AbortSignal,
): Promise<void> {
  const first = contextOf({ signal: lead });
  if (!(await synced(informers, first)) || lead.aborted) return;
  const queue = role.reconcile
    ? openQueue(role, first, (context) => contextOf({ ...context, signal: lead }))
    : undefined;
  const enqueue = (key: string, after?: number): void => queue?.add(key, after);
  const stopped = new Promise<"stopped">((done) =>
    lead.addEventListener("abort", () => done("stopped"), { once: true }),
  );
  if (queue) feed(role, informers, enqueue, lead);
  const running = role.run?.(contextOf({ signal: lead, enqueue }));
  const ended = running?.then(() => "ended" as const);
  const how = await Promise.race([stopped, ...(ended ? [ended] : [])]);
  await queue?.drain();
  if (how === "stopped") await running;
  else if (!lead.aborted) {
    throw new LotseError("controllers/role-ended", {
      title: `${role.name} came to its end by itself`,
      remedy: "It is started anew; see the log before for why.",
      blame: "lotse",
    });
  }
}

export interface StartOptions {
  role: RoleDefinition;
  contextOf: ContextOf;
  informers: ReadonlyMap<string, Informer>;
  /** Asks it to stop. */
  stop: AbortSignal;
  tuning: RoleTuning;
}

function lease({ role, informers, contextOf, stop }: StartOptions, context: RoleContext): () => Promise<void> {
  const { flags, log, metrics } = context;
  const leading = metrics.gauge("lotse_leader", "1 in the instance that leads.");
  leading.set(0, { role: role.name });
  const times = {
    lease: flags.duration("lease-duration"),
    renewDeadline: flags.duration("renew-deadline"),
    retry: flags.duration("retry-period"),
  };
  return async () => {
    const identity = `${context.instance}_${randomUUID()}`;
    const name = installedName(role);
    const election = { kube: context.kube, namespace: context.namespace, name, identity, log, times, signal: stop };
    const how = await leadOnce(election, async (lead) => {
      leading.set(1, { role: role.name });
      await work(role, contextOf, informers, lead).finally(() => leading.set(0, { role: role.name }));
    });
    if (how === "ended") return;
    throw new LotseError("controllers/lost-lease", {
      title: `${role.name} lost its lease ${context.namespace}/${name}, and may no longer work`,
      remedy: "It is started anew, and waits for its turn.",
      blame: "cluster",
    });
  };
}

/** Starts a role. */
export function startRole(options: StartOptions): RunningRole {
  const { role, contextOf, informers, stop, tuning } = options;
  let listener: Listener | undefined;
  const stopped = new Promise<void>((done) => {
    if (stop.aborted) done();
    else stop.addEventListener("abort", () => done(), { once: true });
  });
  const go = async (): Promise<void> => {
    const first = contextOf({ signal: stop });
    const state = await role.prepare?.(first);
    const context = contextOf({ signal: stop, state });
    const withState: ContextOf = (more) => contextOf({ state, ...more });
    listener = await listen(role, context, tuning);
    const elects = role.leaderElection === true && context.flags.switch("leader-elect");
    const works = role.reconcile !== undefined || role.run !== undefined;
    const body = elects
      ? lease({ ...options, contextOf: withState }, context)
      : async (): Promise<void> => work(role, withState, informers, stop);
    const working = works ? body() : stopped;
    const grace = context.flags.duration("grace-period");
    try {
      await Promise.race([working, stopped]);
      await sleep(context.flags.duration("shutdown-delay"));
    } finally {
      await listener?.close(grace);
    }
    const done = new AbortController();
    const late = sleep(grace, done.signal).then(
      () => context.log.warn("work under way was given up"),
      // It ended in time.
      () => undefined,
    );
    try {
      await Promise.race([working, late]);
    } finally {
      done.abort();
    }
  };
  return { role, port: () => listener?.port, done: go() };
}
