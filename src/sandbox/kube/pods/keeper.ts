// The kubelets of all simulated nodes: every pod that is bound to one of them gets an address, goes through its states as
// its script says, and is cleaned up after.
import type { Clock } from "../../aws/core/index.ts";
import { isLotseError } from "../../../base/index.ts";
import type { KubeClient } from "../client.ts";
import { KubeRefusal } from "../client.ts";
import { WorkQueue } from "../work-queue.ts";
import type { NodeAddresses } from "./addresses.ts";
import type { ContainerState, Pod } from "./pod.ts";
import { isOver, podPath } from "./pod.ts";
import type { Script } from "./script.ts";
import { endOfRun, scriptOf } from "./script.ts";
import type { Stage } from "./status.ts";
import { podStatus } from "./status.ts";

/** A node that pods run on. */
export interface PodHost {
  hostIP: string;
  addresses: NodeAddresses;
}

export interface KeeperOptions {
  client: KubeClient;
  clock: Clock;
  /** The node of this name, when it is one of the simulated. */
  host(nodeName: string): PodHost | undefined;
  /** Virtual seconds of a container's life in one second of wall time. */
  speed: number;
}

/** What is known of a pod beside its object. */
interface Life {
  pod: Pod;
  /** Wall time at which its containers were started, epoch ms. */
  startedAt: number | undefined;
  firstSeen: number;
  restarts: number;
  last: ContainerState;
  /** What was written last, to write nothing twice. */
  written: string | undefined;
  complained: string | undefined;
}

const workers = 32;
/** The kubelet's back-off after crashes, virtual seconds: 10, 20, 40 … 300. */
const firstBackOff = 10;
const longestBackOff = 300;
/** A pod that got no sandbox tries again, wall milliseconds. */
const sandboxRetry = 1_000;

const backOff = (restarts: number): number => Math.min(firstBackOff * 2 ** Math.max(restarts - 1, 0), longestBackOff);

export class PodKeeper {
  readonly #options: KeeperOptions;
  readonly #lives: Map<string, Life> = new Map();
  readonly #queue: WorkQueue;
  readonly #stop: AbortController = new AbortController();

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({
      workers,
      work: (uid) => this.#step(uid),
      // Somebody changed or deleted the pod in between: the watch brings the news.
      onFailure: (_uid, error) => !(error instanceof KubeRefusal && error.status === 404),
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

  /** Follows all bound pods until it is closed. */
  async run(): Promise<void> {
    await this.#options.client.watch<Pod>(
      "/api/v1/pods?fieldSelector=spec.nodeName%21%3D",
      {
        onList: (pods) => {
          const seen = new Set(pods.map(({ metadata }) => metadata.uid));
          for (const uid of this.#lives.keys()) if (!seen.has(uid)) this.#forget(uid);
          for (const pod of pods) this.#hear(pod);
        },
        onEvent: ({ type, object }) => {
          if (type === "DELETED") this.#forget(object.metadata.uid ?? "");
          else this.#hear(object);
        },
      },
      this.#stop.signal,
    );
  }

  /** Nodes came or went. */
  nodesChanged(): void {
    for (const [uid, life] of this.#lives) if (life.written === undefined) this.#queue.add(uid);
  }

  close(): void {
    this.#stop.abort();
    this.#queue.close();
  }

  #hear(pod: Pod): void {
    const uid = pod.metadata.uid ?? "";
    const known = this.#lives.get(uid);
    if (known) known.pod = pod;
    else this.#lives.set(uid, this.#begin(uid, pod));
    this.#queue.add(uid);
  }

  /** A pod is new to us; when it runs already, an earlier process has started it. */
  #begin(uid: string, pod: Pod): Life {
    const [status] = pod.status?.containerStatuses ?? [];
    const since = status?.state.running?.startedAt;
    const { nodeName = "", hostNetwork } = pod.spec;
    if (pod.status?.podIP && !hostNetwork && !isOver(pod)) {
      this.#options.host(nodeName)?.addresses.adopt(uid, pod.status.podIP);
    }
    return {
      pod,
      startedAt: since === undefined ? undefined : Date.parse(since),
      firstSeen: Date.now(),
      restarts: status?.restartCount ?? 0,
      last: status?.lastState ?? {},
      written: undefined,
      complained: undefined,
    };
  }

  #forget(uid: string): void {
    const life = this.#lives.get(uid);
    if (!life) return;
    this.#lives.delete(uid);
    this.#options.host(life.pod.spec.nodeName ?? "")?.addresses.giveBack(uid);
  }

  async #step(uid: string): Promise<void> {
    const life = this.#lives.get(uid);
    const host = life && this.#options.host(life.pod.spec.nodeName ?? "");
    if (!life || !host) return;
    const { pod } = life;
    if (pod.metadata.deletionTimestamp) return this.#end(uid, life, host);
    if (isOver(pod)) return host.addresses.giveBack(uid);
    let script: Script;
    try {
      script = scriptOf(pod);
    } catch (error) {
      if (!isLotseError(error)) throw error;
      return this.#complain(uid, life, host, "InvalidSimulation", `${error.message}. ${error.diagnostic.detail ?? ""}`);
    }
    const podIP = this.#address(uid, life, host);
    if (typeof podIP !== "string") {
      this.#queue.add(uid, sandboxRetry);
      const message = `Failed to create pod sandbox: plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container (${podIP.problem})`;
      return this.#complain(uid, life, host, "FailedCreatePodSandBox", message);
    }
    await this.#live(uid, life, script, { hostIP: host.hostIP, podIP });
  }

  #address(uid: string, { pod }: Life, host: PodHost): string | { problem: string } {
    if (pod.spec.hostNetwork) return host.hostIP;
    const { clock } = this.#options;
    let result = host.addresses.take(uid);
    const free = host.addresses.nextFree();
    // As a read does: waiting for an address lets time pass until one has cooled down.
    if ("problem" in result && free !== undefined && clock.mode.kind === "poll") {
      clock.advanceTo(free);
      result = host.addresses.take(uid);
    }
    return "address" in result ? result.address : { problem: result.problem };
  }

  /** Milliseconds of wall time for so many virtual seconds. */
  #wall(seconds: number): number {
    return (seconds * 1000) / this.#options.speed;
  }

  async #live(uid: string, life: Life, script: Script, place: { hostIP: string; podIP: string }): Promise<void> {
    const now = Date.now();
    if (script.pullError) {
      const message = "Back-off pulling image: the simulation's script says that it can't be had";
      return this.#write(life, place, { kind: "waiting", reason: "ImagePullBackOff", message }, false);
    }
    if (life.startedAt === undefined) {
      const begin = life.firstSeen + this.#wall(script.startSeconds);
      if (begin > now) {
        this.#queue.add(uid, begin - now);
        return this.#write(life, place, { kind: "waiting", reason: "ContainerCreating" }, false);
      }
      life.startedAt = now;
    }
    if (life.startedAt > now) {
      this.#queue.add(uid, life.startedAt - now);
      const message = "back-off restarting failed container";
      return this.#write(life, place, { kind: "waiting", reason: "CrashLoopBackOff", message }, false);
    }
    const since = new Date(life.startedAt).toISOString();
    const end = endOfRun(script, life.restarts);
    const endsAt = end && life.startedAt + this.#wall(end.seconds);
    if (end && endsAt !== undefined && endsAt <= now) {
      return this.#ended(uid, life, place, {
        kind: "ended",
        exitCode: end.exitCode,
        since,
        at: new Date().toISOString(),
      });
    }
    const readyAt = script.readySeconds === undefined ? undefined : life.startedAt + this.#wall(script.readySeconds);
    const ready = readyAt !== undefined && readyAt <= now;
    const next = [endsAt, ready ? undefined : readyAt].filter((at) => at !== undefined);
    if (next.length > 0) this.#queue.add(uid, Math.max(Math.min(...next) - now, 1));
    await this.#write(life, place, { kind: "running", since, ready }, false);
  }

  /** The containers ended: the end of the pod, or a restart, as its restart policy says. */
  async #ended(
    uid: string,
    life: Life,
    place: { hostIP: string; podIP: string },
    stage: Stage & { kind: "ended" },
  ): Promise<void> {
    const { restartPolicy = "Always" } = life.pod.spec;
    const again = restartPolicy === "Always" || (restartPolicy === "OnFailure" && stage.exitCode !== 0);
    if (!again) return this.#write(life, place, stage, true);
    life.restarts += 1;
    const { exitCode, since: startedAt, at: finishedAt } = stage;
    const reason = exitCode === 0 ? "Completed" : "Error";
    life.last = { terminated: { exitCode, reason, startedAt, finishedAt } };
    life.startedAt = Date.now() + this.#wall(backOff(life.restarts));
    this.#queue.add(uid, 1);
  }

  async #write(life: Life, place: { hostIP: string; podIP: string }, stage: Stage, final: boolean): Promise<void> {
    const { pod } = life;
    const status = podStatus(pod, place, stage, life.restarts, final, life.last, new Date().toISOString());
    const text = JSON.stringify({
      ...status,
      conditions: status.conditions?.map(({ type, status: is }) => [type, is]),
    });
    if (text === life.written) return;
    life.pod = await this.#options.client.patch<Pod>(`${podPath(pod)}/status`, "merge", {
      metadata: { uid: pod.metadata.uid },
      status,
    });
    life.written = text;
    life.complained = undefined;
  }

  /** Says once what keeps a pod from starting: in its status and as an event. */
  async #complain(uid: string, life: Life, host: PodHost, reason: string, message: string): Promise<void> {
    if (life.complained === message) return;
    const { pod } = life;
    const { client } = this.#options;
    const now = new Date().toISOString();
    const namespace = pod.metadata.namespace ?? "default";
    await client.create(`/api/v1/namespaces/${namespace}/events`, {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${pod.metadata.name}.${reason.toLowerCase()}.${Date.now().toString(16)}`, namespace },
      involvedObject: { apiVersion: "v1", kind: "Pod", namespace, name: pod.metadata.name, uid },
      type: "Warning",
      reason,
      message,
      source: { component: "kubelet", host: pod.spec.nodeName },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
    const stage: Stage = { kind: "waiting", reason: "ContainerCreating" };
    const status = podStatus(pod, { hostIP: host.hostIP, podIP: undefined }, stage, 0, false, {}, now);
    await client.patch(`${podPath(pod)}/status`, "merge", { metadata: { uid: pod.metadata.uid }, status });
    life.complained = message;
  }

  /** Somebody deleted the pod: its containers end at once, and the kubelet takes the object away. */
  async #end(uid: string, life: Life, host: PodHost): Promise<void> {
    host.addresses.giveBack(uid);
    await this.#options.client.delete(podPath(life.pod), {
      apiVersion: "v1",
      kind: "DeleteOptions",
      gracePeriodSeconds: 0,
      preconditions: { uid },
    });
  }
}
