// What is asked of the choice of instance types, and what it answers.
import type { Bound } from "../plan/model.ts";
import type { CniSettings } from "../pods/cni.ts";

/** What has to run. */
export interface InstanceQuestion {
  pods: number;
  /** Of one pod. */
  millicores: number;
  memoryMiB: number;
  arch?: "amd64" | "arm64";
  /** Only these types; default: every type that EKS's nodes are usually of. */
  types?: readonly string[];
  cni?: CniSettings;
}

/** A type on which the pods fit. */
export interface FittingType {
  instanceType: string;
  arch: "amd64" | "arm64";
  vcpus: number;
  memoryMiB: number;
  /** Of the pods that were asked about. */
  podsPerNode: number;
  nodes: number;
  binds: Bound;
  /** On demand, us-east-1; null where the table has none. */
  usdPerHour: number | null;
  /** Of all nodes. */
  usdPerHourTotal: number | null;
}

/** Types of one size for a group of spot instances: AWS takes what it has most of. */
export interface SpotGroup {
  arch: "amd64" | "arm64";
  vcpus: number;
  memoryMiB: number;
  /** At most 20, as a managed node group takes them; different families first. */
  instanceTypes: string[];
  /** At least ten types: AWS's advice against interruptions. */
  diversified: boolean;
  /** On the type with the fewest. */
  podsPerNode: number;
  nodes: number;
  binds: Bound;
  /** On demand, of all nodes, of the type whose price is in the middle. Null where the table has no price. */
  usdPerHour: number | null;
  /** On demand, of the dearest of them: spot is below. Null where the table has none. */
  usdPerHourAtMost: number | null;
}
