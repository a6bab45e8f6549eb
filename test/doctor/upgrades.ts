// Worlds of the checks of upgrades.
import { account, cluster, file, manifests, object, pod, workload } from "../../src/doctor/testing.ts";
import type { Half, Worlds } from "./worlds.ts";
import { anywhere, live } from "./worlds.ts";

const aws = (parts: object): ReturnType<typeof account> => account(parts as Parameters<typeof account>[0]);
const version = (minor: string): Half => file(`metadata: {name: demo, region: eu-central-1, version: '${minor}'}`);
const node = (kubeletVersion: string): object => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1" },
  status: { nodeInfo: { kubeletVersion } },
});
const budget = (name: string, spec: object, status: object = {}): object =>
  object("policy/v1", "PodDisruptionBudget", name, {
    spec: { selector: { matchLabels: { app: "web" } }, ...spec },
    status,
  });
const web = (replicas: number, rest: object = {}): object => workload("Deployment", "web", pod({}, rest), { replicas });
const offers = [
  {
    addonName: "coredns",
    addonVersions: [
      { addonVersion: "v1.13.2-eksbuild.1", compatibilities: [{ defaultVersion: true }] },
      { addonVersion: "v1.12.4-eksbuild.1", compatibilities: [{ defaultVersion: false }] },
    ],
  },
];
const addon = (addonVersion: string): Half =>
  aws({ addons: [{ addonName: "coredns", addonVersion }], addonVersions: offers });
const insight = (category: string, status: string): Half =>
  aws({ insights: [{ name: "Skew", category, insightStatus: { status } }] });
const daemon = (name: string, image: string): object =>
  workload("DaemonSet", name, pod({ name, image }), {}, { namespace: "kube-system" });
const webhook = (more: object): object =>
  object(
    "admissionregistration.k8s.io/v1",
    "ValidatingWebhookConfiguration",
    "guard",
    { webhooks: [{ name: "guard.example.com", ...more }] },
    { namespace: undefined },
  );
const service = object("v1", "Service", "guard", { spec: { selector: { app: "web" } } });
const toService = {
  clientConfig: { service: { name: "guard", namespace: "shop" } },
  rules: [{ resources: ["deployments"] }],
};
const managed = (apiVersion: string): object =>
  object("policy/v1", "PodDisruptionBudget", "old", {}, { managedFields: [{ manager: "helm", apiVersion }] });

const downTo = (minReplicas: number): object =>
  object("autoscaling/v2", "HorizontalPodAutoscaler", "web", {
    spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas, maxReplicas: 9 },
  });

export const upgrades: Readonly<Record<string, Worlds>> = {
  "LT-U001": {
    fires: [version("1.33"), version("1.34"), aws({ cluster: { version: "1.31" } })],
    silent: [version("1.35"), aws({ cluster: { version: "1.36" } })],
  },
  "LT-U002": {
    fires: [file("vpc: {}"), aws({ cluster: { version: "1.33", upgradePolicy: { supportType: "EXTENDED" } } })],
    silent: [
      file("upgradePolicy: {supportType: STANDARD}"),
      aws({ cluster: { version: "1.36", upgradePolicy: { supportType: "EXTENDED" } } }),
    ],
  },
  "LT-U003": { fires: [live(node("v1.34.2-eks-1")), live(node("v1.36.0"))], silent: [live(node("v1.35.2-eks-1"))] },
  "LT-U004": {
    fires: [aws({ nodeGroups: [{ nodegroupName: "web", version: "1.34" }] })],
    silent: [aws({ nodeGroups: [{ nodegroupName: "web", version: "1.35" }] })],
  },
  "LT-U005": {
    fires: [addon("v1.12.4-eksbuild.1"), addon("v1.9.0-eksbuild.1")],
    silent: [addon("v1.13.2-eksbuild.1")],
  },
  "LT-U006": {
    fires: [
      aws({ addons: [{ addonName: "coredns", status: "DEGRADED" }] }),
      { ...aws({}), ...live(daemon("kube-proxy", "eks/kube-proxy:v1.35.0")) },
    ],
    silent: [
      aws({ addons: [{ addonName: "coredns", status: "ACTIVE" }] }),
      { ...aws({ addons: [{ addonName: "kube-proxy" }] }), ...live(daemon("kube-proxy", "eks/kube-proxy:v1.35.0")) },
    ],
  },
  "LT-U007": {
    fires: [manifests(object("policy/v1beta1", "PodDisruptionBudget", "old")), live(managed("policy/v1beta1"))],
    silent: [manifests(object("policy/v1", "PodDisruptionBudget", "new")), live(managed("policy/v1"))],
  },
  "LT-U008": { fires: [insight("UPGRADE_READINESS", "ERROR")], silent: [insight("UPGRADE_READINESS", "PASSING")] },
  "LT-U009": { fires: [insight("MISCONFIGURATION", "WARNING")], silent: [insight("MISCONFIGURATION", "PASSING")] },
  "LT-U010": {
    fires: [
      ...anywhere(budget("b", { maxUnavailable: 0 })),
      ...anywhere(web(2), budget("b", { minAvailable: 2 })),
      ...anywhere(web(2), budget("b", { minAvailable: "60%" })),
      live(web(2), budget("b", { minAvailable: 1 }, { disruptionsAllowed: 0, currentHealthy: 2, expectedPods: 2 })),
    ],
    silent: [
      ...anywhere(web(2), budget("b", { maxUnavailable: 1 })),
      ...anywhere(web(2), budget("b", { minAvailable: "50%" })),
    ],
  },
  "LT-U011": {
    fires: anywhere(web(2), budget("a", { maxUnavailable: 1 }), budget("b", { maxUnavailable: 1 })),
    silent: anywhere(web(2), budget("a", { maxUnavailable: 1 })),
  },
  "LT-U012": {
    fires: [
      ...anywhere(budget("b", { maxUnavailable: 1 })),
      ...anywhere(web(4), budget("b", { minAvailable: 2 }), downTo(2)),
    ],
    silent: [
      ...anywhere(web(2), budget("b", { maxUnavailable: 1 })),
      ...anywhere(web(4), budget("b", { minAvailable: 2 }), downTo(3)),
    ],
  },
  "LT-U013": {
    fires: anywhere(web(2, { tolerations: [{ operator: "Exists" }] })),
    silent: anywhere(
      web(2, { tolerations: [{ key: "gpu", operator: "Exists" }] }),
      workload("DaemonSet", "agent", pod({}, { tolerations: [{ operator: "Exists" }] })),
    ),
  },
  "LT-U014": {
    fires: [live(daemon("kube-proxy", "eks/kube-proxy:v1.33.0-eksbuild.2"))],
    silent: [live(daemon("kube-proxy", "eks/kube-proxy:v1.35.0-eksbuild.2"))],
  },
  "LT-U016": {
    fires: anywhere(web(2, { volumes: [{ name: "s", hostPath: { path: "/var/run/docker.sock" } }] })),
    silent: anywhere(web(2, { volumes: [{ name: "s", hostPath: { path: "/var/log" } }] })),
  },
  "LT-U018": {
    fires: [
      ...anywhere(webhook(toService)),
      ...anywhere(web(2), service, webhook({ ...toService, rules: [{ resources: ["pods"] }] })),
    ],
    silent: anywhere(web(2), service, webhook(toService)),
  },
  "LT-U019": {
    fires: anywhere(web(2)),
    silent: anywhere(workload("Deployment", "web", pod(), { replicas: 2, minReadySeconds: 10 })),
  },
  "LT-U020": {
    fires: anywhere(web(2, { terminationGracePeriodSeconds: 0 })),
    silent: anywhere(web(2, { terminationGracePeriodSeconds: 30 })),
  },
  "LT-U021": {
    fires: [live(daemon("aws-node", "eks/amazon-k8s-cni:v1.16.0"))],
    silent: [
      live(daemon("aws-node", "eks/amazon-k8s-cni:v1.21.1")),
      cluster("1.28", daemon("aws-node", "eks/amazon-k8s-cni:v1.16.0")),
    ],
  },
  "LT-U023": {
    fires: anywhere(
      workload("Deployment", "lbc", pod({ image: "public.ecr.aws/eks/aws-load-balancer-controller:v2.4.1" })),
    ),
    silent: anywhere(
      workload("Deployment", "lbc", pod({ image: "public.ecr.aws/eks/aws-load-balancer-controller:v2.13.0" })),
    ),
  },
  "LT-U025": {
    fires: [
      aws({ key: { metadata: { KeyId: "k-1", KeyState: "PendingDeletion" }, rotates: false } }),
      aws({ cluster: { roleArn: "arn:aws:iam::111122223333:role/gone" } }),
      aws({ cluster: { roleArn: "r" }, roles: [{ arn: "r", name: "r", uses: ["cluster"], attached: [], inline: [] }] }),
    ],
    silent: [aws({ key: { metadata: { KeyId: "k-1", KeyState: "Enabled" }, rotates: true } }), aws({})],
  },
};
