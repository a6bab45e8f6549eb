// A pod as far as a simulated kubelet reads it.
import type { KubeObject } from "../client.ts";

export interface Container {
  name: string;
  image: string;
  restartPolicy?: "Always";
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  readinessProbe?: object;
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
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  observedGeneration?: number;
}

export interface PodStatus {
  phase?: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  podIP?: string;
  podIPs?: { ip: string }[];
  hostIP?: string;
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
    hostNetwork?: boolean;
    restartPolicy?: "Always" | "OnFailure" | "Never";
    containers: Container[];
    initContainers?: Container[];
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
