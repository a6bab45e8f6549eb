// The pods of a role: nobody's root, nothing to write to, no capability that wasn't asked for.
import { flagsOf, probePort } from "../frame/frame-flags.ts";
import type { RoleDefinition } from "../frame/role.ts";
import { installedName } from "../frame/running-role.ts";
import type { ManifestOptions } from "./options.ts";
import { labelsOf, selectorOf } from "./options.ts";

/** `nonroot` of distroless images, and of ours. */
const user = 65_532;
const tlsFolder = "/etc/lotse/tls";
/** Node's own heap keeps well below the memory limit: a process that is killed says nothing. */
const heapShare = 0.75;

/** `100Mi` as MiB. */
function mebibytes(quantity: string): number {
  const [, number = "0", unit] = /^(\d+)(Mi|Gi)$/.exec(quantity) ?? [];
  return Number(number) * (unit === "Gi" ? 1024 : 1);
}

/** True when the role's certificate is mounted from cert-manager's Secret. */
export function usesCertManager(role: RoleDefinition, options: Pick<ManifestOptions, "certificates">): boolean {
  return role.listener?.certificate === "own" && options.certificates === "cert-manager";
}

function argumentsOf(role: RoleDefinition, options: ManifestOptions): string[] {
  const { listener, workload, name } = role;
  return [
    "controller",
    name,
    ...(listener?.servicePort === undefined ? [] : ["--shutdown-delay=5s"]),
    ...(usesCertManager(role, options)
      ? [`--tls-cert-file=${tlsFolder}/tls.crt`, `--tls-private-key-file=${tlsFolder}/tls.key`]
      : []),
    ...(workload.arguments ?? []),
    ...(options.flags?.[name] ?? []),
  ];
}

/** What a pod's variables say of itself and its node, and from which minor version of Kubernetes 1 on. */
const podFields: readonly { name: string; path: string; since?: number }[] = [
  { name: "POD_NAME", path: "metadata.name" },
  { name: "POD_NAMESPACE", path: "metadata.namespace" },
  { name: "NODE_NAME", path: "spec.nodeName" },
  // KEP 2681: before its gate PodHostIPs was on by default the API server refuses a pod that asks for it.
  { name: "HOST_IP", path: "status.hostIPs", since: 29 },
];

/** Those that a flag of the role is read from. */
function fieldsOf(role: RoleDefinition): typeof podFields {
  const read = new Set(flagsOf(role).map(({ env }) => env));
  return podFields.filter(({ name }) => read.has(name));
}

/** Everything else in the manifests is known from Kubernetes 1.27 on: `unhealthyPodEvictionPolicy` is the youngest. */
const oldestMinor = 27;

/** The oldest Kubernetes that takes the manifests of these roles: `1.27`. */
export function oldestKubernetes(roles: readonly RoleDefinition[]): string {
  return `1.${Math.max(oldestMinor, ...roles.flatMap(fieldsOf).map(({ since = oldestMinor }) => since))}`;
}

const fromField = (name: string, fieldPath: string): object => ({ name, valueFrom: { fieldRef: { fieldPath } } });

function containerOf(role: RoleDefinition, options: ManifestOptions): object {
  const { workload, listener } = role;
  const { cpu, memory, memoryLimit } = workload.resources;
  const probe = (path: string, more: object): object => ({ httpGet: { path, port: "health" }, ...more });
  const heap = Math.floor(mebibytes(memoryLimit) * heapShare);
  const volumes = workload.volumes ?? [];
  return {
    name: role.name,
    image: options.image,
    args: argumentsOf(role, options),
    env: [
      ...fieldsOf(role).map(({ name, path }) => fromField(name, path)),
      ...(options.region === undefined ? [] : [{ name: "AWS_REGION", value: options.region }]),
      ...(heap > 0 ? [{ name: "NODE_OPTIONS", value: `--max-old-space-size=${heap}` }] : []),
    ],
    ports: [
      ...(listener ? [{ name: "serve", containerPort: listener.port }] : []),
      { name: "health", containerPort: role.probePort ?? probePort },
    ],
    livenessProbe: probe("/healthz", { periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 3 }),
    readinessProbe: probe("/readyz", { periodSeconds: 5, timeoutSeconds: 3 }),
    resources: { requests: { cpu, memory }, limits: { memory: memoryLimit } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"], ...(workload.capabilities?.length ? { add: [...workload.capabilities] } : {}) },
    },
    ...(volumes.length > 0 || usesCertManager(role, options)
      ? {
          volumeMounts: [
            ...volumes.map(({ name, mountPath, readOnly = true }) => ({ name, mountPath, readOnly })),
            ...(usesCertManager(role, options) ? [{ name: "tls", mountPath: tlsFolder, readOnly: true }] : []),
          ],
        }
      : {}),
  };
}

/** The pod of a role, as every kind of workload has it. */
export function podSpecOf(role: RoleDefinition, options: ManifestOptions): Record<string, unknown> {
  const { workload } = role;
  const controlPlane = { "node-role.kubernetes.io/control-plane": "" };
  const volumes = (workload.volumes ?? []).map(({ name, source }) => ({ name, ...source }));
  const tls = { name: "tls", secret: { secretName: `${installedName(role)}-tls` } };
  const all = [...volumes, ...(usesCertManager(role, options) ? [tls] : [])];
  return {
    serviceAccountName: installedName(role),
    ...(role.needsCluster === false && role.watches.length === 0 ? { automountServiceAccountToken: false } : {}),
    ...(workload.priorityClass === undefined ? {} : { priorityClassName: workload.priorityClass }),
    ...(workload.hostNetwork ? { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" } : {}),
    nodeSelector: { "kubernetes.io/os": "linux", ...(workload.controlPlane ? controlPlane : {}) },
    ...(workload.everywhere || workload.controlPlane ? { tolerations: [{ operator: "Exists" }] } : {}),
    ...((workload.replicas ?? 1) > 1
      ? {
          topologySpreadConstraints: ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
            maxSkew: 1,
            topologyKey,
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: selectorOf(role) },
          })),
        }
      : {}),
    terminationGracePeriodSeconds: 30,
    securityContext: workload.root
      ? { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } }
      : {
          runAsNonRoot: true,
          runAsUser: user,
          runAsGroup: user,
          fsGroup: user,
          seccompProfile: { type: "RuntimeDefault" },
        },
    containers: [containerOf(role, options)],
    ...(all.length > 0 ? { volumes: all } : {}),
  };
}

/** The Deployment or DaemonSet of a role. */
export function workloadOf(role: RoleDefinition, options: ManifestOptions): object {
  const { workload } = role;
  const selector = selectorOf(role);
  const template = { metadata: { labels: labelsOf(role) }, spec: podSpecOf(role, options) };
  const metadata = { name: installedName(role), namespace: options.namespace, labels: labelsOf(role) };
  const common = { selector: { matchLabels: selector }, template };
  return workload.kind === "Deployment"
    ? { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas: workload.replicas ?? 1, ...common } }
    : {
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        metadata,
        spec: { ...common, updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } } },
      };
}
