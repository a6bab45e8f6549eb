// Pieces that the objects of EKS add-ons are made of. Names, kinds, labels and requests are those of the real add-ons;
// images are named but never pulled.
import type { KubeObject } from "../client.ts";

/** What the objects of an add-on depend on. */
export interface AddonSettings {
  cluster: string;
  region: string;
  /** `v1.20.4-eksbuild.1`. */
  version: string;
  /** Parsed `configurationValues`. */
  values: Readonly<Record<string, unknown>>;
  /** Of `serviceAccountRoleArn`: the annotation for IRSA. */
  roleArn?: string;
  /** Address of the cluster's DNS service. */
  dnsAddress: string;
  /** The cluster's addresses are IPv6. */
  ipv6?: boolean;
}

/** A piece of a workload. */
export interface Workload {
  name: string;
  namespace?: string;
  labels: Record<string, string>;
  serviceAccount?: string;
  containers: readonly {
    name: string;
    cpu?: string;
    memory?: string;
    memoryLimit?: string;
    env?: Record<string, string>;
    args?: readonly string[];
  }[];
  hostNetwork?: boolean;
  /** Folders of the node, by the volume's name. */
  hostPaths?: Record<string, string>;
  priority?: string;
  /** Of Deployments. */
  replicas?: number;
  tolerateAll?: boolean;
  tolerations?: readonly object[];
  annotations?: Record<string, string>;
  affinity?: object;
  nodeSelector?: Record<string, string>;
  topologySpread?: readonly object[];
}

export interface AddonObject extends KubeObject {
  apiVersion: string;
  kind: string;
  [field: string]: unknown;
}

const system = "kube-system";

/** Where EKS's images of a region are; nobody asks. */
const imageOf = (region: string, name: string, version: string): string =>
  `602401143452.dkr.ecr.${region}.amazonaws.com/eks/${name}:${version}`;

function podTemplate(settings: AddonSettings, work: Workload): object {
  return {
    metadata: { labels: work.labels, ...(work.annotations ? { annotations: work.annotations } : {}) },
    spec: {
      ...(work.serviceAccount ? { serviceAccountName: work.serviceAccount } : {}),
      ...(work.hostNetwork ? { hostNetwork: true } : {}),
      priorityClassName: work.priority ?? "system-cluster-critical",
      tolerations: work.tolerateAll ? [{ operator: "Exists" }] : [...(work.tolerations ?? [])],
      ...(work.affinity ? { affinity: work.affinity } : {}),
      ...(work.nodeSelector ? { nodeSelector: work.nodeSelector } : {}),
      ...(work.topologySpread ? { topologySpreadConstraints: [...work.topologySpread] } : {}),
      ...(work.hostPaths
        ? { volumes: Object.entries(work.hostPaths).map(([name, path]) => ({ name, hostPath: { path } })) }
        : {}),
      containers: work.containers.map(({ name, cpu, memory, memoryLimit, env, args }) => ({
        name,
        image: imageOf(settings.region, name, settings.version),
        ...(args ? { args } : {}),
        ...(env ? { env: Object.entries(env).map(([key, value]) => ({ name: key, value })) } : {}),
        resources: {
          requests: { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) },
          ...(memoryLimit ? { limits: { memory: memoryLimit } } : {}),
        },
      })),
    },
  };
}

/** Nodes where DaemonSets of AWS run: not Fargate, not hybrid. */
export const onInstances: object = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        {
          matchExpressions: [
            { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
            { key: "kubernetes.io/arch", operator: "In", values: ["amd64", "arm64"] },
            { key: "eks.amazonaws.com/compute-type", operator: "NotIn", values: ["fargate", "hybrid", "auto"] },
          ],
        },
      ],
    },
  },
};

/** A DaemonSet on every node that AWS runs its own on. */
export function daemonSet(settings: AddonSettings, work: Workload): AddonObject {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: work.name, namespace: work.namespace ?? system, labels: work.labels },
    spec: {
      selector: { matchLabels: work.labels },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
      template: podTemplate(settings, {
        priority: "system-node-critical",
        tolerateAll: true,
        affinity: onInstances,
        ...work,
      }),
    },
  };
}

/** A Deployment. */
export function deployment(settings: AddonSettings, work: Workload): AddonObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: work.name, namespace: work.namespace ?? system, labels: work.labels },
    spec: {
      replicas: work.replicas ?? 1,
      selector: { matchLabels: work.labels },
      template: podTemplate(settings, work),
    },
  };
}

/** A service account, with its role's annotation when the add-on has one. */
export function serviceAccount(settings: AddonSettings, name: string, namespace: string = system): AddonObject {
  const { roleArn } = settings;
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace, ...(roleArn ? { annotations: { "eks.amazonaws.com/role-arn": roleArn } } : {}) },
  };
}

export interface Rule {
  groups: readonly string[];
  resources: readonly string[];
  verbs: readonly string[];
}

/** A ClusterRole of its own and its binding to a service account. */
export function clusterRole(
  name: string,
  account: string,
  rules: readonly Rule[],
  namespace: string = system,
): AddonObject[] {
  return [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name },
      rules: rules.map(({ groups, resources, verbs }) => ({
        apiGroups: [...groups],
        resources: [...resources],
        verbs: [...verbs],
      })),
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name: account, namespace }],
    },
  ];
}

/** A value of the add-on's configuration, by path; undefined when it isn't set. */
export function setting<T>(settings: AddonSettings, ...path: readonly string[]): T | undefined {
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], settings.values) as
    | T
    | undefined;
}
