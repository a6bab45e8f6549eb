// The nodes of one cluster: registers those whose instances run and are let in, keeps their leases, takes away those whose
// instances are gone.
import type { Cloud } from "../../aws/core/index.ts";
import { servicePrincipal } from "../../aws/core/index.ts";
import { instances as instanceTable } from "../../aws/services/ec2/state.ts";
import type { KubeClient } from "../client.ts";
import { KubeRefusal } from "../client.ts";
import type { ClusterKey } from "../cluster-key.ts";
import { WorkQueue } from "../work-queue.ts";
import type { NodeSpec } from "./membership.ts";
import { nodeOf } from "./membership.ts";
import type { NodeObject, NodeTrouble } from "./node-object.ts";
import { nodeConditions, nodeObject, nodeStatus } from "./node-object.ts";

/** Whether the cluster lets a node in, and why not. */
export type Admission = { allowed: true } | { allowed: false; reason: string };

export interface FleetOptions {
  key: ClusterKey;
  cloud: Cloud;
  client: KubeClient;
  /** `v1.35.6-eks-…`: what kubelets report. */
  kubeletVersion: string;
  /** Asks who the instance's role is in the cluster. */
  admit(node: NodeSpec): Admission;
  /** Why a node that has joined isn't Ready (no network plugin), or undefined. */
  trouble(node: NodeSpec): NodeTrouble;
  onNodes?: () => void;
}

/** A node of the fleet. */
export interface FleetNode {
  spec: NodeSpec;
  /** Undefined until the cluster has it. */
  registered: boolean;
  ready: boolean;
  /** Why it stays out. */
  refusal?: string;
}

const workers = 24;
/** The kubelet renews each ten seconds; a large fleet shares what one API server can take. */
const renewInterval = 10_000;
const mostRenewalsPerSecond = 50;
const leaseSeconds = 40;
/** A node that was refused asks again, as a kubelet does. */
const askAgain = 5_000;

const nodePath = (name: string): string => `/api/v1/nodes/${encodeURIComponent(name)}`;
const leasePath = (name: string): string =>
  `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${encodeURIComponent(name)}`;

export class Fleet {
  readonly #options: FleetOptions;
  readonly #nodes: Map<string, FleetNode> = new Map();
  readonly #queue: WorkQueue;
  readonly #stop: AbortController = new AbortController();
  #renewal: NodeJS.Timeout | undefined;
  #renewFrom = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({
      workers,
      work: (name) => this.#settle(name),
      // The API server restarts, or somebody else changed the node in between: the queue tries again.
      onFailure: () => undefined,
    });
  }

  /** Nodes by name: those that are in and those that should be. */
  get nodes(): ReadonlyMap<string, FleetNode> {
    return this.#nodes;
  }

  /** Takes up what the cluster already has, and begins. */
  async start(): Promise<void> {
    const { items } = await this.#options.client.get<{ items: NodeObject[] }>("/api/v1/nodes");
    this.refresh();
    const wanted = new Set(this.#nodes.keys());
    // Their instances went while the cluster slept.
    for (const { metadata } of items) if (!wanted.has(metadata.name)) this.#queue.add(metadata.name);
    this.#renewLater();
  }

  /** Looks at the instances again: something about them, the groups or the cluster's access has changed. */
  refresh(): void {
    const { cloud, key } = this.#options;
    const { account, region, name } = key;
    const ctx = cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
    const seen = new Set<string>();
    for (const [, instance] of ctx.table(instanceTable).entries()) {
      if (instance.state !== "running" || !instance.privateIp) continue;
      const spec = nodeOf(ctx, name, instance);
      if (!spec) continue;
      seen.add(spec.name);
      const known = this.#nodes.get(spec.name);
      if (known && known.spec.instanceId === spec.instanceId) known.spec = spec;
      else this.#nodes.set(spec.name, { spec, registered: false, ready: false });
      const ready = this.#nodes.get(spec.name);
      if (!ready?.ready || this.#options.trouble(spec) !== undefined) this.#queue.add(spec.name);
    }
    for (const node of this.#nodes.keys()) {
      if (seen.has(node)) continue;
      this.#nodes.delete(node);
      this.#queue.add(node);
    }
    this.#options.onNodes?.();
  }

  close(): void {
    this.#stop.abort();
    clearTimeout(this.#renewal);
    this.#queue.close();
  }

  async #settle(name: string): Promise<void> {
    const node = this.#nodes.get(name);
    if (!node) return this.#remove(name);
    if (!node.registered) {
      const admission = this.#options.admit(node.spec);
      if (!admission.allowed) {
        node.refusal = admission.reason;
        this.#queue.add(name, askAgain);
        return;
      }
      delete node.refusal;
      await this.#register(node);
    } else await this.#report(node);
    this.#options.onNodes?.();
  }

  async #register(node: FleetNode): Promise<void> {
    const { client, kubeletVersion } = this.#options;
    const now = new Date().toISOString();
    const trouble = this.#options.trouble(node.spec);
    const object = nodeObject(node.spec, kubeletVersion, trouble, now);
    const found = await client.find<NodeObject>(nodePath(node.spec.name));
    if (found && found.spec?.providerID !== object.spec?.providerID) await client.delete(nodePath(node.spec.name));
    if (found && found.spec?.providerID === object.spec?.providerID) {
      await client.patch(`${nodePath(node.spec.name)}/status`, "merge", { status: object.status });
    } else await client.create("/api/v1/nodes", object);
    await this.#renew(node.spec.name, now);
    node.registered = true;
    node.ready = trouble === undefined;
  }

  async #report(node: FleetNode): Promise<void> {
    const { client, kubeletVersion } = this.#options;
    const trouble = this.#options.trouble(node.spec);
    if (node.ready === (trouble === undefined)) return;
    const status = nodeStatus(node.spec, kubeletVersion, trouble, new Date().toISOString());
    await client.patch(`${nodePath(node.spec.name)}/status`, "merge", { status });
    node.ready = trouble === undefined;
  }

  /**
   * The instance is gone: the node is unknown first, then the cloud's controller takes the object away, and the pod
   * garbage collector what ran there.
   */
  async #remove(name: string): Promise<void> {
    const { client } = this.#options;
    const now = new Date().toISOString();
    const unknown = nodeConditions(undefined, now).map((condition) => ({
      ...condition,
      status: "Unknown",
      reason: "NodeStatusUnknown",
      message: "Kubelet stopped posting node status.",
    }));
    try {
      await client.patch(`${nodePath(name)}/status`, "merge", { status: { conditions: unknown } });
      await client.delete(nodePath(name));
    } catch (error) {
      // Somebody deleted it before: that is what was wanted.
      if (!(error instanceof KubeRefusal) || error.status !== 404) throw error;
    }
    this.#options.onNodes?.();
  }

  async #renew(name: string, now: string): Promise<void> {
    const { client } = this.#options;
    const spec = { holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime: now.replace("Z", "000Z") };
    try {
      await client.patch(leasePath(name), "merge", { spec });
    } catch (error) {
      if (!(error instanceof KubeRefusal) || error.status !== 404) throw error;
      await client.create("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name, namespace: "kube-node-lease" },
        spec,
      });
    }
  }

  /** Renews a share of the leases every second, so that each has its turn in time. */
  #renewLater(): void {
    this.#renewal = setTimeout(() => {
      const names = [...this.#nodes.values()].filter(({ registered }) => registered).map(({ spec }) => spec.name);
      const share = Math.min(Math.ceil((names.length * 1000) / renewInterval), mostRenewalsPerSecond);
      const now = new Date().toISOString();
      const turn = Array.from({ length: Math.min(share, names.length) }, (_, i) => {
        return names[(this.#renewFrom + i) % names.length] as string;
      });
      this.#renewFrom = names.length === 0 ? 0 : (this.#renewFrom + share) % names.length;
      Promise.all(turn.map((name) => this.#renew(name, now)))
        // The API server is away for a moment: the next turn comes in a second.
        .catch(() => undefined)
        .finally(() => {
          if (!this.#stop.signal.aborted) this.#renewLater();
        });
    }, 1000);
    this.#renewal.unref();
  }
}
