// One of several instances leads: a Lease of coordination.k8s.io/v1, taken, renewed, lost and given back as client-go's
// leader election does it. Clocks of different machines are never compared: a lease counts as left when it hasn't changed
// for its duration by the own clock.
import { sleep } from "../../base/index.ts";
import type { Kube, KubeObject, Resource } from "../../kube/index.ts";
import { KubeRefusal } from "../../kube/index.ts";
import type { Logger } from "./log.ts";

/** The kind of leases. */
export const leases: Resource = {
  group: "coordination.k8s.io",
  version: "v1",
  plural: "leases",
  kind: "Lease",
  namespaced: true,
};

interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string | null;
    leaseDurationSeconds?: number | null;
    acquireTime?: string | null;
    renewTime?: string | null;
    leaseTransitions?: number | null;
  };
}

/** Milliseconds; client-go's defaults are 15 s, 10 s and 2 s. */
export interface ElectionTimes {
  /** After so long without a sign of life somebody else may take the lease. */
  lease: number;
  /** Who can't renew for so long gives up leading; less than `lease`. */
  renewDeadline: number;
  retry: number;
}

export interface ElectionOptions {
  kube: Pick<Kube, "find" | "create" | "replace">;
  namespace: string;
  /** Of the lease. */
  name: string;
  /** Of this instance, different for each process. */
  identity: string;
  log: Logger;
  times?: ElectionTimes;
  /** Ends the candidacy; a lease that is held is given back. */
  signal: AbortSignal;
  /** Told of who leads. */
  onLeader?: (identity: string) => void;
}

export const defaultTimes: ElectionTimes = { lease: 15_000, renewDeadline: 10_000, retry: 2_000 };

const microTime = (ms: number): string => new Date(ms).toISOString().replace(/(\.\d{3})Z$/, "$1000Z");
/** client-go's JitterFactor is 1.2: nobody knocks at the same time. */
const jitter = (ms: number): number => ms * (1 + 0.2 * Math.random());

/** Somebody else wrote first. */
const isRace = (error: unknown): boolean => error instanceof KubeRefusal && error.refusal.status === 409;

class Candidate {
  readonly #options: ElectionOptions;
  readonly #times: ElectionTimes;
  /** What the lease was like when it last changed, and when that was seen. */
  #seen: { record: string; at: number; lease: Lease | undefined } = { record: "", at: 0, lease: undefined };
  #told = "";
  #ended = false;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#times = options.times ?? defaultTimes;
  }

  get #holder(): string {
    return this.#seen.lease?.spec?.holderIdentity ?? "";
  }

  #look(lease: Lease | undefined): void {
    const record = JSON.stringify(lease?.spec ?? {});
    if (record !== this.#seen.record || lease === undefined) this.#seen = { record, at: Date.now(), lease };
    else this.#seen.lease = lease;
    if (this.#holder !== "" && this.#holder !== this.#told) {
      this.#told = this.#holder;
      this.#options.onLeader?.(this.#holder);
    }
  }

  /** It takes the lease no more, not even by a call that is on its way. */
  end(): void {
    this.#ended = true;
  }

  /** Takes or renews the lease; false when it is somebody else's. */
  async tryHold(): Promise<boolean> {
    const { kube, namespace, name, identity } = this.#options;
    const now = Date.now();
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(this.#times.lease / 1000)),
      acquireTime: microTime(now),
      renewTime: microTime(now),
      leaseTransitions: 0,
    };
    const lease = await kube.find<Lease>(leases, { namespace, name });
    // The answer may be older or younger than the lease's being given back: whoever has ended writes nothing more.
    if (this.#ended) return false;
    this.#look(lease);
    if (!lease) {
      const metadata = { name, namespace };
      const made = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec };
      this.#look(await kube.create<Lease>(leases, made as Lease));
      return true;
    }
    const holder = this.#holder;
    const lasts = (lease.spec?.leaseDurationSeconds ?? 0) * 1000;
    if (holder !== "" && holder !== identity && this.#seen.at + lasts > now) return false;
    if (holder === identity) {
      spec.acquireTime = lease.spec?.acquireTime ?? spec.acquireTime;
      spec.leaseTransitions = lease.spec?.leaseTransitions ?? 0;
    } else spec.leaseTransitions = (lease.spec?.leaseTransitions ?? 0) + 1;
    // With the version that was read: of two who take it at once, one gets a conflict.
    this.#look(await kube.replace<Lease>(leases, { ...lease, spec }));
    return true;
  }

  /** Gives the lease back, so that the next one needn't wait. */
  async release(tries = 3): Promise<void> {
    const { kube, namespace, name, identity } = this.#options;
    const lease = await kube.find<Lease>(leases, { namespace, name });
    if (lease?.spec?.holderIdentity !== identity) return;
    const spec = { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(Date.now()) };
    try {
      await kube.replace<Lease>(leases, { ...lease, spec });
    } catch (error) {
      // A renewal that was on its way came first.
      if (!isRace(error) || tries <= 1) throw error;
      await this.release(tries - 1);
    }
  }
}

/** True while it leads; false when it lost the lease, or the signal ended it. */
async function keep(candidate: Candidate, { log, signal }: ElectionOptions, times: ElectionTimes): Promise<boolean> {
  let renewedAt = Date.now();
  while (!signal.aborted) {
    await sleep(times.retry, signal).catch(() => undefined);
    if (signal.aborted) return true;
    // A call that hangs must not outlast the lease: somebody else would lead meanwhile.
    const left = renewedAt + times.renewDeadline - Date.now();
    if (left <= 0) return false;
    const began = Date.now();
    const answered = new AbortController();
    try {
      const late = sleep(left, AbortSignal.any([signal, answered.signal])).then(
        () => "late" as const,
        () => "stopped" as const,
      );
      const held = await Promise.race([candidate.tryHold(), late]);
      if (held === "stopped") return true;
      if (held === false || held === "late") return false;
      renewedAt = began;
    } catch (error) {
      log.warn("the lease couldn't be renewed", { error });
    } finally {
      answered.abort();
    }
  }
  return true;
}

/**
 * Waits to lead, and leads once.
 *
 * @param lead gets a signal that is aborted when the lease is lost or the election's own signal is
 * @returns `lost` when somebody else may lead now, `ended` when `lead` or the signal ended it. The lease is given back
 *          after `lead` has ended, never before.
 */
export async function leadOnce(
  options: ElectionOptions,
  lead: (signal: AbortSignal) => Promise<void>,
): Promise<"ended" | "lost"> {
  const { signal, log, identity, name } = options;
  const times = options.times ?? defaultTimes;
  const candidate = new Candidate(options);
  for (;;) {
    if (signal.aborted) return "ended";
    try {
      if (await candidate.tryHold()) break;
    } catch (error) {
      if (!isRace(error)) log.warn("the lease couldn't be asked for", { lease: name, error });
    }
    await sleep(jitter(times.retry), signal).catch(() => undefined);
  }
  log.info("leads", { lease: name, identity });
  const stop = new AbortController();
  const done = lead(stop.signal).then(
    () => ({ error: undefined }),
    (error: unknown) => ({ error }),
  );
  // Work under way may take longer than the lease lasts: it is renewed until that has ended, after a stop as well.
  const over = new AbortController();
  const kept = keep(candidate, { ...options, signal: over.signal }, times);
  const stopped = new Promise<"stopped">((resolve) => {
    if (signal.aborted) resolve("stopped");
    signal.addEventListener("abort", () => resolve("stopped"), { once: true, signal: over.signal });
  });
  const first = await Promise.race([done.then(() => "done" as const), kept, stopped]);
  if (first === false) log.error("lost the lease", { lease: name, identity });
  stop.abort(new Error(first === false ? "the lease was lost" : "stopped"));
  const { error } = await done;
  over.abort(new Error("ended"));
  const lost = (await kept) === false;
  candidate.end();
  if (!lost) {
    await candidate.release().catch((cause: unknown) => log.warn("the lease wasn't given back", { error: cause }));
  }
  if (error !== undefined && !lost) throw error;
  return lost ? "lost" : "ended";
}
