// Tables of the emulated EKS. Rows hold the API's members under the API's names; times are epoch milliseconds.
import type {
  AccessScope,
  Addon,
  Capability,
  Cluster,
  FargateProfile,
  LogType,
  Nodegroup,
  OidcIdentityProviderConfig,
  PodIdentityAssociation,
  Update,
} from "@aws-sdk/client-eks";
import type { KeyedCertificate } from "../../../../base/index.ts";
import type { TableDefinition } from "../../core/index.ts";
import { defineTable } from "../../core/index.ts";

type Stored<Shape, Given extends keyof Shape> = Omit<Shape, Given | "createdAt" | "modifiedAt"> & {
  [Key in Given]-?: NonNullable<Shape[Key]>;
} & { createdAt: number };

export interface ClusterRow extends Stored<
  Omit<Cluster, "connectorConfig" | "logging">,
  "name" | "arn" | "status" | "tags"
> {
  modifiedAt?: number;
  version: string;
  roleArn: string;
  resourcesVpcConfig: NonNullable<Cluster["resourcesVpcConfig"]> & { vpcId: string; subnetIds: string[] };
  /** Log types that are on. */
  logTypes: readonly LogType[];
  connector?: {
    activationId: string;
    activationCode: string;
    activationExpiry: number;
    provider: string;
    roleArn: string;
  };
  /** What the API doesn't show. */
  hidden: {
    /** Host part of the endpoint, 32 hex digits, and the shard behind it. */
    endpointId: string;
    endpointShard: string;
    /** Last part of the issuer, 32 upper-case hex digits. */
    issuerId: string;
    creatorArn: string;
    networkInterfaceIds: readonly string[];
    /** vpc-cni, coredns and kube-proxy came with the cluster, outside of the add-on API. */
    selfManagedAddons: boolean;
    /** Where the last in-place upgrade came from: the way back stays open for seven days. */
    upgradedFrom?: { version: string; at: number };
    /** The timer of the end of its version's support. */
    supportTimer?: string;
  };
}

/** An update of a cluster, or of a node group, add-on or capability of it. */
export interface UpdateRow extends Stored<Update, "id" | "status" | "type"> {
  cluster: string;
  /** `` for the cluster's own, else `nodegroup/name`, `addon/name`, `capability/name`. */
  owner: string;
  token?: string;
  /** The timer that ends it, and until when (virtual epoch ms) it can still be called back. */
  cancel?: { timer: string; until: number };
}

export interface NodegroupRow extends Stored<
  Nodegroup,
  | "nodegroupName"
  | "clusterName"
  | "nodegroupArn"
  | "status"
  | "nodeRole"
  | "subnets"
  | "scalingConfig"
  | "version"
  | "tags"
> {
  modifiedAt: number;
  token?: string;
  hidden: {
    /** Part of the names of everything made for the group. */
    uuid: string;
    groupName: string;
    /** The launch template EKS makes, once made. */
    templateId?: string;
    instanceProfile?: string;
    /** Made for remote access, to be deleted with the group. */
    ownSecurityGroup?: string;
    /** Type that the user's launch template names; then the group names none. */
    templateType?: string;
    architecture: "x86_64" | "arm64";
  };
}

export interface FargateProfileRow extends Stored<
  FargateProfile,
  | "fargateProfileName"
  | "clusterName"
  | "fargateProfileArn"
  | "status"
  | "podExecutionRoleArn"
  | "subnets"
  | "selectors"
  | "tags"
> {
  token?: string;
}

export interface AddonRow extends Stored<
  Addon,
  "addonName" | "clusterName" | "addonArn" | "status" | "addonVersion" | "tags"
> {
  modifiedAt: number;
  hidden?: {
    /** What to do about fields that others have set: `OVERWRITE`, `PRESERVE`; else the change fails. */
    resolveConflicts?: string;
    /** Deleted with its objects left in the cluster. */
    preserve?: boolean;
  };
  token?: string;
}

export interface AccessEntryRow {
  clusterName: string;
  principalArn: string;
  /** AWS ties an entry to the principal's unique id: a role made again under its old name doesn't match. */
  principalId?: string;
  kubernetesGroups: readonly string[];
  accessEntryArn: string;
  createdAt: number;
  modifiedAt: number;
  tags: Record<string, string>;
  username: string;
  type: string;
  policies: readonly { policyArn: string; accessScope: AccessScope; associatedAt: number; modifiedAt: number }[];
  token?: string;
  /** Made by EKS for managed nodes and Fargate profiles. */
  managed?: boolean;
}

export interface PodIdentityRow extends Stored<
  PodIdentityAssociation,
  "associationId" | "associationArn" | "clusterName" | "namespace" | "serviceAccount" | "roleArn" | "tags"
> {
  modifiedAt: number;
  token?: string;
}

export type IdentityProviderRow = Omit<OidcIdentityProviderConfig, "clusterName" | "identityProviderConfigName"> & {
  clusterName: string;
  identityProviderConfigName: string;
  identityProviderConfigArn: string;
  tags: Record<string, string>;
};

export interface CapabilityRow extends Stored<
  Capability,
  "capabilityName" | "clusterName" | "arn" | "type" | "status" | "tags"
> {
  modifiedAt: number;
  token?: string;
}

/** A cluster's certificate authority: self-signed, with its key, both PEM. */
export type AuthorityRow = KeyedCertificate;

/** Keys that sign a cluster's service-account tokens, by cluster; made when first asked for. */
export interface OidcKeyRow {
  cluster: string;
  issuer: string;
  kid: string;
  /** PKCS#8 PEM, RSA 2048. */
  privateKey: string;
  /** SPKI PEM. */
  publicKey: string;
}

/** On the interfaces of Fargate pods: they go with their profile, whether their cluster's programs run or not. */
export const fargateInterfaceTags: Readonly<Record<"cluster" | "profile", string>> = {
  cluster: "eks:cluster-name",
  profile: "eks:fargate-profile-name",
};

const byCluster = { cluster: (row: { clusterName: string }): string => row.clusterName };

export const clusters: TableDefinition<ClusterRow> = defineTable("eks/clusters");
export const updates: TableDefinition<UpdateRow> = defineTable("eks/updates", {
  indexes: { cluster: (row) => row.cluster, owner: (row) => `${row.cluster}/${row.owner}` },
});
export const nodegroups: TableDefinition<NodegroupRow> = defineTable("eks/nodegroups", { indexes: byCluster });
export const fargateProfiles: TableDefinition<FargateProfileRow> = defineTable("eks/fargate-profiles", {
  indexes: byCluster,
});
export const addonTable: TableDefinition<AddonRow> = defineTable("eks/addons", { indexes: byCluster });
export const accessEntries: TableDefinition<AccessEntryRow> = defineTable("eks/access-entries", { indexes: byCluster });
export const podIdentities: TableDefinition<PodIdentityRow> = defineTable("eks/pod-identities", { indexes: byCluster });
export const identityProviders: TableDefinition<IdentityProviderRow> = defineTable("eks/identity-providers", {
  indexes: byCluster,
});
export const capabilities: TableDefinition<CapabilityRow> = defineTable("eks/capabilities", { indexes: byCluster });
export const authorities: TableDefinition<AuthorityRow> = defineTable("eks/certificate-authorities");
export const oidcKeys: TableDefinition<OidcKeyRow> = defineTable("eks/oidc-keys", {
  indexes: { issuer: (row) => row.issuer },
});
