// Puts the objects of EKS add-ons into the cluster, as EKS's add-on manager does: by server-side apply as field manager
// `eks`, and away again when the add-on goes.
import { parse } from "yaml";
import type { Cloud } from "../../aws/core/index.ts";
import { servicePrincipal } from "../../aws/core/index.ts";
import type { AddonRow, ClusterRow } from "../../aws/services/eks/state.ts";
import { addonTable, clusters } from "../../aws/services/eks/state.ts";
import type { KubeClient } from "../client.ts";
import { KubeRefusal } from "../client.ts";
import type { ClusterKey } from "../cluster-key.ts";
import { WorkQueue } from "../work-queue.ts";
import { makeDefaults } from "./defaults.ts";
import { addonDefinitions } from "./definitions.ts";
import type { AddonObject, AddonSettings } from "./parts.ts";

export interface AddonKeeperOptions {
  key: ClusterKey;
  cloud: Cloud;
  client: KubeClient;
}

/** What EKS puts into a cluster that is made with its self-managed add-ons, outside of the add-on API. */
const selfManaged = ["vpc-cni", "kube-proxy", "coredns"];
const manager = "eks";
/** Key of the work that isn't an add-on's. */
const defaults = "cluster defaults";

const plurals: Readonly<Record<string, string>> = {
  ServiceAccount: "serviceaccounts",
  ConfigMap: "configmaps",
  Service: "services",
  DaemonSet: "daemonsets",
  Deployment: "deployments",
  PodDisruptionBudget: "poddisruptionbudgets",
  ClusterRole: "clusterroles",
  ClusterRoleBinding: "clusterrolebindings",
  CSIDriver: "csidrivers",
  StorageClass: "storageclasses",
};

/** Path of an object of one of the kinds that add-ons have. */
export function objectPath({ apiVersion, kind, metadata }: AddonObject): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = metadata.namespace ? `/namespaces/${metadata.namespace}` : "";
  const plural = plurals[kind];
  if (plural === undefined) throw new Error(`add-ons have no ${kind}`);
  return `${root}${within}/${plural}/${encodeURIComponent(metadata.name)}`;
}

/** `10.100.0.10` of `10.100.0.0/16`, where EKS puts the DNS service. */
export function dnsAddress(serviceCidr: string): string {
  const [network = ""] = serviceCidr.split("/");
  if (network.includes(":")) return `${network}a`;
  return network.replace(/\d+$/, (last) => String(Number(last) + 10));
}

export class AddonKeeper {
  readonly #options: AddonKeeperOptions;
  readonly #queue: WorkQueue;
  #complete = false;
  /** What was applied, by add-on, to be taken away with it. */
  readonly #applied: Map<string, { text: string; objects: readonly AddonObject[] }> = new Map();

  constructor(options: AddonKeeperOptions) {
    this.#options = options;
    // The API server restarts, or an object is changed in between: it is tried again.
    this.#queue = new WorkQueue({ workers: 4, work: (name) => this.#settle(name), onFailure: () => undefined });
  }

  /** Looks at the add-ons again. */
  refresh(): void {
    if (!this.#complete) this.#queue.add(defaults);
    for (const name of new Set([...selfManaged, ...this.#rows().keys(), ...this.#applied.keys()]))
      this.#queue.add(name);
  }

  close(): void {
    this.#queue.close();
  }

  #rows(): Map<string, Readonly<AddonRow>> {
    const { cloud, key } = this.#options;
    const { account, region, name } = key;
    const ctx = cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
    return new Map(
      ctx
        .table(addonTable)
        .by("cluster", name)
        .map((row) => [row.addonName, row]),
    );
  }

  #cluster(): Readonly<ClusterRow> | undefined {
    const { cloud, key } = this.#options;
    return cloud.store.table(clusters, key.account, key.region).get(key.name);
  }

  /** The objects an add-on is to have now; undefined when it isn't there. */
  #wanted(name: string): AddonObject[] | undefined {
    const definition = addonDefinitions[name];
    const cluster = this.#cluster();
    if (!definition || !cluster) return undefined;
    const row = this.#rows().get(name);
    if (row?.status === "DELETING") return undefined;
    if (!row && !(cluster.hidden.selfManagedAddons && selfManaged.includes(name))) return undefined;
    const network = cluster.kubernetesNetworkConfig;
    const settings: AddonSettings = {
      cluster: cluster.name,
      region: this.#options.key.region,
      version: row?.addonVersion ?? `v${cluster.version}`,
      values: row?.configurationValues ? ((parse(row.configurationValues) ?? {}) as Record<string, unknown>) : {},
      dnsAddress: dnsAddress(network?.serviceIpv4Cidr ?? network?.serviceIpv6Cidr ?? "10.100.0.0/16"),
      ...(row?.serviceAccountRoleArn ? { roleArn: row.serviceAccountRoleArn } : {}),
    };
    return definition(settings);
  }

  async #settle(name: string): Promise<void> {
    if (name === defaults) {
      await makeDefaults(this.#options.client);
      this.#complete = true;
      return;
    }
    const wanted = this.#wanted(name);
    const before = this.#applied.get(name);
    if (!wanted) {
      if (before) await this.#remove(name, before.objects);
      return;
    }
    const text = JSON.stringify(wanted);
    if (before?.text === text) return;
    for (const object of wanted) {
      await this.#options.client.patch(`${objectPath(object)}?fieldManager=${manager}&force=true`, "apply", object);
    }
    const kept = new Set(wanted.map(objectPath));
    const dropped = (before?.objects ?? []).filter((object) => !kept.has(objectPath(object)));
    this.#applied.set(name, { text, objects: wanted });
    if (dropped.length > 0) await this.#delete(dropped);
  }

  async #remove(name: string, objects: readonly AddonObject[]): Promise<void> {
    await this.#delete(objects);
    this.#applied.delete(name);
  }

  async #delete(objects: readonly AddonObject[]): Promise<void> {
    for (const object of objects.toReversed()) {
      try {
        await this.#options.client.delete(objectPath(object), { propagationPolicy: "Background" });
      } catch (error) {
        if (!(error instanceof KubeRefusal) || error.status !== 404) throw error;
      }
    }
  }
}
