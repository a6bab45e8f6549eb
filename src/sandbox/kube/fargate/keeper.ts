// Fargate in one cluster: every pod that its profiles took gets a node of its own with an interface in a subnet of the
// profile, or an event that says why not; both go with the pod.
import { createHash } from "node:crypto";
import type { CreateNetworkInterfaceResult } from "@aws-sdk/client-ec2";
import type { Cloud, Context } from "../../aws/core/index.ts";
import { AwsError, servicePrincipal } from "../../aws/core/index.ts";
import { privateDnsName } from "../../aws/services/ec2/interfaces.ts";
import type { NetworkInterface } from "../../aws/services/ec2/state.ts";
import { networkInterfaces } from "../../aws/services/ec2/state.ts";
import type { FargateProfileRow } from "../../aws/services/eks/state.ts";
import { clusters, fargateInterfaceTags, fargateProfiles } from "../../aws/services/eks/state.ts";
import type { KubeClient, KubeObject } from "../client.ts";
import { KubeRefusal } from "../client.ts";
import type { ClusterKey } from "../cluster-key.ts";
import type { EventWriter } from "../events.ts";
import type { NodeSpec } from "../nodes/membership.ts";
import type { Pod } from "../pods/pod.ts";
import { isOver, podPath } from "../pods/pod.ts";
import type { Claim, PersistentVolume } from "../storage/objects.ts";
import { volumePath } from "../storage/objects.ts";
import { WorkQueue } from "../../../base/index.ts";
import { fargateScheduler } from "./admission.ts";
import type { ClaimState } from "./refusals.ts";
import { fargateRefusal } from "./refusals.ts";
import { computeType, profileLabel } from "./selectors.ts";
import type { FargateSize } from "./sizes.ts";
import { fargateSize, sizeText } from "./sizes.ts";

export interface FargateOptions {
  key: ClusterKey;
  cloud: Cloud;
  client: KubeClient;
  events: EventWriter;
  /** `v1.35.6`. */
  kubeletVersion: string;
  /** Why a profile's role may not run nodes, or undefined. */
  roleProblem(roleArn: string): string | undefined;
  /** Its nodes changed. */
  onNodes(): void;
  /** True once a node is there to bind to. */
  isRegistered(node: string): boolean;
  /** Virtual seconds in one second of wall time. */
  speed: number;
}

/** Where a pod runs. */
interface Place {
  spec: NodeSpec;
  interfaceId: string;
  /** Wall time from which its node is there. */
  at: number;
}

/** Virtual seconds until a node for a pod is there; AWS takes about 30 to 60. */
const provisionSeconds = 30;
const retry = 3_000;
const firstWait = 100;

const interfaceText = (cluster: string, uid: string): string => `Amazon EKS Fargate ${cluster} pod ${uid}`;

export class FargateKeeper {
  readonly #options: FargateOptions;
  readonly #pods: Map<string, Pod> = new Map();
  readonly #places: Map<string, Place> = new Map();
  /** Pods that were refused: the scheduler doesn't look at them a second time. */
  readonly #refused: Set<string> = new Set();
  readonly #queue: WorkQueue;
  readonly #stop: AbortController = new AbortController();

  constructor(options: FargateOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({
      workers: 16,
      work: (uid) => this.#settle(uid),
      onFailure: (_uid, error) => !(error instanceof KubeRefusal && error.status === 404),
    });
  }

  /** True while pods are looked at, or micro VMs for them are on their way. */
  get busy(): boolean {
    const now = Date.now();
    return this.#queue.size > 0 || [...this.#places.values()].some(({ at }) => at > now);
  }

  /** Nodes that there should be. */
  specs(): Iterable<NodeSpec> {
    const now = Date.now();
    return [...this.#places.values()].filter(({ at }) => at <= now).map(({ spec }) => spec);
  }

  /** Takes up what an earlier process left, and follows pods until it is closed. */
  async start(): Promise<void> {
    const path = `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.schedulerName=${fargateScheduler}`)}`;
    const { items } = await this.#options.client.get<{ items: Pod[] }>(path);
    this.#resume(items);
    void this.#options.client.watch<Pod>(
      path,
      {
        onList: (pods) => {
          const seen = new Set(pods.map(({ metadata }) => metadata.uid));
          for (const uid of this.#pods.keys()) if (!seen.has(uid)) this.#forget(uid);
          for (const pod of pods) this.#hear(pod);
        },
        onEvent: ({ type, object }) => {
          if (type === "DELETED") this.#forget(object.metadata.uid ?? "");
          else this.#hear(object);
        },
      },
      this.#stop.signal,
    );
  }

  /** Profiles changed: pods of one that goes are deleted with it. */
  refresh(): void {
    for (const uid of this.#pods.keys()) this.#queue.add(uid);
  }

  close(): void {
    this.#stop.abort();
    this.#queue.close();
  }

  #context(): Context {
    const { cloud, key } = this.#options;
    const principal = servicePrincipal("eks-fargate.amazonaws.com", key.account);
    return cloud.context({ account: key.account, region: key.region, principal });
  }

  #hear(pod: Pod): void {
    const uid = pod.metadata.uid ?? "";
    this.#pods.set(uid, pod);
    if (isOver(pod)) this.#giveBack(uid);
    this.#queue.add(uid);
  }

  #forget(uid: string): void {
    this.#pods.delete(uid);
    this.#refused.delete(uid);
    this.#giveBack(uid);
  }

  /** Interfaces of pods that are there become nodes again; the others' go. */
  #resume(pods: readonly Pod[]): void {
    const ctx = this.#context();
    const known = new Map(pods.map((pod) => [interfaceText(this.#options.key.name, pod.metadata.uid ?? ""), pod]));
    const start = interfaceText(this.#options.key.name, "");
    for (const [id, row] of ctx.table(networkInterfaces).entries()) {
      if (!row.description.startsWith(start)) continue;
      const pod = known.get(row.description);
      const size = pod && fargateSize(pod);
      if (pod && size && !isOver(pod)) {
        const at = pod.spec.nodeName ? 0 : Date.now();
        this.#places.set(pod.metadata.uid ?? "", { spec: this.#spec(ctx, row, size), interfaceId: id, at });
      } else this.#deleteInterface(ctx, id);
    }
  }

  #profileOf(pod: Pod): Readonly<FargateProfileRow> | undefined {
    const { cloud, key } = this.#options;
    const name = pod.metadata.labels?.[profileLabel];
    return cloud.store
      .table(fargateProfiles, key.account, key.region)
      .by("cluster", key.name)
      .find((row) => row.fargateProfileName === name);
  }

  async #settle(uid: string): Promise<void> {
    const pod = this.#pods.get(uid);
    if (!pod || isOver(pod)) return;
    const { client } = this.#options;
    const profile = this.#profileOf(pod);
    if (pod.spec.nodeName) {
      // Pods of a profile go with it.
      if (profile && profile.status !== "DELETING") return;
      if (!pod.metadata.deletionTimestamp) await client.delete(podPath(pod));
      return;
    }
    if (pod.metadata.deletionTimestamp || this.#refused.has(uid)) return;
    const place = this.#places.get(uid) ?? (await this.#provision(uid, pod, profile));
    if (!place) return;
    const wait = place.at - Date.now();
    if (wait > 0) return this.#queue.add(uid, wait);
    const { name } = place.spec;
    if (!this.#options.isRegistered(name)) {
      this.#options.onNodes();
      return this.#queue.add(uid, firstWait);
    }
    await this.#bind(uid, pod, name);
  }

  async #provision(
    uid: string,
    pod: Pod,
    profile: Readonly<FargateProfileRow> | undefined,
  ): Promise<Place | undefined> {
    const refuse = (message: string): undefined => {
      this.#refused.add(uid);
      this.#say(pod, "Warning", "FailedScheduling", message);
      return undefined;
    };
    if (!profile) {
      return refuse(`Misconfigured Fargate Profile: fargate profile ${pod.metadata.labels?.[profileLabel]} not found`);
    }
    const refusal = fargateRefusal(pod, await this.#claims(pod));
    if (refusal) return refuse(refusal);
    const size = fargateSize(pod);
    if (!size) return refuse("Pod not supported on Fargate: its requests exceed the largest size, 16vCPU 120GB");
    const roleProblem = this.#options.roleProblem(profile.podExecutionRoleArn);
    if (roleProblem !== undefined) {
      this.#say(
        pod,
        "Warning",
        "FailedScheduling",
        `Misconfigured Fargate Profile: fargate profile ${profile.fargateProfileName} blocked for new launches due to: Pod execution role is not found in auth config or does not have all required permissions for launching fargate pods. (${roleProblem})`,
      );
      this.#queue.add(uid, retry);
      return undefined;
    }
    const place = this.#place(uid, profile, size);
    if (typeof place === "string") {
      this.#say(pod, "Warning", "FailedScheduling", `Pod provisioning failed (will retry): ${place}`);
      this.#queue.add(uid, retry);
      return undefined;
    }
    await this.#logging(pod);
    const annotations = { CapacityProvisioned: sizeText(size) };
    await this.#options.client.patch(podPath(pod), "merge", { metadata: { uid: pod.metadata.uid, annotations } });
    return place;
  }

  /** An interface in the subnet of the profile that has most room, as AWS spreads them over its zones. */
  #place(uid: string, profile: Readonly<FargateProfileRow>, size: FargateSize): Place | string {
    const ctx = this.#context();
    const { name } = this.#options.key;
    const group = ctx.table(clusters).get(name)?.resourcesVpcConfig.clusterSecurityGroupId;
    const used = (subnet: string): number => ctx.table(networkInterfaces).by("subnet", subnet).length;
    let problem = "the profile has no subnet";
    for (const SubnetId of profile.subnets.toSorted((a, b) => used(a) - used(b))) {
      try {
        const { NetworkInterface: made } = ctx.call<CreateNetworkInterfaceResult>("ec2", "CreateNetworkInterface", {
          SubnetId,
          Description: interfaceText(name, uid),
          ...(group ? { Groups: [group] } : {}),
          TagSpecifications: [
            {
              ResourceType: "network-interface",
              Tags: [
                { Key: fargateInterfaceTags.cluster, Value: name },
                { Key: fargateInterfaceTags.profile, Value: profile.fargateProfileName },
              ],
            },
          ],
        });
        const id = made?.NetworkInterfaceId ?? "";
        const row = ctx.table(networkInterfaces).get(id) as Readonly<NetworkInterface>;
        const at = Date.now() + (provisionSeconds * 1000) / this.#options.speed;
        const place = { spec: this.#spec(ctx, row, size), interfaceId: id, at };
        this.#places.set(uid, place);
        return place;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        problem = `${error.code}: ${error.message}`;
      }
    }
    return problem;
  }

  #spec(ctx: Context, row: Readonly<NetworkInterface>, { vcpu, memoryGB }: FargateSize): NodeSpec {
    const name = `fargate-${privateDnsName(ctx, row.privateIp)}`;
    const id = createHash("sha256").update(row.id).digest("hex");
    const size = { cpu: Math.ceil(vcpu) * 1000, memory: memoryGB * 1024 * 1024, storage: 20 * 1024 * 1024, pods: 1 };
    return {
      name,
      instanceId: `${id.slice(0, 10)}-${id.slice(10, 42)}`,
      up: true,
      providerId: `aws:///${row.zone}/${id.slice(0, 10)}-${id.slice(10, 42)}/${name}`,
      zone: row.zone,
      region: ctx.region,
      privateIp: row.privateIp,
      address: row.privateIp,
      instanceType: "",
      architecture: "amd64",
      system: "fargate",
      kubeletVersion: undefined,
      labels: { [computeType]: "fargate" },
      taints: [{ key: computeType, value: "fargate", effect: "NoSchedule" }],
      type: undefined,
      size: { managed: true, rootVolumeGiB: 20, fixed: { capacity: size, allocatable: size } },
      profileArn: undefined,
      group: undefined,
      broken: undefined,
    };
  }

  async #bind(uid: string, pod: Pod, node: string): Promise<void> {
    try {
      await this.#options.client.create(`${podPath(pod)}/binding`, {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name: pod.metadata.name, uid },
        target: { apiVersion: "v1", kind: "Node", name: node },
      });
    } catch (error) {
      // An earlier try did it.
      if (!(error instanceof KubeRefusal) || error.status !== 409) throw error;
      return;
    }
    const { namespace, name } = pod.metadata;
    this.#say(pod, "Normal", "Scheduled", `Successfully assigned ${namespace}/${name} to ${node}`);
  }

  /** Whether container logs go somewhere is decided when the pod is placed. */
  async #logging(pod: Pod): Promise<void> {
    const found = await this.#options.client.find("/api/v1/namespaces/aws-observability/configmaps/aws-logging");
    if (found) return this.#say(pod, "Normal", "LoggingEnabled", "Successfully enabled logging for pod");
    const message = 'Disabled logging because aws-logging configmap was not found. configmap "aws-logging" not found';
    this.#say(pod, "Warning", "LoggingDisabled", message);
  }

  async #claims(pod: Pod): Promise<(name: string) => ClaimState> {
    const { client } = this.#options;
    const states = new Map<string, ClaimState>();
    for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
      if (!persistentVolumeClaim) continue;
      const { claimName } = persistentVolumeClaim;
      const path = `/api/v1/namespaces/${pod.metadata.namespace}/persistentvolumeclaims/${encodeURIComponent(claimName)}`;
      const claim = await client.find<Claim>(path);
      const volumeName = claim?.spec.volumeName;
      const volume = volumeName ? await client.find<PersistentVolume & KubeObject>(volumePath(volumeName)) : undefined;
      if (claim) states.set(claimName, { bound: claim.status?.phase === "Bound", driver: volume?.spec.csi?.driver });
    }
    return (name) => states.get(name);
  }

  #giveBack(uid: string): void {
    const place = this.#places.get(uid);
    if (!place) return;
    this.#places.delete(uid);
    this.#deleteInterface(this.#context(), place.interfaceId);
    this.#options.onNodes();
  }

  #deleteInterface(ctx: Context, NetworkInterfaceId: string): void {
    try {
      ctx.call("ec2", "DeleteNetworkInterface", { NetworkInterfaceId });
    } catch (error) {
      // Somebody deleted it.
      if (!(error instanceof AwsError)) throw error;
    }
  }

  #say({ metadata }: Pod, type: "Normal" | "Warning", reason: string, message: string): void {
    const { namespace = "default", name, uid = "" } = metadata;
    const about = { apiVersion: "v1", kind: "Pod", namespace, name, uid };
    this.#options.events.write({ about, type, reason, message, component: fargateScheduler });
  }
}
