// Every add-on whose objects are known, by name; others exist in the EKS API alone.
import { coredns, kubeProxy, vpcCni } from "./networking.ts";
import type { AddonObject, AddonSettings } from "./parts.ts";
import { clusterRole, daemonSet, deployment, serviceAccount, setting } from "./parts.ts";
import { csiDriver } from "./storage.ts";

/** The objects that an add-on puts into a cluster, in an order in which they can be made. */
export type AddonDefinition = (settings: AddonSettings) => AddonObject[];

const podIdentityAgent: AddonDefinition = (settings) => [
  daemonSet(settings, {
    name: "eks-pod-identity-agent",
    labels: { "app.kubernetes.io/name": "eks-pod-identity-agent" },
    hostNetwork: true,
    containers: [{ name: "eks-pod-identity-agent" }],
  }),
];

const metricsServer: AddonDefinition = (settings) => {
  const labels = { "app.kubernetes.io/name": "metrics-server", "app.kubernetes.io/instance": "metrics-server" };
  return [
    serviceAccount(settings, "metrics-server"),
    ...clusterRole("system:metrics-server", "metrics-server", [
      { groups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
      { groups: [""], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] },
    ]),
    deployment(settings, {
      name: "metrics-server",
      labels,
      serviceAccount: "metrics-server",
      replicas: setting<number>(settings, "replicas") ?? 2,
      containers: [{ name: "metrics-server", cpu: "100m", memory: "200Mi", memoryLimit: "400Mi" }],
    }),
  ];
};

const nodeMonitoring: AddonDefinition = (settings) => [
  serviceAccount(settings, "eks-node-monitoring-agent"),
  daemonSet(settings, {
    name: "eks-node-monitoring-agent",
    labels: { "app.kubernetes.io/name": "eks-node-monitoring-agent" },
    serviceAccount: "eks-node-monitoring-agent",
    hostNetwork: true,
    containers: [{ name: "eks-node-monitoring-agent", cpu: "10m", memory: "30Mi" }],
  }),
];

const snapshotController: AddonDefinition = (settings) => [
  serviceAccount(settings, "snapshot-controller"),
  deployment(settings, {
    name: "snapshot-controller",
    labels: { "app.kubernetes.io/name": "snapshot-controller" },
    serviceAccount: "snapshot-controller",
    replicas: 2,
    containers: [{ name: "snapshot-controller", cpu: "10m", memory: "40Mi" }],
  }),
];

export const addonDefinitions: Readonly<Record<string, AddonDefinition>> = {
  "vpc-cni": vpcCni,
  "kube-proxy": kubeProxy,
  coredns,
  "eks-pod-identity-agent": podIdentityAgent,
  "metrics-server": metricsServer,
  "eks-node-monitoring-agent": nodeMonitoring,
  "snapshot-controller": snapshotController,
  "aws-ebs-csi-driver": csiDriver("aws-ebs-csi-driver"),
  "aws-efs-csi-driver": csiDriver("aws-efs-csi-driver"),
  "aws-fsx-csi-driver": csiDriver("aws-fsx-csi-driver"),
};
