// A cluster in which the doctor finds nothing: its file, what its account needs besides, and what runs on it.
import type { Aws } from "../../src/lotse.ts";
import { kindTable } from "../../src/doctor/objects/kinds.ts";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { parseManifests } from "../../src/rehearse/manifests/read.ts";
import { eventually, kubeOf } from "./kubernetes.ts";
import type { World } from "./world.ts";

/** Whoever made the account's roles may take them on. */
const trustOf = (account: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: `arn:aws:iam::${account}:root` } }],
  });

const admin = (arn: string): string =>
  `{principalARN: "${arn}", accessPolicies: [{policyARN: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", accessScope: {type: cluster}}]}`;

/** The file of the cluster `careful`. */
export const carefulFile = (account: string, keyArn: string): string => `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: careful, region: eu-central-1, version: "1.35"}
accessConfig:
  authenticationMode: API
  bootstrapClusterCreatorAdminPermissions: false
  accessEntries: [${admin(`arn:aws:iam::${account}:role/ops`)}, ${admin(`arn:aws:iam::${account}:role/emergency`)}]
upgradePolicy: {supportType: STANDARD}
secretsEncryption: {keyARN: "${keyArn}"}
vpc:
  cidr: 10.64.0.0/16
  nat: {gateway: HighlyAvailable}
  publicAccessCIDRs: [198.51.100.0/24]
  clusterEndpoints: {privateAccess: true, publicAccess: true}
cloudWatch: {clusterLogging: {enableTypes: [audit, authenticator], logRetentionInDays: 90}}
addonsConfig: {autoApplyPodIdentityAssociations: true}
addons: [{name: vpc-cni, configurationValues: '{"enableNetworkPolicy": "true"}'}, {name: coredns}, {name: kube-proxy}, {name: eks-pod-identity-agent}]
managedNodeGroups:
  - name: web
    instanceType: m7i.large
    minSize: 2
    desiredCapacity: 2
    maxSize: 4
    privateNetworking: true
    disableIMDSv1: true
    disablePodIMDS: true
    volumeEncrypted: true
    nodeRepairConfig: {enabled: true}
`;

const registry = "111122223333.dkr.ecr.eu-central-1.amazonaws.com";
const container = (name: string, version: string, more = ""): string =>
  `{name: ${name}, image: "${registry}/${name}:${version}", resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 32Mi}}, securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}, ${more}}`;
const probes = (port: string): string =>
  `readinessProbe: {httpGet: {path: /, port: ${port}}}, livenessProbe: {httpGet: {path: /, port: ${port}}}`;
const hardened = "{runAsNonRoot: true, runAsUser: 1000, seccompProfile: {type: RuntimeDefault}}";

/** What runs: a shop in two zones, the autoscaler, a shipper of logs; and what metrics-server would say, as objects. */
const inside = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: pods.metrics.k8s.io, annotations: {api-approved.kubernetes.io: "unapproved, stands for metrics-server"}}
spec:
  group: metrics.k8s.io
  scope: Namespaced
  names: {plural: pods, singular: pod, kind: PodMetrics, listKind: PodMetricsList}
  versions: [{name: v1beta1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: all, namespace: shop}
spec: {hard: {pods: "50"}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop}
automountServiceAccountToken: false
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}], trafficDistribution: PreferClose}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  replicas: 2
  minReadySeconds: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      automountServiceAccountToken: false
      topologySpreadConstraints: [{topologyKey: topology.kubernetes.io/zone, maxSkew: 1, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}]
      securityContext: ${hardened}
      containers:
        - ${container("web", "1.0", `ports: [{name: http, containerPort: 8080}], ${probes("http")}, lifecycle: {preStop: {sleep: {seconds: 5}}}`)}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: cluster-autoscaler, namespace: kube-system}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cluster-autoscaler, namespace: kube-system}
spec:
  replicas: 1
  selector: {matchLabels: {app: cluster-autoscaler}}
  template:
    metadata: {labels: {app: cluster-autoscaler}}
    spec:
      serviceAccountName: cluster-autoscaler
      priorityClassName: system-cluster-critical
      containers:
        - ${container("cluster-autoscaler", "v1.35.0", 'args: ["--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled"]')}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: fluent-bit, namespace: kube-system}
spec:
  selector: {matchLabels: {app: fluent-bit}}
  template:
    metadata: {labels: {app: fluent-bit}}
    spec:
      priorityClassName: system-node-critical
      securityContext: ${hardened}
      containers:
        - ${container("fluent-bit", "3.2", probes("2020"))}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: gp3, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: ebs.csi.aws.com
parameters: {type: gp3, encrypted: "true"}
volumeBindingMode: WaitForFirstConsumer
`;

/** Objects of a YAML text made in a cluster. */
export async function make(kube: Kube, yaml: string): Promise<void> {
  for (const { object } of parseManifests("objects.yaml", yaml).manifests) await create(kube, object);
}

async function create(kube: Kube, object: KubeObject): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const plural =
    kind === "CustomResourceDefinition"
      ? "customresourcedefinitions"
      : (Object.values(kindTable).find(([, , , of]) => of === kind)?.[2] ?? "");
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  await kube.connection.send({
    method: "POST",
    path: `${root}${place}/${plural}`,
    body: object,
    what: `create ${kind} ${metadata.name}`,
  });
}

/** A living cluster `careful`, and who looks after it. */
export interface CarefulCluster {
  text: string;
  keyId: string;
  nodeRole: string;
  vpcId: string;
  /** The role `ops`, an administrator of account and cluster. */
  ops: Aws;
  kube: Kube;
}

/** As who has the role of that name. */
export async function asRole(world: World, name: string): Promise<{ aws: Aws; kube(cluster: string): Kube }> {
  const { Credentials } = world.send<{
    Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };
  }>("sts", "AssumeRole", {
    RoleArn: `arn:aws:iam::${world.sandbox.account}:role/${name}`,
    RoleSessionName: "doctor",
  });
  const credentials = {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
  };
  return { aws: await world.connect({ credentials }), kube: (cluster) => kubeOf(world, cluster, credentials) };
}

/** Makes the role of that name, which the account may take on. */
export function makeOwnRole(world: World, RoleName: string): void {
  world.send("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument: trustOf(world.sandbox.account) });
}

/** A role that the cluster autoscaler alone has. */
function makeScalerRole({ send, sandbox }: World): void {
  const trust = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
      },
    ],
  };
  send("iam", "CreateRole", { RoleName: "scaler", AssumeRolePolicyDocument: JSON.stringify(trust) });
  send("eks", "CreatePodIdentityAssociation", {
    clusterName: "careful",
    namespace: "kube-system",
    serviceAccount: "cluster-autoscaler",
    roleArn: `arn:aws:iam::${sandbox.account}:role/scaler`,
  });
}

/** Somebody writes down what happens in the account, and watches. */
export function watchAccount({ send, sandbox }: World): void {
  const Bucket = `trail-of-${sandbox.account}`;
  send("s3", "CreateBucket", { Bucket, CreateBucketConfiguration: { LocationConstraint: sandbox.region } });
  const Principal = { Service: "cloudtrail.amazonaws.com" };
  const Statement = [
    { Effect: "Allow", Principal, Action: "s3:GetBucketAcl", Resource: `arn:aws:s3:::${Bucket}` },
    { Effect: "Allow", Principal, Action: "s3:PutObject", Resource: `arn:aws:s3:::${Bucket}/*` },
  ];
  send("s3", "PutBucketPolicy", { Bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
  send("cloudtrail", "CreateTrail", { Name: "all", S3BucketName: Bucket, IsMultiRegionTrail: true });
  send("cloudtrail", "StartLogging", { Name: "all" });
  send("guardduty", "CreateDetector", { Enable: true, Features: [{ Name: "RUNTIME_MONITORING", Status: "ENABLED" }] });
  send("inspector2", "Enable", { resourceTypes: ["EC2", "ECR"] });
}

/** Makes the cluster and everything that it takes for the doctor to have nothing to say. */
export async function makeCarefulCluster(world: World): Promise<CarefulCluster> {
  const { send, sandbox } = world;
  watchAccount(world);
  for (const name of ["ops", "emergency"]) makeOwnRole(world, name);
  send("iam", "AttachRolePolicy", { RoleName: "ops", PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" });
  const { KeyMetadata } = send<{ KeyMetadata: { Arn: string; KeyId: string } }>("kms", "CreateKey", {});
  send("kms", "EnableKeyRotation", { KeyId: KeyMetadata.KeyId });
  const text = carefulFile(sandbox.account, KeyMetadata.Arn);
  const { aws: ops, kube: open } = await asRole(world, "ops");
  const { ok, failed } = await world.apply(text, { aws: ops });
  if (!ok) throw new Error(failed.map(({ message }) => message).join("; "));
  const { nodegroup } = send<{ nodegroup: { nodeRole: string } }>("eks", "DescribeNodegroup", {
    clusterName: "careful",
    nodegroupName: "web",
  });
  const nodeRole = nodegroup.nodeRole.split("/").at(-1) ?? "";
  // eksctl attaches it to every node role, though the CNI has a role of its own.
  const PolicyArn = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy";
  send("iam", "DetachRolePolicy", { RoleName: nodeRole, PolicyArn });
  const { cluster } = send<{ cluster: { resourcesVpcConfig: { vpcId: string } } }>("eks", "DescribeCluster", {
    name: "careful",
  });
  const { vpcId } = cluster.resourcesVpcConfig;
  const flow = { ResourceIds: [vpcId], ResourceType: "VPC", TrafficType: "ALL" };
  send("s3", "CreateBucket", {
    Bucket: "flow-of-careful",
    CreateBucketConfiguration: { LocationConstraint: sandbox.region },
  });
  send("ec2", "CreateFlowLogs", { ...flow, LogDestinationType: "s3", LogDestination: "arn:aws:s3:::flow-of-careful" });
  send("eks", "UpdateClusterConfig", { name: "careful", deletionProtection: true });
  makeScalerRole(world);
  const kube = open("careful");
  await make(kube, inside);
  await eventually(
    async () =>
      make(kube, "apiVersion: metrics.k8s.io/v1beta1\nkind: PodMetrics\nmetadata: {name: web, namespace: shop}").then(
        () => true,
        // The server needs a moment for a kind that is new.
        () => false,
      ),
    (made) => made,
  );
  await kube.patch(resources.namespaces, { name: "default" }, "merge", {
    metadata: { labels: { "pod-security.kubernetes.io/enforce": "baseline" } },
  });
  return { text, keyId: KeyMetadata.KeyId, nodeRole, vpcId, ops, kube };
}
