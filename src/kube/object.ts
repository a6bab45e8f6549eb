// Kubernetes objects as far as every kind is alike.

/** `metadata` of any object. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
  finalizers?: string[];
}

/** Any object. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** A kind as the server serves it. */
export interface Resource {
  /** `` for the core group. */
  group: string;
  version: string;
  /** `deployments`. */
  plural: string;
  kind: string;
  namespaced: boolean;
}

/** `v1`, `apps/v1`. */
export const apiVersionOf = ({ group, version }: Pick<Resource, "group" | "version">): string =>
  group === "" ? version : `${group}/${version}`;

/** `deployments.apps shop/web`, for people. */
export function describeObject(resource: Resource, name: string, namespace?: string): string {
  const full = resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
  return `${full} ${namespace ? `${namespace}/` : ""}${name}`;
}

/**
 * Path of a collection, or of one object of it.
 *
 * @example resourcePath(pods, { namespace: "shop", name: "web-1", subresource: "eviction" })
 */
export function resourcePath(
  resource: Resource,
  at: { namespace?: string; name?: string; subresource?: string } = {},
): string {
  const root = resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const parts = [
    ...(resource.namespaced && at.namespace ? ["namespaces", at.namespace] : []),
    resource.plural,
    ...(at.name === undefined ? [] : [at.name]),
    ...(at.subresource === undefined ? [] : [at.subresource]),
  ];
  return [root, ...parts.map(encodeURIComponent)].join("/");
}
