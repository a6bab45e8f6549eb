// A pod as far as a simulated kubelet reads it.
import type { KubeObject } from "../client.ts";

export interface SecurityContext {
  privileged?: boolean;
}

export interface Container {
  name: string;
  image: string;
  imagePullPolicy?: string;
  restartPolicy?: "Always";
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  readinessProbe?: object;
  securityContext?: SecurityContext;
  ports?: { hostPort?: number; hostIP?: string }[];
}

export interface Volume {
  name: string;
  persistentVolumeClaim?: { claimName: string };
  ephemeral?: object;
  hostPath?: { path: string };
  [source: string]: unknown;
}

export interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: {
    exitCode: number;
    reason: string;
    startedAt: string;
    finishedAt: string;
    containerID?: string;
    message?: string;
  };
}

export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  containerID?: string;
  ready: boolean;
  started: boolean;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
}

export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  /** In a patch, null takes away what was there. */
  reason?: string | null;
  message?: string | null;
  lastTransitionTime?: string;
  observedGeneration?: number;
}

export interface PodStatus {
  phase?: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  observedGeneration?: number;
  podIP?: string;
  podIPs?: { ip: string }[];
  hostIP?: string;
  hostIPs?: { ip: string }[];
  startTime?: string;
  conditions?: Condition[];
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
  reason?: string;
  message?: string;
  qosClass?: string;
}

export interface Pod extends KubeObject {
  spec: {
    nodeName?: string;
    schedulerName?: string;
    serviceAccountName?: string;
    hostNetwork?: boolean;
    hostPID?: boolean;
    hostIPC?: boolean;
    restartPolicy?: "Always" | "OnFailure" | "Never";
    containers: Container[];
    initContainers?: Container[];
    volumes?: Volume[];
    terminationGracePeriodSeconds?: number;
    activeDeadlineSeconds?: number;
    readinessGates?: { conditionType: string }[];
  };
  status?: PodStatus;
}

/** Path of a pod. */
export function podPath({ metadata }: KubeObject): string {
  return `/api/v1/namespaces/${encodeURIComponent(metadata.namespace ?? "default")}/pods/${encodeURIComponent(metadata.name)}`;
}

/** True when nothing of it runs any more. */
export function isOver(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

const slimContainer = ({ name, image, imagePullPolicy, restartPolicy, readinessProbe }: Container): Container => ({
  name,
  image,
  ...(imagePullPolicy ? { imagePullPolicy } : {}),
  ...(restartPolicy ? { restartPolicy } : {}),
  ...(readinessProbe ? { readinessProbe: {} } : {}),
});

/** What is worth keeping of ten thousand pods: no environments, no managed fields, no service account volumes. */
export function slimPod(pod: Pod): Pod {
  const { metadata, spec, status } = pod;
  const { managedFields: _, ...kept } = metadata as Pod["metadata"] & { managedFields?: unknown };
  const volumes = spec.volumes?.filter(({ persistentVolumeClaim, ephemeral, hostPath }) =>
    Boolean(persistentVolumeClaim ?? ephemeral ?? hostPath),
  );
  return {
    metadata: kept,
    spec: {
      ...(spec.nodeName ? { nodeName: spec.nodeName } : {}),
      ...(spec.hostNetwork ? { hostNetwork: true } : {}),
      ...(spec.serviceAccountName ? { serviceAccountName: spec.serviceAccountName } : {}),
      ...(spec.restartPolicy ? { restartPolicy: spec.restartPolicy } : {}),
      containers: spec.containers.map(slimContainer),
      ...(spec.initContainers ? { initContainers: spec.initContainers.map(slimContainer) } : {}),
      ...(volumes?.length ? { volumes } : {}),
      ...(spec.activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds: spec.activeDeadlineSeconds }),
      ...(spec.readinessGates ? { readinessGates: spec.readinessGates } : {}),
    },
    ...(status ? { status } : {}),
  };
}
