// The kubelets of all simulated nodes: every pod that is bound to one of them gets an address, goes through its states as
// its scripts say, and is cleaned up after.
import type { Clock } from "../../aws/core/index.ts";
import { WorkQueue, errorMessage, isLotseError } from "../../../base/index.ts";
import type { KubeClient } from "../client.ts";
import { KubeRefusal } from "../client.ts";
import type { EventWriter } from "../events.ts";
import type { NodeAddresses } from "./addresses.ts";
import type { Containers, Happening, LifeOptions } from "./life.ts";
import { advance, containersOf, endAll } from "./life.ts";
import type { Condition, Pod } from "./pod.ts";
import { isOver, podPath, slimPod } from "./pod.ts";
import { podStatus } from "./status.ts";

/** Why something waits: an event's reason and message. */
export interface Obstacle {
  reason: string;
  message: string;
  /** Nothing to speak of: it passes in a moment. */
  passing?: boolean;
}

/** A node that pods run on. */
export interface PodHost {
  hostIP: string;
  /** The pod's address is the node's, as on Fargate. */
  shared: boolean;
  /** Why pods can't have a network yet, or undefined. */
  network(): Obstacle | undefined;
  /** Images that were pulled here. */
  images: Set<string>;
}

export interface KeeperOptions {
  client: KubeClient;
  clock: Clock;
  events: EventWriter;
  /** The node of this name, when it is one of the simulated and lives. */
  host(nodeName: string): PodHost | undefined;
  /** Addresses of a node that there is or was a moment ago. */
  addresses(nodeName: string): NodeAddresses | undefined;
  /** Why the pod can't start yet beside its address: volumes that aren't attached. */
  waitsFor?(pod: Pod): Obstacle | undefined;
  /** A pod runs now that didn't, or no longer. */
  onRunning?(pod: Pod, runs: boolean): void;
  /** Virtual seconds of a container's life in one second of wall time. */
  speed: number;
}

/** What is known of a pod beside its object. */
interface Life {
  pod: Pod;
  /** Undefined while its scripts can't be read. */
  containers: Containers | undefined;
  startedAt: number;
  conditions: readonly Condition[];
  /** What was written last, to write nothing twice. */
  written: string | undefined;
  complained: string | undefined;
  /** Where its address is from. */
  addresses: NodeAddresses | undefined;
  running: boolean;
  /** From the signal to the end, once it was deleted. */
  endsAt: number | undefined;
  deleted: boolean;
  /** When its containers change by themselves next, wall time. */
  next: number | undefined;
}

/** What goes on by itself, without anybody's help. */
export interface Outlook {
  /** Something is being done at this moment. */
  busy: boolean;
  /** When something changes next, wall time, as far as it is known. */
  next: number | undefined;
}

const workers = 48;
/** A pod that got no sandbox tries again, wall milliseconds. */
const sandboxRetry = 500;
/** Virtual seconds of an image's first pull on a node. */
const pullSeconds = 2;
/** States that pass sooner aren't written: a kubelet's own writes take about as long. */
const tooShort = 400;

/** More restarts than this are no trouble of the start. */
const manyRestarts = 5;
const isHopeless = ({ containers }: Life): boolean =>
  containers?.all.some(({ restarts }) => restarts >= manyRestarts) === true;

const readyOf = (conditions: readonly Condition[] | undefined): string | undefined =>
  conditions?.find(({ type }) => type === "Ready")?.status;

const revisionOf = ({ metadata }: Pod): number => Number(metadata.resourceVersion ?? 0);

/** The node controller marks the pods of a node that was silent; a kubelet that is back says what it knows. */
function notice(life: Life): void {
  const theirs = readyOf(life.pod.status?.conditions);
  if (theirs === undefined || life.written === undefined || theirs === readyOf(life.conditions)) return;
  life.written = undefined;
  life.conditions = life.pod.status?.conditions ?? [];
}

export class PodKeeper {
  readonly #options: KeeperOptions;
  readonly #lives: Map<string, Life> = new Map();
  readonly #byNode: Map<string, Set<string>> = new Map();
  readonly #queue: WorkQueue;
  readonly #stop: AbortController = new AbortController();

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({
      workers,
      work: (uid) => this.#step(uid),
      // Somebody changed or deleted the pod in between: the watch brings the news.
      onFailure: (_uid, error) => !(error instanceof KubeRefusal && (error.status === 404 || error.status === 409)),
    });
  }

  /** Pods that it looks after. */
  get size(): number {
    return this.#lives.size;
  }

  /** Pods that wait to be looked at. */
  get busy(): number {
    return this.#queue.size;
  }

  /** What becomes of pods by themselves; those that wait for something, or crash again and again, don't count. */
  outlook(): Outlook {
    let next: number | undefined;
    for (const life of this.#lives.values()) {
      if (life.next !== undefined && !isHopeless(life)) next = Math.min(next ?? life.next, life.next);
    }
    return { busy: this.#queue.size > 0, next };
  }

  /** A pod that a kubelet knows, by its path in a kubelet's API. */
  find(namespace: string, name: string): Pod | undefined {
    for (const { pod } of this.#lives.values()) {
      if (pod.metadata.name === name && pod.metadata.namespace === namespace) return pod;
    }
    return undefined;
  }

  /** Addresses of the pods of a node, by uid: those that were there before its addresses were counted. */
  addressesOn(nodeName: string): [uid: string, address: string][] {
    return [...(this.#byNode.get(nodeName) ?? [])].flatMap((uid): [string, string][] => {
      const life = this.#lives.get(uid);
      const address = life?.pod.status?.podIP;
      return life && address && !life.pod.spec.hostNetwork && !isOver(life.pod) ? [[uid, address]] : [];
    });
  }

  /** Follows all bound pods until it is closed. */
  async run(): Promise<void> {
    await this.#options.client.watch<Pod>(
      "/api/v1/pods?fieldSelector=spec.nodeName%21%3D",
      {
        onList: (pods) => {
          const seen = new Set(pods.map(({ metadata }) => metadata.uid));
          for (const uid of this.#lives.keys()) if (!seen.has(uid)) this.#forget(uid);
          // All are known before the first one takes an address.
          for (const pod of pods) this.#hear(pod);
          for (const { metadata } of pods) this.#queue.add(metadata.uid ?? "");
        },
        onEvent: ({ type, object }) => {
          const uid = object.metadata.uid ?? "";
          if (type === "DELETED") return this.#forget(uid);
          this.#hear(object);
          this.#queue.add(uid);
        },
      },
      this.#stop.signal,
    );
  }

  /** Something about a node changed that its pods may have waited for; all nodes when none is named. */
  nodeChanged(name?: string): void {
    const uids = name === undefined ? this.#lives.keys() : (this.#byNode.get(name) ?? []);
    for (const uid of uids) {
      const life = this.#lives.get(uid);
      if (life && !life.running && !life.containers?.ending) this.#queue.add(uid);
    }
  }

  close(): void {
    this.#stop.abort();
    this.#queue.close();
  }

  #hear(heard: Pod): void {
    const uid = heard.metadata.uid ?? "";
    const pod = slimPod(heard);
    const known = this.#lives.get(uid);
    if (known) {
      known.pod = pod;
      notice(known);
      return;
    }
    this.#lives.set(uid, this.#begin(pod));
    const { nodeName = "" } = pod.spec;
    const there = this.#byNode.get(nodeName) ?? new Set();
    this.#byNode.set(nodeName, there.add(uid));
    const { podIP } = pod.status ?? {};
    if (podIP && !pod.spec.hostNetwork && !isOver(pod)) {
      const life = this.#lives.get(uid) as Life;
      life.addresses = this.#options.addresses(nodeName);
      life.addresses?.adopt(uid, podIP);
    }
  }

  /** A pod is new to us; when it runs already, an earlier process has started it. */
  #begin(pod: Pod): Life {
    const since = pod.status?.startTime;
    return {
      pod,
      containers: undefined,
      startedAt: since === undefined ? Date.now() : Date.parse(since),
      conditions: pod.status?.conditions ?? [],
      written: undefined,
      complained: undefined,
      addresses: undefined,
      running: false,
      endsAt: undefined,
      deleted: false,
      next: undefined,
    };
  }

  #forget(uid: string): void {
    const life = this.#lives.get(uid);
    if (!life) return;
    const { nodeName = "" } = life.pod.spec;
    this.#lives.delete(uid);
    const there = this.#byNode.get(nodeName);
    there?.delete(uid);
    if (there?.size === 0) this.#byNode.delete(nodeName);
    life.addresses?.giveBack(uid);
    this.#runs(life, false);
  }

  async #step(uid: string): Promise<void> {
    const life = this.#lives.get(uid);
    const host = life && this.#options.host(life.pod.spec.nodeName ?? "");
    if (!life || !host || life.deleted) return;
    const { pod } = life;
    if (isOver(pod)) life.addresses?.giveBack(uid);
    if (pod.metadata.deletionTimestamp) return this.#end(uid, life, host);
    if (isOver(pod)) return this.#runs(life, false);
    try {
      life.containers ??= containersOf(pod);
    } catch (error) {
      if (!isLotseError(error)) throw error;
      const message = `${errorMessage(error)}. ${error.diagnostic.detail ?? ""}`;
      return this.#complain(life, { reason: "InvalidSimulation", message });
    }
    const obstacle = this.#options.waitsFor?.(pod) ?? (pod.spec.hostNetwork ? undefined : host.network());
    const podIP = obstacle ?? this.#address(uid, life, host);
    if (typeof podIP !== "string") {
      life.next = undefined;
      this.#queue.add(uid, sandboxRetry);
      this.#complain(life, podIP);
      return this.#write(life, host, undefined);
    }
    life.complained = undefined;
    await this.#live(uid, life, host, podIP);
  }

  #address(uid: string, life: Life, host: PodHost): string | Obstacle {
    const { pod } = life;
    if (pod.spec.hostNetwork || host.shared) return host.hostIP;
    const { clock } = this.#options;
    const addresses = (life.addresses ??= this.#options.addresses(pod.spec.nodeName ?? ""));
    if (!addresses) return { reason: "NetworkNotReady", message: "network is not ready" };
    let result = addresses.take(uid);
    const free = addresses.nextFree();
    // As a read does: waiting for an address lets time pass until one has cooled down.
    if ("problem" in result && free !== undefined && clock.mode.kind === "poll") {
      clock.advanceTo(free);
      result = addresses.take(uid);
    }
    if ("address" in result) return result.address;
    const { name, namespace } = pod.metadata;
    return {
      reason: "FailedCreatePodSandBox",
      message: `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container (${namespace}/${name}: ${result.problem})`,
    };
  }

  /** Milliseconds of wall time for so many virtual seconds. */
  readonly #wall = (seconds: number): number => (seconds * 1000) / this.#options.speed;

  async #live(uid: string, life: Life, host: PodHost, podIP: string): Promise<void> {
    const now = Date.now();
    const containers = life.containers as Containers;
    const said: Happening[] = [];
    const options: LifeOptions = {
      now,
      wall: this.#wall,
      pullSeconds: (image) => (host.images.has(image) ? 0 : pullSeconds),
      said,
    };
    let next = advance(containers, life.pod, options);
    for (const { image, doing } of containers.all) if (doing.kind === "running") host.images.add(image);
    const limit = life.pod.spec.activeDeadlineSeconds;
    const deadline = limit === undefined ? undefined : life.startedAt + this.#wall(limit);
    if (deadline !== undefined && !containers.ending) {
      if (deadline <= now) {
        const message = "Pod was active on the node longer than the specified deadline";
        endAll(containers, now, 137, { phase: "Failed", reason: "DeadlineExceeded", message });
        next = undefined;
      } else next = Math.min(next ?? deadline, deadline);
    }
    for (const each of said) this.#say(life, each);
    life.next = next;
    if (next !== undefined) this.#queue.add(uid, Math.max(next - now, 1));
    if (containers.ending) life.addresses?.giveBack(uid);
    // A state that passes in a moment isn't worth a write.
    const begun = containers.all.some(({ doing, restarts }) => restarts > 0 || doing.kind === "running");
    if (!begun && !containers.ending && next !== undefined && next - now < tooShort) return;
    await this.#write(life, host, podIP);
    this.#runs(life, !containers.ending && containers.all.some(({ doing }) => doing.kind === "running"));
  }

  #runs(life: Life, runs: boolean): void {
    if (life.running === runs) return;
    life.running = runs;
    this.#options.onRunning?.(life.pod, runs);
  }

  async #write(life: Life, host: PodHost, podIP: string | undefined): Promise<void> {
    const { pod, containers } = life;
    if (!containers) return;
    const status = podStatus({
      pod,
      place: { hostIP: host.hostIP, podIP },
      containers,
      startedAt: life.startedAt,
      before: life.conditions,
      now: Date.now(),
      wall: this.#wall,
    });
    const text = JSON.stringify(status);
    if (text === life.written) return;
    // Strategic: conditions of others (the scheduler, readiness gates, disruptions) stay as they are.
    const answer = await this.#options.client.patch<Pod>(`${podPath(pod)}/status`, "strategic", {
      metadata: { uid: pod.metadata.uid },
      status,
    });
    life.written = text;
    life.conditions = status.conditions ?? [];
    // What somebody else wrote after this may have been heard before the answer to it.
    if (revisionOf(life.pod) > revisionOf(answer)) notice(life);
  }

  #say({ pod }: Life, { reason, message, warning, field }: Happening): void {
    this.#event(pod, warning ? "Warning" : "Normal", reason, message, field);
  }

  #event(pod: Pod, type: "Normal" | "Warning", reason: string, message: string, fieldPath?: string): void {
    const { name, namespace = "default", uid = "" } = pod.metadata;
    this.#options.events.write({
      about: { apiVersion: "v1", kind: "Pod", namespace, name, uid, ...(fieldPath ? { fieldPath } : {}) },
      type,
      reason,
      message,
      component: "kubelet",
      ...(pod.spec.nodeName ? { host: pod.spec.nodeName } : {}),
    });
  }

  /** Says once what keeps a pod from starting. */
  #complain(life: Life, { reason, message, passing }: Obstacle): void {
    if (passing || life.complained === message) return;
    life.complained = message;
    this.#event(life.pod, "Warning", reason, message);
  }

  /** Somebody deleted the pod: its containers get their time to end, then the kubelet takes the object away. */
  async #end(uid: string, life: Life, host: PodHost): Promise<void> {
    const { pod, containers } = life;
    const now = Date.now();
    const running = containers?.all.filter(({ doing }) => doing.kind === "running") ?? [];
    if (running.length > 0 && life.endsAt === undefined) {
      const wants = Math.max(...running.map(({ script }) => script.stopSeconds));
      const grace = pod.metadata.deletionGracePeriodSeconds ?? 30;
      life.endsAt = now + this.#wall(Math.min(wants, grace));
      for (const { name, kind } of running) {
        const field = kind === "main" ? `spec.containers{${name}}` : `spec.initContainers{${name}}`;
        this.#event(pod, "Normal", "Killing", `Stopping container ${name}`, field);
      }
    }
    if (life.endsAt !== undefined && life.endsAt > now) return this.#queue.add(uid, life.endsAt - now);
    life.addresses?.giveBack(uid);
    // Whoever holds the pod by a finalizer (Jobs do) reads how it ended.
    if (containers && pod.metadata.finalizers?.length) {
      const grace = pod.metadata.deletionGracePeriodSeconds ?? 30;
      const late = running.some(({ script }) => script.stopSeconds > grace);
      endAll(containers, now, late ? 137 : 143, { phase: running.length > 0 ? "Failed" : "Succeeded" });
      await this.#write(life, host, undefined);
    }
    life.deleted = true;
    try {
      await this.#options.client.delete(podPath(pod), {
        apiVersion: "v1",
        kind: "DeleteOptions",
        gracePeriodSeconds: 0,
        preconditions: { uid },
      });
    } catch (error) {
      life.deleted = error instanceof KubeRefusal && (error.status === 404 || error.status === 409);
      throw error;
    }
  }
}
