// What a plan knows of the inside of the cluster. Only facts; `steps/kubernetes/` compares them with the file.
import type { KubeObject } from "../kube/index.ts";
import type { AwsAuthData } from "../identity/index.ts";

/**
 * What is done about the inside of Kubernetes:
 * - `required`: an API server that can't be reached is a failure;
 * - `when-reachable`: its steps stay pending then, and say why;
 * - `never`: it isn't contacted at all.
 */
export type KubernetesMode = "required" | "when-reachable" | "never";

/** A taint of a node, as Kubernetes spells it. */
export interface NodeTaint {
  key: string;
  value?: string;
  effect: string;
}

/** A node as far as groups and their changes go. */
export interface FoundNode {
  name: string;
  ready: boolean;
  labels: Readonly<Record<string, string>>;
  taints: readonly NodeTaint[];
}

export interface FoundServiceAccount {
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

export interface FoundStorageClass {
  name: string;
  isDefault: boolean;
}

/** What exists inside the cluster of what the file asks for. Nothing else is read. */
export interface FoundKubernetes {
  /** Of the namespaces that were asked about, those that exist. */
  namespaces: ReadonlySet<string>;
  /** By `namespace/name`. */
  serviceAccounts: ReadonlyMap<string, FoundServiceAccount>;
  /** `data` of aws-auth; absent when there is no such ConfigMap. */
  awsAuth?: AwsAuthData;
  /** Annotations of the pod template of the Deployment coredns; absent when there is none. */
  corednsAnnotations?: Readonly<Record<string, string>>;
  /** Names of the DaemonSets in kube-system that were asked about. */
  daemonSets: ReadonlySet<string>;
  storageClasses: readonly FoundStorageClass[];
  /** Objects of the roles that the file names, by kind and name. */
  controllers?: ReadonlyMap<string, KubeObject>;
  /** Everything of the roles that are installed, by name of role. */
  installedControllers?: ReadonlyMap<string, readonly KubeObject[]>;
  /** Nodes of the self-managed groups of the file, by group. */
  nodes: ReadonlyMap<string, readonly FoundNode[]>;
}

/** What can be said of the inside of the cluster. */
export type KubernetesView =
  /** There is no cluster yet: everything inside of it will be made. */
  | { state: "to-come" }
  /** Everything that is wanted, and what of it was found. */
  | { state: "read"; found: FoundKubernetes }
  /** The API server doesn't answer; `reason` is its error for people. */
  | { state: "unreachable"; reason: string };
