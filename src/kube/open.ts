// The door to a cluster: typed calls on kinds, over one connection.
import type { Connection, KubeTarget } from "./connection.ts";
import { openConnection } from "./connection.ts";
import { isNotFound } from "./refusals.ts";
import type { KubeObject, Resource } from "./object.ts";
import { apiVersionOf, describeObject, resourcePath } from "./object.ts";
import type { Selection, WatchHandler } from "./watch.ts";
import { listAll, watchAll } from "./watch.ts";

/** Which object. */
export interface ObjectKey {
  namespace?: string;
  name: string;
}

/** How fields are applied. */
export interface ApplyOptions {
  /** Who owns the fields that are applied; default `lotse`. */
  fieldManager?: string;
  /** Takes fields over from other managers. */
  force?: boolean;
  dryRun?: boolean;
}

/** How an object goes. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: "Foreground" | "Background" | "Orphan";
  /** Only this very object, not one of the same name made since. */
  uid?: string;
}

/** A cluster's API. Every call throws a LotseError of this room's codes. */
export interface Kube {
  readonly server: string;
  version(): Promise<{ gitVersion: string; major: string; minor: string }>;
  get<T extends KubeObject>(resource: Resource, key: ObjectKey): Promise<T>;
  /** Undefined when there is none. */
  find<T extends KubeObject>(resource: Resource, key: ObjectKey): Promise<T | undefined>;
  /** In one namespace or, without, in all; `keep` is what is held of each object, asked page by page. */
  list<T extends KubeObject>(
    resource: Resource,
    at?: { namespace?: string } & Selection,
    keep?: (object: T) => T,
  ): Promise<T[]>;
  create<T extends KubeObject>(resource: Resource, object: T): Promise<T>;
  replace<T extends KubeObject>(resource: Resource, object: T): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource,
    key: ObjectKey,
    kind: "json" | "merge" | "strategic",
    body: object,
  ): Promise<T>;
  /** Server-side apply: makes the object, or changes the fields that are given. */
  apply<T extends KubeObject>(resource: Resource, object: T, options?: ApplyOptions): Promise<T>;
  /** False when it was gone already. */
  delete(resource: Resource, key: ObjectKey, options?: DeleteOptions): Promise<boolean>;
  /** A subresource that takes a body: `eviction`, `token`, `status`. */
  post<T>(resource: Resource, key: ObjectKey, subresource: string, body: object): Promise<T>;
  watch<T extends KubeObject>(
    resource: Resource,
    at: { namespace?: string } & Selection,
    handler: WatchHandler<T>,
    signal: AbortSignal,
  ): Promise<void>;
  /** For what has no kind: `/readyz`, discovery, reviews. */
  readonly connection: Connection;
  close(): void;
}

/** Field manager of what lotse applies. */
export const fieldManager = "lotse";

/** Opens the door; nothing is sent yet. */
export function openKube(target: KubeTarget): Kube {
  const connection = openConnection(target);
  const { send } = connection;
  const get = async <T extends KubeObject>(resource: Resource, key: ObjectKey): Promise<T> =>
    send<T>({
      method: "GET",
      path: resourcePath(resource, key),
      what: `get ${describeObject(resource, key.name, key.namespace)}`,
    });
  const keyOf = ({ metadata }: KubeObject): ObjectKey => ({
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  });
  const say = (verb: string, resource: Resource, key: ObjectKey): string =>
    `${verb} ${describeObject(resource, key.name, key.namespace)}`;
  return {
    server: connection.server,
    connection,
    version: async () => send({ method: "GET", path: "/version", what: "get version" }),
    get,
    async find(resource, key) {
      try {
        return await get(resource, key);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async list(resource, { namespace, ...selection } = {}, keep?) {
      const path = resourcePath(resource, namespace === undefined ? {} : { namespace });
      return (await listAll(connection, path, selection, `list ${resource.plural}`, keep)).items;
    },
    create: async (resource, object) => {
      const { namespace } = object.metadata;
      return send({
        method: "POST",
        path: resourcePath(resource, namespace === undefined ? {} : { namespace }),
        query: { fieldManager },
        body: object,
        what: say("create", resource, keyOf(object)),
      });
    },
    replace: async (resource, object) =>
      send({
        method: "PUT",
        path: resourcePath(resource, keyOf(object)),
        query: { fieldManager },
        body: object,
        what: say("update", resource, keyOf(object)),
      }),
    patch: async (resource, key, kind, body) =>
      send({
        method: "PATCH",
        path: resourcePath(resource, key),
        query: { fieldManager },
        patch: kind,
        body,
        what: say("patch", resource, key),
      }),
    apply: async (resource, object, options = {}) =>
      send({
        method: "PATCH",
        path: resourcePath(resource, keyOf(object)),
        query: {
          fieldManager: options.fieldManager ?? fieldManager,
          force: options.force ? "true" : undefined,
          dryRun: options.dryRun ? "All" : undefined,
        },
        patch: "apply",
        body: { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind },
        what: say("apply", resource, keyOf(object)),
      }),
    async delete(resource, key, options = {}) {
      const { uid, ...rest } = options;
      const body = { apiVersion: "v1", kind: "DeleteOptions", ...rest, ...(uid ? { preconditions: { uid } } : {}) };
      try {
        await send({ method: "DELETE", path: resourcePath(resource, key), body, what: say("delete", resource, key) });
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },
    post: async (resource, key, subresource, body) =>
      send({
        method: "POST",
        path: resourcePath(resource, { ...key, subresource }),
        body,
        what: say(`${subresource} of`, resource, key),
      }),
    watch: async (resource, { namespace, ...selection }, handler, signal) =>
      watchAll(
        connection,
        resourcePath(resource, namespace === undefined ? {} : { namespace }),
        selection,
        handler,
        signal,
      ),
    close: () => connection.close(),
  };
}
