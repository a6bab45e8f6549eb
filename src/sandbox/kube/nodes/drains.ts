// Nodes that EKS empties before their instances end: cordoned, and their pods evicted as far as budgets allow.
// https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html
import { WorkQueue } from "../../../base/index.ts";
import type { Clock, KubernetesDrain, KubernetesDrainRequest } from "../../aws/core/index.ts";
import type { KubeClient } from "../client.ts";
import { KubeRefusal } from "../client.ts";
import type { Pod } from "../pods/pod.ts";
import { isOver, podPath } from "../pods/pod.ts";
import type { FleetNode } from "./fleet.ts";
import type { NodeObject, NodeTaint } from "./node-object.ts";
import { readProspects } from "./prospects.ts";

export interface DrainsOptions {
  client: KubeClient;
  clock: Clock;
  nodes(): Iterable<FleetNode>;
  /** Virtual seconds of a pod's life in one second of wall time. */
  speed: number;
}

interface Drain {
  empty: boolean;
  force: boolean;
  after: readonly string[];
  state: "working" | "stuck" | "done";
  cordoned: boolean;
  /** What was seen last: a change of it is progress. */
  seen: string;
  changedAt: number;
  /** Looks in a row at which nothing moved. */
  calm: number;
  release: (() => void) | undefined;
}

const workers = 8;
/** Between two looks, wall milliseconds: while something moves, and when only somebody's help goes on. */
const pause = { working: 250, stuck: 1_000 };
/** Looks without any movement after which time may go on. */
const calmLooks = 3;
/** What moves but gets no further holds time for so long, wall milliseconds: a busy machine takes its time. */
const patience = 30_000;

const nodePath = (name: string): string => `/api/v1/nodes/${encodeURIComponent(name)}`;
const outOfBalancers = "node.kubernetes.io/exclude-from-external-load-balancers";
const closedTaint: NodeTaint = { key: "eks.amazonaws.com/nodegroup", value: "unschedulable", effect: "NoSchedule" };

const isReady = ({ registered, ready, refusal }: FleetNode): boolean => registered && ready && refusal === undefined;
const isComing = (node: FleetNode): boolean => node.spec.up && node.refusal === undefined && !isReady(node);

/** Pods of DaemonSets and static pods belong to the node; those that are over hold nobody up. */
function mustLeave(pod: Pod): boolean {
  const { ownerReferences = [], annotations = {} } = pod.metadata;
  if (isOver(pod) || "kubernetes.io/config.mirror" in annotations) return false;
  return !ownerReferences.some(({ kind, controller }) => controller === true && kind === "DaemonSet");
}

export class Drains {
  readonly #options: DrainsOptions;
  /** By instance. */
  readonly #drains: Map<string, Drain> = new Map();
  readonly #queue: WorkQueue;

  constructor(options: DrainsOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({
      workers,
      work: (instance) => this.#step(instance),
      // Somebody changed the node in between, or the API server restarts: the queue tries again.
      onFailure: (instance) => {
        const drain = this.#drains.get(instance);
        if (drain && Date.now() - drain.changedAt > patience) this.#become(instance, drain, "stuck");
      },
    });
  }

  /** Takes up what is new in a request, and says how far all of it is. */
  request({ empty, cordon = [], after = [], force = false }: KubernetesDrainRequest): KubernetesDrain {
    // Who has everything finished at once has nodes end with what runs on them.
    if (this.#options.clock.hurrying) return { nodes: [], joining: [], busy: false };
    for (const instance of new Set([...empty, ...cordon])) {
      if (this.#node(instance)) this.#take(instance, { empty: empty.includes(instance), force, after });
    }
    const asked = [...new Set([...empty, ...cordon])].flatMap((instance) => this.#drains.get(instance) ?? []);
    return {
      nodes: empty.flatMap((instance) => {
        const isLeft = (this.#drains.get(instance)?.state ?? "done") !== "done";
        return isLeft ? (this.#node(instance)?.spec.name ?? []) : [];
      }),
      joining: after.filter((instance) => !this.#isReady(instance)),
      busy: asked.some(({ state }) => state === "working"),
    };
  }

  /** Nodes that stay after all take pods again. */
  restore(instances: readonly string[]): void {
    for (const instance of instances) {
      const drain = this.#drains.get(instance);
      const name = this.#node(instance)?.spec.name;
      this.#drop(instance);
      if (drain?.cordoned && name !== undefined) this.#queue.add(`restore ${name}`);
    }
  }

  close(): void {
    this.#queue.close();
    for (const instance of this.#drains.keys()) this.#drop(instance);
  }

  #take(instance: string, want: Pick<Drain, "empty" | "force" | "after">): void {
    const known = this.#drains.get(instance);
    if (known) {
      const more = (want.empty && !known.empty) || (want.force && !known.force);
      known.empty ||= want.empty;
      known.force ||= want.force;
      if (more) this.#begin(instance, known);
      return;
    }
    const drain: Drain = {
      ...want,
      state: "working",
      cordoned: false,
      seen: "",
      changedAt: 0,
      calm: 0,
      release: undefined,
    };
    this.#drains.set(instance, drain);
    this.#begin(instance, drain);
  }

  #begin(instance: string, drain: Drain): void {
    Object.assign(drain, { seen: "", changedAt: Date.now(), calm: 0 });
    this.#become(instance, drain, "working");
    this.#queue.add(instance);
  }

  #become(instance: string, drain: Drain, state: Drain["state"]): void {
    drain.state = state;
    // One that was given up while the API server answered holds nothing any more.
    if (state === "working" && this.#drains.get(instance) === drain) drain.release ??= this.#options.clock.hold();
    else {
      drain.release?.();
      drain.release = undefined;
    }
  }

  #drop(instance: string): void {
    const drain = this.#drains.get(instance);
    if (drain) this.#become(instance, drain, "done");
    this.#drains.delete(instance);
  }

  #node(instance: string): FleetNode | undefined {
    for (const node of this.#options.nodes()) {
      if (node.spec.instanceId === instance) return node.registered ? node : undefined;
    }
    return undefined;
  }

  #isReady(instance: string): boolean {
    const node = this.#node(instance);
    return node !== undefined && isReady(node);
  }

  async #step(key: string): Promise<void> {
    if (key.startsWith("restore ")) return this.#restore(key.slice("restore ".length));
    const drain = this.#drains.get(key);
    const node = this.#node(key);
    if (!drain || !node) return this.#drop(key);
    const joining = drain.after.filter((instance) => !this.#isReady(instance));
    if (!drain.cordoned && joining.length > 0) return this.#wait(key, drain, joining.join(" "), true);
    if (!drain.cordoned) {
      await this.#cordon(node.spec.name);
      drain.cordoned = true;
    }
    if (!drain.empty) return this.#become(key, drain, "done");
    await this.#empty(key, drain, node.spec.name);
  }

  async #empty(instance: string, drain: Drain, name: string): Promise<void> {
    const here = encodeURIComponent(`spec.nodeName=${name}`);
    const { items } = await this.#options.client.get<{ items: Pod[] }>(`/api/v1/pods?fieldSelector=${here}`);
    const left = items.filter(mustLeave);
    if (left.length === 0) return this.#become(instance, drain, "done");
    const refused: Pod[] = [];
    for (const pod of left) {
      if (pod.metadata.deletionTimestamp === undefined && !(await this.#evict(pod, drain.force))) refused.push(pod);
    }
    const prospects = await readProspects(this.#options.client, refused);
    const ending = left.map(({ metadata }) => `${metadata.uid} ${metadata.deletionTimestamp ?? ""}`);
    const coming = [...this.#options.nodes()].filter(isComing).length;
    const moves = refused.length < left.length || prospects.moving || coming > 0;
    // A pod may have all the time to end that it asked for.
    const grace = Math.max(0, ...left.map(({ metadata }) => metadata.deletionGracePeriodSeconds ?? 0));
    const seen = JSON.stringify([ending, prospects.seen, coming]);
    this.#wait(instance, drain, seen, moves, (grace * 1000) / this.#options.speed);
  }

  /** Looks again soon; holds time as long as there is movement. */
  #wait(instance: string, drain: Drain, seen: string, moves: boolean, more = 0): void {
    const now = Date.now();
    if (seen !== drain.seen) Object.assign(drain, { seen, changedAt: now, calm: 0 });
    drain.calm = moves ? 0 : drain.calm + 1;
    const stuck = drain.calm >= calmLooks || now - drain.changedAt > patience + more;
    this.#become(instance, drain, stuck ? "stuck" : "working");
    if (this.#drains.get(instance) === drain) this.#queue.add(instance, pause[stuck ? "stuck" : "working"]);
  }

  /** False when a budget forbids it. */
  async #evict(pod: Pod, force: boolean): Promise<boolean> {
    const { client } = this.#options;
    const { name, namespace, uid } = pod.metadata;
    const preconditions = { uid };
    try {
      if (force) {
        await client.delete(podPath(pod), { apiVersion: "v1", kind: "DeleteOptions", preconditions });
        return true;
      }
      await client.create(`${podPath(pod)}/eviction`, {
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { name, namespace },
        deleteOptions: { preconditions },
      });
      return true;
    } catch (error) {
      if (!(error instanceof KubeRefusal)) throw error;
      // It went by itself, or another one has its name; else a budget, or two of them, or an admission rule says no.
      return error.status === 404 || error.status === 409;
    }
  }

  async #cordon(name: string): Promise<void> {
    await this.#mark(name, { unschedulable: true, label: "true", taints: [closedTaint] });
  }

  async #restore(name: string): Promise<void> {
    await this.#mark(name, { unschedulable: null, label: null, taints: [] });
  }

  async #mark(
    name: string,
    { unschedulable, label, taints }: { unschedulable: true | null; label: string | null; taints: NodeTaint[] },
  ): Promise<void> {
    const { client } = this.#options;
    const found = await client.find<NodeObject>(nodePath(name));
    if (!found) return;
    const { resourceVersion } = found.metadata;
    const others = (found.spec?.taints ?? []).filter(({ key }) => key !== closedTaint.key);
    await client.patch(nodePath(name), "merge", {
      metadata: { resourceVersion, labels: { [outOfBalancers]: label } },
      spec: { unschedulable, taints: [...others, ...taints] },
    });
  }
}
