// The only door to Kubernetes: connection, kinds, server-side apply, list and watch; kubeconfig files.
export type { BearerToken, Connection, KubeTarget } from "./connection.ts";
export { kubeCodes } from "./errors.ts";
export { isNotFound, KubeRefusal } from "./refusals.ts";
export type { Choice, KubeconfigPlaces } from "./kubeconfig/file.ts";
export { chooseKubeconfig, previewKubeconfig, writeKubeconfig } from "./kubeconfig/file.ts";
export type { MergeResult } from "./kubeconfig/merge.ts";
export { mergeKubeconfig } from "./kubeconfig/merge.ts";
export type { ExecPlugin, KubeconfigCluster, KubeconfigEntry, KubeconfigUser } from "./kubeconfig/model.ts";
export type { KubeObject, ObjectMeta, Resource } from "./object.ts";
export { resourcePath } from "./object.ts";
export type { ApplyOptions, DeleteOptions, Kube, ObjectKey } from "./open.ts";
export { fieldManager, openKube } from "./open.ts";
export type { ResourceName } from "./resources.ts";
export { resources } from "./resources.ts";
export type { Selection, WatchHandler } from "./watch.ts";
