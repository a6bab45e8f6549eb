// What lies around VPCs: customer-managed prefix lists, peering connections, flow logs, blocks set aside in subnets.
import type { TableDefinition } from "../../../core/index.ts";
import { defineTable } from "../../../core/index.ts";
import type { Tags } from "./tags.ts";

export interface PrefixListEntry {
  cidr: string;
  description?: string;
}

export interface PrefixList {
  id: string;
  name: string;
  family: "IPv4" | "IPv6";
  maxEntries: number;
  /** Entries of version 1, 2, …; the last is the current one. */
  versions: readonly (readonly PrefixListEntry[])[];
  /** The last thing that was done to it. */
  state: "create-complete" | "modify-complete" | "restore-complete" | "delete-failed";
  /** Why it couldn't be deleted. */
  stateMessage?: string;
  tags: Tags;
}

/** One end of a peering connection. */
export interface PeeringEnd {
  account: string;
  region: string;
  vpcId: string;
  /** Absent while the other side hasn't accepted. */
  cidrs: readonly string[];
  ipv6Cidrs: readonly string[];
  dnsResolution: boolean;
}

/** A row in each end's account and region. */
export interface PeeringConnection {
  id: string;
  requester: PeeringEnd;
  accepter: PeeringEnd;
  status: "pending-acceptance" | "active" | "rejected" | "deleted" | "failed" | "expired";
  message: string;
  expiresAt: number;
  /** When a connection that is over leaves the lists (epoch ms). */
  goneAt?: number;
  tags: Tags;
}

export interface FlowLog {
  id: string;
  resourceId: string;
  trafficType?: string;
  destinationType: "cloud-watch-logs" | "s3" | "kinesis-data-firehose";
  destination?: string;
  logGroup?: string;
  permissionArn?: string;
  format: string;
  /** Seconds: 60 or 600. */
  interval: number;
  options?: { FileFormat?: string; HiveCompatiblePartitions?: boolean; PerHourPartition?: boolean };
  createdAt: number;
  tags: Tags;
}

export interface CidrReservation {
  id: string;
  subnetId: string;
  cidr: string;
  type: "prefix" | "explicit";
  description?: string;
  tags: Tags;
}

export const managedPrefixLists: TableDefinition<PrefixList> = defineTable<PrefixList>("ec2/prefix-lists");
export const peeringConnections: TableDefinition<PeeringConnection> = defineTable<PeeringConnection>(
  "ec2/peering-connections",
  { indexes: { vpc: (row) => [row.requester.vpcId, row.accepter.vpcId] } },
);
export const flowLogs: TableDefinition<FlowLog> = defineTable<FlowLog>("ec2/flow-logs", {
  indexes: { resource: (row) => row.resourceId },
});
export const cidrReservations: TableDefinition<CidrReservation> = defineTable<CidrReservation>(
  "ec2/subnet-cidr-reservations",
  { indexes: { subnet: (row) => row.subnetId } },
);
