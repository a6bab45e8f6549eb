// The environment of a container as its processes see it, with what of it can't be told from outside.
import type { Known } from "../explanation.ts";
import { isRead, read, unread } from "../explanation.ts";
import type { ContainerFacts, EnvEntry, EnvironmentSources, PodFacts } from "./world.ts";

/** Looks a variable up. Empty counts as missing, as for every SDK. */
export type Environment = (name: string) => Known<string | undefined>;

const fields: Readonly<Record<string, (pod: PodFacts) => string | undefined>> = {
  "metadata.name": ({ metadata }) => metadata.name,
  "metadata.namespace": ({ metadata }) => metadata.namespace,
  "metadata.uid": ({ metadata }) => metadata.uid,
  "spec.serviceAccountName": ({ spec }) => spec.serviceAccountName,
  "spec.nodeName": ({ spec }) => spec.nodeName,
};

function fieldOf(pod: PodFacts, path: string): Known<string | undefined> {
  const value = fields[path]?.(pod);
  return value === undefined ? unread(`the value of ${path}`) : read(value);
}

function entryValue(entry: EnvEntry, pod: PodFacts, sources: EnvironmentSources): Known<string | undefined> {
  const { valueFrom } = entry;
  if (!valueFrom) return read(entry.value);
  if (valueFrom.fieldRef) return fieldOf(pod, valueFrom.fieldRef.fieldPath);
  const { configMapKeyRef: map, secretKeyRef: secret } = valueFrom;
  if (map) {
    const data = sources.configMaps.get(map.name ?? "") ?? unread(`ConfigMap ${map.name}`);
    return isRead(data) ? read(data.value?.[map.key]) : data;
  }
  if (secret) {
    const keys = sources.secretKeys.get(secret.name ?? "") ?? unread(`Secret ${secret.name}`);
    if (isRead(keys) && keys.value?.includes(secret.key) !== true) return read(undefined);
    return unread(`${entry.name} comes from Secret ${secret.name}, whose values aren't looked at`);
  }
  return unread(`${entry.name} comes from a field of the container`);
}

function fromSources(container: ContainerFacts, name: string, sources: EnvironmentSources): Known<string | undefined> {
  let found: Known<string | undefined> = read(undefined);
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    if (!name.startsWith(prefix)) continue;
    const key = name.slice(prefix.length);
    if (configMapRef) {
      const data = sources.configMaps.get(configMapRef.name ?? "") ?? unread(`ConfigMap ${configMapRef.name}`);
      if (!isRead(data)) found = data;
      else if (data.value && Object.hasOwn(data.value, key)) found = read(data.value[key]);
    }
    if (secretRef) {
      const keys = sources.secretKeys.get(secretRef.name ?? "") ?? unread(`Secret ${secretRef.name}`);
      if (!isRead(keys)) found = keys;
      else if (keys.value?.includes(key)) found = unread(`Secret ${secretRef.name}, whose values aren't looked at`);
    }
  }
  return found;
}

/** `$(NAME)` is the value of a variable that stands before; `$$(NAME)` is itself. */
function expanded(text: string, earlier: (name: string) => Known<string | undefined>): Known<string> {
  let open: string | undefined;
  const made = text.replaceAll(/\$\$|\$\(([A-Za-z_.-][\w.-]*)\)/g, (whole, name?: string) => {
    if (name === undefined) return "$";
    const value = earlier(name);
    if (!isRead(value)) open = value.unread;
    return (isRead(value) ? value.value : undefined) ?? whole;
  });
  return open === undefined ? read(made) : unread(open);
}

/** The environment of a container: later entries win over earlier ones, and all of them over `envFrom`. */
export function environmentOf(container: ContainerFacts, pod: PodFacts, sources: EnvironmentSources): Environment {
  const entries = container.env ?? [];
  const before = (name: string, end: number): Known<string | undefined> => {
    const at = entries.findLastIndex((entry, i) => i < end && entry.name === name);
    const entry = entries[at];
    if (!entry) return fromSources(container, name, sources);
    const value = entryValue(entry, pod, sources);
    if (!isRead(value) || value.value === undefined || entry.valueFrom) return value;
    return expanded(value.value, (inner) => before(inner, at));
  };
  return (name) => {
    const value = before(name, entries.length);
    return isRead(value) && value.value === "" ? read(undefined) : value;
  };
}

/** A token of the service account at a path of the container. */
export interface TokenFile {
  path: string;
  /** Undefined: the API server's own. */
  audience: string | undefined;
}

const unixPath = (path: string): string => path.replace(/^[A-Za-z]:/, "").replaceAll("\\", "/");

/** The projected token that is mounted there; undefined when nothing is, `other` when something else is. */
export function tokenAt(path: string, container: ContainerFacts, pod: PodFacts): TokenFile | "other" | undefined {
  const wanted = unixPath(path);
  const mounts = (container.volumeMounts ?? [])
    .filter(({ mountPath }) => wanted.startsWith(`${unixPath(mountPath).replace(/\/$/, "")}/`))
    .toSorted((a, b) => b.mountPath.length - a.mountPath.length);
  const [mount] = mounts;
  if (!mount) return undefined;
  const rest = wanted.slice(unixPath(mount.mountPath).replace(/\/$/, "").length + 1);
  const volume = pod.spec.volumes?.find(({ name }) => name === mount.name);
  if (!volume?.projected) return "other";
  const token = volume.projected.sources?.find(({ serviceAccountToken }) => serviceAccountToken?.path === rest);
  return token?.serviceAccountToken && { path, audience: token.serviceAccountToken.audience };
}

/** The container that is asked about; undefined when the pod has none of that name. */
export function containerOf({ metadata, spec }: PodFacts, name: string | undefined): ContainerFacts | undefined {
  const usual = name ?? metadata.annotations?.["kubectl.kubernetes.io/default-container"];
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  return all.find((container) => container.name === usual) ?? (name === undefined ? all[0] : undefined);
}
