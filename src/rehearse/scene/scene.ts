// What is on the cluster, followed by watches: a rehearsal looks here instead of asking again and again.
import type { Kube, KubeObject } from "../../kube/index.ts";
import type { KubeEvent, SceneKinds } from "./objects.ts";
import { sceneResources } from "./objects.ts";

/** Hears of every change, for the timeline. */
export type SceneListener = <Kind extends keyof SceneKinds>(
  kind: Kind,
  object: SceneKinds[Kind],
  gone: boolean,
) => void;

/** The objects of a cluster as they are now. */
export interface Scene {
  all<Kind extends keyof SceneKinds>(kind: Kind): SceneKinds[Kind][];
  find<Kind extends keyof SceneKinds>(
    kind: Kind,
    namespace: string | undefined,
    name: string,
  ): SceneKinds[Kind] | undefined;
  /** Warnings about an object, newest first. */
  warnings(about: { kind: string; namespace?: string; name: string }): KubeEvent[];
  /** Wall time of the last change of anything but events. */
  readonly changedAt: number;
  /** Why a watch ended for good, if one did. */
  readonly trouble: unknown;
  close(): void;
}

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`;
const aboutKey = ({ kind, namespace, name }: { kind: string; namespace?: string; name: string }): string =>
  `${kind} ${keyOf(namespace, name)}`;

/** Renewals of heartbeats are no news. */
const noNews = new Set(["resourceVersion", "managedFields", "lastHeartbeatTime"]);
const textOf = (object: KubeObject): string =>
  JSON.stringify(object, (name, value: unknown) => (noNews.has(name) ? undefined : value));

/**
 * Begins to follow, and returns when everything was listed once.
 *
 * @throws LotseError when the cluster refuses, or the signal's reason
 */
export async function openScene(kube: Kube, listener: SceneListener, signal: AbortSignal): Promise<Scene> {
  const stop = new AbortController();
  const ends = AbortSignal.any([stop.signal, signal]);
  const objects = new Map<keyof SceneKinds, Map<string, KubeObject>>();
  const warnings = new Map<string, Map<string, KubeEvent>>();
  let changedAt = Date.now();
  let trouble: unknown;

  const hearEvent = (event: KubeEvent): void => {
    if (event.type !== "Warning") return;
    const key = aboutKey(event.involvedObject);
    const known = warnings.get(key) ?? new Map<string, KubeEvent>();
    // The newest last.
    known.delete(event.metadata.name);
    warnings.set(key, known.set(event.metadata.name, event));
  };

  const follow = <Kind extends keyof SceneKinds>(kind: Kind): Promise<void> =>
    new Promise((resolve, reject) => {
      const known = new Map<string, KubeObject>();
      objects.set(kind, known);
      const put = (object: SceneKinds[Kind]): void => {
        const key = keyOf(object.metadata.namespace, object.metadata.name);
        const before = known.get(key);
        if (!before || textOf(before) !== textOf(object)) changedAt = Date.now();
        known.set(key, object);
        listener(kind, object, false);
      };
      const drop = (key: string, object: SceneKinds[Kind]): void => {
        changedAt = Date.now();
        known.delete(key);
        listener(kind, object, true);
      };
      const handler = {
        onList: (listed: readonly SceneKinds[Kind][]): void => {
          const seen = new Set(listed.map(({ metadata }) => keyOf(metadata.namespace, metadata.name)));
          for (const [key, object] of known) if (!seen.has(key)) drop(key, object as SceneKinds[Kind]);
          for (const object of listed) put(object);
          resolve();
        },
        onChange: (type: "ADDED" | "MODIFIED" | "DELETED", object: SceneKinds[Kind]): void => {
          if (type === "DELETED") drop(keyOf(object.metadata.namespace, object.metadata.name), object);
          else put(object);
        },
      };
      const events = {
        onList: (listed: readonly KubeEvent[]): void => {
          for (const event of listed) hearEvent(event);
          resolve();
        },
        onChange: (type: string, event: KubeEvent): void => {
          if (type !== "DELETED") hearEvent(event);
        },
      };
      const watching =
        kind === "events"
          ? kube.watch<KubeEvent>(sceneResources[kind], {}, events, ends)
          : kube.watch<SceneKinds[Kind]>(sceneResources[kind], {}, handler, ends);
      const fail = (error: unknown): void => {
        trouble ??= error;
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      // A watch ends by itself when it is told to.
      watching.then(() => fail(signal.reason ?? new Error("the scene is closed")), fail);
    });

  const kinds = Object.keys(sceneResources) as (keyof SceneKinds)[];
  try {
    await Promise.all(kinds.map((kind) => follow(kind)));
  } catch (error) {
    stop.abort();
    throw error;
  }
  return {
    all: <Kind extends keyof SceneKinds>(kind: Kind) => [...(objects.get(kind)?.values() ?? [])] as SceneKinds[Kind][],
    find: <Kind extends keyof SceneKinds>(kind: Kind, namespace: string | undefined, name: string) =>
      objects.get(kind)?.get(keyOf(namespace, name)) as SceneKinds[Kind] | undefined,
    warnings: (about) => [...(warnings.get(aboutKey(about))?.values() ?? [])].toReversed(),
    get changedAt() {
      return changedAt;
    },
    get trouble() {
      return trouble;
    },
    close: () => stop.abort(),
  };
}
