// EBS volumes and snapshots.
import type { TableDefinition } from "../../../core/index.ts";
import { defineTable } from "../../../core/index.ts";
import type { Tags } from "./tags.ts";

export interface VolumeAttachment {
  instanceId: string;
  device: string;
  attachedAt: number;
  deleteOnTermination: boolean;
}

export interface Volume {
  id: string;
  zone: string;
  /** GiB. */
  size: number;
  type: string;
  iops?: number;
  throughput?: number;
  encrypted: boolean;
  kmsKeyId?: string;
  multiAttach?: boolean;
  snapshotId?: string;
  state: "creating" | "available" | "in-use" | "deleting";
  createdAt: number;
  attachment?: VolumeAttachment;
  modification?: { at: number; original: { size: number; type: string; iops?: number; throughput?: number } };
  tags: Tags;
}

export interface Snapshot {
  id: string;
  volumeId: string;
  size: number;
  encrypted: boolean;
  kmsKeyId?: string;
  description: string;
  startedAt: number;
  state: "pending" | "completed";
  tags: Tags;
}

export const volumes: TableDefinition<Volume> = defineTable<Volume>("ec2/volumes", {
  indexes: { instance: (row) => row.attachment?.instanceId },
});
export const snapshots: TableDefinition<Snapshot> = defineTable<Snapshot>("ec2/snapshots", {
  indexes: { volume: (row) => row.volumeId },
});
