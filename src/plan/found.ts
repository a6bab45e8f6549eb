// What exists, as read from the account. Only facts, no judgement; EKS objects keep the SDK's shapes.
import type { Addon, Cluster, FargateProfile, Nodegroup, PodIdentityAssociation } from "@aws-sdk/client-eks";
import type { ListedIdentityProvider } from "../access/index.ts";
import type { Template } from "../stacks/index.ts";

/** A stack of the cluster as CloudFormation describes it. */
export interface FoundStack {
  name: string;
  id: string;
  /** StackStatus of CloudFormation. */
  status: string;
  statusReason?: string;
  created: Date;
  tags: Readonly<Record<string, string>>;
  outputs: Readonly<Record<string, string>>;
  capabilities: readonly string[];
  terminationProtection: boolean;
  /** As submitted; absent when it wasn't asked for, or the stack has none. */
  template?: Template;
}

/** The Auto Scaling group behind a node group. */
export interface FoundAutoScalingGroup {
  name: string;
  minSize: number;
  maxSize: number;
  desiredSize: number;
  suspended: readonly string[];
  tags: Readonly<Record<string, string>>;
}

/** A version of an add-on that fits the cluster's minor. Newest first in lists. */
export interface FoundAddonVersion {
  version: string;
  isDefault: boolean;
}

/** What exists in the account of a cluster. */
export interface Found {
  account: string;
  caller: string;
  region: string;
  name: string;
  cluster?: Cluster;
  /** Stacks of this cluster by name, those being deleted included. */
  stacks: ReadonlyMap<string, FoundStack>;
  /** Physical ids of the cluster stack's resources by logical id. */
  physicalIds: Readonly<Record<string, string>>;
  nodeGroups: ReadonlyMap<string, Nodegroup>;
  /** By node group name, of self-managed groups and of managed ones whose tags or processes the file names. */
  autoScalingGroups: ReadonlyMap<string, FoundAutoScalingGroup>;
  addons: ReadonlyMap<string, Addon>;
  fargateProfiles: ReadonlyMap<string, FargateProfile>;
  /** Principal ARNs. */
  accessEntries: ReadonlySet<string>;
  podIdentityAssociations: readonly PodIdentityAssociation[];
  /** By which people log in; absent when the caller may not look. */
  identityProviders?: readonly ListedIdentityProvider[];
  oidcProvider?: { arn: string };
  /** The control plane's log group. */
  logGroup?: { name: string; retentionDays?: number };
  /** The caller may not look at log groups: there may be one. */
  logGroupUnseen?: true;
}

/** What has to be looked up once it is known what the file wants. */
export interface LookedUp {
  /** AMI by node group name. */
  amis: Readonly<Record<string, string>>;
  /** Zones that offer a node group's instance types, by name of the group; only of groups that aren't there yet, or not in all zones. */
  offeredZones: Readonly<Record<string, readonly string[]>>;
  addonVersions: ReadonlyMap<string, readonly FoundAddonVersion[]>;
  keyPairs: ReadonlySet<string>;
}
