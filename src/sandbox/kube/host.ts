// All Kubernetes clusters of one sandbox: follows the rows of emulated EKS, and gives each cluster an address and, when
// somebody comes, a control plane.
import { errorMessage, LotseError } from "../../base/index.ts";
import type {
  Change,
  Cloud,
  KubernetesAddonIssue,
  KubernetesDrain,
  KubernetesDrainRequest,
  KubernetesPort,
} from "../aws/core/index.ts";
import { instances } from "../aws/services/ec2/state.ts";
import type { ClusterRow } from "../aws/services/eks/state.ts";
import {
  accessEntries,
  addonTable,
  clusters as clusterTable,
  fargateProfiles,
  nodegroups,
  podIdentities,
} from "../aws/services/eks/state.ts";
import type { ClusterKey } from "./cluster-key.ts";
import { clusterId } from "./cluster-key.ts";
import type { ClustersFolder } from "./clusters-folder.ts";
import { keptFolder, temporaryFolder } from "./clusters-folder.ts";
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
  /** PEM; vouches for the issuers of identity providers instead of the public authorities. */
  issuerAuthority?: string;
  onProblem?: (problem: Error) => void;
}

/** What nodes depend on. */
const worldTables: ReadonlySet<string> = new Set([
  instances.name,
  nodegroups.name,
  accessEntries.name,
  addonTable.name,
  fargateProfiles.name,
  podIdentities.name,
]);

/** Listeners that wait for a cluster: an operation of EKS can't wait for one to be opened. */
const spareFronts = 4;

/** Measured with an empty cluster: etcd 43, API server 256, controller manager 104, scheduler 61 MiB. */
export const controlPlaneMemory: number = 464 * 1024 * 1024;

function noMemory(name: string, limit: number, running: readonly string[]): LotseError {
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;
  return new LotseError("sandbox/kubernetes-memory", {
    title: `There is no memory for the control plane of cluster ${name}`,
    detail: `A control plane takes about ${mebibytes(controlPlaneMemory)}; the limit is ${mebibytes(limit)}, and ${running.length === 0 ? "no other one runs" : `${running.join(", ")} run`}.`,
    remedy: "Delete a cluster, or raise the limit: --kubernetes-memory, or memoryLimit of createSandbox().",
    blame: "user",
  });
}

/** The port that a cluster had; below 1024 are those that a sandbox never gives. */
function portOf(endpoint: string | undefined): number | undefined {
  const port = Number(/^https:\/\/127\.0\.0\.1:(\d+)$/.exec(endpoint ?? "")?.[1]);
  return port >= 1024 ? port : undefined;
}

interface FoundCluster {
  key: ClusterKey;
  endpointId: string;
  /** As the state has it; undefined while the cluster is being made. */
  endpoint: string | undefined;
}

export class KubernetesHost implements KubernetesPort {
  readonly #options: KubernetesHostOptions;
  readonly #folder: ClustersFolder;
  readonly #clusters: Map<string, LiveCluster> = new Map();
  /** Clusters that are gone and whose programs are being ended. */
  readonly #leaving: Set<Promise<void>> = new Set();
  readonly #spares: Front[] = [];
  #webhooks: WebhookServer | undefined;
  readonly #touched: Set<string> = new Set();
  #refilling: Promise<void> | undefined;
  #rescanning: Promise<void> = Promise.resolve();
  #unlisten: () => void = () => undefined;
  #closed = false;

  private constructor(options: KubernetesHostOptions) {
    this.#options = options;
    this.#folder = options.folder === undefined ? temporaryFolder() : keptFolder(options.folder);
  }

  /** Opens a host and takes up the clusters that the state already has; those with nodes come to life. */
  static async open(options: KubernetesHostOptions): Promise<KubernetesHost> {
    const host = new KubernetesHost(options);
    const { cloud, dispatch, endpoints } = options;
    try {
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
      await host.#folder.tidy([...host.#clusters.values()].map(({ folder }) => folder));
    } catch (error) {
      await host.close();
      throw error;
    }
    host.#unlisten = cloud.store.onCommit((changes) => host.#heard(changes));
    for (const cluster of host.#clusters.values()) host.#rouse(cluster);
    return host;
  }

  /** The address of a cluster's API server, from the moment the cluster is made. */
  endpoint(key: ClusterKey): string | undefined {
    return `https://127.0.0.1:${this.#claim(key).port}`;
  }

  addonIssue(key: ClusterKey, addon: string): KubernetesAddonIssue | undefined {
    return this.cluster(key)?.simulation?.addonIssue(addon);
  }

  shutOut(key: ClusterKey, group: string): readonly string[] {
    return this.cluster(key)?.simulation?.shutOut(group) ?? [];
  }

  drainNodes(key: ClusterKey, request: KubernetesDrainRequest): KubernetesDrain | undefined {
    return this.cluster(key)?.simulation?.drainNodes(request);
  }

  restoreNodes(key: ClusterKey, instances: readonly string[]): void {
    this.cluster(key)?.simulation?.restoreNodes(instances);
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
  rescan(): Promise<void> {
    this.#rescanning = this.#rescanning.then(() => this.#scan()).catch((error: unknown) => this.#problem(error));
    return this.#rescanning;
  }

  async #scan(): Promise<void> {
    const found = this.#found();
    // One of the same name that was made at another time is another one.
    const gone = [...this.#clusters].filter(([id, cluster]) => found.get(id)?.endpointId !== cluster.endpointId);
    await Promise.all(gone.map(([id, cluster]) => this.#remove(id, cluster)));
    for (const [id, { key, endpoint }] of found) {
      if (this.#closed) return;
      const known = this.#clusters.get(id);
      if (known) this.#correctEndpoint(known, endpoint);
      else await this.#takeUp(key, endpoint);
    }
  }

  #found(): Map<string, FoundCluster> {
    const found = new Map<string, FoundCluster>();
    for (const { table, place, id: name, row } of this.#options.cloud.store.dump()) {
      if (table !== clusterTable.name || !row) continue;
      const [account = "", region = ""] = place.split("/");
      const { endpoint, hidden } = row as ClusterRow;
      const key = { account, region, name };
      found.set(clusterId(key), { key, endpointId: hidden.endpointId, endpoint });
    }
    return found;
  }

  /** Ends every control plane; their data stays unless the folder was temporary. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unlisten();
    await this.#refilling;
    const discard = this.#options.folder === undefined;
    await Promise.all([...this.#clusters.values()].map((cluster) => cluster.close({ discard })));
    await this.#rescanning;
    await Promise.all(this.#leaving);
    await Promise.all(this.#spares.splice(0).map((front) => front.close()));
    this.#clusters.clear();
    await this.#webhooks?.close();
    this.#folder.close();
  }

  #claim(key: ClusterKey): LiveCluster {
    const known = this.#clusters.get(clusterId(key));
    if (known) return known;
    const front =
      this.#spares.shift() ??
      openFrontLater({ moved: () => this.#moved(key), failed: (error) => this.#problem(error) });
    this.#refill().catch((error: unknown) => this.#problem(error));
    return this.#adopt(key, front);
  }

  /** Its port was someone's; a cluster that became active in the same tick says the old one. */
  #moved(key: ClusterKey): void {
    const cluster = this.cluster(key);
    const row = this.#options.cloud.store.table(clusterTable, key.account, key.region).get(key.name);
    if (cluster) this.#correctEndpoint(cluster, row?.endpoint);
  }

  #adopt(key: ClusterKey, front: Front): LiveCluster {
    const { cloud, findAssets } = this.#options;
    const cluster = new LiveCluster({
      key,
      front,
      cloud,
      findAssets,
      root: () => this.#folder.path(),
      webhooks: {
        authenticate: this.#webhooks?.url(key, "authenticate") ?? "",
        authorize: this.#webhooks?.url(key, "authorize") ?? "",
      },
      insideVpc: this.#options.insideVpc ?? false,
      ...(this.#options.issuerAuthority === undefined ? {} : { issuerAuthority: this.#options.issuerAuthority }),
      admit: () => this.#admit(key),
      onProblem: (problem) => this.#problem(problem),
    });
    this.#clusters.set(clusterId(key), cluster);
    return cluster;
  }

  /** Gives a cluster of a loaded state its old port again; another one when that is taken. */
  async #takeUp(key: ClusterKey, endpoint: string | undefined): Promise<void> {
    const front = await openFront(portOf(endpoint)).catch(() => openFront());
    // It was deleted, or taken up in another way, while we waited.
    if (!this.#found().has(clusterId(key)) || this.#clusters.has(clusterId(key))) return front.close();
    this.#correctEndpoint(this.#adopt(key, front), endpoint);
  }

  /** A state that was saved when the cluster listened elsewhere, or nowhere, says what is no longer so. */
  #correctEndpoint({ key, port }: LiveCluster, stated: string | undefined): void {
    const endpoint = `https://127.0.0.1:${port}`;
    if (stated === undefined || stated === endpoint) return;
    this.#options.cloud.store.table(clusterTable, key.account, key.region).update(key.name, { endpoint });
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
    const { endpointId } = (row as ClusterRow).hidden;
    const known = this.#clusters.get(clusterId(key));
    // Deleted and made again in one go.
    if (known && known.endpointId !== endpointId) {
      this.#remove(clusterId(key), known).catch((error: unknown) => this.#problem(error));
    }
    const cluster = this.#claim(key);
    cluster.rowChanged();
    if (this.#options.mode === "on") this.#rouse(cluster);
  }

  /** Wakes a cluster that isn't to wait for a connection: every one in the mode `on`, else one that has nodes. */
  #rouse(cluster: LiveCluster): void {
    if (this.#options.mode === "on" ? cluster.active : cluster.hasInstances()) this.#wake(cluster);
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

  /** Ends a cluster that is gone, and removes what it kept. */
  #remove(id: string, cluster: LiveCluster): Promise<void> {
    if (this.#clusters.get(id) === cluster) this.#clusters.delete(id);
    const leaving = cluster.close({ discard: true }).then(() => this.#folder.remove(cluster.folder));
    const settled = leaving.catch(() => undefined);
    this.#leaving.add(settled);
    void settled.then(() => this.#leaving.delete(settled));
    return leaving;
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
