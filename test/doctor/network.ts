// Worlds of the checks of the network.
import { account, cluster, file, object, pod, workload } from "../../src/doctor/testing.ts";
import type { Worlds } from "./worlds.ts";
import { anywhere, live } from "./worlds.ts";

const subnet = (SubnetId: string, more: object = {}): object => ({
  SubnetId,
  CidrBlock: "10.0.0.0/24",
  AvailabilityZone: `eu-central-1${SubnetId.at(-1)}`,
  AvailabilityZoneId: `euc1-az${SubnetId === "s-a" ? 2 : 3}`,
  AvailableIpAddressCount: 200,
  ...more,
});
const inVpc = (more: object = {}): object => ({
  resourcesVpcConfig: { vpcId: "vpc-1", subnetIds: ["s-a", "s-b"], ...more },
});
const group = (more: object = {}): object => ({
  nodegroupName: "web",
  subnets: ["s-a", "s-b"],
  instanceTypes: ["m5.large"],
  ...more,
});
const two = [subnet("s-a"), subnet("s-b")];
const tables = (gateway: string): object[] => [
  {
    Associations: [{ Main: true }],
    Routes: [{ DestinationCidrBlock: "0.0.0.0/0", GatewayId: gateway, NatGatewayId: gateway }],
  },
];
const aws = (parts: object): ReturnType<typeof account> => account(parts as Parameters<typeof account>[0]);
const service = (name: string, spec: object, annotations: object = {}): object =>
  object("v1", "Service", name, { spec }, { annotations });
const ingress = (name: string, spec: object, annotations: object = {}): object =>
  object("networking.k8s.io/v1", "Ingress", name, { spec }, { annotations });
const policy = (name: string, spec: object): object => object("networking.k8s.io/v1", "NetworkPolicy", name, { spec });
const cni = (env: Record<string, string>, args: string[] = []): object =>
  workload(
    "DaemonSet",
    "aws-node",
    pod({
      name: "aws-node",
      image: "eks/amazon-k8s-cni:v1.21.1",
      args,
      env: Object.entries(env).map(([name, value]) => ({ name, value })),
    }),
    {},
    { namespace: "kube-system" },
  );
const node = (name: string, labels: object = {}, status: object = {}): object => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels },
  status,
});
const web = workload("Deployment", "web", pod({ ports: [{ name: "http", containerPort: 80 }] }), { replicas: 2 });
const backend = (name: string, number: number): object => ({
  rules: [{ http: { paths: [{ backend: { service: { name, port: { number } } } }] } }],
});

export const network: Readonly<Record<string, Worlds>> = {
  "LT-N001": {
    fires: [
      file("vpc: {cidr: 10.0.0.0/22}\nmanagedNodeGroups: [{name: web, instanceType: m5.large, maxSize: 50}]"),
      aws({ cluster: inVpc(), subnets: two, nodeGroups: [group({ scalingConfig: { maxSize: 50 } })] }),
    ],
    silent: [
      file("vpc: {cidr: 10.0.0.0/16}\nmanagedNodeGroups: [{name: web, instanceType: m5.large, maxSize: 50}]"),
      aws({ cluster: inVpc(), subnets: two, nodeGroups: [group({ scalingConfig: { maxSize: 3 } })] }),
    ],
  },
  "LT-N002": {
    fires: [aws({ cluster: inVpc(), subnets: [subnet("s-a", { AvailableIpAddressCount: 30 })] })],
    silent: [aws({ cluster: inVpc(), subnets: two })],
  },
  "LT-N003": {
    fires: [
      {
        ...aws({ cluster: inVpc(), subnets: [subnet("s-a", { AvailableIpAddressCount: 1 })] }),
        ...live(
          object("batch/v1", "CronJob", "tick", {
            spec: { schedule: "* * * * *", jobTemplate: { spec: { template: { spec: pod() } } } },
          }),
        ),
      },
    ],
    silent: [
      {
        ...aws({ cluster: inVpc(), subnets: two }),
        ...live(
          object("batch/v1", "CronJob", "tick", {
            spec: { schedule: "*/5 * * * *", jobTemplate: { spec: { template: { spec: pod() } } } },
          }),
        ),
      },
    ],
  },
  "LT-N004": {
    fires: [aws({ cluster: inVpc(), subnets: [subnet("s-a", { AvailableIpAddressCount: 4 }), subnet("s-b")] })],
    silent: [aws({ cluster: inVpc(), subnets: two })],
  },
  "LT-N005": {
    fires: [
      aws({ cluster: inVpc(), subnets: [subnet("s-a", { AvailableIpAddressCount: 12 })] }),
      aws({ cluster: inVpc(), subnets: [subnet("s-a", { AvailabilityZoneId: "use1-az3" })] }),
    ],
    silent: [aws({ cluster: inVpc(), subnets: two })],
  },
  "LT-N006": {
    fires: [file("managedNodeGroups: [{name: web, instanceType: t3.small}]")],
    silent: [file("managedNodeGroups: [{name: web, instanceType: m5.large}]")],
  },
  "LT-N007": {
    fires: [
      live(cni({ ENABLE_PREFIX_DELEGATION: "true" }), node("n1", { "node.kubernetes.io/instance-type": "m4.large" })),
    ],
    silent: [
      live(cni({ ENABLE_PREFIX_DELEGATION: "true" }), node("n1", { "node.kubernetes.io/instance-type": "m5.large" })),
      live(cni({}), node("n1", { "node.kubernetes.io/instance-type": "m4.large" })),
    ],
  },
  "LT-N008": {
    fires: [
      live(
        cni({ ENABLE_PREFIX_DELEGATION: "true" }),
        node("n1", { "node.kubernetes.io/instance-type": "m5.large" }, { allocatable: { pods: "29" } }),
      ),
    ],
    silent: [
      live(
        cni({ ENABLE_PREFIX_DELEGATION: "true" }),
        node("n1", { "node.kubernetes.io/instance-type": "m5.large" }, { allocatable: { pods: "110" } }),
      ),
    ],
  },
  "LT-N010": {
    fires: [
      live(cni({ MINIMUM_IP_TARGET: "10" })),
      live(cni({ ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "0" })),
    ],
    silent: [live(cni({ MINIMUM_IP_TARGET: "10", WARM_IP_TARGET: "2" }))],
  },
  "LT-N011": {
    fires: [aws({ cluster: inVpc(), subnets: [subnet("s-c", { AvailableIpAddressCount: 251 })] })],
    silent: [aws({ cluster: inVpc(), subnets: [subnet("s-a", { AvailableIpAddressCount: 251 }), subnet("s-c")] })],
  },
  "LT-N012": {
    fires: [
      {
        ...aws({ cluster: inVpc(), subnets: two, routeTables: tables("igw-1") }),
        ...live(service("web", { type: "LoadBalancer" })),
      },
    ],
    silent: [
      {
        ...aws({
          cluster: inVpc(),
          subnets: [subnet("s-a", { Tags: [{ Key: "kubernetes.io/role/elb", Value: "1" }] })],
          routeTables: tables("igw-1"),
        }),
        ...live(service("web", { type: "LoadBalancer" })),
      },
      {
        ...aws({ cluster: inVpc(), subnets: two, routeTables: tables("igw-1") }),
        ...live(service("web", { type: "ClusterIP" })),
      },
    ],
  },
  "LT-N013": {
    fires: [
      aws({
        subnets: [subnet("s-a", { AvailableIpAddressCount: 5, Tags: [{ Key: "kubernetes.io/role/elb", Value: "1" }] })],
      }),
    ],
    silent: [
      aws({
        subnets: [
          subnet("s-a", { Tags: [{ Key: "kubernetes.io/role/elb", Value: "1" }] }),
          subnet("s-b", { AvailableIpAddressCount: 5 }),
        ],
      }),
    ],
  },
  "LT-N014": {
    fires: [file("vpc: {}"), aws({ cluster: inVpc({ endpointPublicAccess: true, publicAccessCidrs: ["0.0.0.0/0"] }) })],
    silent: [
      file("vpc: {publicAccessCIDRs: [198.51.100.0/24]}"),
      aws({ cluster: inVpc({ endpointPublicAccess: true, publicAccessCidrs: ["198.51.100.0/24"] }) }),
    ],
  },
  "LT-N015": {
    fires: [
      file("vpc: {clusterEndpoints: {privateAccess: false, publicAccess: true}}"),
      aws({ cluster: inVpc({ endpointPrivateAccess: false }) }),
    ],
    silent: [
      file("vpc: {clusterEndpoints: {privateAccess: true, publicAccess: true}}"),
      aws({ cluster: inVpc({ endpointPrivateAccess: true }) }),
    ],
  },
  "LT-N016": {
    fires: [file("managedNodeGroups: [{name: web}]"), aws({ nodeGroups: [group()], routeTables: tables("igw-1") })],
    silent: [
      file("managedNodeGroups: [{name: web, privateNetworking: true}]"),
      aws({ nodeGroups: [group()], routeTables: tables("nat-1") }),
    ],
  },
  "LT-N017": {
    fires: [
      file("vpc: {nat: {gateway: Single}}"),
      aws({ cluster: inVpc(), subnets: two, natGateways: [{ NatGatewayId: "nat-1", State: "available" }] }),
    ],
    silent: [
      file("vpc: {nat: {gateway: HighlyAvailable}}"),
      aws({ cluster: inVpc(), subnets: two, natGateways: [{ State: "available" }, { State: "available" }] }),
    ],
  },
  "LT-N018": {
    fires: [
      aws({
        cluster: inVpc(),
        subnets: two,
        routeTables: [],
        vpcEndpoints: [{ ServiceName: "com.amazonaws.eu-central-1.s3" }],
      }),
      // Fully private as eksctl makes it: logs and eks can't be reached, which is good to know.
      aws({
        cluster: inVpc(),
        subnets: two,
        vpcEndpoints: ["ec2", "ecr.api", "ecr.dkr", "s3", "sts"].map((name) => ({
          ServiceName: `com.amazonaws.eu-central-1.${name}`,
        })),
      }),
    ],
    silent: [
      aws({ cluster: inVpc(), subnets: two, routeTables: tables("nat-1") }),
      aws({
        cluster: inVpc(),
        subnets: two,
        vpcEndpoints: ["ec2", "ecr.api", "ecr.dkr", "s3", "sts", "logs", "eks", "eks-auth"].map((name) => ({
          ServiceName: `com.amazonaws.eu-central-1.${name}`,
        })),
      }),
    ],
  },
  "LT-N019": { fires: [aws({ vpcDns: { support: true, hostnames: false } })], silent: [aws({})] },
  "LT-N020": {
    fires: [
      file(
        "vpc: {cidr: 10.0.0.0/16}\nremoteNetworkConfig: {iam: {provider: ssm}, vpcGatewayID: tgw-1, remoteNodeNetworks: [{cidrs: [172.20.0.0/24]}]}\nkubernetesNetworkConfig: {serviceIPv4CIDR: 172.20.0.0/16}",
      ),
      aws({ cluster: { kubernetesNetworkConfig: { serviceIpv4Cidr: "10.0.0.0/16" } }, subnets: two }),
    ],
    silent: [
      file("vpc: {cidr: 10.0.0.0/16}\nkubernetesNetworkConfig: {serviceIPv4CIDR: 172.20.0.0/16}"),
      aws({ cluster: { kubernetesNetworkConfig: { serviceIpv4Cidr: "172.20.0.0/16" } }, subnets: two }),
    ],
  },
  "LT-N021": {
    fires: [aws({ cluster: inVpc() })],
    silent: [aws({ cluster: inVpc(), flowLogs: [{ FlowLogStatus: "ACTIVE" }] })],
  },
  "LT-N022": {
    fires: anywhere(web),
    silent: anywhere(web, policy("deny", { podSelector: {}, policyTypes: ["Ingress"] })),
  },
  "LT-N023": {
    fires: [live(cni({}), policy("deny", { podSelector: {} }))],
    silent: [live(cni({}, ["--enable-network-policy=true"]), policy("deny", { podSelector: {} })), live(cni({}))],
  },
  "LT-N024": {
    fires: anywhere(web, policy("db", { podSelector: { matchLabels: { app: "databse" } } })),
    silent: anywhere(web, policy("web", { podSelector: { matchLabels: { app: "web" } } })),
  },
  "LT-N025": {
    fires: [
      {
        ...aws({ cluster: inVpc(), subnets: two, routeTables: tables("igw-1") }),
        ...live(cni({ AWS_VPC_K8S_CNI_EXTERNALSNAT: "true" })),
      },
    ],
    silent: [
      {
        ...aws({ cluster: inVpc(), subnets: two, routeTables: tables("nat-1") }),
        ...live(cni({ AWS_VPC_K8S_CNI_EXTERNALSNAT: "true" })),
      },
    ],
  },
  "LT-N026": {
    fires: [
      live(
        cni({ AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "true", ENI_CONFIG_LABEL_DEF: "topology.kubernetes.io/zone" }),
        node("n1", { "topology.kubernetes.io/zone": "eu-central-1a" }),
      ),
    ],
    silent: [
      live(
        cni({ AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "true", ENI_CONFIG_LABEL_DEF: "topology.kubernetes.io/zone" }),
        node("n1", { "topology.kubernetes.io/zone": "eu-central-1a" }),
        object("crd.k8s.amazonaws.com/v1alpha1", "ENIConfig", "eu-central-1a"),
      ),
    ],
  },
  "LT-N027": {
    fires: [
      aws({
        securityGroups: [
          {
            GroupId: "sg-1",
            GroupName: "nodes",
            IpPermissions: Array.from({ length: 50 }, () => ({ IpRanges: [{ CidrIp: "10.0.0.0/8" }] })),
          },
        ],
      }),
    ],
    silent: [aws({ securityGroups: [{ GroupId: "sg-1", IpPermissions: [{ IpRanges: [{ CidrIp: "10.0.0.0/8" }] }] }] })],
  },
  "LT-N028": {
    fires: [
      ...anywhere(ingress("web", {}, { "alb.ingress.kubernetes.io/scheme": "internet-facing" })),
      ...anywhere(
        service(
          "web",
          { type: "LoadBalancer", ports: [{ port: 80 }] },
          { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing" },
        ),
      ),
    ],
    silent: anywhere(
      ingress("web", { tls: [{}] }, { "alb.ingress.kubernetes.io/scheme": "internet-facing" }),
      ingress("inside", {}),
    ),
  },
  "LT-N029": {
    fires: anywhere(service("web", { type: "LoadBalancer" })),
    silent: anywhere(
      service("web", { type: "LoadBalancer" }, { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" }),
      service("b", { type: "ClusterIP" }),
    ),
  },
  "LT-N031": {
    fires: [
      ...anywhere(web, service("web", { selector: { app: "wbe" }, ports: [{ port: 80 }] })),
      ...anywhere(web, service("web", { selector: { app: "web" }, ports: [{ port: 80, targetPort: "https" }] })),
    ],
    silent: anywhere(
      web,
      service("web", { selector: { app: "web" }, ports: [{ port: 80, targetPort: "http" }] }),
      service("outside", {}),
    ),
  },
  "LT-N032": {
    fires: [
      ...anywhere(ingress("web", backend("web", 80))),
      ...anywhere(service("web", { ports: [{ port: 8080 }] }), ingress("web", backend("web", 80))),
    ],
    silent: anywhere(service("web", { ports: [{ port: 80 }] }), ingress("web", backend("web", 80))),
  },
  "LT-N033": {
    fires: anywhere(
      workload("Deployment", "ingress", pod({ image: "registry.k8s.io/ingress-nginx/controller:v1.11.0" })),
    ),
    silent: anywhere(web),
  },
  "LT-N034": {
    fires: [
      live(
        object(
          "v1",
          "ConfigMap",
          "kube-proxy-config",
          { data: { config: 'kind: KubeProxyConfiguration\nmode: "ipvs"\n' } },
          { namespace: "kube-system" },
        ),
      ),
    ],
    silent: [
      live(
        object(
          "v1",
          "ConfigMap",
          "kube-proxy-config",
          { data: { config: 'mode: "iptables"\n' } },
          { namespace: "kube-system" },
        ),
      ),
      cluster("1.35"),
    ],
  },
};
