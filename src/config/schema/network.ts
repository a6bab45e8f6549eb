// `vpc`, `privateCluster`, `kubernetesNetworkConfig`, `remoteNetworkConfig`, `outpost`.
import type {
  AZSubnetSpec,
  ClusterEndpoints,
  ClusterNAT,
  ClusterSubnets,
  ClusterVPC,
  KubernetesNetworkConfig,
  Outpost,
  Placement,
  PrivateCluster,
  RemoteNetwork,
  RemoteNetworkConfig,
  RemoteNodesIAM,
} from "../model/index.ts";
import { field, flag, list, map, of, struct, text } from "./define.ts";
import type { Struct } from "./define.ts";

const subnet: Struct = struct<AZSubnetSpec>(
  "AZSubnetSpec",
  "A subnet of an existing VPC, or the block of one to be made.",
  {
    az: field(text(), "Availability zone; needed when the key is a name of your own.", {
      defaultText: "the key",
      example: "eu-central-1a",
    }),
    cidr: field(text({ format: "cidr", notEmpty: true }), "Address block.", { example: "10.0.0.0/19" }),
    id: field(text(), "Id of an existing subnet.", { example: "subnet-0ff156e0c4a6d300c" }),
  },
  "any-case-open",
);

const subnets: Struct = struct<ClusterSubnets>(
  "ClusterSubnets",
  "Subnets by availability zone or by a name of your own.",
  {
    private: field(map(of(subnet), "zone or name"), "Subnets without a way in from the internet.", {
      example: { "eu-central-1a": { id: "subnet-0ff156e0c4a6d300c" } },
    }),
    public: field(map(of(subnet), "zone or name"), "Subnets with a route to an internet gateway.", {
      example: { "eu-central-1a": { id: "subnet-0153e560b3129a696" } },
    }),
  },
);

const nat: Struct = struct<ClusterNAT>("ClusterNAT", "How private subnets reach the internet.", {
  gateway: field(
    text({ values: ["HighlyAvailable", "Single", "Disable"] }),
    "One NAT gateway per zone, one for all zones, or none.",
    { default: "Single" },
  ),
});

const endpoints: Struct = struct<ClusterEndpoints>(
  "ClusterEndpoints",
  "From where the Kubernetes API is reached. At least one must be on.",
  {
    privateAccess: field(flag, "From inside the VPC.", { default: false }),
    publicAccess: field(flag, "From the internet; see `vpc.publicAccessCIDRs`.", { default: true }),
  },
);

export const vpc: Struct = struct<ClusterVPC>(
  "ClusterVPC",
  "The network of the cluster: made for it, or an existing one.",
  {
    autoAllocateIPv6: field(flag, "Adds an IPv6 block to the VPC of an IPv4 cluster.", { default: false }),
    cidr: field(
      text({ format: "cidr", notEmpty: true }),
      "Address block of the VPC, /16 to /24. Each zone gets a public and a private subnet out of it.",
      {
        default: "192.168.0.0/16",
        example: "10.0.0.0/16",
      },
    ),
    clusterEndpoints: field(of(endpoints), "From where the Kubernetes API is reached."),
    controlPlaneEgressMode: field(
      text({ values: ["AWS_MANAGED", "CUSTOMER_ROUTED", "CUSTOMER_ISOLATED"], open: true }),
      "Which way the control plane's own traffic to the outside takes.",
      { example: "AWS_MANAGED" },
    ),
    controlPlaneOnPrivateSubnets: field(
      flag,
      "Puts the control plane's network interfaces into private subnets only.",
      { default: false },
    ),
    controlPlaneSecurityGroupIDs: field(
      list(text()),
      "Existing security groups for the control plane, instead of one that is made.",
      { example: ["sg-0123456789abcdef0"] },
    ),
    controlPlaneSubnetIDs: field(list(text()), "Existing subnets for the control plane's network interfaces.", {
      example: ["subnet-0ff156e0c4a6d300c"],
    }),
    extraCIDRs: field(
      list(text({ format: "cidr" })),
      "Further blocks that may reach the Kubernetes API's port from inside.",
      { example: ["10.100.0.0/16"] },
    ),
    extraIPv6CIDRs: field(list(text({ format: "cidr6" })), "The same for IPv6 clusters.", {
      example: ["2001:db8::/56"],
    }),
    hostnameType: field(
      text({ values: ["ip-name", "resource-name"] }),
      "How instances are named in DNS: by address or by instance id.",
      { example: "resource-name" },
    ),
    id: field(text(), "Id of an existing VPC; then `vpc.subnets` says which subnets.", {
      example: "vpc-0dd338ecf29863c55",
    }),
    ipv6Cidr: field(text({ format: "cidr6" }), "IPv6 block out of an address pool of your own; goes with `ipv6Pool`.", {
      example: "2001:db8:1234:1a00::/56",
    }),
    ipv6Pool: field(text(), "Id of the IPv6 address pool.", { example: "ipv6pool-ec2-012345abcd" }),
    manageSharedNodeSecurityGroupRules: field(flag, "Adds the rules of the security group that all nodes share.", {
      default: true,
    }),
    nat: field(of(nat), "How private subnets reach the internet. IPv4 only; an IPv6 cluster always gets one gateway."),
    publicAccessCIDRs: field(
      list(text({ format: "cidr" })),
      "Who may reach the public endpoint of the Kubernetes API.",
      {
        defaultText: "everyone (0.0.0.0/0)",
        example: ["203.0.113.0/24"],
      },
    ),
    securityGroup: field(text(), "Existing security group for the control plane.", { example: "sg-0123456789abcdef0" }),
    sharedNodeSecurityGroup: field(text(), "Existing security group that all nodes share.", {
      example: "sg-0123456789abcdef0",
    }),
    subnets: field(of(subnets), "Subnets of an existing VPC, or blocks for those that are made."),
  },
);

export const privateCluster: Struct = struct<PrivateCluster>(
  "PrivateCluster",
  "A cluster without any way to the internet.",
  {
    additionalEndpointServices: field(
      list(text({ values: ["cloudformation", "autoscaling", "logs"] })),
      "AWS services, beyond those every node needs, that get a VPC endpoint.",
      { example: ["cloudformation"] },
    ),
    enabled: field(
      flag,
      "Makes private subnets and VPC endpoints only, and switches the public endpoint off at the end.",
      { default: false },
    ),
    skipEndpointCreation: field(flag, "Makes no VPC endpoints: you have them already.", { default: false }),
  },
);

export const kubernetesNetworkConfig: Struct = struct<KubernetesNetworkConfig>(
  "KubernetesNetworkConfig",
  "Addresses inside the cluster. Can't be changed later.",
  {
    ipFamily: field(
      text({ values: ["IPv4", "IPv6"], ignoreCase: true }),
      "Family of the addresses of pods and services.",
      { default: "IPv4" },
    ),
    serviceIPv4CIDR: field(text({ format: "cidr" }), "Block for services; private, /12 to /24, apart from the VPC.", {
      defaultText: "10.100.0.0/16, or 172.20.0.0/16 when the VPC is in 10.0.0.0/8",
      example: "172.20.0.0/16",
    }),
    serviceIPv6CIDR: field(text(), "Set by EKS; a file may carry it, nothing reads it.", {
      readOnly: true,
      example: "fd00::/108",
    }),
  },
);

const remoteNetwork: Struct = struct<RemoteNetwork>("RemoteNetwork", "Blocks of one network outside of AWS.", {
  cidrs: field(list(text({ format: "cidr" })), "Address blocks; EKS takes up to 15.", { example: ["10.80.0.0/16"] }),
});

const remoteIam: Struct = struct<RemoteNodesIAM>("RemoteNodesIAM", "How hybrid nodes get AWS credentials.", {
  caBundleCert: field(text(), "Certificate authority (PEM) for IAM Roles Anywhere.", {
    example: "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n",
  }),
  provider: field(text({ values: ["SSM", "IRA"], ignoreCase: true }), "Systems Manager or IAM Roles Anywhere.", {
    default: "SSM",
  }),
  roleARN: field(text({ format: "arn" }), "Existing role for the nodes; none is made then.", {
    example: "arn:aws:iam::111122223333:role/hybrid-nodes",
  }),
});

export const remoteNetworkConfig: Struct = struct<RemoteNetworkConfig>(
  "RemoteNetworkConfig",
  "Networks of hybrid nodes: machines outside of AWS that join the cluster.",
  {
    iam: field(of(remoteIam), "How hybrid nodes get AWS credentials."),
    remoteNodeNetworks: field(list(of(remoteNetwork)), "Network of the nodes: one element, several blocks.", {
      required: true,
      example: [{ cidrs: ["10.80.0.0/16"] }],
    }),
    remotePodNetworks: field(list(of(remoteNetwork)), "Network of their pods: one element, several blocks.", {
      example: [{ cidrs: ["10.86.0.0/16"] }],
    }),
    vpcGatewayID: field(text(), "Transit gateway (tgw-…) or virtual private gateway (vgw-…) that leads there.", {
      example: "tgw-0123456789abcdef0",
    }),
  },
);

export const placement: Struct = struct<Placement>("Placement", "Placement group of instances.", {
  groupName: field(text(), "Name of an existing placement group.", { example: "close-together" }),
  spreadLevel: field(
    text({ values: ["host", "rack"], open: true }),
    "What instances of an Outpost are spread over; only in `outpost`.",
    { example: "rack" },
  ),
});

export const outpost: Struct = struct<Outpost>("Outpost", "A control plane on an AWS Outpost.", {
  controlPlaneInstanceType: field(text(), "Instance type of the control plane.", {
    defaultText: "the smallest of the Outpost",
    example: "m5.large",
  }),
  controlPlaneOutpostARN: field(text({ format: "arn" }), "The Outpost.", {
    required: true,
    example: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0",
  }),
  controlPlanePlacement: field(of(placement), "Placement group of the control plane."),
  etcdInstanceType: field(text(), "Instance type for etcd.", { example: "m5.large" }),
  etcdPlacement: field(of(placement), "Placement group for etcd."),
});
