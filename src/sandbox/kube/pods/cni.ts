// The VPC CNI of one cluster as its nodes see it: settings from the environment of DaemonSet aws-node, where custom
// networking puts interfaces, and as whom it calls EC2.
import type { KubeClient, KubeObject } from "../client.ts";
import type { WorkloadRole, WorkloadRoles } from "../workload-role.ts";
import type { CniSettings, EniConfig } from "./cni-settings.ts";
import { cniSettings } from "./cni-settings.ts";
import type { Pod } from "./pod.ts";

export interface CniOptions {
  client: KubeClient;
  roles: WorkloadRoles;
  onChange(): void;
}

interface DaemonSet extends KubeObject {
  spec: { template: { spec: { containers: { name: string; env?: { name: string; value?: string }[] }[] } } };
}

interface EniConfigObject extends KubeObject {
  spec?: { subnet?: string; securityGroups?: string[] };
}

const daemonSets = "/apis/apps/v1/namespaces/kube-system/daemonsets?fieldSelector=metadata.name%3Daws-node";
const eniConfigs = "/apis/crd.k8s.amazonaws.com/v1alpha1/eniconfigs";
const reviewEvery = 5_000;

/** True for pods that put a network plugin's configuration on their node, whosever plugin it is. */
export function isNetworkPlugin(pod: Pod): boolean {
  return (
    pod.spec.hostNetwork === true &&
    (pod.spec.volumes ?? []).some(({ hostPath }) => /^\/(etc|opt)\/cni(\/|$)/.test(hostPath?.path ?? ""))
  );
}

export class Cni {
  readonly #options: CniOptions;
  readonly #stop: AbortController = new AbortController();
  #settings: CniSettings = cniSettings({});
  #configs: ReadonlyMap<string, EniConfig> = new Map();
  #role: WorkloadRole | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CniOptions) {
    this.#options = options;
  }

  get settings(): CniSettings {
    return this.#settings;
  }

  /** Role of its own; undefined when it has the node's. */
  get role(): WorkloadRole | undefined {
    return this.#role;
  }

  /** Follows the DaemonSet until it is closed. */
  async start(): Promise<void> {
    await this.#review();
    void this.#options.client.watch<DaemonSet>(
      daemonSets,
      {
        onList: ([found]) => this.#read(found),
        onEvent: ({ type, object }) => {
          if (type !== "DELETED") this.#read(object);
        },
      },
      this.#stop.signal,
    );
    this.#reviewLater();
  }

  /** Where custom networking puts interfaces of a node with these labels and annotations, or why that isn't known. */
  eniConfig(
    labels: Readonly<Record<string, string>>,
    annotations: Readonly<Record<string, string>>,
  ): EniConfig | string {
    const key = this.#settings.eniConfigLabel;
    const name = annotations[key] ?? labels[key] ?? "default";
    return this.#configs.get(name) ?? `eniconfigs.crd.k8s.amazonaws.com "${name}" not found`;
  }

  close(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  #read(found: DaemonSet | undefined): void {
    const container = found?.spec.template.spec.containers.find(({ name }) => name === "aws-node");
    const before = JSON.stringify(this.#settings);
    this.#settings = cniSettings(Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value])));
    if (JSON.stringify(this.#settings) === before) return;
    this.#review().then(this.#options.onChange, () => undefined);
  }

  /** Roles and ENIConfigs are looked at again now and then; nothing tells when they change. */
  #reviewLater(): void {
    this.#timer = setTimeout(() => {
      this.#review()
        // The API server is away for a moment.
        .catch(() => undefined)
        .finally(() => {
          if (!this.#stop.signal.aborted) this.#reviewLater();
        });
    }, reviewEvery);
    this.#timer.unref();
  }

  async #review(): Promise<void> {
    this.#role = await this.#options.roles.own("kube-system", "aws-node");
    if (!this.#settings.customNetworking) return;
    const found = await this.#options.client.find<{ items: EniConfigObject[] }>(eniConfigs);
    this.#configs = new Map(
      (found?.items ?? []).map(({ metadata, spec }) => [
        metadata.name,
        { subnetId: spec?.subnet ?? "", securityGroups: spec?.securityGroups ?? [] },
      ]),
    );
  }
}
