// EKS add-ons: names, service accounts, recommended policies, and versions by cluster minor. Names, accounts and policies
// are the EKS user guide's. The version lists are a shortened, partly inferred copy (form and order of magnitude are
// right, single builds may differ from AWS's): online, ask DescribeAddonVersions.
import { minorOf } from "./eks-versions.ts";

/** An add-on that EKS offers, with what it needs. */
export interface AddonFacts {
  name: string;
  /** Category as the API gives it. */
  type: "networking" | "storage" | "security" | "observability" | "management" | "compute" | "infra-management";
  owner: "aws" | "community";
  namespace: string;
  /** Service accounts with the AWS-managed policies recommended for them (names below `arn:aws:iam::aws:policy/`). */
  serviceAccounts: readonly { name: string; policies: readonly string[] }[];
  /** True where the add-on can't work without an IAM role. */
  requiresIamPermissions: boolean;
  computeTypes: readonly ("ec2" | "fargate" | "auto" | "hybrid")[];
}

type Line = readonly [
  name: string,
  type: AddonFacts["type"],
  owner: AddonFacts["owner"],
  namespace: string,
  accounts: Readonly<Record<string, readonly string[]>>,
  requiresIam: boolean,
  compute: string,
];

const catalogue: readonly Line[] = [
  ["vpc-cni", "networking", "aws", "kube-system", { "aws-node": ["AmazonEKS_CNI_Policy"] }, true, "ec2"],
  ["coredns", "networking", "aws", "kube-system", {}, false, "ec2 fargate auto hybrid"],
  ["kube-proxy", "networking", "aws", "kube-system", {}, false, "ec2 hybrid"],
  ["eks-pod-identity-agent", "security", "aws", "kube-system", {}, false, "ec2 hybrid"],
  [
    "aws-ebs-csi-driver",
    "storage",
    "aws",
    "kube-system",
    { "ebs-csi-controller-sa": ["service-role/AmazonEBSCSIDriverPolicy"] },
    true,
    "ec2 auto",
  ],
  [
    "aws-efs-csi-driver",
    "storage",
    "aws",
    "kube-system",
    { "efs-csi-controller-sa": ["service-role/AmazonEFSCSIDriverPolicy"] },
    true,
    "ec2 auto",
  ],
  [
    "aws-fsx-csi-driver",
    "storage",
    "aws",
    "kube-system",
    { "fsx-csi-controller-sa": ["AmazonFSxFullAccess"] },
    true,
    "ec2 auto",
  ],
  [
    "aws-mountpoint-s3-csi-driver",
    "storage",
    "aws",
    "kube-system",
    { "s3-csi-driver-sa": ["AmazonS3FullAccess"] },
    true,
    "ec2 auto",
  ],
  ["snapshot-controller", "storage", "aws", "kube-system", {}, false, "ec2 fargate auto"],
  [
    "amazon-cloudwatch-observability",
    "observability",
    "aws",
    "amazon-cloudwatch",
    { "cloudwatch-agent": ["CloudWatchAgentServerPolicy", "AWSXrayWriteOnlyAccess"] },
    true,
    "ec2 auto hybrid",
  ],
  [
    "adot",
    "observability",
    "aws",
    "opentelemetry-operator-system",
    {
      "adot-col-prom-metrics": ["AmazonPrometheusRemoteWriteAccess"],
      "adot-col-otlp-ingest": ["AWSXrayWriteOnlyAccess"],
      "adot-col-container-logs": ["CloudWatchAgentServerPolicy"],
    },
    true,
    "ec2 fargate auto hybrid",
  ],
  ["aws-guardduty-agent", "security", "aws", "amazon-guardduty", {}, false, "ec2 auto"],
  ["eks-node-monitoring-agent", "observability", "aws", "kube-system", {}, false, "ec2 hybrid"],
  [
    "aws-network-flow-monitoring-agent",
    "observability",
    "aws",
    "amazon-network-flow-monitor",
    { "aws-network-flow-monitor-agent-service-account": ["CloudWatchNetworkFlowMonitorAgentPublishPolicy"] },
    true,
    "ec2 auto",
  ],
  [
    "aws-privateca-connector-for-kubernetes",
    "security",
    "aws",
    "aws-privateca-issuer",
    { "aws-privateca-issuer": ["AWSPrivateCAConnectorForKubernetesPolicy"] },
    true,
    "ec2 fargate auto hybrid",
  ],
  ["aws-secrets-store-csi-driver-provider", "security", "aws", "aws-secrets-manager", {}, false, "ec2 auto hybrid"],
  ["amazon-sagemaker-hyperpod-taskgovernance", "management", "aws", "kueue-system", {}, false, "ec2"],
  ["amazon-sagemaker-hyperpod-training-operator", "management", "aws", "aws-hyperpod", {}, false, "ec2"],
  ["metrics-server", "observability", "community", "kube-system", {}, false, "ec2 fargate auto hybrid"],
  ["cert-manager", "security", "community", "cert-manager", {}, false, "ec2 fargate auto hybrid"],
  [
    "external-dns",
    "networking",
    "community",
    "external-dns",
    { "external-dns": ["AmazonRoute53FullAccess"] },
    true,
    "ec2 fargate auto hybrid",
  ],
  ["kube-state-metrics", "observability", "community", "kube-state-metrics", {}, false, "ec2 fargate auto hybrid"],
  ["prometheus-node-exporter", "observability", "community", "prometheus-node-exporter", {}, false, "ec2 auto hybrid"],
];

/** Every add-on of the table, in the order the API tends to list them. */
export function addons(): readonly AddonFacts[] {
  return catalogue.map(([name, type, owner, namespace, accounts, requiresIamPermissions, compute]) => ({
    name,
    type,
    owner,
    namespace,
    requiresIamPermissions,
    serviceAccounts: Object.entries(accounts).map(([account, policies]) => ({ name: account, policies })),
    computeTypes: compute.split(" ") as AddonFacts["computeTypes"],
  }));
}

/** An add-on by name. */
export function addon(name: string): AddonFacts | undefined {
  return addons().find((facts) => facts.name === name);
}

/** Versions by the first and last minor they run on (last absent: up to now), newest first; `*` marks the default. */
type Versions = readonly (readonly [versions: string, from: number, to?: number])[];

const everywhere: Readonly<Record<string, string>> = {
  "vpc-cni": "v1.22.1-eksbuild.1 *v1.21.1-eksbuild.3 v1.20.4-eksbuild.2 v1.19.6-eksbuild.7",
  "eks-pod-identity-agent": "v1.4.0-eksbuild.1 *v1.3.10-eksbuild.2 v1.3.8-eksbuild.2",
  "aws-ebs-csi-driver": "*v1.56.0-eksbuild.1 v1.55.0-eksbuild.2 v1.53.0-eksbuild.1 v1.48.0-eksbuild.2",
  "aws-efs-csi-driver": "*v2.3.0-eksbuild.1 v2.2.0-eksbuild.1 v2.1.15-eksbuild.1",
  "aws-fsx-csi-driver": "*v1.8.0-eksbuild.1 v1.7.0-eksbuild.1 v1.6.0-eksbuild.2",
  "aws-mountpoint-s3-csi-driver": "*v2.3.0-eksbuild.1 v2.2.1-eksbuild.1 v2.1.0-eksbuild.1",
  "snapshot-controller": "*v8.4.0-eksbuild.1 v8.3.0-eksbuild.3 v8.2.0-eksbuild.1",
  "amazon-cloudwatch-observability": "*v4.10.0-eksbuild.1 v4.8.0-eksbuild.1 v4.7.0-eksbuild.1",
  adot: "*v0.141.0-eksbuild.1 v0.131.0-eksbuild.1 v0.117.0-eksbuild.1",
  "aws-guardduty-agent": "*v1.12.1-eksbuild.2 v1.11.0-eksbuild.4 v1.10.0-eksbuild.2",
  "eks-node-monitoring-agent": "*v1.5.1-eksbuild.1 v1.4.2-eksbuild.1 v1.4.1-eksbuild.1",
  "aws-network-flow-monitoring-agent": "*v1.1.1-eksbuild.1 v1.1.0-eksbuild.1 v1.0.2-eksbuild.5",
  "aws-privateca-connector-for-kubernetes": "*v1.7.0-eksbuild.1 v1.6.1-eksbuild.1 v1.6.0-eksbuild.1",
  "aws-secrets-store-csi-driver-provider": "*v2.2.0-eksbuild.1 v2.1.1-eksbuild.1 v2.1.0-eksbuild.1",
  "amazon-sagemaker-hyperpod-taskgovernance": "*v1.3.0-eksbuild.1 v1.2.2-eksbuild.1 v1.1.3-eksbuild.1",
  "amazon-sagemaker-hyperpod-training-operator": "*v1.2.0-eksbuild.1 v1.1.0-eksbuild.1 v1.0.0-eksbuild.1",
  "metrics-server": "*v0.8.1-eksbuild.1 v0.8.0-eksbuild.6 v0.7.2-eksbuild.4",
  "cert-manager": "*v1.19.2-eksbuild.1 v1.19.1-eksbuild.1 v1.18.2-eksbuild.2",
  "external-dns": "*v0.20.0-eksbuild.3 v0.19.0-eksbuild.2 v0.18.0-eksbuild.1",
  "kube-state-metrics": "*v2.18.0-eksbuild.1 v2.17.0-eksbuild.4 v2.16.0-eksbuild.1",
  "prometheus-node-exporter": "*v1.10.2-eksbuild.6 v1.10.2-eksbuild.2 v1.9.1-eksbuild.4",
};

const byMinor: Readonly<Record<string, Versions>> = {
  coredns: [
    ["v1.14.1-eksbuild.1 *v1.13.2-eksbuild.1 v1.13.1-eksbuild.1 v1.12.4-eksbuild.1", 35],
    ["*v1.12.4-eksbuild.1 v1.12.3-eksbuild.1 v1.12.1-eksbuild.2", 33, 34],
    ["*v1.11.4-eksbuild.24 v1.11.4-eksbuild.14 v1.11.3-eksbuild.2", 29, 32],
  ],
  "kube-proxy": [
    ["*v1.36.0-eksbuild.5 v1.36.0-eksbuild.2 v1.35.3-eksbuild.5", 36, 36],
    ["*v1.35.3-eksbuild.5 v1.35.0-eksbuild.2 v1.34.6-eksbuild.5", 35, 35],
    ["*v1.34.6-eksbuild.5 v1.34.1-eksbuild.2 v1.34.0-eksbuild.2 v1.33.10-eksbuild.5", 34, 34],
    ["*v1.33.10-eksbuild.5 v1.33.5-eksbuild.2 v1.33.0-eksbuild.2 v1.32.13-eksbuild.5", 33, 33],
    ["*v1.32.13-eksbuild.5 v1.32.9-eksbuild.2 v1.32.0-eksbuild.2 v1.31.14-eksbuild.9", 32, 32],
    ["*v1.31.14-eksbuild.9 v1.31.10-eksbuild.12 v1.31.2-eksbuild.3 v1.30.14-eksbuild.28", 31, 31],
    ["*v1.30.14-eksbuild.28 v1.30.6-eksbuild.3 v1.29.15-eksbuild.30", 30, 30],
  ],
};

/** A version of an add-on for a Kubernetes version. */
export interface AddonVersion {
  /** `v1.20.4-eksbuild.2`. */
  version: string;
  /** What EKS installs when no version is asked. */
  default: boolean;
}

/** Versions of an add-on that run on a cluster minor (`1.34`), newest first; empty when it isn't offered there. */
export function addonVersions(name: string, clusterVersion: string): readonly AddonVersion[] {
  const minor = minorOf(clusterVersion);
  // A minor newer than the lists gets the newest line, as AWS carries builds over.
  const text = Object.hasOwn(everywhere, name)
    ? everywhere[name]
    : byMinor[name]?.find(
        ([, from, to = Number.POSITIVE_INFINITY], i) => minor >= from && (i === 0 || minor <= to),
      )?.[0];
  if (text === undefined || !(minor >= 30)) return [];
  return text.split(" ").map((item) => ({ version: item.replace("*", ""), default: item.startsWith("*") }));
}
