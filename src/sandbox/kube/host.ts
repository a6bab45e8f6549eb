// All Kubernetes clusters of one sandbox: follows the rows of emulated EKS, and gives each cluster an address and, when
// somebody comes, a control plane.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { Change, Cloud, KubernetesPort } from "../aws/core/index.ts";
import { instances } from "../aws/services/ec2/state.ts";
import { accessEntries, addonTable, clusters as clusterTable, nodegroups } from "../aws/services/eks/state.ts";
import type { ClusterKey } from "./cluster-key.ts";
import { clusterId } from "./cluster-key.ts";
import type { Front } from "./front.ts";
import { openFront, openFrontLater } from "./front.ts";
import type { ClusterStatus, LiveClusterOptions } from "./live-cluster.ts";
import { LiveCluster } from "./live-cluster.ts";
import type { AuthenticatorOptions, WebhookServer } from "./webhooks/index.ts";
import { authenticatorLine, createAuthenticator, openWebhookServer } from "./webhooks/index.ts";

/**
 * When clusters come to life: `on` when they are created, `lazy` at the first connection or the first node, `off`
 * never.
 */
export type KubernetesMode = "on" | "off" | "lazy";

export interface KubernetesHostOptions {
  mode: "on" | "lazy";
  cloud: Cloud;
  /** Where control planes keep their data; default a temporary folder that goes with the host. */
  folder?: string;
  findAssets: LiveClusterOptions["findAssets"];
  dispatch: AuthenticatorOptions["dispatch"];
  endpoints: AuthenticatorOptions["endpoints"];
  /** Of all control planes together, bytes; the next one is refused by name. */
  memoryLimit: number;
  /** Connections count as coming from inside of every VPC; default false. */
  insideVpc?: boolean;
  onProblem?: (problem: Error) => void;
}

/** What nodes depend on. */
const worldTables: ReadonlySet<string> = new Set([
  instances.name,
  nodegroups.name,
  accessEntries.name,
  addonTable.name,
]);

/** Listeners that wait for a cluster: an operation of EKS can't wait for one to be opened. */
const spareFronts = 2;

/** Measured with an empty cluster: etcd 43, API server 256, controller manager 104, scheduler 61 MiB. */
export const controlPlaneMemory: number = 464 * 1024 * 1024;

function noMemory(name: string, limit: number, running: readonly string[]): LotseError {
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;
  return new LotseError("sandbox/kubernetes-memory", {
    title: `There is no memory for the control plane of cluster ${name}`,
    detail: `A control plane takes about ${mebibytes(controlPlaneMemory)}; the limit is ${mebibytes(limit)}, and ${running.join(", ")} run.`,
    remedy: "Delete a cluster, or raise the limit.",
    blame: "user",
  });
}

export class KubernetesHost implements KubernetesPort {
  readonly #options: KubernetesHostOptions;
  readonly #folder: string;
  readonly #clusters: Map<string, LiveCluster> = new Map();
  readonly #spares: Front[] = [];
  #webhooks: WebhookServer | undefined;
  readonly #touched: Set<string> = new Set();
  #refilling: Promise<void> | undefined;
  #unlisten: () => void = () => undefined;
  #closed = false;

  private constructor(options: KubernetesHostOptions) {
    this.#options = options;
    this.#folder = options.folder ?? mkdtempSync(join(tmpdir(), "lotse-kubernetes-"));
  }

  /** Opens a host and takes up the clusters that the state already has. */
  static async open(options: KubernetesHostOptions): Promise<KubernetesHost> {
    const host = new KubernetesHost(options);
    const { cloud, dispatch, endpoints } = options;
    host.#webhooks = await openWebhookServer(
      createAuthenticator({
        cloud,
        dispatch,
        endpoints,
        awsAuth: (key) => host.cluster(key)?.awsAuth,
        onJudgement: (key, judgement) => host.cluster(key)?.logAuthentication(authenticatorLine(judgement)),
      }),
    );
    await host.#refill();
    await host.rescan();
    host.#unlisten = options.cloud.store.onCommit((changes) => host.#heard(changes));
    return host;
  }

  /** The address of a cluster's API server, from the moment the cluster is made. */
  endpoint(key: ClusterKey): string | undefined {
    return `https://127.0.0.1:${this.#claim(key).port}`;
  }

  /** The cluster, when the sandbox has it. */
  cluster(key: ClusterKey): LiveCluster | undefined {
    return this.#clusters.get(clusterId(key));
  }

  /** What every cluster is doing. */
  status(): readonly ClusterStatus[] {
    return [...this.#clusters.values()].map((cluster) => cluster.status());
  }

  /** State was loaded or emptied from outside: clusters that are gone end, new ones get their address. */
  async rescan(): Promise<void> {
    const found = new Map<string, { key: ClusterKey; port: number | undefined }>();
    for (const { table, place, id, row } of this.#options.cloud.store.dump()) {
      if (table !== clusterTable.name || !row) continue;
      const [account = "", region = ""] = place.split("/");
      const port = /^https:\/\/127\.0\.0\.1:(\d+)$/.exec((row as { endpoint?: string }).endpoint ?? "")?.[1];
      const key = { account, region, name: id };
      found.set(clusterId(key), { key, port: port === undefined ? undefined : Number(port) });
    }
    const gone = [...this.#clusters].filter(([key]) => !found.has(key));
    await Promise.all(gone.map(([key, cluster]) => this.#remove(key, cluster)));
    for (const [id, { key, port }] of found) {
      if (!this.#clusters.has(id)) await this.#takeUp(key, port);
    }
  }

  /** Ends every control plane; their data stays unless the folder was temporary. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unlisten();
    await this.#refilling;
    await Promise.all([...this.#clusters.values()].map((cluster) => cluster.close()));
    await Promise.all(this.#spares.splice(0).map((front) => front.close()));
    this.#clusters.clear();
    await this.#webhooks?.close();
    if (this.#options.folder === undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  #claim(key: ClusterKey): LiveCluster {
    const known = this.#clusters.get(clusterId(key));
    if (known) return known;
    const front = this.#spares.shift() ?? openFrontLater((error) => this.#problem(error));
    this.#refill().catch((error: unknown) => this.#problem(error));
    return this.#adopt(key, front);
  }

  #adopt(key: ClusterKey, front: Front): LiveCluster {
    const { cloud, findAssets } = this.#options;
    const cluster = new LiveCluster({
      key,
      front,
      cloud,
      findAssets,
      folder: join(this.#folder, `${key.account}-${key.region}-${key.name}`),
      webhooks: {
        authenticate: this.#webhooks?.url(key, "authenticate") ?? "",
        authorize: this.#webhooks?.url(key, "authorize") ?? "",
      },
      insideVpc: this.#options.insideVpc ?? false,
      admit: () => this.#admit(key),
      onProblem: (problem) => this.#problem(problem),
    });
    this.#clusters.set(clusterId(key), cluster);
    return cluster;
  }

  /** Gives a cluster of a loaded state its old port again; another one when that is taken. */
  async #takeUp(key: ClusterKey, port: number | undefined): Promise<void> {
    const front = await openFront(port).catch(() => openFront());
    this.#adopt(key, front);
    if (port === undefined || front.port === port) return;
    const table = this.#options.cloud.store.table(clusterTable, key.account, key.region);
    table.update(key.name, { endpoint: `https://127.0.0.1:${front.port}` });
  }

  #admit(key: ClusterKey): void {
    // The one that asks counts as starting already.
    const others = [...this.#clusters.values()].filter((cluster) => cluster.key !== key);
    const running = others.filter((cluster) => cluster.running).map(({ name }) => name);
    const { memoryLimit } = this.#options;
    if ((running.length + 1) * controlPlaneMemory > memoryLimit) throw noMemory(key.name, memoryLimit, running);
  }

  #heard(changes: readonly Change[]): void {
    const touched = new Set<string>();
    for (const change of changes) {
      if (change.table === clusterTable.name) this.#clusterChanged(change);
      else if (worldTables.has(change.table)) touched.add(change.place);
    }
    if (touched.size > 0) this.#lookLater(touched);
  }

  /** Many changes come in one go (a group launches fifty instances): clusters look once, when it is over. */
  #lookLater(places: ReadonlySet<string>): void {
    const waiting = this.#touched.size > 0;
    for (const place of places) this.#touched.add(place);
    if (waiting) return;
    setImmediate(() => {
      const touched = new Set(this.#touched);
      this.#touched.clear();
      if (!this.#closed) this.#worldChanged(touched);
    });
  }

  #clusterChanged({ place, id, row }: Change): void {
    const [account = "", region = ""] = place.split("/");
    const key = { account, region, name: id };
    if (!row) {
      const known = this.#clusters.get(clusterId(key));
      if (known) this.#remove(clusterId(key), known).catch((error: unknown) => this.#problem(error));
      return;
    }
    const cluster = this.#claim(key);
    cluster.rowChanged();
    if (this.#options.mode === "on" && (row as { status?: string }).status === "ACTIVE") this.#wake(cluster);
  }

  /** Running clusters look at their nodes again; one that sleeps wakes when an instance becomes its first node. */
  #worldChanged(places: ReadonlySet<string>): void {
    for (const cluster of this.#clusters.values()) {
      const { account, region } = cluster.key;
      if (!places.has(`${account}/${region}`)) continue;
      try {
        if (cluster.running) cluster.worldChanged();
        else if (cluster.hasInstances()) this.#wake(cluster);
      } catch (error) {
        // One cluster's trouble is no other's, and nobody's AWS call.
        this.#problem(error);
      }
    }
  }

  #wake(cluster: LiveCluster): void {
    cluster.wake().catch((error: unknown) => this.#problem(error));
  }

  async #remove(id: string, cluster: LiveCluster): Promise<void> {
    this.#clusters.delete(id);
    await cluster.destroy();
  }

  async #refill(): Promise<void> {
    if (this.#closed) return;
    this.#refilling ??= (async () => {
      while (this.#spares.length < spareFronts) this.#spares.push(await openFront());
    })().finally(() => (this.#refilling = undefined));
    await this.#refilling;
  }

  #problem(error: unknown): void {
    this.#options.onProblem?.(error instanceof Error ? error : new Error(errorMessage(error)));
  }
}
