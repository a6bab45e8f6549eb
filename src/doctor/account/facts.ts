// What the account says about a cluster: each part is read when a check asks for it, once, in pages, several at a time.
import type {
  AddonInfo,
  Cluster,
  FargateProfile,
  InsightSummary,
  Update,
  Nodegroup,
  Addon,
  PodIdentityAssociationSummary,
} from "@aws-sdk/client-eks";
import type { RegistryScanningRule, Repository } from "@aws-sdk/client-ecr";
import type { Stack } from "@aws-sdk/client-cloudformation";
import type {
  Address,
  FlowLog,
  Instance,
  NatGateway,
  NetworkInterface,
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
  /** Elastic addresses of the region. */
  addresses: readonly Address[];
  /** Names of all clusters of the region. */
  clusters: readonly string[];
  /** Features that are on; undefined where GuardDuty is off. */
  guardDuty: readonly string[] | undefined;
  inspector: { ec2: boolean; ecr: boolean };
  /** Of the VPC, as subnets. */
  interfaces: readonly NetworkInterface[];
  /** The newest release of images of nodes, by `AMI-TYPE/MINOR`. */
  nodeReleases: ReadonlyMap<string, string>;
  quotas: { gp2TiB: number; gp3TiB: number; vcpus: number };
  /** Of the region's registry, and how it is scanned. */
  repositories: { list: readonly Repository[]; scanType: string; rules: readonly RegistryScanningRule[] };
  /** Of this cluster, by their tags. */
  stacks: readonly Stack[];
  /** vCPUs of everything on demand that runs in the region, of the standard families. */
  standardVcpus: number;
  /** GiB of all volumes of the region. */
  storage: { gp2: number; gp3: number };
  trails: readonly { name: string; home: string; multiRegion: boolean; logging: boolean }[];
  /** Of the control plane. */
  versionUpdates: readonly Update[];
}

/** What is looked up by name. */
export interface AccountLookups {
  /** Status of a delivery stream of Firehose; undefined when there is none. */
  deliveryStream: string | undefined;
  /** Document of a managed policy, by its ARN. */
  managedPolicy: PolicyJson;
  /** Of a repository of ECR, by its name; undefined when it has none. */
  repositoryPolicy: PolicyJson | undefined;
}

/** Name of a part. */
export type PartName = keyof AccountParts;

/** The account as a source of facts. */
export interface AccountFacts {
  /** @throws Unread when the caller may not read it */
  read<P extends PartName>(part: P): Promise<AccountParts[P]>;
  /** A role that pods name; undefined when there is none. @throws Unread */
  role(arn: string): Promise<RoleFacts | undefined>;
  /** One thing by its name. @throws Unread */
  lookup<L extends keyof AccountLookups>(what: L, name: string): Promise<AccountLookups[L]>;
  region: string;
}
