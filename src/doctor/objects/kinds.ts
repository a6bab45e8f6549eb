// Kubernetes objects as far as checks read them: fields as the API has them, nearly all optional.
// https://kubernetes.io/docs/reference/kubernetes-api/

export interface Meta {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  ownerReferences?: { kind: string; name: string; controller?: boolean }[];
  managedFields?: { manager?: string; apiVersion?: string; operation?: string }[];
}

export interface AnyObject {
  apiVersion: string;
  kind: string;
  metadata: Meta;
}

export interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface Probe {
  httpGet?: object;
  exec?: object;
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: {
    secretKeyRef?: { name: string; optional?: boolean };
    configMapKeyRef?: { name: string; optional?: boolean };
  };
}

export interface Container {
  name: string;
  image?: string;
  imagePullPolicy?: string;
  args?: string[];
  command?: string[];
  env?: EnvVar[];
  envFrom?: { secretRef?: { name: string; optional?: boolean }; configMapRef?: { name: string; optional?: boolean } }[];
  ports?: { name?: string; containerPort: number; hostPort?: number }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  lifecycle?: { preStop?: object };
  volumeMounts?: { name: string; mountPath?: string; readOnly?: boolean }[];
  securityContext?: {
    privileged?: boolean;
    allowPrivilegeEscalation?: boolean;
    runAsNonRoot?: boolean;
    runAsUser?: number;
    readOnlyRootFilesystem?: boolean;
    procMount?: string;
    capabilities?: { add?: string[]; drop?: string[] };
    seccompProfile?: { type?: string };
    windowsOptions?: { hostProcess?: boolean };
  };
}

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

export interface Volume {
  name: string;
  hostPath?: { path: string };
  secret?: { secretName?: string; optional?: boolean };
  configMap?: { name?: string; optional?: boolean };
  persistentVolumeClaim?: { claimName: string };
  projected?: { sources?: { secret?: { name?: string }; configMap?: { name?: string } }[] };
  csi?: { driver: string; nodePublishSecretRef?: { name: string } };
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  tolerations?: Toleration[];
  affinity?: { podAntiAffinity?: object };
  topologySpreadConstraints?: { topologyKey: string }[];
  priorityClassName?: string;
  terminationGracePeriodSeconds?: number;
  readinessGates?: { conditionType: string }[];
  imagePullSecrets?: { name: string }[];
  securityContext?: { runAsNonRoot?: boolean; runAsUser?: number; seccompProfile?: { type?: string } };
  volumes?: Volume[];
}

export interface PodTemplate {
  metadata?: Partial<Meta>;
  spec: PodSpec;
}

export interface Deployment extends AnyObject {
  spec: { replicas?: number; minReadySeconds?: number; selector?: Selector; template: PodTemplate };
}
export interface StatefulSet extends AnyObject {
  spec: {
    replicas?: number;
    minReadySeconds?: number;
    selector?: Selector;
    template: PodTemplate;
    volumeClaimTemplates?: { metadata: { name: string }; spec?: { storageClassName?: string } }[];
  };
}
export interface DaemonSet extends AnyObject {
  spec: { selector?: Selector; template: PodTemplate };
}
export interface Job extends AnyObject {
  spec: { ttlSecondsAfterFinished?: number; template: PodTemplate };
}
export interface CronJob extends AnyObject {
  spec: {
    schedule?: string;
    suspend?: boolean;
    concurrencyPolicy?: string;
    jobTemplate: { spec: { ttlSecondsAfterFinished?: number; template: PodTemplate } };
  };
  status?: { lastScheduleTime?: string };
}
interface ContainerState {
  waiting?: { reason?: string; message?: string };
  terminated?: { reason?: string; message?: string; exitCode?: number };
}
export interface ContainerStatus {
  name: string;
  restartCount?: number;
  state?: ContainerState;
  lastState?: ContainerState;
}
export interface Pod extends AnyObject {
  spec: PodSpec;
  status?: {
    phase?: string;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}
export interface Node extends AnyObject {
  spec?: { unschedulable?: boolean; taints?: { key: string; value?: string; effect: string }[]; providerID?: string };
  status?: {
    conditions?: { type: string; status: string; reason?: string }[];
    nodeInfo?: { kubeletVersion?: string; osImage?: string; containerRuntimeVersion?: string; architecture?: string };
    allocatable?: Record<string, string>;
  };
}
export interface Service extends AnyObject {
  spec?: {
    type?: string;
    selector?: Record<string, string>;
    ports?: { name?: string; port: number; targetPort?: number | string }[];
    loadBalancerSourceRanges?: string[];
    externalTrafficPolicy?: string;
    externalName?: string;
    trafficDistribution?: string;
  };
}
export interface Ingress extends AnyObject {
  spec?: {
    ingressClassName?: string;
    tls?: { secretName?: string }[];
    defaultBackend?: { service?: IngressService };
    rules?: { host?: string; http?: { paths: { path?: string; backend: { service?: IngressService } }[] } }[];
  };
}
export interface IngressService {
  name: string;
  port?: { name?: string; number?: number };
}
export interface ConfigMap extends AnyObject {
  data?: Record<string, string>;
}
export interface Secret extends AnyObject {
  type?: string;
}
export interface ServiceAccount extends AnyObject {
  automountServiceAccountToken?: boolean;
  secrets?: { name: string }[];
  imagePullSecrets?: { name: string }[];
}
/** What metrics-server says of a pod at the moment. */
export interface PodMetrics extends AnyObject {
  containers?: { name: string; usage?: Record<string, string> }[];
}
export interface PersistentVolume extends AnyObject {
  spec?: {
    csi?: { driver: string; volumeHandle?: string; volumeAttributes?: Record<string, string> };
    awsElasticBlockStore?: object;
    mountOptions?: string[];
    persistentVolumeReclaimPolicy?: string;
    claimRef?: { namespace?: string; name?: string };
    nodeAffinity?: {
      required?: { nodeSelectorTerms: { matchExpressions?: { key: string; operator: string; values?: string[] }[] }[] };
    };
  };
  status?: { phase?: string };
}
export interface PersistentVolumeClaim extends AnyObject {
  spec?: { storageClassName?: string };
  status?: { phase?: string };
}
export interface StorageClass extends AnyObject {
  provisioner: string;
  parameters?: Record<string, string>;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
}
export interface DisruptionBudget extends AnyObject {
  spec?: { selector?: Selector; minAvailable?: number | string; maxUnavailable?: number | string };
  status?: { disruptionsAllowed?: number; currentHealthy?: number; desiredHealthy?: number; expectedPods?: number };
}
export interface NetworkPolicy extends AnyObject {
  spec?: { podSelector?: Selector; policyTypes?: string[]; ingress?: object[]; egress?: object[] };
}
export interface Autoscaler extends AnyObject {
  spec?: { minReplicas?: number; maxReplicas: number; scaleTargetRef: { kind: string; name: string } };
}
export interface Rule {
  apiGroups?: string[];
  resources?: string[];
  verbs: string[];
}
export interface Role extends AnyObject {
  rules?: Rule[];
}
export interface RoleBinding extends AnyObject {
  roleRef: { kind: string; name: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
}
export interface WebhookConfiguration extends AnyObject {
  webhooks?: {
    name: string;
    failurePolicy?: string;
    timeoutSeconds?: number;
    clientConfig?: { service?: { name: string; namespace: string } };
    namespaceSelector?: Selector;
    objectSelector?: Selector;
    rules?: { resources?: string[]; apiGroups?: string[] }[];
  }[];
}
export interface ListedObject extends AnyObject {
  spec?: Record<string, unknown>;
}

/** Kinds by the name of their list. */
export interface Kinds {
  namespaces: AnyObject;
  nodes: Node;
  pods: Pod;
  deployments: Deployment;
  statefulSets: StatefulSet;
  daemonSets: DaemonSet;
  jobs: Job;
  cronJobs: CronJob;
  services: Service;
  ingresses: Ingress;
  ingressClasses: ListedObject;
  configMaps: ConfigMap;
  secrets: Secret;
  serviceAccounts: ServiceAccount;
  persistentVolumes: PersistentVolume;
  persistentVolumeClaims: PersistentVolumeClaim;
  storageClasses: StorageClass;
  disruptionBudgets: DisruptionBudget;
  networkPolicies: NetworkPolicy;
  autoscalers: Autoscaler;
  roles: Role;
  clusterRoles: Role;
  roleBindings: RoleBinding;
  clusterRoleBindings: RoleBinding;
  validatingWebhooks: WebhookConfiguration;
  mutatingWebhooks: WebhookConfiguration;
  resourceQuotas: AnyObject;
  limitRanges: AnyObject;
  priorityClasses: AnyObject;
  eniConfigs: AnyObject;
  nodePools: ListedObject;
  csiDrivers: AnyObject;
  podMetrics: PodMetrics;
  podSecurityPolicies: AnyObject;
}

/** Name of a list. */
export type KindName = keyof Kinds;

type Row = readonly [group: string, version: string, plural: string, kind: string, clusterWide?: true];

const rbac = "rbac.authorization.k8s.io";

/** Where each list is served. */
export const kindTable: Readonly<Record<KindName, Row>> = {
  namespaces: ["", "v1", "namespaces", "Namespace", true],
  nodes: ["", "v1", "nodes", "Node", true],
  pods: ["", "v1", "pods", "Pod"],
  deployments: ["apps", "v1", "deployments", "Deployment"],
  statefulSets: ["apps", "v1", "statefulsets", "StatefulSet"],
  daemonSets: ["apps", "v1", "daemonsets", "DaemonSet"],
  jobs: ["batch", "v1", "jobs", "Job"],
  cronJobs: ["batch", "v1", "cronjobs", "CronJob"],
  services: ["", "v1", "services", "Service"],
  ingresses: ["networking.k8s.io", "v1", "ingresses", "Ingress"],
  ingressClasses: ["networking.k8s.io", "v1", "ingressclasses", "IngressClass", true],
  configMaps: ["", "v1", "configmaps", "ConfigMap"],
  secrets: ["", "v1", "secrets", "Secret"],
  serviceAccounts: ["", "v1", "serviceaccounts", "ServiceAccount"],
  persistentVolumes: ["", "v1", "persistentvolumes", "PersistentVolume", true],
  persistentVolumeClaims: ["", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"],
  storageClasses: ["storage.k8s.io", "v1", "storageclasses", "StorageClass", true],
  disruptionBudgets: ["policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"],
  networkPolicies: ["networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy"],
  autoscalers: ["autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"],
  roles: [rbac, "v1", "roles", "Role"],
  clusterRoles: [rbac, "v1", "clusterroles", "ClusterRole", true],
  roleBindings: [rbac, "v1", "rolebindings", "RoleBinding"],
  clusterRoleBindings: [rbac, "v1", "clusterrolebindings", "ClusterRoleBinding", true],
  validatingWebhooks: [
    "admissionregistration.k8s.io",
    "v1",
    "validatingwebhookconfigurations",
    "ValidatingWebhookConfiguration",
    true,
  ],
  mutatingWebhooks: [
    "admissionregistration.k8s.io",
    "v1",
    "mutatingwebhookconfigurations",
    "MutatingWebhookConfiguration",
    true,
  ],
  resourceQuotas: ["", "v1", "resourcequotas", "ResourceQuota"],
  limitRanges: ["", "v1", "limitranges", "LimitRange"],
  priorityClasses: ["scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", true],
  eniConfigs: ["crd.k8s.amazonaws.com", "v1alpha1", "eniconfigs", "ENIConfig", true],
  csiDrivers: ["storage.k8s.io", "v1", "csidrivers", "CSIDriver", true],
  // Not stored: metrics-server answers, where there is one.
  podMetrics: ["metrics.k8s.io", "v1beta1", "pods", "PodMetrics"],
  // Gone with 1.25.
  podSecurityPolicies: ["policy", "v1beta1", "podsecuritypolicies", "PodSecurityPolicy", true],
  nodePools: ["karpenter.sh", "v1", "nodepools", "NodePool", true],
};
