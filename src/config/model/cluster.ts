// The document itself, its metadata and the control plane, as in eksctl.io/v1alpha5. Names and nesting are those of the file; nothing is defaulted here.
import type { AccessConfig, ClusterIAM, IAMIdentityMapping, IdentityProvider } from "./access.ts";
import type { Addon, AddonsConfig, Capability, FargateProfile, GitOps, Karpenter } from "./addon.ts";
import type { ClusterVPC, KubernetesNetworkConfig, Outpost, PrivateCluster, RemoteNetworkConfig } from "./network.ts";
import type { ManagedNodeGroup, NodeGroup } from "./nodegroup.ts";

export interface ClusterConfig {
  accessConfig?: AccessConfig;
  addons?: Addon[];
  addonsConfig?: AddonsConfig;
  apiVersion: string;
  autoModeConfig?: AutoModeConfig;
  availabilityZones?: string[];
  capabilities?: Capability[];
  cloudWatch?: ClusterCloudWatch;
  controlPlaneScalingConfig?: ControlPlaneScalingConfig;
  fargateProfiles?: FargateProfile[];
  gitops?: GitOps;
  iam?: ClusterIAM;
  iamIdentityMappings?: IAMIdentityMapping[];
  identityProviders?: IdentityProvider[];
  karpenter?: Karpenter;
  kind: string;
  kubeAPIServerConfig?: KubeAPIServerConfig;
  kubeControllerManagerConfig?: KubeControllerManagerConfig;
  kubeSchedulerConfig?: KubeSchedulerConfig;
  kubernetesNetworkConfig?: KubernetesNetworkConfig;
  localZones?: string[];
  managedNodeGroups?: ManagedNodeGroup[];
  metadata: ClusterMeta;
  nodeGroups?: NodeGroup[];
  outpost?: Outpost;
  privateCluster?: PrivateCluster;
  remoteNetworkConfig?: RemoteNetworkConfig;
  secretsEncryption?: SecretsEncryption;
  upgradePolicy?: UpgradePolicy;
  vpc?: ClusterVPC;
  zonalShiftConfig?: ZonalShiftConfig;
  status?: Record<string, unknown>;
}

export interface AutoModeConfig {
  enabled?: boolean;
  nodePools?: string[];
  nodeRoleARN?: string;
  permissionsBoundaryARN?: string;
}

export interface ClusterCloudWatch {
  clusterLogging?: ClusterCloudWatchLogging;
}

export interface ClusterCloudWatchLogging {
  enableTypes?: string[];
  logRetentionInDays?: number;
}

export interface ClusterMeta {
  annotations?: Record<string, string>;
  forceUpdateVersion?: boolean;
  name: string;
  region: string;
  rollbackConfig?: RollbackConfig;
  tags?: Record<string, string>;
  version?: string;
}

export interface ControlPlaneScalingConfig {
  tier?: string;
}

export interface HorizontalPodAutoscalerControllerConfig {
  horizontalPodAutoscalerSyncPeriod?: string;
}

export interface KubeAPIServerConfig {
  eventTTL?: string;
  serviceNodePortRange?: ServiceNodePortRange;
}

export interface KubeControllerManagerConfig {
  horizontalPodAutoscalerControllerConfig?: HorizontalPodAutoscalerControllerConfig;
}

export interface KubeSchedulerConfig {
  nodeResourcesFit?: NodeResourcesFitConfig;
}

export interface NodeResourcesFitConfig {
  scoringStrategy?: ScoringStrategy;
}

export interface ResourceWeight {
  name?: string;
  weight?: number;
}

export interface RollbackConfig {
  timeoutMinutes?: number;
}

export interface ScoringStrategy {
  resources?: ResourceWeight[];
  type?: string;
}

export interface SecretsEncryption {
  keyARN: string;
}

export interface ServiceNodePortRange {
  maxPort?: number;
  minPort?: number;
}

export interface UpgradePolicy {
  supportType?: string;
}

export interface ZonalShiftConfig {
  enabled?: boolean;
}
