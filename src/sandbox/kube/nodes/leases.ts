// Heartbeats of the simulated kubelets: their leases in kube-node-lease. A thousand nodes share one API server and one
// processor with everything else, so a large fleet renews as seldom as the node controller lets it.
import type { KubeClient } from "../client.ts";
import { KubeRefusal } from "../client.ts";

export interface LeasesOptions {
  client: KubeClient;
  /** Nodes whose kubelets live, now. */
  names(): readonly string[];
}

/** A kubelet renews each ten seconds. */
const renewInterval = 10_000;
/** The node controller waits 50 s (40 s before 1.32); half of it leaves room for a busy machine. */
const mostRenewalsPerSecond = 40;
const leaseSeconds = 40;
const root = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";

/** `2026-11-21T10:00:00.000000Z`, as Kubernetes writes times of leases. */
const microTime = (): string => new Date().toISOString().replace("Z", "000Z");

export class Leases {
  readonly #options: LeasesOptions;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #closed = false;

  constructor(options: LeasesOptions) {
    this.#options = options;
    this.#later();
  }

  /** The first lease of a kubelet; renews one that is there. */
  async create(name: string): Promise<void> {
    try {
      await this.#options.client.create(root, {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name, namespace: "kube-node-lease" },
        spec: { holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime: microTime() },
      });
    } catch (error) {
      if (!(error instanceof KubeRefusal) || error.status !== 409) throw error;
      await this.#renew(name);
    }
  }

  /** The node is gone for good. */
  async delete(name: string): Promise<void> {
    try {
      await this.#options.client.delete(`${root}/${encodeURIComponent(name)}`);
    } catch (error) {
      if (!(error instanceof KubeRefusal) || error.status !== 404) throw error;
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #renew(name: string): Promise<void> {
    try {
      await this.#options.client.patch(`${root}/${encodeURIComponent(name)}`, "merge", {
        spec: { holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime: microTime() },
      });
    } catch (error) {
      if (!(error instanceof KubeRefusal) || error.status !== 404) throw error;
      await this.create(name);
    }
  }

  /** Renews a share of them every second, so that each has its turn in time. */
  #later(): void {
    this.#timer = setTimeout(() => {
      const names = this.#options.names();
      const share = Math.min(Math.ceil((names.length * 1000) / renewInterval), mostRenewalsPerSecond, names.length);
      const turn = Array.from({ length: share }, (_, i) => names[(this.#next + i) % names.length] as string);
      this.#next = names.length === 0 ? 0 : (this.#next + share) % names.length;
      Promise.all(turn.map((name) => this.#renew(name)))
        // The API server is away for a moment: the next turn comes in a second.
        .catch(() => undefined)
        .finally(() => {
          if (!this.#closed) this.#later();
        });
    }, 1000);
    this.#timer.unref();
  }
}
