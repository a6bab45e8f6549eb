// Roles from elsewhere than annotations: a file and a ConfigMap. What can't be read leaves what was read before.
import type { ServiceAccountIdentity } from "../../identity/index.ts";
import { readContainerIdentities, readIdentityConfig } from "../../identity/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import type { Informer, Logger } from "../frame/index.ts";
import { watchFile } from "../frame/index.ts";

export interface Lists {
  /** Service accounts that ask the agent, `NAMESPACE/NAME`. */
  containerIdentities(): ReadonlySet<string>;
  config(): ReadonlyMap<string, ServiceAccountIdentity>;
}

export interface ListsOptions {
  /** Path of the file; undefined: there is none. */
  file: string | undefined;
  /** Of the ConfigMap; undefined: it isn't looked at. */
  informer: Informer | undefined;
  log: Logger;
  signal: AbortSignal;
}

export const configMapName = "pod-identity-webhook";

/** Opens the lists. */
export function openLists({ file, informer, log, signal }: ListsOptions): Lists {
  let identities: ReadonlySet<string> = new Set();
  let config: ReadonlyMap<string, ServiceAccountIdentity> = new Map();
  const read = (what: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      log.error(`${what} can't be read; what was read before counts`, { error });
    }
  };
  if (file !== undefined)
    watchFile(file, signal, (text) => read(file, () => (identities = readContainerIdentities(text))));
  informer?.onChange(({ type, object }) => {
    if (object.metadata.name !== configMapName) return;
    const { data } = object as KubeObject & { data?: Record<string, string> };
    const text = type === "DELETED" ? "" : (data?.["config"] ?? "");
    read(`ConfigMap ${configMapName}`, () => (config = readIdentityConfig(text)));
  });
  return { containerIdentities: () => identities, config: () => config };
}
