// Kinds that lotse itself reads and writes; everything else is found by discovery.
import type { Resource } from "./object.ts";

const core = (plural: string, kind: string, namespaced = true): Resource => ({
  group: "",
  version: "v1",
  plural,
  kind,
  namespaced,
});
const grouped = (group: string, version: string, plural: string, kind: string, namespaced = true): Resource => ({
  group,
  version,
  plural,
  kind,
  namespaced,
});

/** Names of {@link resources}. */
export type ResourceName =
  | "namespaces"
  | "nodes"
  | "pods"
  | "configMaps"
  | "serviceAccounts"
  | "services"
  | "events"
  | "persistentVolumeClaims"
  | "persistentVolumes"
  | "deployments"
  | "daemonSets"
  | "statefulSets"
  | "jobs"
  | "disruptionBudgets"
  | "storageClasses"
  | "secrets"
  | "roles"
  | "clusterRoles"
  | "roleBindings"
  | "clusterRoleBindings";

/** By the name people give them. */
export const resources: Readonly<Record<ResourceName, Resource>> = {
  namespaces: core("namespaces", "Namespace", false),
  nodes: core("nodes", "Node", false),
  pods: core("pods", "Pod"),
  configMaps: core("configmaps", "ConfigMap"),
  serviceAccounts: core("serviceaccounts", "ServiceAccount"),
  services: core("services", "Service"),
  events: core("events", "Event"),
  persistentVolumeClaims: core("persistentvolumeclaims", "PersistentVolumeClaim"),
  persistentVolumes: core("persistentvolumes", "PersistentVolume", false),
  deployments: grouped("apps", "v1", "deployments", "Deployment"),
  daemonSets: grouped("apps", "v1", "daemonsets", "DaemonSet"),
  statefulSets: grouped("apps", "v1", "statefulsets", "StatefulSet"),
  jobs: grouped("batch", "v1", "jobs", "Job"),
  disruptionBudgets: grouped("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"),
  storageClasses: grouped("storage.k8s.io", "v1", "storageclasses", "StorageClass", false),
  secrets: core("secrets", "Secret"),
  roles: grouped("rbac.authorization.k8s.io", "v1", "roles", "Role"),
  clusterRoles: grouped("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false),
  roleBindings: grouped("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"),
  clusterRoleBindings: grouped("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false),
};
