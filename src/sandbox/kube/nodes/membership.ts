// Which instances are to be nodes of a cluster, and as what: by their node group, or by their user data.
import type { InstanceTypeFacts } from "../../../facts/index.ts";
import { availabilityZones, instanceType } from "../../../facts/index.ts";
import { publicImages } from "../../aws/catalogue/amis.ts";
import type { Context } from "../../aws/core/index.ts";
import { privateDnsName } from "../../aws/services/ec2/interfaces.ts";
import type { Instance } from "../../aws/services/ec2/state.ts";
import { networkInterfaces, volumes } from "../../aws/services/ec2/state.ts";
import type { NodegroupRow } from "../../aws/services/eks/state.ts";
import { clusters, nodegroups } from "../../aws/services/eks/state.ts";
import type { JoinRequest, Taint } from "../../aws/services/eks/user-data.ts";
import { readUserData } from "../../aws/services/eks/user-data.ts";
import type { SizeSettings } from "./size.ts";

/** What kind of system a node runs. */
export type NodeSystem = "al2023" | "al2" | "bottlerocket" | "windows" | "fargate";

/** A node as its kubelet would register it. */
export interface NodeSpec {
  /** Its name in Kubernetes: the instance's private DNS name. */
  name: string;
  instanceId: string;
  /** False while the instance is stopped: its kubelet doesn't answer. */
  up: boolean;
  providerId: string;
  zone: string;
  region: string;
  privateIp: string;
  /** What the node is reached at: the same, or its IPv6 address in IPv6 clusters. */
  address: string;
  instanceType: string;
  architecture: "amd64" | "arm64";
  system: NodeSystem;
  /** `1.35.2`, of the image; undefined when that is someone's own. */
  kubeletVersion: string | undefined;
  labels: Record<string, string>;
  taints: readonly Taint[];
  type: InstanceTypeFacts | undefined;
  size: SizeSettings;
  /** ARN of the instance profile: its role must be let in by the cluster. */
  profileArn: string | undefined;
  /** The managed group it belongs to. */
  group: string | undefined;
  /** Why its kubelet doesn't even start, or undefined. */
  broken: string | undefined;
}

const managedEffects: Readonly<Record<string, string>> = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};

function managedLabels(row: Readonly<NodegroupRow>, instance: Readonly<Instance>): Record<string, string> {
  const template = row.launchTemplate?.id ?? row.hidden.templateId;
  return {
    ...row.labels,
    "eks.amazonaws.com/nodegroup": row.nodegroupName,
    "eks.amazonaws.com/nodegroup-image": instance.imageId,
    "eks.amazonaws.com/capacityType": row.capacityType ?? "ON_DEMAND",
    ...(template ? { "eks.amazonaws.com/sourceLaunchTemplateId": template } : {}),
    "eks.amazonaws.com/sourceLaunchTemplateVersion": row.launchTemplate?.version ?? "1",
  };
}

function managedTaints(row: Readonly<NodegroupRow>): Taint[] {
  return (row.taints ?? []).map(({ key = "", value, effect = "" }) => ({
    key,
    ...(value ? { value } : {}),
    effect: managedEffects[effect] ?? effect,
  }));
}

function rootVolumeGiB(ctx: Context, instance: Readonly<Instance>): number {
  // Bottlerocket keeps pods on its second disk; elsewhere the first is the largest that counts.
  const sizes = instance.volumes.map(({ volumeId }) => ctx.table(volumes).get(volumeId)?.size ?? 0);
  return Math.max(20, ...sizes.slice(0, 2));
}

/** Labels in Kubernetes' own namespaces that a kubelet may give itself; with others it doesn't start. */
const kubeletLabels: ReadonlySet<string> = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "beta.kubernetes.io/instance-type",
  "node.kubernetes.io/instance-type",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
]);

function foreignLabels(labels: Readonly<Record<string, string>>): string | undefined {
  const wrong = Object.keys(labels).filter((label) => {
    const namespace = label.includes("/") ? (label.split("/")[0] ?? "") : "";
    if (!/(^|\.)(kubernetes|k8s)\.io$/.test(namespace) || kubeletLabels.has(label)) return false;
    return !/(^|\.)(kubelet|node)\.kubernetes\.io$/.test(namespace);
  });
  if (wrong.length === 0) return undefined;
  return `unknown 'kubernetes.io' or 'k8s.io' labels specified with --node-labels: [${wrong.toSorted().join(" ")}]`;
}

function systemOf(instance: Readonly<Instance>, asked: JoinRequest | undefined, image: string): NodeSystem {
  if (instance.platform === "windows") return "windows";
  if (asked?.bootstrap === "bottlerocket" || image.startsWith("bottlerocket")) return "bottlerocket";
  if (asked?.bootstrap === "bootstrap.sh" || /^amazon-eks-(gpu-|arm64-)?node-1\./.test(image)) return "al2";
  return "al2023";
}

function nodeName(ctx: Context, instance: Readonly<Instance>, asked: JoinRequest | undefined): string {
  if (asked?.instanceIdName) return instance.id;
  const byAddress = privateDnsName(ctx, instance.privateIp ?? "");
  if (instance.hostnameType !== "resource-name") return byAddress;
  return `${instance.id}${byAddress.slice(byAddress.indexOf("."))}`;
}

function addressOf(ctx: Context, cluster: string, instance: Readonly<Instance>): string {
  const { privateIp = "", id } = instance;
  if (ctx.table(clusters).get(cluster)?.kubernetesNetworkConfig?.ipFamily !== "ipv6") return privateIp;
  const first = ctx
    .table(networkInterfaces)
    .by("instance", id)
    .find((row) => row.attachment?.deviceIndex === 0);
  return first?.ipv6[0] ?? privateIp;
}

/** What user data says, by its text: nodes of a group all have the same. */
const readTexts = new Map<string, JoinRequest | undefined>();
const mostTexts = 200;

function askedBy(userData: string | undefined): JoinRequest | undefined {
  if (!userData) return undefined;
  if (!readTexts.has(userData)) {
    if (readTexts.size >= mostTexts) readTexts.clear();
    readTexts.set(userData, readUserData(userData));
  }
  return readTexts.get(userData);
}

/** True for instances that have a kubelet, or will have again. */
function isNode(instance: Readonly<Instance>): boolean {
  return ["running", "stopping", "stopped"].includes(instance.state) && instance.privateIp !== undefined;
}

/** A group's release counts for instances of its minor; in the middle of an update they are of two. */
function kubeletOf(ofGroup: string | undefined, ofImage: string | undefined): string | undefined {
  const minor = (release: string | undefined): string | undefined => /^\d+\.\d+\./.exec(release ?? "")?.[0];
  const moves = minor(ofImage) !== undefined && minor(ofImage) !== minor(ofGroup);
  return /^\d+\.\d+\.\d+/.exec((moves ? ofImage : ofGroup) ?? "")?.[0];
}

/** Node groups of a cluster by the name of their Auto Scaling group. */
export function groupsOf(ctx: Context, cluster: string): ReadonlyMap<string, Readonly<NodegroupRow>> {
  return new Map(
    ctx
      .table(nodegroups)
      .by("cluster", cluster)
      .map((row) => [row.hidden.groupName, row]),
  );
}

/**
 * The node that an instance is to become in a cluster.
 *
 * @returns undefined when it isn't one of this cluster's
 */
export function nodeOf(
  ctx: Context,
  cluster: string,
  instance: Readonly<Instance>,
  groups: ReadonlyMap<string, Readonly<NodegroupRow>> = groupsOf(ctx, cluster),
): NodeSpec | undefined {
  if (!isNode(instance)) return undefined;
  const group = groups.get(instance.tags["aws:autoscaling:groupName"] ?? "");
  const asked = askedBy(instance.userData);
  // EKS adds what joins to the user data of its own images; who brings an image brings that, too.
  const joins = group && group.amiType !== "CUSTOM" ? true : asked?.cluster === cluster;
  if (!joins) return undefined;
  const image = publicImages(ctx.region).get(instance.imageId);
  const zoneId = availabilityZones(ctx.region).find((zone) => zone.name === instance.zone)?.id;
  const managedSize = group !== undefined && group.amiType !== "CUSTOM";
  return {
    name: nodeName(ctx, instance, asked),
    instanceId: instance.id,
    up: instance.state === "running",
    providerId: `aws:///${instance.zone}/${instance.id}`,
    zone: instance.zone,
    region: ctx.region,
    privateIp: instance.privateIp ?? "",
    address: addressOf(ctx, cluster, instance),
    instanceType: instance.type,
    architecture: instance.architecture === "arm64" ? "arm64" : "amd64",
    system: systemOf(instance, asked, image?.name ?? ""),
    kubeletVersion: kubeletOf(group?.releaseVersion, image?.releaseVersion),
    labels: {
      ...asked?.labels,
      ...(group ? managedLabels(group, instance) : {}),
      ...(zoneId ? { "topology.k8s.aws/zone-id": zoneId } : {}),
    },
    taints: [...(asked?.taints ?? []), ...(group ? managedTaints(group) : [])],
    type: instanceType(instance.type),
    size: {
      managed: managedSize,
      ...(instance.platform === "windows" ? { windows: true } : {}),
      rootVolumeGiB: rootVolumeGiB(ctx, instance),
      ...(asked?.maxPods === undefined ? {} : { maxPods: asked.maxPods }),
      ...(asked?.maxPodsExpression === undefined ? {} : { maxPodsExpression: asked.maxPodsExpression }),
    },
    profileArn: instance.profile?.arn,
    group: group?.nodegroupName,
    broken: asked ? foreignLabels(asked.labels) : undefined,
  };
}
