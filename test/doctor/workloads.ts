// Worlds of the checks of workloads: one good workload, and one mistake each.
import { manifests, object, pod, workload } from "../../src/doctor/testing.ts";
import type { Half, Worlds } from "./worlds.ts";
import { anywhere, live } from "./worlds.ts";

/** A workload as all checks want it. */
const good = {
  image: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/web:1.0",
  readinessProbe: { httpGet: {} },
  livenessProbe: { httpGet: {} },
  resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "64Mi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
    seccompProfile: { type: "RuntimeDefault" },
  },
};
const web = (container: object = {}, spec: object = {}, rest: object = {}): object =>
  workload("Deployment", "web", pod({ ...good, ...container }, spec), { replicas: 2, ...rest });
const contexts = (securityContext: object): object =>
  web({ securityContext: { ...good.securityContext, ...securityContext } });
const budget = object("policy/v1", "PodDisruptionBudget", "web", {
  spec: { selector: { matchLabels: { app: "web" } } },
});
const map = (data: object): object => object("v1", "ConfigMap", "settings", { data });
const namespace = (labels: object): object => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", labels },
});
const scaler = (spec: object): object =>
  object("autoscaling/v2", "HorizontalPodAutoscaler", "web", {
    spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas: 2, maxReplicas: 4, ...spec },
  });
const onePod = (status: object): Half =>
  live(
    object(
      "v1",
      "Pod",
      "web-1",
      { spec: pod(), status },
      { ownerReferences: [{ kind: "ReplicaSet", name: "web", controller: true }] },
    ),
  );
const cron = (spec: object): object =>
  object("batch/v1", "CronJob", "tick", {
    spec: {
      jobTemplate: { spec: { ttlSecondsAfterFinished: 60, template: { spec: pod() } } },
      concurrencyPolicy: "Forbid",
      ...spec,
    },
  });
const service = object("v1", "Service", "web", { spec: { type: "LoadBalancer", selector: { app: "web" } } });
const coredns = (replicas: number): object =>
  workload("Deployment", "coredns", pod(), { replicas }, { namespace: "kube-system" });
/** Fires with these objects, and not with the good workload. */
const wrong = (...objects: readonly object[]): Worlds => ({
  fires: anywhere(...objects),
  silent: anywhere(web(), budget),
});

export const workloads: Readonly<Record<string, Worlds>> = {
  "LT-W001": wrong(web({}, {}, { replicas: 1 })),
  "LT-W002": wrong(web()),
  "LT-W003": {
    fires: anywhere(web()),
    silent: anywhere(web({}, { topologySpreadConstraints: [{ topologyKey: "topology.kubernetes.io/zone" }] })),
  },
  "LT-W004": wrong(web({ readinessProbe: undefined })),
  "LT-W005": wrong(web({ livenessProbe: undefined })),
  "LT-W006": wrong(web({ resources: { requests: { cpu: "1" } } })),
  "LT-W007": {
    fires: [...anywhere(web({ image: "nginx" })), ...anywhere(web({ image: "registry:5000/nginx:latest" }))],
    silent: anywhere(web(), web({ image: "nginx@sha256:0123" })),
  },
  "LT-W008": wrong(object("v1", "Pod", "alone", { spec: pod() })),
  "LT-W009": {
    fires: anywhere(contexts({ privileged: true })),
    silent: anywhere(
      web(),
      workload(
        "DaemonSet",
        "aws-node",
        pod({ securityContext: { privileged: true } }),
        {},
        { namespace: "kube-system" },
      ),
    ),
  },
  "LT-W010": {
    fires: [...anywhere(web({}, { hostPID: true })), ...anywhere(web({}, { hostNetwork: true }))],
    silent: anywhere(web()),
  },
  "LT-W011": wrong(contexts({ allowPrivilegeEscalation: undefined })),
  "LT-W012": {
    fires: [
      ...anywhere(contexts({ runAsNonRoot: undefined })),
      ...anywhere(contexts({ runAsNonRoot: undefined, runAsUser: 0 })),
    ],
    silent: anywhere(web(), contexts({ runAsNonRoot: undefined, runAsUser: 1000 })),
  },
  "LT-W013": {
    fires: anywhere(contexts({ capabilities: { add: ["NET_ADMIN"] } })),
    silent: anywhere(web(), contexts({ capabilities: { add: ["NET_BIND_SERVICE"] } })),
  },
  "LT-W014": wrong(contexts({ readOnlyRootFilesystem: undefined })),
  "LT-W015": {
    fires: [
      ...anywhere(web({ volumeMounts: [{ name: "h" }] }, { volumes: [{ name: "h", hostPath: { path: "/etc" } }] })),
      ...anywhere(web({ ports: [{ containerPort: 80, hostPort: 80 }] })),
    ],
    silent: anywhere(
      web({ volumeMounts: [{ name: "h", readOnly: true }] }, { volumes: [{ name: "h", hostPath: { path: "/etc" } }] }),
    ),
  },
  "LT-W016": wrong(web({ env: [{ name: "DB", valueFrom: { secretKeyRef: { name: "db" } } }] })),
  "LT-W017": {
    fires: [...anywhere(map({ DB_PASSWORD: "x" })), ...anywhere(map({ "tls.pem": "-----BEGIN PRIVATE KEY-----" }))],
    silent: anywhere(map({ COLOR: "blue" })),
  },
  "LT-W018": {
    fires: [live(namespace({}), web())],
    silent: [live(namespace({}), web(), object("v1", "ResourceQuota", "all"))],
  },
  "LT-W019": {
    fires: anywhere(namespace({})),
    silent: anywhere(namespace({ "pod-security.kubernetes.io/enforce": "baseline" })),
  },
  "LT-W020": {
    fires: [
      ...anywhere(workload("Deployment", "web", pod(), {}, { namespace: "default" })),
      manifests(workload("Deployment", "web", pod(), {}, { namespace: undefined })),
    ],
    silent: anywhere(web()),
  },
  "LT-W021": {
    fires: [
      ...anywhere(scaler({})),
      ...anywhere(web(), scaler({ minReplicas: 1 })),
      ...anywhere(web(), scaler({ minReplicas: 4 })),
    ],
    silent: anywhere(web(), scaler({})),
  },
  "LT-W022": {
    fires: [live(web(), scaler({}))],
    silent: [
      live(web(), scaler({}), workload("Deployment", "metrics-server", pod(), {}, { namespace: "kube-system" })),
    ],
  },
  "LT-W023": {
    fires: [
      onePod({ containerStatuses: [{ name: "app", state: { waiting: { reason: "CrashLoopBackOff" } } }] }),
      onePod({ phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", message: "0/3 nodes" }] }),
      onePod({ containerStatuses: [{ name: "app", restartCount: 40 }] }),
    ],
    silent: [onePod({ phase: "Running", containerStatuses: [{ name: "app", restartCount: 1 }] })],
  },
  "LT-W024": {
    fires: [
      live(web({ envFrom: [{ configMapRef: { name: "settings" } }] })),
      live(web({}, { serviceAccountName: "web" })),
    ],
    silent: [
      live(
        web({ envFrom: [{ configMapRef: { name: "settings" } }, { secretRef: { name: "maybe", optional: true } }] }),
        map({ COLOR: "blue" }),
      ),
    ],
  },
  "LT-W026": {
    fires: [...anywhere(cron({ suspend: true })), ...anywhere(cron({ concurrencyPolicy: "Allow" }))],
    silent: anywhere(cron({})),
  },
  "LT-W027": {
    fires: anywhere(workload("Deployment", "external-dns", pod())),
    silent: anywhere(workload("Deployment", "external-dns", pod({}, { priorityClassName: "system-cluster-critical" }))),
  },
  "LT-W028": wrong(contexts({ seccompProfile: undefined })),
  "LT-W029": {
    fires: anywhere(web({ image: "nginx:latest", imagePullPolicy: "IfNotPresent" })),
    silent: anywhere(web({ image: "nginx:latest", imagePullPolicy: "Always" })),
  },
  "LT-W030": { fires: anywhere(web(), service), silent: anywhere(web({ lifecycle: { preStop: {} } }), service) },
  "LT-W031": { fires: [live(coredns(1))], silent: [live(coredns(2))] },
  "LT-M003": { fires: anywhere(web({ image: "nginx:1.27" })), silent: anywhere(web()) },
};
