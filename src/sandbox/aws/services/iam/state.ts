// IAM's tables. Names are unique without regard to case, so rows are keyed by the lower-case name.
import type { TableDefinition } from "../../core/index.ts";
import { defineTable } from "../../core/index.ts";

export type Tags = Readonly<Record<string, string>>;

/** What roles, users and groups have in common: policies are attached to them. */
export interface Entity {
  name: string;
  path: string;
  /** `AROA…`, `AIDA…`, `AGPA…`. */
  id: string;
  arn: string;
  createdAt: number;
  /** Inline policies: document as submitted, by name. */
  inline: Readonly<Record<string, string>>;
  /** ARNs of attached managed policies, in order. */
  attached: readonly string[];
  /** ARN of the permissions boundary. */
  boundary?: string;
  tags: Tags;
}

export interface RoleRow extends Entity {
  /** Trust policy as submitted. */
  trust: string;
  /** Unique ids of the users and roles that the trust policy names: a namesake made later is not trusted. */
  trustedIds: Readonly<Record<string, string>>;
  description?: string;
  maxSessionDuration: number;
  /** Service a service-linked role belongs to. */
  linkedTo?: string;
  /** Virtual time from which it can be assumed: IAM takes seconds to spread a new role. */
  assumableAt: number;
  lastUsed?: { at: number; region: string };
}

export interface UserRow extends Entity {
  /** Names of its groups. */
  groups: readonly string[];
  login?: { createdAt: number; resetRequired: boolean };
}

export type GroupRow = Entity;

export interface PolicyVersionRow {
  id: string;
  document: string;
  createdAt: number;
}

export interface PolicyRow {
  name: string;
  path: string;
  id: string;
  arn: string;
  description?: string;
  createdAt: number;
  updatedAt: number;
  tags: Tags;
  versions: readonly PolicyVersionRow[];
  defaultVersion: string;
  /** Version numbers are never used again. */
  lastVersion: number;
}

export interface InstanceProfileRow {
  name: string;
  path: string;
  id: string;
  arn: string;
  createdAt: number;
  tags: Tags;
  /** Name of its role; AWS allows one. */
  roles: readonly string[];
}

export interface OidcProviderRow {
  arn: string;
  /** Without `https://`. */
  url: string;
  clientIds: readonly string[];
  thumbprints: readonly string[];
  createdAt: number;
  tags: Tags;
}

export interface AccessKeyRow {
  id: string;
  secret: string;
  account: string;
  /** Lower-case name of its user. */
  user: string;
  status: "Active" | "Inactive";
  createdAt: number;
  lastUsed?: { at: number; region: string; service: string };
}

/** Public keys of an OIDC issuer, put there by the service that runs it (EKS). */
export interface OidcKeysRow {
  /** Without `https://`. */
  issuer: string;
  /** JSON web keys with `kid`. */
  keys: readonly Readonly<Record<string, string>>[];
}

export interface AccountRow {
  alias?: string;
  passwordPolicy?: Readonly<Record<string, number | boolean>>;
  /** When a credential report was asked for. */
  credentialReportAt?: number;
}

/**
 * Place of tables that are looked into before it is known whose account it is about: access keys and issuers' keys.
 *
 * @example ctx.table(accessKeys, everywhere).get("AKIA…")
 */
export const everywhere: { account: string } = { account: "everywhere" };

const byAttachment = {
  attached: (row: Entity): readonly string[] => row.attached,
  boundary: (row: Entity): string | undefined => row.boundary,
};

export const roles: TableDefinition<RoleRow> = defineTable("iam/roles", { scope: "global", indexes: byAttachment });
export const users: TableDefinition<UserRow> = defineTable("iam/users", {
  scope: "global",
  indexes: { ...byAttachment, group: (row: UserRow) => row.groups.map((name) => name.toLowerCase()) },
});
export const groups: TableDefinition<GroupRow> = defineTable("iam/groups", { scope: "global", indexes: byAttachment });
/** Customer managed policies, by ARN. */
export const policies: TableDefinition<PolicyRow> = defineTable("iam/policies", {
  scope: "global",
  indexes: { name: (row: PolicyRow) => row.name.toLowerCase() },
});
export const instanceProfiles: TableDefinition<InstanceProfileRow> = defineTable("iam/instance-profiles", {
  scope: "global",
  indexes: { role: (row: InstanceProfileRow) => row.roles.map((name) => name.toLowerCase()) },
});
/** OIDC providers, by ARN. */
export const oidcProviders: TableDefinition<OidcProviderRow> = defineTable("iam/oidc-providers", { scope: "global" });
/** Keys of issuers, by issuer without scheme; {@link everywhere}. */
export const oidcKeys: TableDefinition<OidcKeysRow> = defineTable("iam/oidc-keys", { scope: "global" });
/** Access keys by id; {@link everywhere}. */
export const accessKeys: TableDefinition<AccessKeyRow> = defineTable("iam/access-keys", {
  scope: "global",
  indexes: { user: (row: AccessKeyRow) => `${row.account}/${row.user}` },
});
export const accounts: TableDefinition<AccountRow> = defineTable("iam/account", { scope: "global" });

/** Deletions of service-linked roles: DeleteServiceLinkedRole answers with a task id. */
export const roleDeletions: TableDefinition<{ role: string; status: string }> = defineTable("iam/role-deletions", {
  scope: "global",
});
