// `metadata` and what shapes the control plane: logs, encryption, size, upgrades, Auto Mode, component settings.
import type {
  AutoModeConfig,
  ClusterCloudWatch,
  ClusterCloudWatchLogging,
  ClusterMeta,
  ControlPlaneScalingConfig,
  HorizontalPodAutoscalerControllerConfig,
  KubeAPIServerConfig,
  KubeControllerManagerConfig,
  KubeSchedulerConfig,
  NodeResourcesFitConfig,
  ResourceWeight,
  RollbackConfig,
  ScoringStrategy,
  SecretsEncryption,
  ServiceNodePortRange,
  UpgradePolicy,
  ZonalShiftConfig,
} from "../model/index.ts";
import { field, flag, list, map, of, struct, text, whole } from "./define.ts";
import type { Struct } from "./define.ts";

const rollback: Struct = struct<RollbackConfig>("RollbackConfig", "How a version is rolled back after an upgrade.", {
  timeoutMinutes: field(whole({ min: 120, max: 10_080 }), "How long a rollback may take.", { example: 240 }),
});

export const metadata: Struct = struct<ClusterMeta>("ClusterMeta", "Name, place and version of the cluster.", {
  annotations: field(map(text()), "Notes of your own; no effect on AWS.", {
    example: { "example.com/owner": "platform" },
  }),
  forceUpdateVersion: field(flag, "Upgrades the control plane even if EKS's upgrade insights object.", {
    default: false,
  }),
  name: field(
    text(),
    "Name of the cluster: a letter, then letters, digits and dashes; unique in its account and region. Can't be changed.",
    {
      required: true,
      example: "prod",
    },
  ),
  region: field(text(), "AWS region.", { required: true, example: "eu-central-1" }),
  rollbackConfig: field(of(rollback), "How a version is rolled back after an upgrade."),
  tags: field(map(text()), "Tags of every stack and of the cluster.", { example: { environment: "production" } }),
  version: field(text(), 'Kubernetes version in quotes ("1.34"), or `latest`.', {
    defaultText: "1.34",
    example: "1.34",
  }),
});

const logging: Struct = struct<ClusterCloudWatchLogging>(
  "ClusterCloudWatchLogging",
  "Logs of the control plane in CloudWatch.",
  {
    enableTypes: field(
      list(
        text({
          values: ["api", "audit", "authenticator", "controllerManager", "scheduler", "all", "*"],
          refusal: "log type % is unknown",
        }),
      ),
      "Which logs are written; `all` or `*` for every one.",
      { example: ["api", "audit"] },
    ),
    logRetentionInDays: field(
      whole({ values: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653, 0] }),
      "How long they are kept; 0 is for ever. Needs `enableTypes`.",
      { defaultText: "for ever", example: 30 },
    ),
  },
);

export const cloudWatch: Struct = struct<ClusterCloudWatch>("ClusterCloudWatch", "What goes to CloudWatch.", {
  clusterLogging: field(of(logging), "Logs of the control plane."),
});

export const secretsEncryption: Struct = struct<SecretsEncryption>(
  "SecretsEncryption",
  "Encryption of Kubernetes secrets with a key of your own. Can't be switched off again.",
  {
    keyARN: field(text({ format: "arn" }), "Symmetric KMS key in the cluster's region.", {
      required: true,
      example: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    }),
  },
);

export const upgradePolicy: Struct = struct<UpgradePolicy>(
  "UpgradePolicy",
  "What happens at the end of standard support.",
  {
    supportType: field(
      text({
        values: ["STANDARD", "EXTENDED"],
        refusal: "upgradePolicy.supportType must be STANDARD or EXTENDED, not %",
      }),
      "STANDARD upgrades the control plane by itself at that time, EXTENDED keeps the version for a fee.",
      { defaultText: "EXTENDED (by AWS)", example: "STANDARD" },
    ),
  },
);

export const controlPlaneScaling: Struct = struct<ControlPlaneScalingConfig>(
  "ControlPlaneScalingConfig",
  "Size of a provisioned control plane.",
  {
    tier: field(
      text({ values: ["standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"], open: true }),
      "`standard` scales by itself, the others are fixed and cost more.",
      {
        default: "standard",
        example: "tier-xl",
      },
    ),
  },
);

export const zonalShift: Struct = struct<ZonalShiftConfig>(
  "ZonalShiftConfig",
  "Moving traffic away from an impaired zone.",
  {
    enabled: field(flag, "Registers the cluster for zonal shift.", { default: false }),
  },
);

export const autoMode: Struct = struct<AutoModeConfig>(
  "AutoModeConfig",
  "EKS Auto Mode: AWS runs nodes, storage and load balancing.",
  {
    enabled: field(flag, "Switches Auto Mode on.", { default: false }),
    nodePools: field(
      list(text({ values: ["general-purpose", "system"] })),
      "Built-in node pools; an empty list for none.",
      { defaultText: "both", example: ["general-purpose"] },
    ),
    nodeRoleARN: field(
      text({ format: "arn", notEmpty: true }),
      "Existing role for the nodes; without it one is made.",
      {
        example: "arn:aws:iam::111122223333:role/auto-nodes",
      },
    ),
    permissionsBoundaryARN: field(
      text({ format: "arn", notEmpty: true }),
      "Permissions boundary of the role that is made.",
      {
        example: "arn:aws:iam::111122223333:policy/boundary",
      },
    ),
  },
);

const portRange: Struct = struct<ServiceNodePortRange>("ServiceNodePortRange", "Ports for Services of type NodePort.", {
  maxPort: field(whole({ min: 1, max: 65_535 }), "Last port.", { defaultText: "32767", example: 32_767 }),
  minPort: field(whole({ min: 1, max: 65_535 }), "First port.", { defaultText: "30000", example: 30_000 }),
});

export const apiServer: Struct = struct<KubeAPIServerConfig>(
  "KubeAPIServerConfig",
  "Settings of kube-apiserver that EKS offers.",
  {
    eventTTL: field(text({ format: "duration" }), "How long events are kept.", { defaultText: "1h", example: "30m" }),
    serviceNodePortRange: field(of(portRange), "Ports for Services of type NodePort."),
  },
);

const weight: Struct = struct<ResourceWeight>("ResourceWeight", "How much a resource counts when nodes are compared.", {
  name: field(text(), "Resource.", { example: "cpu" }),
  weight: field(whole({ min: 1, max: 100 }), "Its weight.", { example: 1 }),
});

const scoring: Struct = struct<ScoringStrategy>("ScoringStrategy", "How nodes are scored by what is free on them.", {
  resources: field(list(of(weight)), "Which resources count, and how much.", { example: [{ name: "cpu", weight: 1 }] }),
  type: field(
    text({ values: ["LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"], open: true }),
    "Spread pods, or pack them.",
    { example: "MostAllocated" },
  ),
});

const resourcesFit: Struct = struct<NodeResourcesFitConfig>(
  "NodeResourcesFitConfig",
  "Settings of the scheduler's plugin NodeResourcesFit.",
  {
    scoringStrategy: field(of(scoring), "How nodes are scored."),
  },
);

export const scheduler: Struct = struct<KubeSchedulerConfig>(
  "KubeSchedulerConfig",
  "Settings of kube-scheduler that EKS offers.",
  {
    nodeResourcesFit: field(of(resourcesFit), "Settings of the plugin NodeResourcesFit."),
  },
);

const hpa: Struct = struct<HorizontalPodAutoscalerControllerConfig>(
  "HorizontalPodAutoscalerControllerConfig",
  "Settings of the horizontal pod autoscaler.",
  {
    horizontalPodAutoscalerSyncPeriod: field(text({ format: "duration" }), "How often it looks at the load.", {
      defaultText: "15s",
      example: "15s",
    }),
  },
);

export const controllerManager: Struct = struct<KubeControllerManagerConfig>(
  "KubeControllerManagerConfig",
  "Settings of kube-controller-manager that EKS offers.",
  {
    horizontalPodAutoscalerControllerConfig: field(of(hpa), "Settings of the horizontal pod autoscaler."),
  },
);
