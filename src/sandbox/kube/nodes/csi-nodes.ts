// CSINode objects: which drivers run on a node and how many volumes each can attach there. The scheduler counts by them.
import type { KubeClient, KubeObject } from "../client.ts";
import { KubeRefusal } from "../client.ts";
import { WorkQueue } from "../../../base/index.ts";

export interface NodeDriver {
  name: string;
  nodeID: string;
  /** That can be attached. */
  volumes: number;
}

const path = (name: string): string => `/apis/storage.k8s.io/v1/csinodes/${encodeURIComponent(name)}`;

/** By what a driver's volumes are bound to nodes. */
const topologyKeys: Readonly<Record<string, readonly string[]>> = {
  "ebs.csi.aws.com": ["kubernetes.io/os", "topology.ebs.csi.aws.com/zone", "topology.kubernetes.io/zone"],
};

/** In-tree plugins whose volumes drivers have taken over. */
const migrated =
  "kubernetes.io/aws-ebs,kubernetes.io/azure-disk,kubernetes.io/azure-file,kubernetes.io/cinder,kubernetes.io/gce-pd,kubernetes.io/portworx-volume,kubernetes.io/vsphere-volume";

export class CsiNodes {
  readonly #client: KubeClient;
  readonly #queue: WorkQueue;
  readonly #drivers: Map<string, Map<string, NodeDriver>> = new Map();

  constructor(client: KubeClient) {
    this.#client = client;
    // A node that isn't registered yet has no object to write to: it comes.
    this.#queue = new WorkQueue({
      workers: 8,
      work: (name) => this.#write(name),
      onFailure: (_name, _error, failures) => failures < 10,
    });
  }

  /** The kubelet makes the object beside its node, which owns it. */
  async create({ metadata: { name, uid } }: KubeObject): Promise<void> {
    try {
      await this.#client.create("/apis/storage.k8s.io/v1/csinodes", {
        apiVersion: "storage.k8s.io/v1",
        kind: "CSINode",
        metadata: {
          name,
          annotations: { "storage.alpha.kubernetes.io/migrated-plugins": migrated },
          ownerReferences: [{ apiVersion: "v1", kind: "Node", name, uid }],
        },
        spec: { drivers: [] },
      });
    } catch (error) {
      if (!(error instanceof KubeRefusal) || error.status !== 409) throw error;
    }
    if (this.#drivers.has(name)) this.#queue.add(name);
  }

  /** A driver registers with the kubelet. */
  add(name: string, driver: NodeDriver): void {
    const drivers = this.#drivers.get(name) ?? new Map<string, NodeDriver>();
    const known = drivers.get(driver.name);
    if (known?.volumes === driver.volumes && known.nodeID === driver.nodeID) return;
    this.#drivers.set(name, drivers.set(driver.name, driver));
    this.#queue.add(name);
  }

  forget(name: string): void {
    this.#drivers.delete(name);
  }

  close(): void {
    this.#queue.close();
  }

  async #write(name: string): Promise<void> {
    const drivers = [...(this.#drivers.get(name)?.values() ?? [])];
    if (drivers.length === 0) return;
    await this.#client.patch(path(name), "merge", {
      spec: {
        drivers: drivers.map((driver) => ({
          name: driver.name,
          nodeID: driver.nodeID,
          topologyKeys: [...(topologyKeys[driver.name] ?? [])],
          allocatable: { count: driver.volumes },
        })),
      },
    });
    // The driver tells the kubelet the node's topology, which becomes labels.
    if (drivers.some((driver) => driver.name === "ebs.csi.aws.com")) {
      const node = await this.#client.get<KubeObject>(`/api/v1/nodes/${encodeURIComponent(name)}`);
      const zone = node.metadata.labels?.["topology.kubernetes.io/zone"];
      const labels = { "topology.ebs.csi.aws.com/zone": zone };
      await this.#client.patch(`/api/v1/nodes/${encodeURIComponent(name)}`, "merge", { metadata: { labels } });
    }
  }
}
