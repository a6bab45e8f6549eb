// The nodes of one cluster: registers those whose instances run and are let in, keeps their leases, takes away those whose
// instances are gone.
import { createHash } from "node:crypto";
import type { Cloud } from "../../aws/core/index.ts";
import { servicePrincipal } from "../../aws/core/index.ts";
import { instances as instanceTable } from "../../aws/services/ec2/state.ts";
import type { KubeClient, KubeObject } from "../client.ts";
import { KubeRefusal } from "../client.ts";
import type { ClusterKey } from "../cluster-key.ts";
import type { EventWriter } from "../events.ts";
import { WorkQueue } from "../../../base/index.ts";
import { CsiNodes } from "./csi-nodes.ts";
import { Leases } from "./leases.ts";
import type { NodeSpec } from "./membership.ts";
import { groupsOf, nodeOf } from "./membership.ts";
import type { NodeFacts, NodeObject, NodeTaint, NodeTrouble } from "./node-object.ts";
import { networkNotReady, nodeConditions, nodeObject, readyCondition, unknownConditions } from "./node-object.ts";
import type { SizeSettings } from "./size.ts";
import { nodeSize } from "./size.ts";

/** Whether the cluster lets a node in, and why not. */
export type Admission = { allowed: true } | { allowed: false; reason: string };

export interface FleetOptions {
  key: ClusterKey;
  cloud: Cloud;
  client: KubeClient;
  events: EventWriter;
  /** `v1.35.6`: what kubelets of unknown images report. */
  kubeletVersion: string;
  /** Asks who the instance's role is in the cluster. */
  admit(node: NodeSpec): Admission;
  /** What the CNI's settings do to the size of a node that starts now. */
  cniSize(): Pick<SizeSettings, "prefixDelegation" | "customNetworking">;
  /** Nodes that aren't instances of the account: Fargate's. */
  others(): Iterable<NodeSpec>;
  /** A node came, went, or changed what its pods may have waited for. */
  onNode(name: string): void;
  /** Virtual seconds in one second of wall time. */
  speed: number;
}

/** A node of the fleet. */
export interface FleetNode {
  spec: NodeSpec;
  /** False until the cluster has it. */
  registered: boolean;
  ready: boolean;
  /** Status of the condition Ready as the API server has it; the node controller writes it, too. */
  seen: string | undefined;
  /** Why it stays out, or why its kubelet isn't heard any more. */
  refusal?: string;
  /** Somebody deleted the object: a kubelet registers once, when it starts. */
  deletedByHand?: boolean;
  /** The network plugin has put its configuration down. */
  network: boolean;
  /** As the API server has them. */
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

const workers = 24;
/** A node that was refused asks again, as a kubelet does, wall milliseconds. */
const askAgain = 5_000;
/** Virtual seconds from the end of an instance until the cloud's controller takes the object of its node away. */
const removeAfter = 20;
const shutdownTaint: NodeTaint = { key: "node.cloudprovider.kubernetes.io/shutdown", effect: "NoSchedule" };

const nodePath = (name: string): string => `/api/v1/nodes/${encodeURIComponent(name)}`;
const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, "Z");

const sameTaint = (a: NodeTaint, b: NodeTaint): boolean =>
  a.key === b.key && a.effect === b.effect && (a.value ?? "") === (b.value ?? "");

/** What a change of its group means for a node that is there: labels to set or (null) to remove, taints to swap. */
interface GroupChange {
  labels: Record<string, string | null>;
  added: readonly NodeTaint[];
  removed: readonly NodeTaint[];
}

function changeOf(before: NodeSpec, after: NodeSpec): GroupChange | undefined {
  const labels: Record<string, string | null> = {};
  for (const name of Object.keys(before.labels)) if (!(name in after.labels)) labels[name] = null;
  for (const [name, value] of Object.entries(after.labels)) if (before.labels[name] !== value) labels[name] = value;
  const added = after.taints.filter((taint) => !before.taints.some((each) => sameTaint(each, taint)));
  const removed = before.taints.filter((taint) => !after.taints.some((each) => sameTaint(each, taint)));
  const empty = Object.keys(labels).length === 0 && added.length === 0 && removed.length === 0;
  return empty ? undefined : { labels, added, removed };
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #nodes: Map<string, FleetNode> = new Map();
  readonly #changes: Map<string, GroupChange> = new Map();
  /** Nodes whose instances are gone, and when their objects go, wall time. */
  readonly #leaving: Map<string, number> = new Map();
  readonly #queue: WorkQueue;
  readonly #leases: Leases;
  readonly #csi: CsiNodes;
  readonly #stop: AbortController = new AbortController();

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({
      workers,
      work: (name) => this.#settle(name),
      // The API server restarts, or somebody else changed the node in between: the queue tries again.
      onFailure: () => undefined,
    });
    this.#csi = new CsiNodes(options.client);
    this.#leases = new Leases({
      client: options.client,
      names: () => [...this.#nodes.values()].filter(isHeard).map(({ spec }) => spec.name),
    });
  }

  /** Nodes by name: those that are in and those that should be. */
  get nodes(): ReadonlyMap<string, FleetNode> {
    return this.#nodes;
  }

  /** True while nodes register or leave; those that are refused, stopped or deleted by hand don't count. */
  get busy(): boolean {
    if (this.#queue.size > 0 || this.#leaving.size > 0) return true;
    return [...this.#nodes.values()].some(
      ({ registered, refusal, deletedByHand, spec }) =>
        !registered && refusal === undefined && deletedByHand !== true && spec.up && spec.broken === undefined,
    );
  }

  /** Takes up what the cluster already has, and begins. */
  async start(): Promise<void> {
    const { items } = await this.#options.client.get<{ items: NodeObject[] }>("/api/v1/nodes");
    this.refresh(items);
    // Their instances went while the cluster slept; nodes that somebody made by hand are none of ours.
    for (const { metadata, spec } of items) {
      if (!this.#nodes.has(metadata.name) && spec?.providerID?.startsWith("aws:///")) this.#leave(metadata.name);
    }
    void this.#options.client.watch<NodeObject>(
      "/api/v1/nodes",
      {
        onList: (objects) => {
          const seen = new Set(objects.map(({ metadata }) => metadata.name));
          // The list may be older than a node that was registered since.
          for (const [name, node] of this.#nodes) if (node.registered && !seen.has(name)) this.#verify(name, node);
          for (const object of objects) this.#hear(object);
        },
        onEvent: ({ type, object }) => {
          const node = this.#nodes.get(object.metadata.name);
          if (type !== "DELETED") this.#hear(object);
          else if (node?.registered && object.spec?.providerID === node.spec.providerId) {
            this.#lost(object.metadata.name, node);
          }
        },
      },
      this.#stop.signal,
    );
  }

  /**
   * Looks at the instances again: something about them, the groups or the cluster's access has changed.
   *
   * @param found nodes that the cluster has from an earlier process
   */
  refresh(found: readonly NodeObject[] = []): void {
    const { cloud, key } = this.#options;
    const { account, region, name } = key;
    const ctx = cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
    const groups = groupsOf(ctx, name);
    const seen = new Set<string>();
    const before = new Map(found.map((object) => [object.metadata.name, object]));
    const take = (spec: NodeSpec): void => {
      seen.add(spec.name);
      this.#take(spec, before.get(spec.name));
    };
    for (const [, instance] of ctx.table(instanceTable).entries()) {
      const spec = nodeOf(ctx, name, instance, groups);
      if (spec) take(spec);
    }
    for (const spec of this.#options.others()) take(spec);
    for (const [node, { spec }] of this.#nodes) {
      if (seen.has(node)) continue;
      this.#nodes.delete(node);
      this.#changes.delete(node);
      // A Fargate node goes with its pod, at once. Others may be about to register, or be there from before a restart.
      this.#leave(node, spec.system === "fargate");
      this.#options.onNode(node);
    }
  }

  /** The network plugin runs on a node: it has its configuration from now on, whatever becomes of the plugin. */
  networkReady(name: string): void {
    const node = this.#nodes.get(name);
    if (!node || node.network) return;
    node.network = true;
    this.#queue.add(name);
  }

  /** A CSI driver runs on a node, and can attach so many volumes there. */
  driverRuns(name: string, driver: string, volumes: number): void {
    const node = this.#nodes.get(name);
    if (!node) return;
    this.#csi.add(name, { name: driver, nodeID: node.spec.instanceId, volumes });
  }

  close(): void {
    this.#stop.abort();
    this.#leases.close();
    this.#csi.close();
    this.#queue.close();
  }

  #take(spec: NodeSpec, object: NodeObject | undefined): void {
    const known = this.#nodes.get(spec.name);
    if (known?.spec.instanceId === spec.instanceId) {
      const change = known.registered ? changeOf(known.spec, spec) : undefined;
      const restarted = spec.up && !known.spec.up;
      known.spec = spec;
      // A kubelet that starts again registers again.
      if (restarted) delete known.deletedByHand;
      if (change) this.#changes.set(spec.name, change);
      const heard = this.#options.admit(spec);
      if (heard.allowed) delete known.refusal;
      else known.refusal = heard.reason;
      const lost = known.seen === "Unknown" && heard.allowed;
      if (change || restarted || lost || !spec.up || !known.registered || this.#trouble(known) !== undefined) {
        this.#queue.add(spec.name);
      }
      return;
    }
    const own = object?.spec?.providerID === spec.providerId ? object : undefined;
    const ready = own?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
    this.#leaving.delete(spec.name);
    this.#nodes.set(spec.name, {
      spec,
      registered: false,
      ready: false,
      seen: undefined,
      network: ready || spec.system === "windows" || spec.system === "fargate",
      labels: {},
      annotations: {},
    });
    this.#queue.add(spec.name);
  }

  #hear({ metadata, spec, status }: NodeObject): void {
    const node = this.#nodes.get(metadata.name);
    if (!node || spec?.providerID !== node.spec.providerId) return;
    node.seen = status?.conditions?.find(({ type }) => type === "Ready")?.status;
    // The machine was too busy, or slept: a kubelet that lives says so.
    if (node.seen === "Unknown" && isHeard(node)) this.#queue.add(metadata.name);
    node.labels = metadata.labels ?? {};
    node.annotations = metadata.annotations ?? {};
  }

  #verify(name: string, node: FleetNode): void {
    this.#options.client.find(nodePath(name)).then(
      (found) => {
        if (!found && node.registered && this.#nodes.get(name) === node) this.#lost(name, node);
      },
      // The API server is away; the watch lists again when it is back.
      () => undefined,
    );
  }

  #lost(name: string, node: FleetNode): void {
    node.registered = false;
    node.ready = false;
    node.deletedByHand = true;
    this.#options.onNode(name);
  }

  #trouble(node: FleetNode): NodeTrouble {
    return node.network ? undefined : networkNotReady;
  }

  async #settle(name: string): Promise<void> {
    const node = this.#nodes.get(name);
    if (!node) return this.#remove(name);
    if (node.deletedByHand) return;
    if (!node.spec.up) return this.#silence(node);
    if (!node.registered) {
      const admission: Admission =
        node.spec.broken === undefined ? this.#options.admit(node.spec) : { allowed: false, reason: node.spec.broken };
      if (!admission.allowed) {
        node.refusal = admission.reason;
        this.#queue.add(name, askAgain);
        return;
      }
      delete node.refusal;
      await this.#register(node);
    } else {
      await this.#change(node);
      await this.#report(node);
    }
    this.#options.onNode(name);
  }

  #facts(node: FleetNode): NodeFacts {
    const { spec } = node;
    const version = spec.kubeletVersion ?? this.#options.kubeletVersion.replace(/^v/, "").replace(/-eks-.*/, "");
    // The same commit for everyone who has the same release.
    const commit = createHash("sha256").update(version).digest("hex").slice(0, 7);
    return {
      kubeletVersion: `v${version}-eks-${commit}`,
      size: nodeSize(spec.type, { ...spec.size, ...this.#options.cniSize() }),
      trouble: this.#trouble(node),
      now: now(),
    };
  }

  async #register(node: FleetNode): Promise<void> {
    const { client } = this.#options;
    const { name, providerId } = node.spec;
    const facts = this.#facts(node);
    const object = nodeObject(node.spec, facts);
    let made: NodeObject;
    try {
      made = await client.create<NodeObject>("/api/v1/nodes", object);
    } catch (error) {
      // What the API server finds invalid, a kubelet tries for ever.
      if (error instanceof KubeRefusal && [400, 403, 422].includes(error.status)) node.refusal = error.message;
      if (!(error instanceof KubeRefusal) || error.status !== 409) throw error;
      const found = await client.get<NodeObject>(nodePath(name));
      if (found.spec?.providerID !== providerId) {
        // The name was another instance's: its object goes first.
        await client.delete(nodePath(name), { preconditions: { uid: found.metadata.uid } });
        throw error;
      }
      // Labels, taints, cordons and capacity stay as they are; the kubelet is heard again.
      const { conditions } = object.status ?? {};
      made = await client.patch<NodeObject>(`${nodePath(name)}/status`, "strategic", { status: { conditions } });
      await this.#untaint(made);
    }
    node.registered = true;
    this.#hear(made);
    node.ready = facts.trouble === undefined;
    await this.#leases.create(name);
    await this.#csi.create(made);
    if (this.#trouble(node) !== facts.trouble) this.#queue.add(name);
  }

  async #report(node: FleetNode): Promise<void> {
    const trouble = this.#trouble(node);
    const lost = node.seen === "Unknown";
    if (node.ready === (trouble === undefined) && !lost) return;
    const conditions = lost ? nodeConditions(trouble, now()) : [readyCondition(trouble, now())];
    await this.#options.client.patch(`${nodePath(node.spec.name)}/status`, "strategic", { status: { conditions } });
    node.ready = trouble === undefined;
  }

  /** EKS brings labels and taints of a changed group to the nodes that are there. */
  async #change(node: FleetNode): Promise<void> {
    const { name } = node.spec;
    const change = this.#changes.get(name);
    if (!change) return;
    const { client } = this.#options;
    const found = await client.get<NodeObject>(nodePath(name));
    const kept = (found.spec?.taints ?? []).filter(
      (taint) => ![...change.removed, ...change.added].some((each) => sameTaint(each, taint)),
    );
    await client.patch(nodePath(name), "merge", {
      metadata: { labels: change.labels, resourceVersion: found.metadata.resourceVersion },
      spec: { taints: [...kept, ...change.added] },
    });
    if (this.#changes.get(name) === change) this.#changes.delete(name);
  }

  /** The instance is stopped: the node stays, unknown, and the cloud's controller marks it. */
  async #silence(node: FleetNode): Promise<void> {
    if (!node.registered) return;
    const { client } = this.#options;
    const { name } = node.spec;
    const status = { conditions: unknownConditions(now()) };
    const found = await client.patch<NodeObject>(`${nodePath(name)}/status`, "strategic", { status });
    const taints = found.spec?.taints ?? [];
    if (!taints.some((taint) => sameTaint(taint, shutdownTaint))) {
      const { resourceVersion } = found.metadata;
      await client.patch(nodePath(name), "merge", {
        metadata: { resourceVersion },
        spec: { taints: [...taints, shutdownTaint] },
      });
    }
    node.registered = false;
    node.ready = false;
    this.#options.onNode(name);
  }

  async #untaint({ metadata, spec }: NodeObject): Promise<void> {
    const taints = spec?.taints ?? [];
    const kept = taints.filter((taint) => !sameTaint(taint, shutdownTaint));
    if (kept.length === taints.length) return;
    await this.#options.client.patch(nodePath(metadata.name), "merge", {
      metadata: { resourceVersion: metadata.resourceVersion },
      spec: { taints: kept },
    });
  }

  #leave(name: string, atOnce = false): void {
    this.#leaving.set(name, atOnce ? Date.now() : 0);
    this.#queue.add(name);
  }

  /** Takes away what ran there, as the pod garbage collector does, which looks every 20 s and waits for 40 s more. */
  async #collect(name: string): Promise<void> {
    const { client } = this.#options;
    const here = encodeURIComponent(`spec.nodeName=${name}`);
    const { items } = await client.get<{ items: KubeObject[] }>(`/api/v1/pods?fieldSelector=${here}`);
    for (const { metadata } of items) {
      const path = `/api/v1/namespaces/${metadata.namespace ?? ""}/pods/${encodeURIComponent(metadata.name)}`;
      await client
        .delete(path, { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } })
        .catch((error: unknown) => {
          // It has gone by itself, or another one has its name.
          if (!(error instanceof KubeRefusal) || (error.status !== 404 && error.status !== 409)) throw error;
        });
    }
  }

  /**
   * The instance is gone: the node is unknown first, then the cloud's controller takes the object away, and the pod
   * garbage collector what ran there.
   */
  async #remove(name: string): Promise<void> {
    const { client, events, speed } = this.#options;
    const at = this.#leaving.get(name);
    if (at === undefined) return;
    try {
      if (at === 0) {
        await client.patch(`${nodePath(name)}/status`, "strategic", {
          status: { conditions: unknownConditions(now()) },
        });
        const pause = (removeAfter * 1000) / speed;
        this.#leaving.set(name, Date.now() + pause);
        this.#queue.add(name, pause);
        return;
      }
      if (at > Date.now()) return this.#queue.add(name, at - Date.now());
      await client.delete(nodePath(name));
      await this.#collect(name);
      events.write({
        about: { apiVersion: "v1", kind: "Node", name, uid: name },
        type: "Normal",
        reason: "DeletingNode",
        message: `Deleting node ${name} because it does not exist in the cloud provider`,
        component: "cloud-node-lifecycle-controller",
      });
    } catch (error) {
      // Somebody deleted it before: that is what was wanted.
      if (!(error instanceof KubeRefusal) || error.status !== 404) throw error;
    }
    this.#leaving.delete(name);
    this.#csi.forget(name);
    await this.#leases.delete(name);
    this.#options.onNode(name);
  }
}

/** A kubelet that is let in and whose node is there renews its lease; one that is shut out falls silent. */
const isHeard = ({ registered, refusal }: FleetNode): boolean => registered && refusal === undefined;
