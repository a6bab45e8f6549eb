// Tables of the emulated KMS.
import type { GrantConstraints, GrantOperation, KeySpec, KeyState, KeyUsageType } from "@aws-sdk/client-kms";
import type { TableDefinition } from "../../core/index.ts";
import { defineTable } from "../../core/index.ts";

export interface KeyRow {
  id: string;
  arn: string;
  /** 256 bits, base64, for symmetric keys; empty for others, which sign and verify nothing here. */
  material: string;
  spec: KeySpec;
  usage: KeyUsageType;
  state: KeyState;
  manager: "AWS" | "CUSTOMER";
  description: string;
  policy: string;
  createdAt: number;
  deletionAt?: number;
  pendingWindow?: number;
  /** Days between rotations; absent: off. */
  rotationDays?: number;
  multiRegion: boolean;
  tags: Readonly<Record<string, string>>;
}

export interface AliasRow {
  name: string;
  arn: string;
  keyId: string;
  createdAt: number;
  updatedAt: number;
}

export interface GrantRow {
  id: string;
  token: string;
  keyId: string;
  grantee: string;
  retiring?: string;
  issuer: string;
  operations: readonly GrantOperation[];
  constraints?: GrantConstraints;
  name?: string;
  createdAt: number;
}

export const keys: TableDefinition<KeyRow> = defineTable("kms/keys");
export const aliases: TableDefinition<AliasRow> = defineTable("kms/aliases", { indexes: { key: (row) => row.keyId } });
export const grants: TableDefinition<GrantRow> = defineTable("kms/grants", { indexes: { key: (row) => row.keyId } });
