// Pods as far as a kubelet looks at them to start a container: variables, volumes, mounts.
import type { KubeObject } from "../kube/client.ts";

export interface KeyRef {
  name?: string;
  key: string;
  optional?: boolean;
}

export interface Variable {
  name: string;
  value?: string;
  valueFrom?: {
    fieldRef?: { fieldPath: string };
    resourceFieldRef?: { containerName?: string; resource: string; divisor?: string };
    configMapKeyRef?: KeyRef;
    secretKeyRef?: KeyRef;
  };
}

export interface VariableSource {
  prefix?: string;
  configMapRef?: { name?: string; optional?: boolean };
  secretRef?: { name?: string; optional?: boolean };
}

export interface Mount {
  name: string;
  mountPath: string;
  subPath?: string;
}

interface FileItem {
  key: string;
  path: string;
}

export interface DownwardItem {
  path: string;
  fieldRef?: { fieldPath: string };
  resourceFieldRef?: { containerName?: string; resource: string };
}

export interface TokenSource {
  audience?: string;
  expirationSeconds?: number;
  path: string;
}

/** Where the files of a volume come from; one of these. */
export interface FileSource {
  serviceAccountToken?: TokenSource;
  configMap?: { name?: string; items?: readonly FileItem[]; optional?: boolean };
  secret?: { name?: string; secretName?: string; items?: readonly FileItem[]; optional?: boolean };
  downwardAPI?: { items?: readonly DownwardItem[] };
}

export interface Volume extends Omit<FileSource, "serviceAccountToken"> {
  name: string;
  projected?: { sources?: readonly FileSource[] };
  emptyDir?: object;
}

export interface Container {
  name: string;
  env?: readonly Variable[];
  envFrom?: readonly VariableSource[];
  volumeMounts?: readonly Mount[];
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
}

export interface ExecPod extends KubeObject {
  spec: {
    nodeName?: string;
    serviceAccountName?: string;
    hostNetwork?: boolean;
    containers: readonly Container[];
    initContainers?: readonly Container[];
    volumes?: readonly Volume[];
  };
  status?: {
    phase?: string;
    podIP?: string;
    podIPs?: readonly { ip: string }[];
    hostIP?: string;
    hostIPs?: readonly { ip: string }[];
  };
}

/** Lines of `key="value"`, as the downward API writes labels. */
const mapText = (map: Readonly<Record<string, string>> = {}): string =>
  Object.entries(map)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");

const fields: Readonly<Record<string, (pod: ExecPod) => string>> = {
  "metadata.name": ({ metadata }) => metadata.name,
  "metadata.namespace": ({ metadata }) => metadata.namespace ?? "",
  "metadata.uid": ({ metadata }) => metadata.uid ?? "",
  "metadata.labels": ({ metadata }) => mapText(metadata.labels),
  "metadata.annotations": ({ metadata }) => mapText(metadata.annotations),
  "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
  "spec.serviceAccountName": ({ spec }) => spec.serviceAccountName ?? "",
  "status.hostIP": ({ status }) => status?.hostIP ?? "",
  "status.hostIPs": ({ status }) => (status?.hostIPs ?? []).map(({ ip }) => ip).join(","),
  "status.podIP": ({ status }) => status?.podIP ?? "",
  "status.podIPs": ({ status }) => (status?.podIPs ?? []).map(({ ip }) => ip).join(","),
};

/** What the downward API says of a pod; empty for what it doesn't know. */
export function fieldOf(pod: ExecPod, path: string): string {
  const [, kind, key = ""] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path) ?? [];
  if (kind === "labels") return pod.metadata.labels?.[key] ?? "";
  if (kind === "annotations") return pod.metadata.annotations?.[key] ?? "";
  return Object.hasOwn(fields, path) ? (fields[path]?.(pod) ?? "") : "";
}

const suffixes: Readonly<Record<string, number>> = {
  m: 0.001,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A resource's amount in whole units, rounded up, as the downward API gives it; `0` where the container sets none. */
export function resourceOf(pod: ExecPod, own: Container, ref: { containerName?: string; resource: string }): string {
  const { spec } = pod;
  const named = [...spec.containers, ...(spec.initContainers ?? [])].find(({ name }) => name === ref.containerName);
  const [kind, ...rest] = ref.resource.split(".");
  const amounts = (named ?? own).resources?.[kind as "limits"] ?? {};
  const [, number, suffix = ""] = /^([\d.]+)([a-zA-Z]*)$/.exec(amounts[rest.join(".")] ?? "0") ?? [];
  return String(Math.ceil(Number(number) * (suffixes[suffix] ?? 1)));
}
