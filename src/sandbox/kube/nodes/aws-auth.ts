// The aws-auth ConfigMap as EKS itself writes it: in clusters without access entries, making a managed node group or a
// Fargate profile maps its role.
import type { AwsAuthData } from "../../../identity/index.ts";
import { addMapping, nodeMappings, readAwsAuth, sameArn, stripPath } from "../../../identity/index.ts";
import { WorkQueue, errorMessage, isLotseError } from "../../../base/index.ts";
import type { Cloud } from "../../aws/core/index.ts";
import { clusters, fargateProfiles, nodegroups } from "../../aws/services/eks/state.ts";
import type { KubeClient, KubeObject } from "../client.ts";
import { KubeRefusal } from "../client.ts";
import type { ClusterKey } from "../cluster-key.ts";

export interface AwsAuthKeeperOptions {
  key: ClusterKey;
  cloud: Cloud;
  client: KubeClient;
  onProblem(problem: Error): void;
}

interface ConfigMap extends KubeObject {
  data?: AwsAuthData;
}

const path = "/api/v1/namespaces/kube-system/configmaps";

/** A role that EKS maps. */
interface Mapped {
  arn: string;
  kind: keyof typeof nodeMappings;
}

export class AwsAuthKeeper {
  readonly #options: AwsAuthKeeperOptions;
  readonly #queue: WorkQueue;
  /** What EKS has mapped: whoever removes a mapping afterwards meant it. */
  readonly #done: Set<string> = new Set();

  constructor(options: AwsAuthKeeperOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({ workers: 1, work: () => this.#write(), onFailure: () => undefined });
  }

  /** Groups and profiles may have changed. */
  refresh(): void {
    if (this.#wanted().some(({ arn }) => !this.#done.has(arn))) this.#queue.add("aws-auth");
  }

  close(): void {
    this.#queue.close();
  }

  #wanted(): Mapped[] {
    const { cloud, key } = this.#options;
    const { account, region, name } = key;
    const cluster = cloud.store.table(clusters, account, region).get(name);
    if ((cluster?.accessConfig?.authenticationMode ?? "CONFIG_MAP") !== "CONFIG_MAP") return [];
    const groups = cloud.store.table(nodegroups, account, region).by("cluster", name);
    const profiles = cloud.store.table(fargateProfiles, account, region).by("cluster", name);
    return [
      ...groups
        // Its parts are being made: only then does EKS map the role.
        .filter((row) => row.hidden.templateId !== undefined && row.status !== "DELETING")
        .map((row): Mapped => ({
          arn: stripPath(row.nodeRole),
          kind: row.amiType?.startsWith("WINDOWS") ? "windows" : "linux",
        })),
      ...profiles
        .filter((row) => row.status !== "DELETING")
        .map((row): Mapped => ({ arn: stripPath(row.podExecutionRoleArn), kind: "fargate" })),
    ];
  }

  async #write(): Promise<void> {
    const { client, onProblem } = this.#options;
    const wanted = this.#wanted().filter(({ arn }) => !this.#done.has(arn));
    if (wanted.length === 0) return;
    const found = await client.find<ConfigMap>(`${path}/aws-auth`);
    let data = found?.data;
    for (const { arn, kind } of wanted) {
      if (readAwsAuth(data).roles.some((role) => sameArn(role.arn, arn))) continue;
      try {
        ({ data } = addMapping(data, { arn, ...nodeMappings[kind] }));
      } catch (error) {
        // What can't be read can't be added to; the nodes stay out, as they do on AWS.
        if (!isLotseError(error)) throw error;
        onProblem(new Error(`aws-auth of ${this.#options.key.name}: ${errorMessage(error)}`));
      }
    }
    if (JSON.stringify(data) !== JSON.stringify(found?.data)) {
      const object = { apiVersion: "v1", kind: "ConfigMap", data };
      if (found) {
        const { resourceVersion } = found.metadata;
        await client.patch(`${path}/aws-auth`, "merge", { metadata: { resourceVersion }, data });
      } else {
        const metadata = { name: "aws-auth", namespace: "kube-system" };
        await client.create(path, { ...object, metadata }).catch((error: unknown) => {
          if (error instanceof KubeRefusal && error.status === 409) throw new Error("somebody made aws-auth meanwhile");
          throw error;
        });
      }
    }
    for (const { arn } of wanted) this.#done.add(arn);
  }
}
