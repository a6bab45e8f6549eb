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
  /** Where the add-on's configuration speaks of its pods: at its top unless said, else below these keys. */
  configuredAt?: readonly string[];
}

/** What most add-ons' configuration may say of their pods; each replaces what the add-on has by itself. */
interface Placement {
  affinity?: object;
  nodeSelector?: Record<string, string>;
  tolerations?: readonly object[];
  podAnnotations?: Record<string, string>;
  podLabels?: Record<string, string>;
  /** Of its first container, which gives the pod its purpose. */
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
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
  const given = setting<Placement>(settings, ...(work.configuredAt ?? [])) ?? {};
  const { affinity = work.affinity, nodeSelector = work.nodeSelector } = given;
  const annotations = { ...work.annotations, ...given.podAnnotations };
  const own = work.tolerateAll ? [{ operator: "Exists" }] : (work.tolerations ?? []);
  return {
    metadata: {
      labels: { ...given.podLabels, ...work.labels },
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    spec: {
      ...(work.serviceAccount ? { serviceAccountName: work.serviceAccount } : {}),
      ...(work.hostNetwork ? { hostNetwork: true } : {}),
      priorityClassName: work.priority ?? "system-cluster-critical",
      tolerations: [...(given.tolerations ?? own)],
      ...(affinity ? { affinity } : {}),
      ...(nodeSelector ? { nodeSelector } : {}),
      ...(work.topologySpread ? { topologySpreadConstraints: [...work.topologySpread] } : {}),
      ...(work.hostPaths
        ? { volumes: Object.entries(work.hostPaths).map(([name, path]) => ({ name, hostPath: { path } })) }
        : {}),
      containers: work.containers.map(({ name, cpu, memory, memoryLimit, env, args }, i) => ({
        name,
        image: imageOf(settings.region, name, settings.version),
        ...(args ? { args } : {}),
        ...(env ? { env: Object.entries(env).map(([key, value]) => ({ name: key, value })) } : {}),
        resources: {
          requests: { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) },
          ...(memoryLimit ? { limits: { memory: memoryLimit } } : {}),
          ...(i === 0 ? given.resources : {}),
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
