// Node groups, self-managed and managed, as in eksctl.io/v1alpha5. Names and nesting are those of the file; nothing is defaulted here.

export interface NodeGroupBase {
  additionalVolumes?: VolumeMapping[];
  ami?: string;
  amiFamily?: string;
  asgSuspendProcesses?: string[];
  availabilityZones?: string[];
  bottlerocket?: NodeGroupBottlerocket;
  capacityReservation?: CapacityReservation;
  desiredCapacity?: number;
  disableIMDSv1?: boolean;
  disablePodIMDS?: boolean;
  ebsOptimized?: boolean;
  efaEnabled?: boolean;
  enableDetailedMonitoring?: boolean;
  iam?: NodeGroupIAM;
  instanceMarketOptions?: InstanceMarketOptions;
  instanceName?: string;
  instancePrefix?: string;
  instanceSelector?: InstanceSelector;
  instanceType?: string;
  labels?: Record<string, string>;
  maxPodsPerNode?: number;
  maxSize?: number;
  minSize?: number;
  name: string;
  outpostARN?: string;
  overrideBootstrapCommand?: string;
  placement?: Placement;
  preBootstrapCommands?: string[];
  privateNetworking?: boolean;
  propagateASGTags?: boolean;
  securityGroups?: NodeGroupSGs;
  ssh?: NodeGroupSSH;
  subnets?: string[];
  tags?: Record<string, string>;
  updateConfig?: NodeGroupUpdateConfig;
  volumeEncrypted?: boolean;
  volumeIOPS?: number;
  volumeKmsKeyID?: string;
  volumeName?: string;
  volumeSize?: number;
  volumeThroughput?: number;
  volumeType?: string;
}

export interface NodeGroup extends NodeGroupBase {
  asgMetricsCollection?: MetricsCollection[];
  classicLoadBalancerNames?: string[];
  clusterDNS?: string;
  containerRuntime?: string;
  cpuCredits?: string;
  enclaveEnabled?: boolean;
  instancesDistribution?: NodeGroupInstancesDistribution;
  kubeletExtraConfig?: Record<string, unknown>;
  localZones?: string[];
  maxInstanceLifetime?: number;
  /** The file may also say `key: "value:Effect"`; loading turns that into the list. */
  taints?: NodeGroupTaint[];
  targetGroupARNs?: string[];
}

export interface ManagedNodeGroup extends NodeGroupBase {
  instanceTypes?: string[];
  launchTemplate?: LaunchTemplate;
  nodeRepairConfig?: NodeGroupNodeRepairConfig;
  releaseVersion?: string;
  spot?: boolean;
  taints?: NodeGroupTaint[];
}

export interface VolumeMapping {
  snapshotID?: string;
  volumeEncrypted?: boolean;
  volumeIOPS?: number;
  volumeKmsKeyID?: string;
  volumeName?: string;
  volumeSize?: number;
  volumeThroughput?: number;
  volumeType?: string;
}

export interface NodeGroupTaint {
  effect?: string;
  key?: string;
  value?: string;
}

export interface NodeGroupIAM {
  attachPolicy?: Record<string, unknown>;
  attachPolicyARNs?: string[];
  instanceProfileARN?: string;
  instanceRoleARN?: string;
  instanceRoleName?: string;
  instanceRolePermissionsBoundary?: string;
  withAddonPolicies?: NodeGroupIAMAddonPolicies;
}

export interface NodeGroupIAMAddonPolicies {
  albIngress?: boolean;
  appMesh?: boolean;
  appMeshPreview?: boolean;
  autoScaler?: boolean;
  awsLoadBalancerController?: boolean;
  certManager?: boolean;
  cloudWatch?: boolean;
  ebs?: boolean;
  efs?: boolean;
  externalDNS?: boolean;
  fsx?: boolean;
  imageBuilder?: boolean;
  xRay?: boolean;
}

export interface NodeGroupSGs {
  attachIDs?: string[];
  withLocal?: boolean;
  withShared?: boolean;
}

export interface NodeGroupSSH {
  allow?: boolean;
  enableSsm?: boolean;
  publicKey?: string;
  publicKeyName?: string;
  publicKeyPath?: string;
  sourceSecurityGroupIds?: string[];
}

export interface NodeGroupUpdateConfig {
  maxUnavailable?: number;
  maxUnavailablePercentage?: number;
}

export interface NodeGroupInstancesDistribution {
  capacityRebalance?: boolean;
  instanceTypes: string[];
  maxPrice?: number;
  onDemandBaseCapacity?: number;
  onDemandPercentageAboveBaseCapacity?: number;
  spotAllocationStrategy?: string;
  spotInstancePools?: number;
}

export interface MetricsCollection {
  granularity: string;
  metrics?: string[];
}

export interface NodeGroupBottlerocket {
  enableAdminContainer?: boolean;
  settings?: Record<string, unknown>;
}

export interface NodeGroupNodeRepairConfig {
  enabled?: boolean;
  maxParallelNodesRepairedCount?: number;
  maxParallelNodesRepairedPercentage?: number;
  maxUnhealthyNodeThresholdCount?: number;
  maxUnhealthyNodeThresholdPercentage?: number;
  nodeRepairConfigOverrides?: NodeRepairConfigOverride[];
}

export interface NodeRepairConfigOverride {
  minRepairWaitTimeMins?: number;
  nodeMonitoringCondition?: string;
  nodeUnhealthyReason?: string;
  repairAction?: string;
}

export interface LaunchTemplate {
  id: string;
  version?: string;
}

export interface InstanceSelector {
  allow?: string;
  cpuArchitecture?: string;
  deny?: string;
  gpus?: number;
  memory?: string;
  neuron_devices?: number;
  vCPUs?: number;
}

export interface InstanceMarketOptions {
  marketType?: string;
}

export interface CapacityReservation {
  capacityReservationPreference?: string;
  capacityReservationTarget?: CapacityReservationTarget;
}

export interface CapacityReservationTarget {
  capacityReservationID?: string;
  capacityReservationResourceGroupARN?: string;
}

export interface Placement {
  groupName?: string;
  spreadLevel?: string;
}
