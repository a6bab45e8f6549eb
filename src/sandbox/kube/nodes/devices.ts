// What device plugins add to a node: once the daemon of one runs there, its kubelet offers the instance's accelerators.
// https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/device-plugins/
import { WorkQueue } from "../../../base/index.ts";
import type { InstanceTypeFacts } from "../../../facts/index.ts";
import type { KubeClient } from "../client.ts";
import type { Pod } from "../pods/pod.ts";

interface DevicePlugin {
  /** Of its container: whatever registry it comes from. */
  image: RegExp;
  resource: string;
  count(type: InstanceTypeFacts): number;
}

const plugins: readonly DevicePlugin[] = [
  {
    image: /\bnvidia\/k8s-device-plugin\b/,
    resource: "nvidia.com/gpu",
    count: ({ gpu }) => (gpu?.manufacturer === "nvidia" ? gpu.count : 0),
  },
  {
    image: /\bneuron-device-plugin\b/,
    resource: "aws.amazon.com/neuron",
    count: ({ accelerator }) =>
      /^(inferentia|trainium)/.test(accelerator?.name ?? "") ? (accelerator?.count ?? 0) : 0,
  },
];

/** What a pod's plugin offers on a node of this type; undefined when it is no plugin, or finds no device. */
export function devicesOf(pod: Pod, type: InstanceTypeFacts): { resource: string; count: number } | undefined {
  const images = pod.spec.containers.map(({ image }) => image);
  const plugin = plugins.find((each) => images.some((image) => each.image.test(image)));
  const count = plugin?.count(type) ?? 0;
  return plugin && count > 0 ? { resource: plugin.resource, count } : undefined;
}

/** Keeps the nodes' offers. */
export class Devices {
  readonly #client: KubeClient;
  readonly #queue: WorkQueue;
  readonly #offers: Map<string, Map<string, number>> = new Map();

  constructor(client: KubeClient) {
    this.#client = client;
    this.#queue = new WorkQueue({
      workers: 4,
      work: (name) => this.#write(name),
      onFailure: (_name, _error, failures) => failures < 10,
    });
  }

  get busy(): boolean {
    return this.#queue.size > 0;
  }

  /** A plugin runs on a node; its devices are healthy while it does, and there, but of no use, afterwards. */
  offer(node: string, resource: string, count: number): void {
    const offers = this.#offers.get(node) ?? new Map<string, number>();
    this.#offers.set(node, offers.set(resource, count));
    this.#queue.add(node);
  }

  forget(node: string): void {
    this.#offers.delete(node);
  }

  close(): void {
    this.#queue.close();
  }

  async #write(node: string): Promise<void> {
    const offers = [...(this.#offers.get(node) ?? [])];
    if (offers.length === 0) return;
    const allocatable = Object.fromEntries(offers.map(([resource, count]) => [resource, String(count)]));
    const capacity = Object.fromEntries(Object.entries(allocatable).filter(([, count]) => count !== "0"));
    await this.#client.patch(`/api/v1/nodes/${encodeURIComponent(node)}/status`, "merge", {
      status: { capacity, allocatable },
    });
  }
}
