// Structs inside node groups: volumes, taints, IAM, SSH, placement, updates.
import type {
  CapacityReservation,
  CapacityReservationTarget,
  InstanceMarketOptions,
  InstanceSelector,
  LaunchTemplate,
  MetricsCollection,
  NodeGroupBottlerocket,
  NodeGroupIAM,
  NodeGroupIAMAddonPolicies,
  NodeGroupInstancesDistribution,
  NodeGroupNodeRepairConfig,
  NodeGroupSGs,
  NodeGroupSSH,
  NodeGroupTaint,
  NodeGroupUpdateConfig,
  NodeRepairConfigOverride,
  VolumeMapping,
} from "../model/index.ts";
import { document, field, flag, list, number, of, struct, text, whole } from "./define.ts";
import type { Field, Struct, TextType } from "./define.ts";

const volumeType: TextType = text({ values: ["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"] });

/** The volume fields that node groups and additional volumes share. */
export const volumeFields: Record<Exclude<keyof VolumeMapping, "snapshotID">, Field> = {
  volumeEncrypted: field(flag, "Encrypts the volume.", { defaultText: "the account's setting", example: true }),
  volumeIOPS: field(whole({ min: 100, max: 256_000 }), "IOPS; for gp3, io1 and io2.", {
    defaultText: "3000 (gp3), 100 (io1, io2)",
    example: 3000,
  }),
  volumeKmsKeyID: field(text(), "KMS key for it; needs `volumeEncrypted: true`.", {
    defaultText: "the account's EBS key",
    example: "1234abcd-12ab-34cd-56ef-1234567890ab",
  }),
  volumeName: field(text(), "Device name.", {
    defaultText: "/dev/xvda (Windows /dev/sda1, Bottlerocket /dev/xvdb)",
    example: "/dev/xvda",
  }),
  volumeSize: field(whole({ min: 0, max: 65_536 }), "Size in GiB; 0 leaves the volume to the image.", { default: 80 }),
  volumeThroughput: field(whole({ min: 125, max: 1000 }), "Throughput in MiB/s; for gp3.", {
    defaultText: "125 (gp3)",
    example: 125,
  }),
  volumeType: field(volumeType, "Kind of EBS volume.", { default: "gp3", defaultText: "gp3 (gp2 on Outposts)" }),
};

export const volume: Struct = struct<VolumeMapping>("VolumeMapping", "A further EBS volume of every node.", {
  snapshotID: field(text(), "Snapshot to start from.", { example: "snap-0123456789abcdef0" }),
  ...volumeFields,
  // eksctl hands these on as they are, and AWS's limits have grown (gp3: 80,000 IOPS, 2,000 MiB/s).
  volumeThroughput: { ...volumeFields.volumeThroughput, type: whole({ min: 125, max: 2000 }) },
});

export const taint: Struct = struct<NodeGroupTaint>(
  "NodeGroupTaint",
  "Keeps pods that don't tolerate it off the nodes.",
  {
    effect: field(text({ values: ["NoSchedule", "PreferNoSchedule", "NoExecute"] }), "What happens to such pods.", {
      required: true,
      example: "NoSchedule",
    }),
    key: field(text(), "Key.", { required: true, example: "dedicated" }),
    value: field(text(), "Value.", { example: "gpu" }),
  },
);

const addonPolicies: Struct = struct<NodeGroupIAMAddonPolicies>(
  "NodeGroupIAMAddonPolicies",
  "Ready-made permissions for the node role. Every pod on the nodes can use them; roles for service accounts are narrower.",
  {
    albIngress: field(flag, "Old name of `awsLoadBalancerController`.", {
      default: false,
      deprecated: "use awsLoadBalancerController",
    }),
    appMesh: field(flag, "AWS App Mesh.", { default: false }),
    appMeshPreview: field(flag, "AWS App Mesh preview.", { default: false }),
    autoScaler: field(flag, "Cluster autoscaler; also tags the Auto Scaling group for it.", { default: false }),
    awsLoadBalancerController: field(flag, "AWS Load Balancer Controller.", { default: false }),
    certManager: field(flag, "cert-manager's DNS challenges in Route 53.", { default: false }),
    cloudWatch: field(flag, "CloudWatch agent.", { default: false }),
    ebs: field(flag, "EBS CSI driver.", { default: false }),
    efs: field(flag, "EFS.", { default: false }),
    externalDNS: field(flag, "external-dns in Route 53.", { default: false }),
    fsx: field(flag, "FSx.", { default: false }),
    imageBuilder: field(flag, "Push images to ECR.", { default: false }),
    xRay: field(flag, "AWS X-Ray.", { default: false }),
  },
);

export const nodeIam: Struct = struct<NodeGroupIAM>("NodeGroupIAM", "IAM role of the nodes.", {
  attachPolicy: field(document, "Inline policy of the role.", {
    example: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::example/*" }],
    },
  }),
  attachPolicyARNs: field(
    list(text({ format: "arn" })),
    "Managed policies of the role. They replace the defaults, so name those nodes need too.",
    {
      example: ["arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"],
    },
  ),
  instanceProfileARN: field(text({ format: "arn" }), "Existing instance profile; self-managed groups only.", {
    example: "arn:aws:iam::111122223333:instance-profile/nodes",
  }),
  instanceRoleARN: field(text({ format: "arn" }), "Existing role; nothing is made then.", {
    example: "arn:aws:iam::111122223333:role/nodes",
  }),
  instanceRoleName: field(text(), "Name of the role that is made.", {
    defaultText: "CloudFormation's choice",
    example: "prod-nodes",
  }),
  instanceRolePermissionsBoundary: field(
    text({ format: "arn", formatSeverity: "warning" }),
    "Permissions boundary of the role that is made.",
    {
      example: "arn:aws:iam::111122223333:policy/boundary",
    },
  ),
  withAddonPolicies: field(of(addonPolicies), "Ready-made permissions."),
});

export const securityGroups: Struct = struct<NodeGroupSGs>("NodeGroupSGs", "Security groups of the nodes.", {
  attachIDs: field(list(text()), "Existing security groups to add.", { example: ["sg-0123456789abcdef0"] }),
  withLocal: field(flag, "Gives the group a security group of its own; self-managed only.", { default: true }),
  withShared: field(flag, "Adds the security group that all nodes share; self-managed only.", { default: true }),
});

export const ssh: Struct = struct<NodeGroupSSH>("NodeGroupSSH", "SSH to the nodes. One source of the key at most.", {
  allow: field(flag, "Opens port 22.", { defaultText: "true when a key is given", example: true }),
  enableSsm: field(flag, "No longer needed: Systems Manager always works.", {
    deprecated: "the SSM agent is always there; remove the field",
  }),
  publicKey: field(text(), "Public key itself.", { example: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample" }),
  publicKeyName: field(text(), "Name of an EC2 key pair.", { example: "ops" }),
  publicKeyPath: field(text(), "File with the public key.", {
    defaultText: "~/.ssh/id_rsa.pub",
    example: "~/.ssh/id_ed25519.pub",
  }),
  sourceSecurityGroupIds: field(list(text()), "Only from these security groups.", {
    example: ["sg-0123456789abcdef0"],
  }),
});

export const updateConfig: Struct = struct<NodeGroupUpdateConfig>(
  "NodeGroupUpdateConfig",
  "How many nodes may be out during an update.",
  {
    maxUnavailable: field(whole({ min: 1, max: 100 }), "As a number.", { defaultText: "1", example: 2 }),
    maxUnavailablePercentage: field(whole({ min: 1, max: 100 }), "As a percentage.", { example: 33 }),
  },
);

export const distribution: Struct = struct<NodeGroupInstancesDistribution>(
  "NodeGroupInstancesDistribution",
  "Several instance types, on demand and spot, in one self-managed group.",
  {
    capacityRebalance: field(flag, "Replaces spot instances that are about to be interrupted.", { default: false }),
    instanceTypes: field(list(text()), "Instance types, at most 20.", {
      required: true,
      example: ["m5.large", "m5a.large"],
    }),
    maxPrice: field(number({ min: 0 }), "Highest price per hour in US dollars for spot.", {
      defaultText: "the on-demand price",
      example: 0.05,
    }),
    onDemandBaseCapacity: field(whole({ min: 0 }), "This many are on demand before anything is spot.", {
      defaultText: "0",
      example: 1,
    }),
    onDemandPercentageAboveBaseCapacity: field(whole({ min: 0, max: 100 }), "Of the rest, this part is on demand.", {
      defaultText: "100",
      example: 50,
    }),
    spotAllocationStrategy: field(
      text({
        values: [
          "lowest-price",
          "diversified",
          "capacity-optimized",
          "capacity-optimized-prioritized",
          "price-capacity-optimized",
        ],
      }),
      "How spot pools are chosen.",
      { defaultText: "lowest-price", example: "capacity-optimized" },
    ),
    spotInstancePools: field(whole({ min: 1, max: 20 }), "Number of spot pools; only with lowest-price.", {
      example: 2,
    }),
  },
);

export const metricsCollection: Struct = struct<MetricsCollection>(
  "MetricsCollection",
  "Metrics of the Auto Scaling group.",
  {
    granularity: field(text({ values: ["1Minute"] }), "Auto Scaling knows one.", {
      required: true,
      example: "1Minute",
    }),
    metrics: field(list(text()), "Which ones.", { defaultText: "all", example: ["GroupMinSize", "GroupMaxSize"] }),
  },
);

export const bottlerocket: Struct = struct<NodeGroupBottlerocket>(
  "NodeGroupBottlerocket",
  "Settings of Bottlerocket nodes.",
  {
    enableAdminContainer: field(flag, "Starts the admin container.", {
      defaultText: "true when SSH is on",
      example: true,
    }),
    settings: field(document, "Any Bottlerocket settings.", { example: { motd: "Hello" } }),
  },
);

const repairOverride: Struct = struct<NodeRepairConfigOverride>(
  "NodeRepairConfigOverride",
  "What is done about one kind of trouble.",
  {
    minRepairWaitTimeMins: field(whole({ min: 1 }), "Minutes to wait before.", { example: 10 }),
    nodeMonitoringCondition: field(text(), "Condition of the node monitoring agent.", { example: "NetworkingReady" }),
    nodeUnhealthyReason: field(text(), "Its reason.", { example: "InterfaceNotUp" }),
    repairAction: field(text({ values: ["Replace", "Reboot", "NoAction"], open: true }), "What is done.", {
      example: "Reboot",
    }),
  },
);

export const nodeRepair: Struct = struct<NodeGroupNodeRepairConfig>(
  "NodeGroupNodeRepairConfig",
  "EKS replaces or reboots unhealthy nodes by itself.",
  {
    enabled: field(flag, "Switches it on.", { default: false }),
    maxParallelNodesRepairedCount: field(whole({ min: 1 }), "At most this many at a time.", { example: 1 }),
    maxParallelNodesRepairedPercentage: field(whole({ min: 1, max: 100 }), "At most this part at a time.", {
      example: 10,
    }),
    maxUnhealthyNodeThresholdCount: field(whole({ min: 1 }), "No repairs when more nodes than this are unhealthy.", {
      example: 5,
    }),
    maxUnhealthyNodeThresholdPercentage: field(
      whole({ min: 1, max: 100 }),
      "No repairs when a larger part is unhealthy.",
      { example: 20 },
    ),
    nodeRepairConfigOverrides: field(list(of(repairOverride)), "What is done about certain kinds of trouble."),
  },
);

export const launchTemplate: Struct = struct<LaunchTemplate>("LaunchTemplate", "An EC2 launch template of your own.", {
  id: field(text(), "Its id.", { required: true, example: "lt-0123456789abcdef0" }),
  version: field(text(), "Its version, a number in quotes.", {
    defaultText: "the template's default version",
    example: "3",
  }),
});

export const instanceSelector: Struct = struct<InstanceSelector>(
  "InstanceSelector",
  "Picks instance types by what they have.",
  {
    allow: field(text(), "Regular expression of types to take.", { example: "^m[5-7]" }),
    cpuArchitecture: field(text({ values: ["x86_64", "amd64", "arm64"] }), "Processor architecture.", {
      defaultText: "x86_64",
      example: "arm64",
    }),
    deny: field(text(), "Regular expression of types to leave out.", { example: "^t" }),
    gpus: field(whole({ min: 0 }), "Number of GPUs.", { example: 1 }),
    memory: field(text(), "Memory with unit, or a number of GiB in quotes.", { example: "8GiB" }),
    neuron_devices: field(whole({ min: 0 }), "Number of Neuron devices.", { example: 1 }),
    vCPUs: field(whole({ min: 0 }), "Number of vCPUs.", { example: 4 }),
  },
);

export const marketOptions: Struct = struct<InstanceMarketOptions>("InstanceMarketOptions", "How capacity is bought.", {
  marketType: field(
    text({ values: ["capacity-block"] }),
    "Capacity blocks for machine learning; needs a capacity reservation.",
    { example: "capacity-block" },
  ),
});

const reservationTarget: Struct = struct<CapacityReservationTarget>(
  "CapacityReservationTarget",
  "One reservation or one group of them.",
  {
    capacityReservationID: field(text(), "A reservation.", { example: "cr-0123456789abcdef0" }),
    capacityReservationResourceGroupARN: field(text(), "A resource group of reservations.", {
      example: "arn:aws:resource-groups:eu-central-1:111122223333:group/reservations",
    }),
  },
);

export const reservation: Struct = struct<CapacityReservation>(
  "CapacityReservation",
  "Reserved capacity that the nodes use: a preference or a target.",
  {
    capacityReservationPreference: field(text({ values: ["open", "none"] }), "Any matching reservation, or none.", {
      defaultText: "open",
      example: "none",
    }),
    capacityReservationTarget: field(of(reservationTarget), "Exactly this one."),
  },
);
