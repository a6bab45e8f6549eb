// Worlds of the checks of what surrounds a cluster: quotas, trails, stacks, images of nodes, the registry, detection.
import { account, cluster, file, object, pod, workload } from "../../src/doctor/testing.ts";
import type { Half, Worlds } from "./worlds.ts";
import { anywhere, live } from "./worlds.ts";

const aws = (parts: object, looked: Record<string, unknown> = {}, roles: object[] = []): ReturnType<typeof account> =>
  account(parts as Parameters<typeof account>[0], [], roles as never, looked);
const ecr = "111122223333.dkr.ecr.eu-central-1.amazonaws.com";
const web = workload("Deployment", "web", pod({ image: `${ecr}/shop/web:1.0` }));
const registry = (repository: object, rules: object[] = []): object => ({
  repositories: { list: [{ repositoryName: "shop/web", ...repository }], scanType: "BASIC", rules },
});
const role = (attached: string[], uses: string[] = ["node"], inline: object[] = []): object => ({
  arn: "arn:aws:iam::111122223333:role/nodes",
  name: "nodes",
  uses,
  trust: {},
  attached,
  inline,
});
const allow = (...Action: string[]): object => ({ Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
const subnet = { SubnetId: "s-a", CidrBlock: "10.0.0.0/26", AvailableIpAddressCount: 40 };
const inSubnet = { cluster: { resourcesVpcConfig: { subnetIds: ["s-a"] } }, subnets: [subnet] };
/** One address in each of the two blocks that a /26 can give away whole, and a prefix elsewhere. */
const strewn = [
  { SubnetId: "s-a", PrivateIpAddresses: [{ PrivateIpAddress: "10.0.0.20" }, { PrivateIpAddress: "10.0.0.40" }] },
  { SubnetId: "s-b", Ipv4Prefixes: [{ Ipv4Prefix: "10.0.1.16/28" }] },
];
const service = (name: string, spec: object, annotations: object = {}): object =>
  object("v1", "Service", name, { spec }, { annotations });
const albOf = (name: string, annotations: object = {}): object =>
  object(
    "networking.k8s.io/v1",
    "Ingress",
    "door",
    {
      spec: {
        ingressClassName: "alb",
        rules: [{ http: { paths: [{ backend: { service: { name, port: { number: 80 } } } }] } }],
      },
    },
    { annotations },
  );
const fargatePod = object(
  "v1",
  "Pod",
  "web-1",
  { spec: pod(), status: {} },
  { labels: { app: "web", "eks.amazonaws.com/fargate-profile": "fp" } },
);
const byAddress = { "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip" };
const balanced = { type: "LoadBalancer", selector: { app: "web" } };
const autoscaler = (serviceAccountName: string): object =>
  workload(
    "Deployment",
    "cluster-autoscaler",
    pod({ image: "registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0" }, { serviceAccountName }),
  );
const annotated = (name: string, arn: string): object =>
  object("v1", "ServiceAccount", name, {}, { annotations: { "eks.amazonaws.com/role-arn": arn } });
const karpenter = (tag: string): object =>
  workload("Deployment", "karpenter", pod({ image: `public.ecr.aws/karpenter/controller:${tag}` }));
const template = (userData: string): Half =>
  aws({
    launchTemplates: [
      {
        group: "web",
        managed: true,
        id: "lt-1",
        version: "1",
        latest: "1",
        data: { UserData: Buffer.from(userData).toString("base64") },
      },
    ],
  });
const nodeConfig = (config: string): string =>
  `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: application/node.eks.aws\n\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n    config: ${config}\n\n--B--\n`;
const profiles = {
  fargateProfiles: [{ fargateProfileName: "fp", status: "ACTIVE", selectors: [{ namespace: "sh*" }] }],
};
const pending = (labels: object, createdAt = "2026-11-21T10:00:00Z"): object =>
  object(
    "v1",
    "Pod",
    "web-1",
    {
      spec: pod(),
      status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", message: "no room" }] },
    },
    {
      labels,
      namespace: "alone",
      creationTimestamp: createdAt,
      ownerReferences: [{ kind: "ReplicaSet", name: "web-1", controller: true }],
    },
  );
const update = (type: string, createdAt: string): object => ({
  versionUpdates: [{ id: "u-1", type, status: "Successful", createdAt: new Date(createdAt) }],
});
const group = (releaseVersion: string): object => ({
  nodeGroups: [{ nodegroupName: "web", amiType: "AL2023_x86_64_STANDARD", version: "1.35", releaseVersion }],
  nodeReleases: new Map([["AL2023_x86_64_STANDARD/1.35", "1.35.2-20261114"]]),
});
const vpc = { subnetIds: ["s-a", "s-b"], securityGroupIds: ["sg-1"] };
const there = { subnets: [{ SubnetId: "s-a" }, { SubnetId: "s-b" }], securityGroups: [{ GroupId: "sg-1" }] };
const stack = (StackDriftStatus: string): object => ({
  stacks: [{ StackName: "web", DriftInformation: { StackDriftStatus } }],
});
const nat = { NatGatewayId: "nat-1", State: "available", NatGatewayAddresses: [] };
const shipped = (stream: string): object =>
  object(
    "v1",
    "ConfigMap",
    "aws-logging",
    {
      data: {
        "output.conf": `[OUTPUT]\n    Name kinesis_firehose\n    Match *\n    region eu-central-1\n    delivery_stream ${stream}\n`,
      },
    },
    { namespace: "aws-observability" },
  );
const writer = role([], ["fargate"], [{ name: "logs", document: allow("firehose:Put*") }]);
const trail = (more: object): object => ({
  trails: [{ name: "all", home: "eu-central-1", multiRegion: true, logging: true, ...more }],
});
const secret = (name: string, more: object = {}): object => object("v1", "Secret", name, { type: "Opaque", ...more });
const usage = (name: string, cpu: string, memory: string): object[] => [
  object(
    "v1",
    "Pod",
    name,
    {
      spec: pod({ resources: { requests: { cpu: "1", memory: "2Gi" } } }),
      status: { phase: "Running" },
    },
    {
      labels: { "pod-template-hash": "5d" },
      ownerReferences: [{ kind: "ReplicaSet", name: "web-5d", controller: true }],
    },
  ),
  object("metrics.k8s.io/v1beta1", "PodMetrics", name, { containers: [{ name: "app", usage: { cpu, memory } }] }),
];
const ended = (message: string): Half =>
  live(
    object("v1", "Pod", "web", {
      spec: { ...pod(), nodeName: "n1" },
      status: { containerStatuses: [{ name: "app", state: { waiting: { reason: "ErrImagePull", message } } }] },
    }),
  );

export const surroundings: Readonly<Record<string, Worlds>> = {
  "LT-N009": {
    fires: [aws({ ...inSubnet, interfaces: strewn })],
    silent: [
      aws({ ...inSubnet, interfaces: strewn.slice(1) }),
      // Without prefixes strewn addresses do no harm.
      aws({ ...inSubnet, interfaces: strewn.slice(0, 1) }),
    ],
  },
  "LT-N030": {
    fires: [
      live(service("web", balanced), fargatePod),
      ...anywhere(service("web", { ...balanced, type: "ClusterIP" }), albOf("web")),
      live(service("web", { ...balanced, type: "NodePort" }), albOf("web"), fargatePod),
      ...anywhere(service("web", { ...balanced, externalTrafficPolicy: "Local" }, byAddress)),
    ],
    silent: [
      live(service("web", balanced, byAddress), fargatePod),
      ...anywhere(
        service("web", { ...balanced, type: "ClusterIP" }),
        albOf("web", { "alb.ingress.kubernetes.io/target-type": "ip" }),
      ),
      ...anywhere(service("web", { ...balanced, type: "NodePort" }), albOf("web")),
      live(
        service("web", { ...balanced, type: "ClusterIP" }),
        albOf("web"),
        workload("Deployment", "aws-load-balancer-controller", pod({ args: ["--default-target-type=ip"] })),
      ),
    ],
  },
  "LT-I029": {
    fires: [
      file("iamIdentityMappings: [{arn: 'arn:aws:sts::111122223333:assumed-role/ops/jane', username: jane}]"),
      file(
        "iamIdentityMappings: [{arn: 'arn:aws:iam::111122223333:role/ops', username: a}, {arn: 'arn:aws:iam::111122223333:role/ops', username: b}]",
      ),
    ],
    silent: [file("iamIdentityMappings: [{arn: 'arn:aws:iam::111122223333:role/ops', username: ops}]")],
  },
  "LT-S010": {
    fires: [
      aws({ storage: { gp2: 0, gp3: 41 * 1024 } }),
      aws({ storage: { gp2: 9 * 1024, gp3: 0 }, quotas: { gp2TiB: 10, gp3TiB: 50, vcpus: 5 } }),
    ],
    silent: [aws({ storage: { gp2: 39 * 1024, gp3: 39 * 1024 } })],
  },
  "LT-U015": {
    fires: [aws({ standardVcpus: 800 }), aws({ standardVcpus: 950 })],
    silent: [aws({ standardVcpus: 799 })],
  },
  "LT-D007": {
    fires: [aws(group("1.35.0-20260801"))],
    silent: [aws(group("1.35.2-20261114")), aws(group("1.35.1-20261001"))],
  },
  "LT-D014": {
    fires: [
      { ...aws({}), ...live(autoscaler("scaler")) },
      {
        ...aws({}, { "managedPolicy/p": allow("autoscaling:*") }, [role(["p"])]),
        ...live(autoscaler("scaler"), annotated("scaler", "arn:aws:iam::111122223333:role/nodes")),
      },
      {
        ...aws({}, { "managedPolicy/p": allow("autoscaling:Describe*", "ec2:D*") }, [role(["p"])]),
        ...live(autoscaler("scaler"), annotated("scaler", "arn:aws:iam::111122223333:role/nodes")),
      },
    ],
    silent: [
      { ...aws({ associations: [{ namespace: "shop", serviceAccount: "scaler" }] }), ...live(autoscaler("scaler")) },
      {
        ...aws(
          {},
          { "managedPolicy/p": allow("autoscaling:SetDesiredCapacity", "autoscaling:Describe*", "ec2:Describe*") },
          [role(["p"])],
        ),
        ...live(autoscaler("scaler"), annotated("scaler", "arn:aws:iam::111122223333:role/nodes")),
      },
    ],
  },
  "LT-D015": {
    fires: [live(karpenter("1.6.2")), cluster("1.37", karpenter("v1.12.0"))],
    silent: [live(karpenter("1.9.0")), live(web)],
  },
  "LT-D020": {
    fires: [
      file("nodeGroups: [{name: own, kubeletExtraConfig: {readOnlyPort: 10255}}]"),
      file(
        "metadata: {name: demo, region: eu-central-1, version: '1.32'}\nnodeGroups: [{name: own, ami: ami-12345678, amiFamily: AmazonLinux2, overrideBootstrapCommand: '/etc/eks/bootstrap.sh demo --kubelet-extra-args --anonymous-auth=true'}]",
      ),
      template(nodeConfig("{authentication: {anonymous: {enabled: true}}}")),
      template("#!/bin/sh\n/etc/eks/bootstrap.sh demo --kubelet-extra-args '--read-only-port=10255'\n"),
    ],
    silent: [
      file("nodeGroups: [{name: own, kubeletExtraConfig: {readOnlyPort: 0, maxPods: 50}}]"),
      template(nodeConfig("{maxPods: 50}")),
      template(""),
    ],
  },
  "LT-D024": {
    fires: [
      { ...aws(profiles), ...live(workload("Deployment", "web", pod({ securityContext: { privileged: true } }))) },
      { ...aws(profiles), ...live(pending({ "eks.amazonaws.com/fargate-profile": "fp" })) },
      { ...aws(profiles), ...live(pending({})) },
      {
        ...aws({ ...profiles, nodeGroups: [{ nodegroupName: "zero" }] }),
        ...live(pending({ "eks.amazonaws.com/fargate-profile": "fp" }, "2026-11-21T09:54:00Z")),
        now: Date.parse("2026-11-21T10:00:00Z"),
      },
    ],
    silent: [
      { ...aws(profiles), ...live(web) },
      { ...aws({}), ...live(pending({})) },
      { ...aws(profiles), ...live(pending({}), { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } }) },
      ...[
        aws({ ...profiles, cluster: { computeConfig: { enabled: true } } }),
        aws({ ...profiles, nodeGroups: [{ nodegroupName: "zero", scalingConfig: { minSize: 0, desiredSize: 0 } }] }),
        aws({ ...profiles, scalingGroups: [{ name: "own", zones: [], max: 3, suspended: [], managed: false }] }),
      ].map((other) => ({ ...other, ...live(pending({})) })),
      {
        ...aws(profiles),
        ...live(pending({}), { apiVersion: "karpenter.sh/v1", kind: "NodePool", metadata: { name: "spot" } }),
      },
      // Four minutes old: it starts.
      {
        ...aws(profiles),
        ...live(pending({ "eks.amazonaws.com/fargate-profile": "fp" }, "2026-11-21T09:56:00Z")),
        now: Date.parse("2026-11-21T10:00:00Z"),
      },
    ],
  },
  "LT-U017": {
    fires: anywhere(object("policy/v1beta1", "PodSecurityPolicy", "restricted", {}, { namespace: undefined })),
    silent: anywhere(object("policy/v1", "PodDisruptionBudget", "web", {})),
  },
  "LT-U022": {
    fires: [aws(update("VersionUpdate", "2026-11-18T10:00:00Z"))],
    silent: [
      aws(update("VersionUpdate", "2026-11-10T10:00:00Z")),
      aws(update("VersionRollback", "2026-11-18T10:00:00Z")),
      aws({}),
    ],
  },
  "LT-U024": {
    fires: [aws({ cluster: { name: "shop", tags: { environment: "production" } }, clusters: ["shop"] })],
    silent: [
      aws({ cluster: { name: "shop-prod" }, clusters: ["shop-prod", "shop-test"] }),
      aws({ cluster: { name: "shop" }, clusters: ["shop"] }),
    ],
  },
  "LT-U027": {
    fires: [
      aws({ cluster: { resourcesVpcConfig: vpc }, ...there, subnets: [{ SubnetId: "s-a" }] }),
      aws({ ...there, nodeGroups: [{ nodegroupName: "web", subnets: ["s-gone"] }] }),
    ],
    silent: [aws({ cluster: { resourcesVpcConfig: vpc }, ...there })],
  },
  "LT-W025": {
    fires: [
      live(object("v1", "ConfigMap", "old", { data: {} })),
      live(secret("old")),
      live(object("v1", "ServiceAccount", "old")),
    ],
    silent: [
      live(
        workload(
          "Deployment",
          "web",
          pod({ envFrom: [{ secretRef: { name: "keys" } }] }, { serviceAccountName: "web" }),
        ),
        secret("keys"),
        object("v1", "ServiceAccount", "web"),
        object("v1", "ConfigMap", "kube-root-ca.crt", { data: {} }),
        secret("release", { type: "helm.sh/release.v1" }),
        albOf("web"),
      ),
    ],
  },
  "LT-L003": {
    fires: [aws({}), aws(trail({ logging: false })), aws(trail({ multiRegion: false }))],
    silent: [aws(trail({}))],
  },
  "LT-L007": {
    fires: [
      { ...aws({ roles: [writer] }), ...live(shipped("logs")) },
      { ...aws({ roles: [role([], ["fargate"])] }, { "deliveryStream/logs": "ACTIVE" }), ...live(shipped("logs")) },
    ],
    silent: [{ ...aws({ roles: [writer] }, { "deliveryStream/logs": "ACTIVE" }), ...live(shipped("logs")) }],
  },
  "LT-L008": {
    fires: [aws({}), aws({ guardDuty: ["EKS_AUDIT_LOGS"], inspector: { ec2: true, ecr: true } })],
    silent: [aws({ guardDuty: ["EKS_AUDIT_LOGS", "RUNTIME_MONITORING"], inspector: { ec2: true, ecr: true } })],
  },
  "LT-M001": {
    fires: [{ ...aws(registry({ imageScanningConfiguration: { scanOnPush: false } })), ...live(web) }],
    silent: [
      { ...aws(registry({ imageScanningConfiguration: { scanOnPush: true } })), ...live(web) },
      {
        ...aws(registry({}, [{ scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: [{ filter: "shop/*" }] }])),
        ...live(web),
      },
    ],
  },
  "LT-M002": {
    fires: [{ ...aws(registry({ imageTagMutability: "MUTABLE" })), ...live(web) }],
    silent: [{ ...aws(registry({ imageTagMutability: "IMMUTABLE" })), ...live(web) }],
  },
  "LT-M004": {
    fires: [
      aws({ roles: [role(["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"])] }),
      {
        ...aws(registry({}), {
          "repositoryPolicy/shop/web": {
            Statement: [{ Effect: "Allow", Principal: "*", Action: ["ecr:PutImage"] }],
          },
        }),
        ...live(web),
      },
      {
        ...aws(registry({}), {
          "repositoryPolicy/shop/web": {
            Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: ["ecr:BatchGetImage"] }],
          },
        }),
        ...live(web),
      },
    ],
    silent: [
      {
        ...aws({ ...registry({}), roles: [role(["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"])] }),
        ...live(web),
      },
    ],
  },
  "LT-M005": {
    fires: [
      ended("failed to pull image: no match for platform in manifest: not found"),
      ended("exec /app: exec format error"),
    ],
    silent: [ended("manifest unknown")],
  },
  "LT-E003": {
    fires: [live(secret("keys"))],
    silent: [
      live(secret("keys"), object("storage.k8s.io/v1", "CSIDriver", "secrets-store.csi.k8s.io")),
      live(secret("keys", { type: "kubernetes.io/tls" })),
    ],
  },
  "LT-C003": {
    fires: [
      aws({ natGateways: [nat] }),
      aws({
        addresses: [
          {
            AllocationId: "eipalloc-1",
            PublicIp: "203.0.113.7",
            Tags: [{ Key: "alpha.eksctl.io/cluster-name", Value: "demo" }],
          },
        ],
      }),
    ],
    silent: [
      aws({ natGateways: [nat], routeTables: [{ Routes: [{ NatGatewayId: "nat-1" }] }] }),
      aws({ addresses: [{ AllocationId: "eipalloc-2", PublicIp: "203.0.113.8" }] }),
    ],
  },
  "LT-C004": {
    fires: [live(...usage("web-5d-1", "20000000n", "100Mi"))],
    silent: [live(...usage("web-5d-1", "600m", "1Gi")), live(web)],
  },
  "LT-C008": { fires: [aws(stack("DRIFTED"))], silent: [aws(stack("IN_SYNC")), aws(stack("NOT_CHECKED"))] },
};
