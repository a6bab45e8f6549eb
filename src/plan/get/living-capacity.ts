// What the nodes of a living cluster may come to take of its subnets: the arithmetic of files, on what EKS says.
import type { Addon, Cluster as EksCluster, Nodegroup } from "@aws-sdk/client-eks";
import type { Aws } from "../../aws/index.ts";
import { isDenied } from "../../aws/index.ts";
import { errorMessage } from "../../base/index.ts";
import type { CapacityNote, CapacityPlan } from "../../capacity/index.ts";
import { planCapacity } from "../../capacity/index.ts";
import type { Cluster, ClusterConfig, ManagedNodeGroup } from "../../config/index.ts";
import { readAddons, readNodeGroups } from "../read/eks.ts";
import { readInstanceTypes } from "../read/instance-types.ts";
import type { AddressHolder, AddressUse } from "./address-use.ts";
import { requireCluster } from "./clusters.ts";

function groupOf(name: string, group: Nodegroup): ManagedNodeGroup {
  const { minSize, maxSize, desiredSize } = group.scalingConfig ?? {};
  const { maxUnavailable, maxUnavailablePercentage } = group.updateConfig ?? {};
  return {
    name,
    instanceTypes: group.instanceTypes ?? [],
    subnets: group.subnets ?? [],
    amiFamily: group.amiType?.startsWith("WINDOWS") ? "WindowsServer2022FullContainer" : "AmazonLinux2023",
    ...(group.amiType === "CUSTOM" ? { ami: group.releaseVersion ?? "custom" } : {}),
    ...(minSize === undefined ? {} : { minSize }),
    ...(maxSize === undefined ? {} : { maxSize }),
    ...(desiredSize === undefined ? {} : { desiredCapacity: desiredSize }),
    updateConfig: {
      ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
      ...(maxUnavailablePercentage === undefined ? {} : { maxUnavailablePercentage }),
    },
  };
}

/** A cluster as a file would have it, as far as addresses are concerned; its subnets are named by their ids. Pure. */
export function clusterOfUse(
  use: AddressUse,
  cluster: EksCluster,
  groups: ReadonlyMap<string, Nodegroup>,
  addons: ReadonlyMap<string, Addon>,
): Cluster {
  const half = (isPublic: boolean): NonNullable<NonNullable<ClusterConfig["vpc"]>["subnets"]>["public"] =>
    Object.fromEntries(
      use.subnets
        .filter((subnet) => subnet.isPublic === isPublic)
        .map(({ subnetId, zone, cidr }) => [subnetId, { id: subnetId, az: zone, cidr }]),
    );
  const config: ClusterConfig = {
    apiVersion: "eksctl.io/v1alpha5",
    kind: "ClusterConfig",
    metadata: { name: use.cluster, region: use.region },
    kubernetesNetworkConfig: { ipFamily: cluster.kubernetesNetworkConfig?.ipFamily === "ipv6" ? "IPv6" : "IPv4" },
    vpc: {
      id: use.vpcId,
      controlPlaneSubnetIDs: cluster.resourcesVpcConfig?.subnetIds ?? [],
      subnets: { public: half(true) ?? {}, private: half(false) ?? {} },
    },
    addons: [...addons].map(([name, { addonVersion, configurationValues }]) => ({
      name,
      ...(addonVersion === undefined ? {} : { version: addonVersion }),
      ...(configurationValues === undefined ? {} : { configurationValues }),
    })),
    managedNodeGroups: [...groups].map(([name, group]) => groupOf(name, group)),
  };
  return { config, written: config, locate: () => ({ file: use.cluster }) };
}

/** Holders that come and go with the cluster, or are reckoned already. */
const ofCluster = new Set<AddressHolder["kind"]>([
  "control plane",
  "node",
  "pods",
  "fargate",
  "load balancer",
  "NAT gateway",
]);

function heldByOthers(use: AddressUse): (subnet: string) => number {
  const held = new Map(
    use.subnets.map(({ subnetId, holders }) => [
      subnetId,
      holders.reduce((sum, { kind, addresses }) => sum + (ofCluster.has(kind) ? 0 : addresses), 0),
    ]),
  );
  return (subnet) => held.get(subnet) ?? 0;
}

/**
 * What managed node groups at their largest take of each subnet, and whether it holds them beside what others hold. What may
 * not be read is a note.
 *
 * @throws LotseError `plan/no-cluster`, `aws/…`
 */
export async function getLivingCapacity(aws: Aws, use: AddressUse): Promise<CapacityPlan> {
  const notes: CapacityNote[] = [];
  const orUnread = async <T>(what: string, read: Promise<Map<string, T>>): Promise<Map<string, T>> => {
    try {
      return await read;
    } catch (error) {
      if (!isDenied(error)) throw error;
      const text = `${what} of ${use.cluster} may not be read (${errorMessage(error)}); they aren't in these numbers`;
      notes.push({ code: "capacity/unread", text });
      return new Map();
    }
  };
  const [cluster, groups, addons] = await Promise.all([
    requireCluster(aws, use.cluster),
    orUnread("Node groups", readNodeGroups(aws, use.cluster)),
    orUnread("Add-ons", readAddons(aws, use.cluster)),
  ]);
  const names = [...groups.values()].flatMap(({ instanceTypes = [] }) => instanceTypes);
  const types = await readInstanceTypes(aws, [...new Set(names)]);
  const plan = planCapacity(clusterOfUse(use, cluster, groups, addons), {
    typeNamed: (name) => types.get(name),
    heldByOthers: heldByOthers(use),
  });
  return { ...plan, notes: [...notes, ...plan.notes] };
}
