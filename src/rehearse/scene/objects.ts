// Kubernetes objects as far as a rehearsal looks at them.
import type { KubeObject, Resource } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

/** A node, as far as a rehearsal looks at it. */
export interface Node extends KubeObject {
  spec?: { providerID?: string; taints?: Taint[]; unschedulable?: boolean };
  status?: {
    conditions?: Condition[];
    capacity?: Record<string, string>;
    allocatable?: Record<string, string>;
    nodeInfo?: { kubeletVersion?: string };
  };
}

interface ContainerSpec {
  name: string;
  image?: string;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

interface StateDetail {
  reason?: string;
  message?: string;
  exitCode?: number;
}

export interface ContainerStatus {
  name: string;
  ready: boolean;
  restartCount: number;
  state?: { waiting?: StateDetail; running?: object; terminated?: StateDetail };
  lastState?: { terminated?: StateDetail };
}

interface NodeSelectorTerm {
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** A pod, as far as a rehearsal looks at it. */
export interface Pod extends KubeObject {
  spec: {
    nodeName?: string;
    schedulerName?: string;
    nodeSelector?: Record<string, string>;
    affinity?: {
      nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] } };
    };
    tolerations?: { key?: string; operator?: string; value?: string; effect?: string }[];
    containers: ContainerSpec[];
    initContainers?: (ContainerSpec & { restartPolicy?: string })[];
    overhead?: Record<string, string>;
    volumes?: { name: string; persistentVolumeClaim?: { claimName: string } }[];
    hostNetwork?: boolean;
  };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    podIP?: string;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

export interface Claim extends KubeObject {
  spec: { storageClassName?: string; volumeName?: string; resources?: { requests?: Record<string, string> } };
  status?: { phase?: string };
}

export interface Budget extends KubeObject {
  spec: { minAvailable?: number | string; maxUnavailable?: number | string };
  status?: { disruptionsAllowed?: number; currentHealthy?: number; desiredHealthy?: number; expectedPods?: number };
}

export interface KubeEvent extends KubeObject {
  type: string;
  reason?: string;
  message?: string;
  count?: number;
  lastTimestamp?: string;
  involvedObject: { kind: string; namespace?: string; name: string; uid?: string };
}

/** Deployments, StatefulSets, DaemonSets, ReplicaSets and Jobs, whose status has much in common. */
export interface Workload extends KubeObject {
  spec: {
    replicas?: number;
    paused?: boolean;
    suspend?: boolean;
    completions?: number;
    parallelism?: number;
    updateStrategy?: { type?: string };
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    readyReplicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    currentRevision?: string;
    updateRevision?: string;
    desiredNumberScheduled?: number;
    numberReady?: number;
    succeeded?: number;
    failed?: number;
    conditions?: Condition[];
  };
}

/** Every kind that is followed, and what its objects are. */
export interface SceneKinds {
  nodes: Node;
  pods: Pod;
  claims: Claim;
  events: KubeEvent;
  budgets: Budget;
  deployments: Workload;
  replicaSets: Workload;
  statefulSets: Workload;
  daemonSets: Workload;
  jobs: Workload;
}

const replicaSets: Resource = {
  group: "apps",
  version: "v1",
  plural: "replicasets",
  kind: "ReplicaSet",
  namespaced: true,
};

/** Where they are. */
export const sceneResources: Readonly<Record<keyof SceneKinds, Resource>> = {
  nodes: resources.nodes,
  pods: resources.pods,
  claims: resources.persistentVolumeClaims,
  events: resources.events,
  budgets: resources.disruptionBudgets,
  deployments: resources.deployments,
  replicaSets,
  statefulSets: resources.statefulSets,
  daemonSets: resources.daemonSets,
  jobs: resources.jobs,
};

/** True for a condition of the given type that is `True`. */
export const hasCondition = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  (conditions ?? []).some((each) => each.type === type && each.status === "True");

/** Ready, as its kubelet says and the node controller believes. */
export const isNodeReady = ({ status, metadata }: Node): boolean =>
  metadata.deletionTimestamp === undefined && hasCondition(status?.conditions, "Ready");

/** Ready, or done for good. */
export const isPodReady = ({ status }: Pod): boolean =>
  status?.phase === "Succeeded" || (status?.phase === "Running" && hasCondition(status.conditions, "Ready"));
