// Kubernetes behind emulated EKS clusters.
export type { ClusterKey } from "./cluster-key.ts";
export type { KubernetesMode } from "./host.ts";
export { controlPlaneMemory, KubernetesHost } from "./host.ts";
export type { ClusterStatus } from "./live-cluster.ts";
export type { KubernetesOptions } from "./open.ts";
export { openKubernetes } from "./open.ts";
