// Puts the objects of EKS add-ons into the cluster, as EKS's add-on manager does: by server-side apply as field manager
// `eks`, and away again when the add-on goes. What came with the cluster itself is made once, and is the user's then.
import { parse } from "yaml";
import type { Cloud, KubernetesAddonIssue } from "../../aws/core/index.ts";
import { servicePrincipal } from "../../aws/core/index.ts";
import type { AddonRow, ClusterRow } from "../../aws/services/eks/state.ts";
import { addonTable, clusters } from "../../aws/services/eks/state.ts";
import type { KubeClient, KubeObject } from "../client.ts";
import { KubeRefusal } from "../client.ts";
import type { ClusterKey } from "../cluster-key.ts";
import { WorkQueue } from "../../../base/index.ts";
import { conflictingFields, conflictMessage, withoutFields } from "./conflicts.ts";
import { makeDefaults } from "./defaults.ts";
import { addonDefinitions } from "./definitions.ts";
import type { AddonObject, AddonSettings } from "./parts.ts";

export interface AddonKeeperOptions {
  key: ClusterKey;
  cloud: Cloud;
  client: KubeClient;
}

interface Deployment extends KubeObject {
  spec?: { replicas?: number };
  status?: { availableReplicas?: number };
}

/** What EKS puts into a cluster that is made with its self-managed add-ons, outside of the add-on API. */
const selfManaged = ["vpc-cni", "kube-proxy", "coredns"];
const manager = "eks";
/** Key of the work that isn't an add-on's. */
const defaults = "cluster defaults";
/** EKS waits before it calls an add-on unhealthy; wall milliseconds, for pods need them to start. */
const patience = 15_000;

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
  CustomResourceDefinition: "customresourcedefinitions",
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
  readonly #stop: AbortController = new AbortController();
  #complete = false;
  /** What was applied, by add-on, to be taken away with it. */
  readonly #applied: Map<string, { text: string; objects: readonly AddonObject[] }> = new Map();
  readonly #failed: Map<string, KubernetesAddonIssue> = new Map();
  /** Deployments that lack replicas, and since when, wall time. */
  readonly #lacking: Map<string, number> = new Map();

  constructor(options: AddonKeeperOptions) {
    this.#options = options;
    // The API server restarts, or an object is changed in between: it is tried again.
    this.#queue = new WorkQueue({ workers: 4, work: (name) => this.#settle(name), onFailure: () => undefined });
    void options.client.watch<Deployment>(
      "/apis/apps/v1/namespaces/kube-system/deployments",
      {
        onList: (all) => {
          this.#lacking.clear();
          for (const each of all) this.#hear(each);
        },
        onEvent: ({ type, object }) => {
          if (type === "DELETED") this.#lacking.delete(object.metadata.name);
          else this.#hear(object);
        },
      },
      this.#stop.signal,
    );
  }

  /** Looks at the add-ons again. */
  refresh(): void {
    if (!this.#complete) this.#queue.add(defaults);
    for (const name of new Set([...this.#rows().keys(), ...this.#applied.keys()])) this.#queue.add(name);
  }

  /** True while objects are applied or taken away. */
  get busy(): boolean {
    return this.#queue.size > 0;
  }

  /** What is wrong with an add-on's objects, or undefined. */
  issue(addon: string): KubernetesAddonIssue | undefined {
    const failed = this.#failed.get(addon);
    if (failed) return failed;
    const objects = this.#applied.get(addon)?.objects ?? [];
    const starved = objects.some(({ kind, metadata }) => {
      const since = kind === "Deployment" ? this.#lacking.get(metadata.name) : undefined;
      return since !== undefined && Date.now() - since >= patience;
    });
    if (!starved) return undefined;
    return {
      code: "InsufficientNumberOfReplicas",
      message: "The add-on is unhealthy because it doesn't have the desired number of replicas.",
    };
  }

  close(): void {
    this.#stop.abort();
    this.#queue.close();
  }

  #hear({ metadata, spec, status }: Deployment): void {
    if ((status?.availableReplicas ?? 0) >= (spec?.replicas ?? 1)) this.#lacking.delete(metadata.name);
    else if (!this.#lacking.has(metadata.name)) this.#lacking.set(metadata.name, Date.now());
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

  /** The objects of an add-on; undefined when nobody knows them. */
  #objects(name: string, row: Readonly<AddonRow> | undefined): AddonObject[] | undefined {
    const definition = addonDefinitions[name];
    const cluster = this.#cluster();
    if (!definition || !cluster) return undefined;
    const network = cluster.kubernetesNetworkConfig;
    const settings: AddonSettings = {
      cluster: cluster.name,
      region: this.#options.key.region,
      version: row?.addonVersion ?? `v${cluster.version}`,
      values: row?.configurationValues ? ((parse(row.configurationValues) ?? {}) as Record<string, unknown>) : {},
      dnsAddress: dnsAddress(network?.serviceIpv4Cidr ?? network?.serviceIpv6Cidr ?? "10.100.0.0/16"),
      ipv6: network?.ipFamily === "ipv6",
      ...(row?.serviceAccountRoleArn ? { roleArn: row.serviceAccountRoleArn } : {}),
    };
    return definition(settings);
  }

  async #settle(name: string): Promise<void> {
    if (name === defaults) return this.#makeDefaults();
    const row = this.#rows().get(name);
    const before = this.#applied.get(name);
    if (!row || row.status === "DELETING") {
      if (row?.hidden?.preserve) this.#applied.delete(name);
      else if (before) await this.#remove(name, before.objects);
      else if (row) await this.#delete(this.#objects(name, row) ?? []);
      this.#failed.delete(name);
      return;
    }
    const wanted = this.#objects(name, row);
    if (!wanted) return;
    const text = JSON.stringify([wanted, row.hidden?.resolveConflicts]);
    if (before?.text === text) return;
    // What an earlier process applied may have been changed by users since: nobody asked to change it back.
    const begun =
      row.status === "CREATING" || row.status === "UPDATING" || before !== undefined || (await this.#isNew(wanted));
    const issue = await this.#apply(wanted, begun ? row.hidden?.resolveConflicts : "PRESERVE");
    const kept = new Set(wanted.map(objectPath));
    const dropped = issue ? [] : (before?.objects ?? []).filter((object) => !kept.has(objectPath(object)));
    this.#applied.set(name, { text, objects: issue ? (before?.objects ?? []) : wanted });
    if (issue) this.#failed.set(name, { ...issue, failed: before ? "update" : "create" });
    else this.#failed.delete(name);
    if (dropped.length > 0) await this.#delete(dropped);
  }

  /** True when the cluster has none of the objects. */
  async #isNew(objects: readonly AddonObject[]): Promise<boolean> {
    const last = objects.at(-1);
    return last === undefined || (await this.#options.client.find(objectPath(last))) === undefined;
  }

  /** Once in a cluster's life. */
  async #makeDefaults(): Promise<void> {
    await makeDefaults(this.#options.client, async () => {
      if (!this.#cluster()?.hidden.selfManagedAddons) return;
      const rows = this.#rows();
      for (const name of selfManaged) {
        if (!rows.has(name)) await this.#apply(this.#objects(name, undefined) ?? [], "OVERWRITE");
      }
    });
    this.#complete = true;
  }

  /**
   * Applies objects, one after the other.
   *
   * @param mode what to do about fields of others: `OVERWRITE` takes them, `PRESERVE` leaves them, else it ends here
   */
  async #apply(objects: readonly AddonObject[], mode: string | undefined): Promise<KubernetesAddonIssue | undefined> {
    const send = (object: AddonObject, force: boolean): Promise<unknown> =>
      this.#options.client.patch(`${objectPath(object)}?fieldManager=${manager}&force=${force}`, "apply", object);
    for (const object of objects) {
      try {
        await send(object, mode === "OVERWRITE");
      } catch (error) {
        const fields = conflictingFields(error);
        if (!fields) throw error;
        if (mode !== "PRESERVE") return { code: "ConfigurationConflict", message: conflictMessage(object, fields) };
        await send(withoutFields(object, fields), false);
      }
    }
    return undefined;
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
