// What a workload's IAM policy is made from: statements with their reasons, narrowed by what is known of cluster and account.

/** What a policy may be narrowed to. Whatever isn't given stays open, and the result says so. */
export interface PolicyScope {
  /** Default `aws`. */
  partition?: string;
  region?: string;
  account?: string;
  cluster?: string;
  /** Ids of Route 53 zones. */
  hostedZones?: readonly string[];
  buckets?: readonly string[];
  /** ARNs. */
  kmsKeys?: readonly string[];
  /** Names or patterns of Secrets Manager's secrets. */
  secrets?: readonly string[];
  /** Paths of Systems Manager's parameters. */
  parameters?: readonly string[];
  /** Ids of EFS file systems. */
  fileSystems?: readonly string[];
  /** Name of an SQS queue. */
  queue?: string;
  /** Names or ARNs of roles that are handed on: those of nodes. */
  nodeRoles?: readonly string[];
}

/** Members of the scope that hold names of things. */
export type ScopeName = Exclude<keyof PolicyScope, "partition">;

export type ConditionValues = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** Makes ARNs in a scope; every part that isn't known becomes `*`. */
export interface Arns {
  /** `arn("ec2", "volume/*")` */
  of(service: string, resource: string): string;
  /** Without region: IAM. */
  global(service: string, resource: string): string;
  /** Without region and account: S3, Route 53. */
  bare(service: string, resource: string): string;
  cluster: string;
}

/** A group of calls that are needed for the same reason. */
export interface WorkloadStatement {
  sid: string;
  /** Which feature makes which calls: shown beside the statement. */
  reason: string;
  actions: readonly string[];
  /** Default `*`: the actions know no resources, or nothing narrower makes sense. */
  resources?: (scope: PolicyScope, arns: Arns) => readonly string[];
  condition?: (scope: PolicyScope, arns: Arns) => ConditionValues;
  /** Left out unless this holds. */
  when?: (scope: PolicyScope) => boolean;
}

/** A well-known workload. */
export interface WorkloadDefinition {
  /** As on the command line: `external-dns`. */
  name: string;
  title: string;
  /** Where its service account usually is. */
  namespace: string;
  serviceAccount: string;
  /** What narrows its policy. */
  narrowedBy: readonly ScopeName[];
  /** Without which there is no policy. */
  needs?: readonly ScopeName[];
  statements: readonly WorkloadStatement[];
}

/** Declares a workload. */
export function defineWorkload(definition: WorkloadDefinition): WorkloadDefinition {
  return Object.freeze(definition);
}

/** `DescribeVpcs DescribeSubnets` of `ec2` as actions. */
export function actionsOf(service: string, names: string): readonly string[] {
  return names.split(" ").map((name) => `${service}:${name}`);
}
