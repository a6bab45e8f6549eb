// Tables of the emulated CloudWatch Logs.
import type { LogGroupClass } from "@aws-sdk/client-cloudwatch-logs";
import type { TableDefinition } from "../../core/index.ts";
import { defineTable } from "../../core/index.ts";

export interface GroupRow {
  name: string;
  createdAt: number;
  /** Days; absent: for ever. */
  retentionDays?: number;
  kmsKeyId?: string;
  class: LogGroupClass;
  deletionProtected: boolean;
  tags: Readonly<Record<string, string>>;
}

export interface StreamRow {
  group: string;
  name: string;
  createdAt: number;
  events: readonly EventRow[];
  lastIngestion?: number;
}

export interface EventRow {
  id: string;
  timestamp: number;
  message: string;
  ingestion: number;
}

export const groups: TableDefinition<GroupRow> = defineTable("cloudwatch-logs/groups");
export const streams: TableDefinition<StreamRow> = defineTable("cloudwatch-logs/streams", {
  indexes: { group: (row) => row.group },
});
