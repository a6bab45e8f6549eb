// The EBS CSI driver of one cluster, as far as it talks to EC2: claims become volumes in the zone of the node that was
// chosen, volumes are attached, grown, detached and deleted. It works while its controller's pods run, by their role.
import type { Volume } from "@aws-sdk/client-ec2";
import { errorMessage, quantity, WorkQueue } from "../../../base/index.ts";
import type { Cloud, Context } from "../../aws/core/index.ts";
import { AwsError } from "../../aws/core/index.ts";
import { instances, volumes } from "../../aws/services/ec2/state.ts";
import type { KubeClient, KubeObject } from "../client.ts";
import { KubeRefusal } from "../client.ts";
import type { ClusterKey } from "../cluster-key.ts";
import type { EventWriter } from "../events.ts";
import type { Obstacle } from "../pods/keeper.ts";
import type { Pod } from "../pods/pod.ts";
import type { WorkloadRole } from "../workload-role.ts";
import type { Claim, PersistentVolume, StorageClass, VolumeAttachment } from "./objects.ts";
import { attachmentPath, claimPath, ebsDriver, ebsVolumeOf, gibibytes, volumePath } from "./objects.ts";
import { volumeInput } from "./volume-input.ts";

export interface EbsOptions {
  key: ClusterKey;
  cloud: Cloud;
  client: KubeClient;
  events: EventWriter;
  /** As whom the controller calls EC2; undefined while no pod of it runs. */
  role(): Promise<WorkloadRole | undefined>;
  /** Instance and zone of a node. */
  node(name: string): { instanceId: string; zone: string } | undefined;
  /** Zones in which nodes are. */
  zones(): readonly string[];
  /** True when the driver's own pod runs on a node. */
  driverOn(node: string): boolean;
  onNode(name: string): void;
}

const provisionerAnnotations = [
  "volume.kubernetes.io/storage-provisioner",
  "volume.beta.kubernetes.io/storage-provisioner",
] as const;
const selectedNode = "volume.kubernetes.io/selected-node";
const provisionedBy = "pv.kubernetes.io/provisioned-by";
const volumeFinalizer = "external-provisioner.volume.kubernetes.io/finalizer";
const attachFinalizer = "external-attacher/ebs-csi-aws-com";
/** Nobody provisions while the controller isn't there; then again. */
const askAgain = 500;

/** Thrown to try again later, with what is to be said about it. */
class Trouble extends Error {}

/** EC2's refusal in the driver's words. */
function driverError(doing: string, operation: string, error: AwsError): string {
  return `rpc error: code = Internal desc = ${doing}: operation error EC2: ${operation}, https response error StatusCode: ${error.status}, api error ${error.code}: ${error.message}`;
}

export class EbsDriver {
  readonly #options: EbsOptions;
  readonly #stop: AbortController = new AbortController();
  readonly #claims: Map<string, Claim> = new Map();
  readonly #volumes: Map<string, PersistentVolume> = new Map();
  readonly #attachments: Map<string, VolumeAttachment> = new Map();
  /** Claims whose volume EC2 may have while Kubernetes hasn't: that is finished even when the claim is gone meanwhile. */
  readonly #begun: Map<string, { claim: Claim; zone: string }> = new Map();
  readonly #queue: WorkQueue;

  constructor(options: EbsOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({
      workers: 8,
      work: (key) => this.#work(key),
      // What EC2 refuses may be granted later; what was deleted meanwhile isn't found any more, and is left.
      onFailure: (_key, error) => !(error instanceof KubeRefusal && error.status === 404),
    });
  }

  /** Follows claims, volumes and attachments until it is closed. */
  start(): void {
    this.#follow<Claim>("claim", "/api/v1/persistentvolumeclaims", this.#claims);
    this.#follow<PersistentVolume>("volume", "/api/v1/persistentvolumes", this.#volumes);
    this.#follow<VolumeAttachment>("attachment", "/apis/storage.k8s.io/v1/volumeattachments", this.#attachments);
  }

  /** True while claims, volumes or attachments are worked on. */
  get busy(): boolean {
    return this.#queue.size > 0;
  }

  /** Pods of the controller came or went. */
  controllerChanged(): void {
    for (const name of this.#claims.keys()) this.#queue.add(`claim ${name}`);
    for (const name of this.#volumes.keys()) this.#queue.add(`volume ${name}`);
    for (const name of this.#attachments.keys()) this.#queue.add(`attachment ${name}`);
  }

  /** Why a pod's volumes aren't mounted yet, or undefined. */
  waitsFor(pod: Pod): Obstacle | undefined {
    const { nodeName = "" } = pod.spec;
    for (const { name, persistentVolumeClaim, ephemeral } of pod.spec.volumes ?? []) {
      const claimName = persistentVolumeClaim?.claimName ?? (ephemeral ? `${pod.metadata.name}-${name}` : undefined);
      if (claimName === undefined) continue;
      const claim = this.#claims.get(`${pod.metadata.namespace}/${claimName}`);
      const volume = this.#volumes.get(claim?.spec.volumeName ?? "");
      if (!volume)
        return { reason: "FailedMount", message: `Unable to attach or mount volumes: claim ${claimName} is not bound` };
      if (ebsVolumeOf(volume) === undefined) continue;
      if (!this.#isAttached(volume.metadata.name, nodeName)) {
        const volumeName = volume.metadata.name;
        return {
          reason: "FailedMount",
          message: `Unable to attach or mount volumes: volume ${volumeName} is not attached yet`,
          passing: true,
        };
      }
      if (!this.#options.driverOn(nodeName)) {
        return {
          reason: "FailedMount",
          message: `MountVolume.MountDevice failed for volume "${volume.metadata.name}" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ${ebsDriver} not found in the list of registered CSI drivers`,
        };
      }
    }
    return undefined;
  }

  close(): void {
    this.#stop.abort();
    this.#queue.close();
  }

  #isAttached(volume: string, node: string): boolean {
    for (const { spec, status } of this.#attachments.values()) {
      if (spec.source.persistentVolumeName === volume && spec.nodeName === node) return status?.attached === true;
    }
    return false;
  }

  #follow<T extends KubeObject>(kind: string, path: string, known: Map<string, T>): void {
    const nameOf = ({ metadata }: KubeObject): string =>
      metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
    const hear = (object: T): void => {
      known.set(nameOf(object), object);
      this.#queue.add(`${kind} ${nameOf(object)}`);
      this.#heard(kind, object);
    };
    void this.#options.client.watch<T>(
      path,
      {
        onList: (objects) => {
          known.clear();
          for (const object of objects) hear(object);
        },
        onEvent: ({ type, object }) => {
          if (type !== "DELETED") return hear(object);
          known.delete(nameOf(object));
          this.#heard(kind, object);
        },
      },
      this.#stop.signal,
    );
  }

  #heard(kind: string, object: KubeObject): void {
    if (kind === "attachment") this.#options.onNode((object as VolumeAttachment).spec.nodeName);
  }

  async #work(key: string): Promise<void> {
    const [kind = "", name = ""] = key.split(" ");
    const claim = kind === "claim" ? (this.#begun.get(name)?.claim ?? this.#claims.get(name)) : undefined;
    const volume = kind === "volume" ? this.#volumes.get(name) : undefined;
    const attachment = kind === "attachment" ? this.#attachments.get(name) : undefined;
    const wants =
      (claim && (this.#isToProvision(claim) || this.#isToGrow(claim))) ??
      (volume && isToDelete(volume)) ??
      (attachment && attachment.spec.attacher === ebsDriver && isUnsettled(attachment));
    if (!wants) return;
    const role = await this.#options.role();
    if (!role) return this.#queue.add(key, askAgain);
    if (claim) await (this.#isToProvision(claim) ? this.#provision(claim, role) : this.#grow(claim, role));
    if (volume) await this.#delete(volume, role);
    if (attachment)
      await (attachment.metadata.deletionTimestamp ? this.#detach(attachment, role) : this.#attach(attachment, role));
  }

  #context(role: WorkloadRole): Context {
    if ("problem" in role) throw new Trouble(`rpc error: code = Internal desc = ${role.problem}`);
    const { cloud, key } = this.#options;
    return cloud.context({ account: key.account, region: key.region, principal: role.principal });
  }

  #isToProvision({ metadata, spec, status }: Claim): boolean {
    if (spec.volumeName || metadata.deletionTimestamp || status?.phase === "Bound") return false;
    return provisionerAnnotations.some((name) => metadata.annotations?.[name] === ebsDriver);
  }

  #isToGrow({ spec, status }: Claim): boolean {
    const volume = this.#volumes.get(spec.volumeName ?? "");
    if (status?.phase !== "Bound" || !volume || ebsVolumeOf(volume) === undefined) return false;
    return quantity(spec.resources?.requests?.storage) > quantity(status.capacity?.storage);
  }

  #say(
    about: KubeObject & { kind?: string },
    kind: string,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
  ): void {
    const { name, namespace, uid } = about.metadata;
    this.#options.events.write({
      about: { apiVersion: "v1", kind, name, ...(namespace ? { namespace } : {}), ...(uid ? { uid } : {}) },
      type,
      reason,
      message,
      component: `${ebsDriver}_ebs-csi-controller`,
    });
  }

  /** Zone of a new volume: the chosen node's, or for classes that don't wait one of those where nodes are. */
  #zone(claim: Claim, storageClass: StorageClass): string | undefined {
    const node = claim.metadata.annotations?.[selectedNode];
    if (node !== undefined) return this.#options.node(node)?.zone;
    if (storageClass.volumeBindingMode === "WaitForFirstConsumer") return undefined;
    const allowed = (storageClass.allowedTopologies ?? []).flatMap(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.filter(({ key }) => key.endsWith("/zone")).flatMap(({ values }) => values),
    );
    const zones = (allowed.length > 0 ? allowed : [...this.#options.zones()]).toSorted();
    // The same claim comes to the same zone at the next try.
    const place = Number.parseInt((claim.metadata.uid ?? "").slice(0, 8), 16) || 0;
    return zones[place % Math.max(zones.length, 1)];
  }

  async #provision(claim: Claim, role: WorkloadRole): Promise<void> {
    const { client, key } = this.#options;
    const className = claim.spec.storageClassName ?? "";
    const storageClass = await client.find<StorageClass>(
      `/apis/storage.k8s.io/v1/storageclasses/${encodeURIComponent(className)}`,
    );
    const full = `${claim.metadata.namespace}/${claim.metadata.name}`;
    // The node that was chosen may be gone by now; where the volume is, isn't asked twice.
    const zone = this.#begun.get(full)?.zone ?? (storageClass && this.#zone(claim, storageClass));
    if (!storageClass || zone === undefined) {
      this.#begun.delete(full);
      return;
    }
    const name = `pvc-${claim.metadata.uid}`;
    this.#say(
      claim,
      "PersistentVolumeClaim",
      "Normal",
      "Provisioning",
      `External provisioner is provisioning volume for claim "${full}"`,
    );
    let made: { id: string; size: number };
    this.#begun.set(full, { claim, zone });
    try {
      made = this.#create(claim, storageClass, zone, name, role);
    } catch (error) {
      this.#begun.delete(full);
      if (!(error instanceof Trouble)) throw error;
      const message = `failed to provision volume with StorageClass "${className}": ${error.message}`;
      this.#say(claim, "PersistentVolumeClaim", "Warning", "ProvisioningFailed", message);
      throw error;
    }
    const { parameters = {}, mountOptions } = storageClass;
    try {
      await client.create("/api/v1/persistentvolumes", {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name, annotations: { [provisionedBy]: ebsDriver }, finalizers: [volumeFinalizer] },
        spec: {
          capacity: { storage: `${made.size}Gi` },
          accessModes: claim.spec.accessModes ?? ["ReadWriteOnce"],
          volumeMode: claim.spec.volumeMode ?? "Filesystem",
          persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
          storageClassName: className,
          ...(mountOptions ? { mountOptions } : {}),
          claimRef: {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            namespace: claim.metadata.namespace,
            name: claim.metadata.name,
            uid: claim.metadata.uid,
          },
          csi: {
            driver: ebsDriver,
            volumeHandle: made.id,
            fsType: parameters["csi.storage.k8s.io/fstype"] ?? parameters["fsType"] ?? "ext4",
            volumeAttributes: { "storage.kubernetes.io/csiProvisionerIdentity": `lotse-${key.name}-${ebsDriver}` },
          },
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: [zone] }] },
              ],
            },
          },
        },
      });
    } catch (error) {
      // An earlier try made it.
      if (!(error instanceof KubeRefusal) || error.status !== 409) throw error;
    }
    this.#begun.delete(full);
    // Another claim of this name may have come meanwhile.
    if (this.#claims.get(full)?.metadata.uid !== claim.metadata.uid) this.#queue.add(`claim ${full}`);
    this.#say(
      claim,
      "PersistentVolumeClaim",
      "Normal",
      "ProvisioningSucceeded",
      `Successfully provisioned volume ${name}`,
    );
  }

  #create(
    claim: Claim,
    storageClass: StorageClass,
    zone: string,
    name: string,
    role: WorkloadRole,
  ): { id: string; size: number } {
    const ctx = this.#context(role);
    // An earlier try may have made it; the driver's client token does the same on AWS.
    for (const [id, row] of ctx.table(volumes).entries()) {
      if (row.tags["CSIVolumeName"] === name) return { id, size: row.size };
    }
    const input = volumeInput({ cluster: this.#options.key.name, zone, name, claim, storageClass });
    if ("refused" in input) throw new Trouble(input.refused);
    try {
      const made = ctx.call<Volume>("ec2", "CreateVolume", input);
      return { id: made.VolumeId ?? "", size: made.Size ?? 0 };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new Trouble(
        driverError(`Could not create volume "${name}": could not create volume in EC2`, "CreateVolume", error),
      );
    }
  }

  async #grow(claim: Claim, role: WorkloadRole): Promise<void> {
    const { client } = this.#options;
    const volume = this.#volumes.get(claim.spec.volumeName ?? "") as PersistentVolume;
    const size = gibibytes(claim.spec.resources?.requests?.storage);
    const id = ebsVolumeOf(volume) ?? "";
    try {
      const ctx = this.#context(role);
      if ((ctx.table(volumes).get(id)?.size ?? 0) < size) ctx.call("ec2", "ModifyVolume", { VolumeId: id, Size: size });
    } catch (error) {
      if (!(error instanceof AwsError) && !(error instanceof Trouble)) throw error;
      const why =
        error instanceof AwsError
          ? driverError(`Could not resize volume "${id}"`, "ModifyVolume", error)
          : error.message;
      this.#say(
        claim,
        "PersistentVolumeClaim",
        "Warning",
        "VolumeResizeFailed",
        `resize volume "${volume.metadata.name}" by resizer "${ebsDriver}" failed: ${why}`,
      );
      throw error;
    }
    const capacity = { storage: `${size}Gi` };
    await client.patch(volumePath(volume.metadata.name), "merge", { spec: { capacity } });
    // The file system grows with the kubelet, at once.
    await client.patch(`${claimPath(claim)}/status`, "merge", { status: { capacity, conditions: [] } });
    this.#say(
      claim,
      "PersistentVolumeClaim",
      "Normal",
      "FileSystemResizeSuccessful",
      "MountVolume.NodeExpandVolume succeeded",
    );
  }

  async #delete(volume: PersistentVolume, role: WorkloadRole): Promise<void> {
    const { client } = this.#options;
    const { name, finalizers = [], deletionTimestamp } = volume.metadata;
    const id = ebsVolumeOf(volume) ?? "";
    try {
      const ctx = this.#context(role);
      if (ctx.table(volumes).has(id)) ctx.call("ec2", "DeleteVolume", { VolumeId: id });
    } catch (error) {
      if (!(error instanceof AwsError) && !(error instanceof Trouble)) throw error;
      const why =
        error instanceof AwsError
          ? driverError(`Could not delete volume ID "${id}"`, "DeleteVolume", error)
          : error.message;
      this.#say(volume, "PersistentVolume", "Warning", "VolumeFailedDelete", why);
      throw error;
    }
    if (!deletionTimestamp) await client.delete(volumePath(name));
    await client.patch(volumePath(name), "merge", {
      metadata: {
        finalizers: finalizers.filter((each) => each !== volumeFinalizer && each !== "kubernetes.io/pv-protection"),
      },
    });
  }

  async #attach(attachment: VolumeAttachment, role: WorkloadRole): Promise<void> {
    const { client } = this.#options;
    const { nodeName, source } = attachment.spec;
    const path = attachmentPath(attachment.metadata.name);
    const volume = this.#volumes.get(source.persistentVolumeName ?? "");
    const node = this.#options.node(nodeName);
    const id = volume && ebsVolumeOf(volume);
    if (!node || id === undefined) return this.#queue.add(`attachment ${attachment.metadata.name}`, askAgain);
    const finalizers = [...new Set([...(attachment.metadata.finalizers ?? []), attachFinalizer])];
    await client.patch(path, "merge", { metadata: { finalizers } });
    try {
      const devicePath = this.#attachVolume(this.#context(role), id, node.instanceId);
      await client.patch(`${path}/status`, "merge", {
        status: { attached: true, attachmentMetadata: { devicePath }, attachError: null },
      });
    } catch (error) {
      if (!(error instanceof AwsError) && !(error instanceof Trouble)) throw error;
      const doing = `Could not attach volume "${id}" to node "${node.instanceId}"`;
      const message = error instanceof AwsError ? driverError(doing, "AttachVolume", error) : errorMessage(error);
      await client.patch(`${path}/status`, "merge", {
        status: { attached: false, attachError: { time: new Date().toISOString(), message } },
      });
      throw error;
    }
  }

  #attachVolume(ctx: Context, id: string, instanceId: string): string {
    const held = ctx.table(volumes).get(id)?.attachment;
    if (held?.instanceId === instanceId) return held.device;
    const taken = new Set(
      ctx
        .table(instances)
        .get(instanceId)
        ?.volumes.map(({ device }) => device),
    );
    const letters = Array.from({ length: 26 }, (_, i) => String.fromCodePoint(97 + i));
    const names = letters.flatMap((first) => letters.map((second) => `/dev/xvd${first}${second}`));
    const device = names.find((name) => !taken.has(name)) ?? "/dev/xvdzz";
    ctx.call("ec2", "AttachVolume", { VolumeId: id, InstanceId: instanceId, Device: device });
    return device;
  }

  async #detach(attachment: VolumeAttachment, role: WorkloadRole): Promise<void> {
    const { client } = this.#options;
    const { finalizers = [], name } = attachment.metadata;
    if (!finalizers.includes(attachFinalizer)) return;
    const volume = this.#volumes.get(attachment.spec.source.persistentVolumeName ?? "");
    const id = volume && ebsVolumeOf(volume);
    const node = this.#options.node(attachment.spec.nodeName);
    const ctx = this.#context(role);
    const held = id === undefined ? undefined : ctx.table(volumes).get(id)?.attachment;
    // Gone with its instance, or attached elsewhere meanwhile: nothing to do here. Who is no node any more has ended.
    const ended = held !== undefined && ctx.table(instances).get(held.instanceId)?.state !== "running";
    if (held && (node ? held.instanceId === node.instanceId : ended)) {
      ctx.call("ec2", "DetachVolume", { VolumeId: id, InstanceId: held.instanceId });
    }
    await client.patch(attachmentPath(name), "merge", {
      metadata: { finalizers: finalizers.filter((each) => each !== attachFinalizer) },
    });
  }
}

/** Released by its claim, or deleted by somebody, and the driver's to delete. */
function isToDelete({ metadata, spec, status }: PersistentVolume): boolean {
  if (spec.csi?.driver !== ebsDriver || spec.persistentVolumeReclaimPolicy !== "Delete") return false;
  if (metadata.annotations?.[provisionedBy] !== ebsDriver) return false;
  if (metadata.deletionTimestamp)
    return status?.phase !== "Bound" && metadata.finalizers?.includes(volumeFinalizer) === true;
  return status?.phase === "Released" || status?.phase === "Failed";
}

const isUnsettled = ({ metadata, status }: VolumeAttachment): boolean =>
  metadata.deletionTimestamp !== undefined || status?.attached !== true;
