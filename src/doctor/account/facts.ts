// What the account says about a cluster: each part is read when a check asks for it, once, in pages, several at a time.
import type {
  AddonInfo,
  Cluster,
  FargateProfile,
  InsightSummary,
  Nodegroup,
  Addon,
  PodIdentityAssociationSummary,
} from "@aws-sdk/client-eks";
import type {
  FlowLog,
  Instance,
  NatGateway,
  ResponseLaunchTemplateData,
  RouteTable,
  SecurityGroup,
  Subnet,
  Volume,
  VpcEndpoint,
} from "@aws-sdk/client-ec2";
import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import type { KeyMetadata } from "@aws-sdk/client-kms";

/** An IAM role as checks judge it. */
export interface RoleFacts {
  arn: string;
  name: string;
  /** What it is for: roles of nodes, of the cluster, of Fargate, of pods. */
  uses: readonly ("cluster" | "node" | "fargate")[];
  trust: PolicyJson;
  attached: readonly string[];
  inline: readonly { name: string; document: PolicyJson }[];
}

/** A policy document as IAM stores it. */
export interface PolicyJson {
  Statement?: PolicyStatement[];
}

/** One statement; strings or lists as they were written. */
export interface PolicyStatement {
  Sid?: string;
  Effect?: string;
  Action?: string | string[];
  Resource?: string | string[];
  Principal?: string | Record<string, string | string[]>;
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** An access entry with its policies' names. */
export interface EntryFacts {
  arn: string;
  type: string;
  groups: readonly string[];
  policies: readonly string[];
}

/** A launch template's version that a node group uses. */
export interface TemplateFacts {
  group: string;
  managed: boolean;
  id: string;
  version: string;
  latest: string;
  data: ResponseLaunchTemplateData;
}

/** An Auto Scaling group of the cluster. */
export interface ScalingFacts {
  name: string;
  zones: readonly string[];
  max: number;
  suspended: readonly string[];
  managed: boolean;
}

/** What can be read. */
export interface AccountParts {
  cluster: Cluster;
  nodeGroups: readonly Nodegroup[];
  addons: readonly Addon[];
  /** Of the cluster's own version. */
  addonVersions: readonly AddonInfo[];
  fargateProfiles: readonly FargateProfile[];
  entries: readonly EntryFacts[];
  associations: readonly PodIdentityAssociationSummary[];
  insights: readonly InsightSummary[];
  /** Of the cluster's VPC, as the next ones. */
  subnets: readonly Subnet[];
  routeTables: readonly RouteTable[];
  natGateways: readonly NatGateway[];
  vpcEndpoints: readonly VpcEndpoint[];
  vpcDns: { support: boolean; hostnames: boolean };
  flowLogs: readonly FlowLog[];
  securityGroups: readonly SecurityGroup[];
  instances: readonly Instance[];
  scalingGroups: readonly ScalingFacts[];
  launchTemplates: readonly TemplateFacts[];
  volumes: readonly Volume[];
  ebsEncryptionByDefault: boolean;
  /** Of the cluster, its nodes and Fargate profiles. */
  roles: readonly RoleFacts[];
  /** Principals of access entries that exist no more. */
  lostPrincipals: readonly string[];
  oidcProviders: readonly { arn: string; clientIds: readonly string[] }[];
  logGroup: LogGroup | undefined;
  key: { metadata: KeyMetadata; rotates: boolean } | undefined;
}

/** Name of a part. */
export type PartName = keyof AccountParts;

/** The account as a source of facts. */
export interface AccountFacts {
  /** @throws Unread when the caller may not read it */
  read<P extends PartName>(part: P): Promise<AccountParts[P]>;
  /** A role that pods name; undefined when there is none. @throws Unread */
  role(arn: string): Promise<RoleFacts | undefined>;
  region: string;
}
