// A copy of all objects of a kind, kept up to date by list and watch, with look-ups. It survives what a cluster does to its
// clients: watches that end, versions that are too old (410 Gone), lost connections, API servers that start anew, and
// rights that come late.
import { errorMessage, sleep } from "../../base/index.ts";
import type { Kube, KubeObject } from "../../kube/index.ts";
import { isNotFound } from "../../kube/index.ts";
import type { FlagValues } from "./flags.ts";
import { readFlags } from "./flags.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { WatchDefinition } from "./role.ts";

/** What happened to an object. After a list that came again only what differs is told. */
export interface InformerChange<T> {
  type: "ADDED" | "MODIFIED" | "DELETED";
  object: T;
  /** As it was before. */
  previous?: T;
}

/** The copy. Objects are shared: whoever wants to change one makes a new one. */
export interface Informer<T extends KubeObject = KubeObject> {
  /** Undefined when there is none; the namespace of cluster-scoped kinds is `undefined`. */
  get(namespace: string | undefined, name: string): T | undefined;
  all(): IterableIterator<T>;
  /** By one of the indexes of the watch. */
  byIndex(index: string, key: string): readonly T[];
  readonly size: number;
  /** True after the first list. */
  readonly synced: boolean;
  /** Milliseconds since the API server was last heard of; Infinity before the first list. */
  readonly age: number;
  /** Told of every change from now on; what is known already comes first, as ADDED. */
  onChange(hear: (change: InformerChange<T>) => void): void;
  /** Resolves after the first list; rejects when the signal is aborted before. */
  waitForSync(signal?: AbortSignal): Promise<void>;
}

/** `shop/web-1`, or `node-1` without a namespace. */
export const objectKey = ({ metadata }: KubeObject): string =>
  metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;

/** A refusal that was thought final isn't: rights and kinds come while a role runs. */
const firstPause = 1_000;
const longestPause = 30_000;

export interface InformerOptions {
  kube: Kube;
  watch: WatchDefinition;
  /** Namespace of the role, for `own`. */
  namespace: string;
  /** Of the role, for a selector and a `slim` that follow from them. */
  flags?: FlagValues;
  log: Logger;
  metrics: Metrics;
  signal: AbortSignal;
  /** Told when the watch breaks off. */
  onTrouble?: (error: unknown) => void;
}

class Store<T extends KubeObject> {
  readonly objects: Map<string, T> = new Map();
  readonly #indexes: Map<string, { keysOf: (object: T) => readonly string[]; found: Map<string, Map<string, T>> }>;

  constructor(indexes: WatchDefinition["indexes"] = {}) {
    this.#indexes = new Map(
      Object.entries(indexes).map(([name, keysOf]) => [
        name,
        { keysOf: keysOf as (object: KubeObject) => readonly string[], found: new Map() },
      ]),
    );
  }

  put(key: string, object: T): void {
    this.drop(key);
    this.objects.set(key, object);
    for (const { keysOf, found } of this.#indexes.values()) {
      for (const each of keysOf(object)) {
        const bucket = found.get(each) ?? new Map<string, T>();
        bucket.set(key, object);
        found.set(each, bucket);
      }
    }
  }

  drop(key: string): void {
    const before = this.objects.get(key);
    if (!before) return;
    this.objects.delete(key);
    for (const { keysOf, found } of this.#indexes.values()) {
      for (const each of keysOf(before)) {
        const bucket = found.get(each);
        bucket?.delete(key);
        if (bucket?.size === 0) found.delete(each);
      }
    }
  }

  byIndex(index: string, key: string): T[] {
    const at = this.#indexes.get(index);
    if (!at) throw new Error(`there is no index ${index}`);
    return [...(at.found.get(key)?.values() ?? [])];
  }
}

/** Opens an informer; it lists and watches until its signal is aborted. */
export function openInformer<T extends KubeObject>(options: InformerOptions): Informer<T> {
  const { kube, watch, flags = readFlags([], []), signal, log, metrics } = options;
  const store = new Store<T>(watch.indexes);
  const hearers: ((change: InformerChange<T>) => void)[] = [];
  const waiters = new Set<() => void>();
  const slim = (watch.slim ?? ((object: T): T => object)) as (object: T, flags: FlagValues) => T;
  const lists = metrics.counter("lotse_informer_lists_total", "Full lists that informers made.");
  const troubles = metrics.counter("lotse_informer_failures_total", "Lists and watches that failed or broke off.");
  const labels = { watch: watch.name };
  let synced = false;
  let heardAt = -Infinity;

  const tell = (change: InformerChange<T>): void => {
    for (const hear of hearers) {
      try {
        hear(change);
      } catch (error) {
        log.error("a hearer of changes failed", { watch: watch.name, object: objectKey(change.object), error });
      }
    }
  };
  const put = (next: T): void => {
    const key = objectKey(next);
    const previous = store.objects.get(key);
    store.put(key, next);
    if (previous === undefined) return tell({ type: "ADDED", object: next });
    const { uid } = previous.metadata;
    // Deleted and made anew while nobody listened: two objects, not one that changed.
    if (uid !== undefined && next.metadata.uid !== undefined && uid !== next.metadata.uid) {
      tell({ type: "DELETED", object: previous });
      return tell({ type: "ADDED", object: next });
    }
    const { resourceVersion } = previous.metadata;
    if (resourceVersion !== undefined && resourceVersion === next.metadata.resourceVersion) return;
    tell({ type: "MODIFIED", object: next, previous });
  };
  const drop = (key: string): void => {
    const object = store.objects.get(key);
    store.drop(key);
    if (object) tell({ type: "DELETED", object });
  };

  const handler = {
    keep: (object: T): T => slim(object, flags),
    onList(listed: readonly T[]): void {
      lists.inc(labels);
      heardAt = Date.now();
      const there = new Set(listed.map(objectKey));
      for (const key of store.objects.keys()) if (!there.has(key)) drop(key);
      for (const object of listed) put(object);
      synced = true;
      for (const wake of waiters) wake();
      waiters.clear();
    },
    onChange(type: "ADDED" | "MODIFIED" | "DELETED", object: T): void {
      heardAt = Date.now();
      if (type === "DELETED") drop(objectKey(object));
      else put(object);
    },
    onAlive(): void {
      heardAt = Date.now();
    },
    onTrouble(error: unknown): void {
      troubles.inc(labels);
      options.onTrouble?.(error);
      log.warn(`the watch of ${watch.name} broke off; it is taken up again`, { error: errorMessage(error) });
    },
  };

  const { resource, labelSelector } = watch;
  const fieldSelector = typeof watch.fieldSelector === "function" ? watch.fieldSelector(flags) : watch.fieldSelector;
  const namespace = watch.namespace === "own" ? options.namespace : watch.namespace;
  const at = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
  const follow = async (): Promise<void> => {
    for (let pause = firstPause; !signal.aborted; pause = Math.min(pause * 2, longestPause)) {
      const began = Date.now();
      try {
        await kube.watch<T>(resource, at, handler, signal);
      } catch (error) {
        if (signal.aborted) return;
        troubles.inc(labels);
        options.onTrouble?.(error);
        log.warn(`${resource.plural} can't be watched`, { watch: watch.name, error });
        // A kind that isn't installed has no objects; a refusal is another matter.
        if (isNotFound(error) && watch.required === false) handler.onList([]);
      }
      if (Date.now() - began > longestPause) pause = firstPause;
      await sleep(pause * (0.5 + Math.random()), signal).catch(() => undefined);
    }
  };
  void follow();

  return {
    get: (of, name) => store.objects.get(of === undefined ? name : `${of}/${name}`),
    all: () => store.objects.values(),
    byIndex: (index, key) => store.byIndex(index, key),
    get size() {
      return store.objects.size;
    },
    get synced() {
      return synced;
    },
    get age() {
      return Date.now() - heardAt;
    },
    onChange(hear) {
      for (const object of store.objects.values()) hear({ type: "ADDED", object });
      hearers.push(hear);
    },
    waitForSync: (until) =>
      new Promise((resolve, reject) => {
        if (synced) return resolve();
        if (until?.aborted) return reject(until.reason as Error);
        const give = (): void => reject(until?.reason as Error);
        until?.addEventListener("abort", give, { once: true });
        waiters.add(() => {
          until?.removeEventListener("abort", give);
          resolve();
        });
      }),
  };
}
