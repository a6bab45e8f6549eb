// What is asked of a capacity plan, and what it answers.
import type { SourceLocation } from "../../base/index.ts";
import type { InstanceTypeFacts } from "../../facts/index.ts";
import type { CniSettings } from "../pods/cni.ts";
import type { PodMode } from "../pods/max-pods.ts";
import type { Need } from "../subnet/arithmetic.ts";

/** What a file doesn't say. */
export interface CapacityQuestion {
  /** Pods with an address of their own; without, nodes are full at their maximum. */
  pods?: number;
  /** Pods a minute that end, over the whole cluster. */
  churnPerMinute?: number;
  /** Nodes that a group has more of while it is upgraded; `all`: blue/green. Default: what EKS does. */
  surge?: number | "all";
  /** Load balancers with an address or more in every subnet; default 1. */
  loadBalancers?: number;
  /** What a pod requests: without, only addresses bound a node's pods. */
  pod?: { millicores: number; memoryMiB: number };
  /** Settings of the CNI over those of the file. */
  cni?: CniSettings;
  /** Where types are looked up; default: the table. */
  typeNamed?: (name: string) => Readonly<InstanceTypeFacts> | undefined;
  /** Blocks of subnets that the file names by id alone, where somebody has looked. */
  blockOfSubnet?: (id: string) => string | undefined;
  /** Addresses of a subnet that neither the cluster nor its load balancers hold: databases, functions. */
  heldByOthers?: (subnet: string) => number;
}

/** A subnet of the cluster. */
export interface ClusterSubnet {
  /** `private eu-central-1a`, or its name in the file. */
  name: string;
  zone: string;
  /** `pods`: of an ENIConfig, with custom networking. */
  topology: "public" | "private" | "pods";
  /** Absent where the file names a subnet by its id alone. */
  cidr?: string;
}

/** What bounds the pods of a node. */
export type Bound = "addresses" | "recommendation" | "maxPodsPerNode" | "cpu" | "memory";

/** A node group as the arithmetic sees it. */
export interface PlannedGroup {
  name: string;
  instanceTypes: string[];
  mode: PodMode;
  /** Of the type with the fewest. */
  limit: number;
  recommended: number;
  podsPerNode: number;
  binds: Bound;
  nodes: { rest: number; maximum: number; surge: number };
  /** Addresses of one node: with the pods that every node has, and full. */
  addressesPerNode: { idle: number; full: number };
  /** Names of its subnets. */
  subnets: string[];
}

/** What a subnet has to hold, in addresses. */
export interface SubnetNeeds {
  /** Nodes as they are wanted now, with the pods asked about, or with the system's alone. */
  rest: number;
  /** Every group at its largest, every node full. */
  maximum: number;
  /** The same while the largest group is replaced node by node. */
  rollingUpgrade: number;
  /** What EKS wants free when the control plane is upgraded, its own interfaces included. */
  controlPlane: number;
  loadBalancers: number;
  /** Interface endpoints of a private cluster. */
  endpoints: number;
  nat: number;
  /** What others than the cluster hold of the subnet, where somebody has looked. */
  others: number;
  /** Addresses that rest after their pods have ended. */
  churn: number;
  /** The most of the first three and all the others. */
  total: number;
}

/** A subnet, what it has to hold, and whether it does. */
export interface PlannedSubnet extends ClusterSubnet {
  /** Absent where the size isn't known. */
  usable?: number;
  wholePrefixes?: number;
  needs: SubnetNeeds;
  /** Blocks of 16 in the total. */
  prefixes: number;
  verdict: "fits" | "tight" | "too small" | "unknown";
  /** The smallest subnet that holds the total, `24` for a /24; null when not even a /16 does. */
  smallestPrefix: number | null;
  /** Pods a minute that may end and begin anew in what is spare; absent where the size isn't known. */
  podsPerMinute?: number;
}

/** Something worth knowing beside the numbers. */
export interface CapacityNote {
  code: string;
  text: string;
  at?: SourceLocation;
}

/** Whether a cluster's subnets hold what its file asks for. */
export interface CapacityPlan {
  cluster: string;
  region: string;
  /** Of which date the limits of instance types are. */
  asOf: string;
  /** Pods that all groups hold at their largest. */
  pods: number;
  groups: PlannedGroup[];
  subnets: PlannedSubnet[];
  fits: boolean;
  /** Prefix that every one of the cluster's own subnets needs at least; null when no size will do. */
  smallestPrefix: number | null;
  /** The file's `vpc`, as it is where it fits and enlarged where not; null for a VPC that exists, and where none is large enough. */
  vpc: string | null;
  notes: CapacityNote[];
}

/** Needs of a subnet before they are added up. */
export interface RawNeeds {
  rest: Need;
  maximum: Need;
  rolling: Need;
}
