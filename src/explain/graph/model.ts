// Who can enter and as whom, and which pods can become which roles, as nodes and edges in layers.

/** What a node stands for. Layers go from left to right in this order. */
export type NodeKind = "principal" | "user" | "group" | "right" | "workload" | "account" | "role";

/** A node; `id` is unique in its graph. */
export interface GraphNode {
  id: string;
  kind: NodeKind;
  label: string;
  /** A second line: a type, a namespace, what is wrong. */
  detail?: string;
  /** Wants attention: administrators, roles that nobody can get, entries that don't count. */
  mark?: "strong" | "broken";
}

/** An edge; the label says by what. */
export interface GraphEdge {
  from: string;
  to: string;
  label?: string;
  /** It is meant, and doesn't work. */
  broken?: boolean;
  /** It would work, and nobody uses it. */
  idle?: boolean;
}

/** One picture: its layers are given by kinds. */
export interface Graph {
  title: string;
  layers: readonly NodeKind[];
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
}

/** Somebody who can enter. */
export interface Entrant {
  principal: string;
  /** `access entry`, `aws-auth mapRoles[0]`, `aws-auth mapAccounts`. */
  by: string;
  type: string;
  username: string;
  groups: readonly string[];
  /** What they may: policies with scope, roles by bindings. */
  rights: readonly { name: string; where: string; by: string; strong: boolean }[];
  /** Why it doesn't work. */
  problem?: string;
}

/** A service account that can become a role. */
export interface PodRole {
  namespace: string;
  serviceAccount: string;
  /** Names of pods, or of what makes them. */
  workloads: readonly string[];
  roleArn: string;
  by: "Pod Identity" | "IRSA" | "node" | "proxy" | "trust alone";
  trusted: "yes" | "no" | "unknown";
  why: string;
}

/** Both halves, as lists. */
export interface AccessOverview {
  cluster: string;
  mode: string;
  people: readonly Entrant[];
  pods: readonly PodRole[];
  /** What couldn't be read. */
  notes: readonly string[];
}
