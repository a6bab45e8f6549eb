// `nodeGroups` and `managedNodeGroups`.
import type { ManagedNodeGroup, NodeGroup, NodeGroupBase } from "../model/index.ts";
import { amiFamilies } from "./ami-families.ts";
import { document, field, flag, list, map, of, struct, text, whole } from "./define.ts";
import type { Field, Fields, Struct } from "./define.ts";
import { placement } from "./network.ts";
import {
  bottlerocket,
  distribution,
  instanceSelector,
  launchTemplate,
  marketOptions,
  metricsCollection,
  nodeIam,
  nodeRepair,
  reservation,
  securityGroups,
  ssh,
  taint,
  updateConfig,
  volume,
  volumeFields,
} from "./nodegroup-parts.ts";

/** What Auto Scaling can be told to leave alone. */
const processes = [
  "Launch",
  "Terminate",
  "AddToLoadBalancer",
  "AlarmNotification",
  "AZRebalance",
  "HealthCheck",
  "InstanceRefresh",
  "ReplaceUnhealthy",
  "ScheduledActions",
];

const common: Fields<NodeGroupBase> = {
  additionalVolumes: field(list(of(volume)), "Further EBS volumes of every node."),
  ami: field(text(), "AMI of your own; then say its `amiFamily`.", {
    defaultText: "the newest of the family",
    example: "ami-0123456789abcdef0",
  }),
  amiFamily: field(text({ values: amiFamilies, ignoreCase: true }), "Operating system of the nodes.", {
    default: "AmazonLinux2023",
  }),
  asgSuspendProcesses: field(list(text({ values: processes })), "Processes of the Auto Scaling group to suspend.", {
    example: ["AZRebalance"],
  }),
  availabilityZones: field(list(text()), "Only these zones of the cluster. Excludes `subnets`.", {
    defaultText: "all of the cluster",
    example: ["eu-central-1a"],
  }),
  bottlerocket: field(of(bottlerocket), "Settings of Bottlerocket nodes."),
  capacityReservation: field(of(reservation), "Reserved capacity to use."),
  desiredCapacity: field(whole({ min: 0 }), "Number of nodes at the start.", {
    defaultText: "2, or minSize",
    example: 3,
  }),
  disableIMDSv1: field(flag, "Requires session tokens for instance metadata (IMDSv2).", { default: true }),
  disablePodIMDS: field(flag, "Keeps pods that don't use the host's network from instance metadata.", {
    default: false,
  }),
  ebsOptimized: field(flag, "Dedicated bandwidth to EBS.", { defaultText: "the instance type's", example: true }),
  efaEnabled: field(flag, "Elastic Fabric Adapter for high-performance computing; one zone only.", { default: false }),
  enableDetailedMonitoring: field(flag, "CloudWatch metrics every minute instead of every five.", {
    defaultText: "false",
    example: true,
  }),
  iam: field(of(nodeIam), "IAM role of the nodes."),
  instanceMarketOptions: field(of(marketOptions), "How capacity is bought."),
  instanceName: field(text(), "Name tag of the instances.", {
    defaultText: "<cluster>-<group>-Node",
    example: "worker",
  }),
  instancePrefix: field(text(), "Put before the Name tag, with a dash.", { example: "prod" }),
  instanceSelector: field(of(instanceSelector), "Picks instance types by what they have. Excludes naming them."),
  instanceType: field(text(), "Instance type, or `mixed` beside `instancesDistribution`.", { default: "m5.large" }),
  labels: field(map(text()), "Kubernetes labels of the nodes.", { example: { role: "worker" } }),
  maxPodsPerNode: field(whole({ min: 0 }), "Most pods on one node.", { defaultText: "by instance type", example: 110 }),
  maxSize: field(whole({ min: 0 }), "Most nodes.", { defaultText: "desiredCapacity, or minSize", example: 6 }),
  minSize: field(whole({ min: 0 }), "Fewest nodes.", { defaultText: "desiredCapacity, or 2", example: 3 }),
  name: field(text(), "Name of the group; unique over managed and self-managed groups.", {
    defaultText: "ng- and a hash of cluster name and position",
    example: "workers",
  }),
  outpostARN: field(text({ format: "arn" }), "Outpost for the nodes; self-managed groups only.", {
    example: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0",
  }),
  overrideBootstrapCommand: field(text(), "Replaces the commands that join a node to the cluster.", {
    example: "#!/bin/bash\n/etc/eks/bootstrap.sh prod\n",
  }),
  placement: field(of(placement), "Placement group of the instances."),
  preBootstrapCommands: field(list(text()), "Commands to run before a node joins the cluster.", {
    example: ["sysctl -w net.core.somaxconn=1024"],
  }),
  privateNetworking: field(flag, "Puts the nodes into private subnets.", { default: false }),
  propagateASGTags: field(flag, "Puts labels and taints as tags on the Auto Scaling group, for scaling from zero.", {
    default: false,
  }),
  securityGroups: field(of(securityGroups), "Security groups of the nodes."),
  ssh: field(of(ssh), "SSH to the nodes."),
  subnets: field(list(text()), "Only these subnets: ids or keys of `vpc.subnets`. Excludes `availabilityZones`.", {
    example: ["subnet-0ff156e0c4a6d300c"],
  }),
  tags: field(map(text()), "Tags of the group's stack, instances and volumes.", { example: { team: "data" } }),
  updateConfig: field(of(updateConfig), "How many nodes may be out during an update; used for managed groups."),
  ...volumeFields,
};

const taints = (orMap: boolean): Field =>
  field(
    list(of(taint), { orMap }),
    `Taints of the nodes${orMap ? '; as a list, or as a map from key to "value:effect"' : ""}.`,
    {
      example: [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }],
    },
  );

export const nodeGroup: Struct = struct<NodeGroup>(
  "NodeGroup",
  "A self-managed node group: an Auto Scaling group with a launch template.",
  {
    ...common,
    asgMetricsCollection: field(list(of(metricsCollection)), "Metrics of the Auto Scaling group."),
    classicLoadBalancerNames: field(list(text()), "Classic load balancers that the nodes join.", {
      example: ["old-entry"],
    }),
    clusterDNS: field(text({ format: "address", formatSeverity: "warning" }), "DNS server of the pods.", {
      defaultText: "the tenth address of the service block",
      example: "169.254.20.10",
    }),
    containerRuntime: field(
      text({ values: ["containerd", "dockerd", "docker"], notEmpty: true }),
      "Container runtime; containerd since Kubernetes 1.24.",
      { default: "containerd" },
    ),
    cpuCredits: field(
      text({ values: ["standard", "unlimited"], ignoreCase: true, notEmpty: true }),
      "Credit mode of T instances.",
      {
        defaultText: "the instance type's",
        example: "unlimited",
      },
    ),
    enclaveEnabled: field(flag, "Nitro Enclaves.", { default: false }),
    instancesDistribution: field(of(distribution), "Several instance types, on demand and spot."),
    kubeletExtraConfig: field(document, "Settings merged into the kubelet's configuration file.", {
      example: { kubeReserved: { cpu: "300m" } },
    }),
    localZones: field(list(text()), "Local zones of the cluster. Excludes `availabilityZones`.", {
      example: ["us-west-2-lax-1a"],
    }),
    maxInstanceLifetime: field(whole({ min: 86_400 }), "Seconds after which instances are replaced.", {
      example: 604_800,
    }),
    taints: taints(true),
    targetGroupARNs: field(list(text()), "Target groups that the nodes join.", {
      example: ["arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0123456789abcdef"],
    }),
  },
);

export const managedNodeGroup: Struct = struct<ManagedNodeGroup>("ManagedNodeGroup", "A node group that EKS manages.", {
  ...common,
  instanceTypes: field(list(text()), "Several instance types; excludes `instanceType`.", {
    example: ["m5.large", "m5a.large"],
  }),
  launchTemplate: field(of(launchTemplate), "An EC2 launch template of your own. Excludes most other fields."),
  nodeRepairConfig: field(of(nodeRepair), "EKS repairs unhealthy nodes by itself."),
  releaseVersion: field(text(), "Release of the AMI.", { defaultText: "the newest", example: "1.34.2-20251120" }),
  spot: field(flag, "Spot instances.", { default: false }),
  taints: taints(false),
});
