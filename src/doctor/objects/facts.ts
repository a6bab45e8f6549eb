// Kubernetes objects as a source of facts: of a living cluster, read list by list when asked for; or of manifests.
import type { SourceLocation } from "../../base/index.ts";
import { errorMessage, isLotseError } from "../../base/index.ts";
import type { Kube, KubeObject } from "../../kube/index.ts";
import { isNotFound } from "../../kube/index.ts";
import { Unread } from "../unread.ts";
import type { AnyObject, KindName, Kinds } from "./kinds.ts";
import { kindTable } from "./kinds.ts";

/** Objects, by kind. */
export interface ObjectFacts {
  /** All of a kind, in all namespaces; none where the server doesn't serve the kind. @throws Unread */
  list<K extends KindName>(kind: K): Promise<readonly Kinds[K][]>;
  /** Every object that was written down, whatever its kind and version; of a living cluster none. */
  written(): readonly AnyObject[];
  /** Where an object, or a field of it, stands in a file; undefined for a living cluster's. */
  at(object: AnyObject, path?: string): SourceLocation | undefined;
  /** Version of the API server, `1.34`; undefined for manifests. @throws Unread */
  version(): Promise<string | undefined>;
}

/** An object that a person wrote down, and where each field stands. */
export interface WrittenObject {
  object: KubeObject;
  at: SourceLocation;
  lineOf(path: string): number;
}

/** Objects of manifests. */
export function manifestFacts(manifests: readonly WrittenObject[]): ObjectFacts {
  const places = new Map<unknown, WrittenObject>(manifests.map((each) => [each.object, each]));
  const objects = manifests.map(({ object }) => object as unknown as AnyObject);
  return {
    list: async <K extends KindName>(name: K) => {
      const [group, , , kind] = kindTable[name];
      const ofGroup = ({ apiVersion }: AnyObject): boolean =>
        (apiVersion.includes("/") ? apiVersion.split("/")[0] : "") === group;
      return objects.filter((object) => object.kind === kind && ofGroup(object)) as Kinds[K][];
    },
    written: () => objects,
    at: (object, path) => {
      const place = places.get(object);
      return place && { ...place.at, ...(path === undefined ? {} : { line: place.lineOf(path), path }) };
    },
    version: async () => undefined,
  };
}

/** A question that is asked once, however many want to know. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return async () => (asked ??= ask());
}

/** Objects of a living cluster. Lists come in pages, several kinds at a time. Values of secrets are forgotten at once. */
export function livingFacts(kube: Pick<Kube, "list" | "version">): ObjectFacts {
  const told = async <T>(what: string, ask: () => Promise<T>, missing: T): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      if (isNotFound(error)) return missing;
      if (!isLotseError(error)) throw error;
      throw new Unread(`${what} can't be read: ${errorMessage(error).slice(0, 200)}`);
    }
  };
  const lists = new Map<KindName, () => Promise<readonly unknown[]>>(
    (Object.keys(kindTable) as KindName[]).map((name) => {
      const [group, version, plural, kind, clusterWide] = kindTable[name];
      const resource = { group, version, plural, kind, namespaced: clusterWide !== true };
      const apiVersion = group === "" ? version : `${group}/${version}`;
      const ask = async (): Promise<readonly unknown[]> => {
        return kube.list<KubeObject>(resource, {}, (object) => slim({ ...object, apiVersion, kind }));
      };
      return [name, once(async () => told(plural, ask, []))];
    }),
  );
  const version = once(async () =>
    told("the server's version", async () => /^v?(\d+\.\d+)/.exec((await kube.version()).gitVersion)?.[1], undefined),
  );
  return {
    list: async <K extends KindName>(kind: K) => (await lists.get(kind)?.()) as readonly Kinds[K][],
    written: () => [],
    at: () => undefined,
    version,
  };
}

/** An object without what no check reads and memory would be spent on: values of secrets, fields of managers, old manifests. */
function slim(object: KubeObject): KubeObject {
  const { managedFields, ...metadata } = object.metadata as KubeObject["metadata"] & {
    managedFields?: { manager?: string; apiVersion?: string; operation?: string }[];
  };
  const { data, ...rest } = object as KubeObject & { data?: unknown };
  const managers = managedFields?.map(({ manager, apiVersion, operation }) => ({ manager, apiVersion, operation }));
  return {
    ...rest,
    ...(object.kind === "Secret" || data === undefined ? {} : { data }),
    metadata: { ...metadata, ...(managers ? { managedFields: managers } : {}) },
  };
}
