// Tables of the emulated Systems Manager: a caller's own parameters. AWS's public ones come from the image catalogue.
import type { ParameterTier, ParameterType } from "@aws-sdk/client-ssm";
import type { TableDefinition } from "../../core/index.ts";
import { defineTable } from "../../core/index.ts";

export interface ParameterVersion {
  version: number;
  /** Text; for a SecureString what KMS made of it, base64. */
  value: string;
  type: ParameterType;
  keyId?: string;
  description?: string;
  allowedPattern?: string;
  tier: ParameterTier;
  dataType: string;
  modifiedAt: number;
  modifiedBy: string;
  labels: readonly string[];
}

export interface ParameterRow {
  name: string;
  tags: Readonly<Record<string, string>>;
  /** Oldest first, at most a hundred. */
  versions: readonly ParameterVersion[];
}

export const parameters: TableDefinition<ParameterRow> = defineTable("ssm/parameters");
