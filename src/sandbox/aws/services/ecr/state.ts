// Tables of the emulated container registry.
import type { TableDefinition } from "../../core/index.ts";
import { defineTable } from "../../core/index.ts";

export interface RepositoryRow {
  name: string;
  arn: string;
  uri: string;
  createdAt: number;
  mutability: "MUTABLE" | "IMMUTABLE" | "IMMUTABLE_WITH_EXCLUSION" | "MUTABLE_WITH_EXCLUSION";
  exclusions?: readonly { filterType: "WILDCARD"; filter: string }[];
  scanOnPush: boolean;
  encryption: { encryptionType: "AES256" | "KMS" | "KMS_DSSE"; kmsKey?: string };
  /** JSON text. */
  policy?: string;
  tags: Readonly<Record<string, string>>;
}

/** How the whole registry is scanned; one row. */
export interface RegistryRow {
  scanType: "BASIC" | "ENHANCED";
  rules: readonly {
    scanFrequency: "SCAN_ON_PUSH" | "CONTINUOUS_SCAN" | "MANUAL";
    repositoryFilters: readonly { filter: string; filterType: "WILDCARD" }[];
  }[];
}

export const repositories: TableDefinition<RepositoryRow> = defineTable("ecr/repositories");
export const registries: TableDefinition<RegistryRow> = defineTable("ecr/registries");
