// Service accounts and what they are annotated with: from the informer, and straight from the API server for those that
// are so new that it hasn't heard of them. A pod that is let pass without its role can't be mended later.
import type { Annotations } from "../../identity/index.ts";
import type { Kube, KubeObject } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import type { Informer, Logger, Metrics } from "../frame/index.ts";

export interface AccountsOptions {
  informer: Informer;
  kube: Pick<Kube, "find">;
  /** Milliseconds that a pod waits at most; 0 doesn't ask. */
  patience: number;
  log: Logger;
  metrics: Metrics;
}

export interface Accounts {
  /** Annotations of a service account; undefined when nobody knows it. */
  annotations(namespace: string, name: string): Promise<Annotations | undefined>;
}

/** More look-ups than these at once are somebody's attempt to wear the API server out: their pods pass as they are. */
const mostLookups = 50;

/** The part of a service account that is kept. */
export function slimAccount({ metadata }: KubeObject): object {
  const names = /\/(role-arn|audience|sts-regional-endpoints|token-expiration)$/;
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => names.test(key));
  const { name, namespace, uid, resourceVersion } = metadata;
  return { metadata: { name, namespace, uid, resourceVersion, annotations: Object.fromEntries(annotations) } };
}

/** Opens the look-up. */
export function openAccounts({ informer, kube, patience, log, metrics }: AccountsOptions): Accounts {
  const waiting = new Map<string, Promise<Annotations | undefined>>();
  const missing = metrics.counter(
    "pod_identity_webhook_missing_sa_count",
    "Pods whose service account nobody knew: they got no role.",
  );

  const ask = async (namespace: string, name: string): Promise<Annotations | undefined> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), patience)));
    try {
      const found = await Promise.race([kube.find(resources.serviceAccounts, { namespace, name }), late]);
      // In the meantime the informer may have heard of it.
      return (found ?? informer.get(namespace, name))?.metadata.annotations ?? (found ? {} : undefined);
    } catch (error) {
      log.warn("a service account can't be looked up", { namespace, name, error });
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    async annotations(namespace, name) {
      const known = informer.get(namespace, name);
      if (known) return known.metadata.annotations ?? {};
      const key = `${namespace}/${name}`;
      let asked = waiting.get(key);
      if (!asked && patience > 0 && waiting.size < mostLookups) {
        asked = ask(namespace, name).finally(() => waiting.delete(key));
        waiting.set(key, asked);
      }
      const found = await asked;
      if (found === undefined) missing.inc();
      return found;
    },
  };
}
