// Instances and what they are started from.
import type { TableDefinition } from "../../../core/index.ts";
import { defineTable } from "../../../core/index.ts";
import type { Tags } from "./tags.ts";

export interface InstanceVolume {
  device: string;
  volumeId: string;
  deleteOnTermination: boolean;
  attachedAt: number;
}

export interface Instance {
  id: string;
  reservationId: string;
  imageId: string;
  type: string;
  /** Lower case: `pending`, `running`, `shutting-down`, `terminated`, `stopping`, `stopped`. */
  state: "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";
  /** What the clock has still to do is waiting under this subject; absent in a steady state. */
  transition?: string;
  stateReason?: { code: string; message: string };
  /** Of a pending one: why it ends instead of running. */
  willFail?: { code: string; message: string };
  launchedAt: number;
  /** When a terminated instance leaves the lists (epoch ms). */
  goneAt?: number;
  launchIndex: number;
  requesterId?: string;
  vpcId: string;
  subnetId: string;
  zone: string;
  privateIp?: string;
  keyName?: string;
  profile?: { arn: string; id: string };
  profileAssociationId?: string;
  /** Base64 as sent. */
  userData?: string;
  architecture: "x86_64" | "arm64";
  platform?: "windows";
  rootDevice: string;
  volumes: readonly InstanceVolume[];
  monitoring: boolean;
  ebsOptimized: boolean;
  sourceDestCheck: boolean;
  terminationProtection: boolean;
  stopProtection: boolean;
  shutdownBehavior: "stop" | "terminate";
  spot?: boolean;
  tenancy: string;
  placementGroup?: string;
  creditSpecification?: string;
  metadata: { tokens: string; hopLimit: number; endpoint: string; ipv6: string; tags: string };
  hostnameType: "ip-name" | "resource-name";
  dnsARecord: boolean;
  dnsAaaaRecord: boolean;
  clientToken?: string;
  enclave: boolean;
  tags: Tags;
}

export interface KeyPair {
  id: string;
  name: string;
  type: "rsa" | "ed25519";
  fingerprint: string;
  publicKey: string;
  createdAt: number;
  tags: Tags;
}

export interface PlacementGroup {
  id: string;
  name: string;
  strategy: "cluster" | "spread" | "partition";
  partitions?: number;
  spreadLevel?: string;
  tags: Tags;
}

/** An image of the account's own; AWS's public ones come from the catalogue. */
export interface Image {
  id: string;
  name: string;
  description: string;
  architecture: "x86_64" | "arm64";
  rootDevice: string;
  disks: readonly { device: string; size: number; type: string; snapshotId?: string; encrypted?: boolean }[];
  sourceInstanceId?: string;
  createdAt: number;
  isPublic: boolean;
  tags: Tags;
}

export const instances: TableDefinition<Instance> = defineTable<Instance>("ec2/instances", {
  indexes: {
    vpc: (row) => row.vpcId,
    clientToken: (row) => row.clientToken,
    transition: (row) => (row.transition ? "yes" : undefined),
    terminated: (row) => (row.goneAt === undefined ? undefined : "yes"),
    group: (row) => row.tags["aws:autoscaling:groupName"],
  },
});
export const keyPairs: TableDefinition<KeyPair> = defineTable<KeyPair>("ec2/key-pairs", {
  indexes: { name: (row) => row.name },
});
export const placementGroups: TableDefinition<PlacementGroup> = defineTable<PlacementGroup>("ec2/placement-groups", {
  indexes: { name: (row) => row.name },
});
export const images: TableDefinition<Image> = defineTable<Image>("ec2/images");
/** Switches of the account in the region: EBS encryption by default, metadata defaults. */
export const accountAttributes: TableDefinition<{ value: string }> = defineTable<{ value: string }>(
  "ec2/account-attributes",
);
