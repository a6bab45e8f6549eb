// Which instances are to be nodes of a cluster, and as what: by their node group, or by their user data.
import { availabilityZones, instanceType } from "../../../facts/index.ts";
import type { Context } from "../../aws/core/index.ts";
import { privateDnsName } from "../../aws/services/ec2/interfaces.ts";
import type { Instance } from "../../aws/services/ec2/state.ts";
import { volumes } from "../../aws/services/ec2/state.ts";
import type { NodegroupRow } from "../../aws/services/eks/state.ts";
import { nodegroups } from "../../aws/services/eks/state.ts";
import type { NodeSize } from "./size.ts";
import { nodeSize } from "./size.ts";
import type { Taint } from "./user-data.ts";
import { readUserData } from "./user-data.ts";

/** A node as its kubelet would register it. */
export interface NodeSpec {
  /** Its name in Kubernetes: the instance's private DNS name. */
  name: string;
  instanceId: string;
  providerId: string;
  zone: string;
  region: string;
  privateIp: string;
  instanceType: string;
  architecture: "amd64" | "arm64";
  os: "linux" | "windows";
  bottlerocket: boolean;
  labels: Record<string, string>;
  taints: readonly Taint[];
  size: NodeSize;
  /** ARN of the instance profile: its role must be let in by the cluster. */
  profileArn: string | undefined;
  managed: boolean;
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

/**
 * The node that an instance is to become in a cluster.
 *
 * @returns undefined when it isn't one of this cluster's
 */
export function nodeOf(ctx: Context, cluster: string, instance: Readonly<Instance>): NodeSpec | undefined {
  const group = ctx
    .table(nodegroups)
    .by("cluster", cluster)
    .find((row) => row.hidden.groupName === instance.tags["aws:autoscaling:groupName"]);
  const asked = readUserData(instance.userData);
  if (!group && asked?.cluster !== cluster) return undefined;
  const type = instanceType(instance.type);
  const managed = group !== undefined;
  const ip = instance.privateIp ?? "";
  const zoneId = availabilityZones(ctx.region).find((zone) => zone.name === instance.zone)?.id;
  const architecture = instance.architecture === "arm64" ? "arm64" : "amd64";
  return {
    name: privateDnsName(ctx, ip),
    instanceId: instance.id,
    providerId: `aws:///${instance.zone}/${instance.id}`,
    zone: instance.zone,
    region: ctx.region,
    privateIp: ip,
    instanceType: instance.type,
    architecture,
    os: instance.platform === "windows" ? "windows" : "linux",
    bottlerocket: asked?.bootstrap === "bottlerocket",
    labels: {
      ...asked?.labels,
      ...(group ? managedLabels(group, instance) : {}),
      ...(zoneId ? { "topology.k8s.aws/zone-id": zoneId } : {}),
    },
    taints: [...(asked?.taints ?? []), ...(group ? managedTaints(group) : [])],
    size: nodeSize(type, {
      managed,
      rootVolumeGiB: rootVolumeGiB(ctx, instance),
      ...(asked?.maxPods === undefined ? {} : { maxPods: asked.maxPods }),
    }),
    profileArn: instance.profile?.arn,
    managed,
  };
}
