// Network of the cluster, as in eksctl.io/v1alpha5. Names and nesting are those of the file; nothing is defaulted here.
import type { Placement } from "./nodegroup.ts";

export interface ClusterVPC {
  autoAllocateIPv6?: boolean;
  cidr?: string;
  clusterEndpoints?: ClusterEndpoints;
  controlPlaneEgressMode?: string;
  controlPlaneOnPrivateSubnets?: boolean;
  controlPlaneSecurityGroupIDs?: string[];
  controlPlaneSubnetIDs?: string[];
  extraCIDRs?: string[];
  extraIPv6CIDRs?: string[];
  hostnameType?: string;
  id?: string;
  ipv6Cidr?: string;
  ipv6Pool?: string;
  manageSharedNodeSecurityGroupRules?: boolean;
  nat?: ClusterNAT;
  publicAccessCIDRs?: string[];
  securityGroup?: string;
  sharedNodeSecurityGroup?: string;
  subnets?: ClusterSubnets;
}

export interface ClusterSubnets {
  private?: Record<string, AZSubnetSpec>;
  public?: Record<string, AZSubnetSpec>;
}

export interface AZSubnetSpec {
  az?: string;
  cidr?: string;
  id?: string;
}

export interface ClusterNAT {
  gateway?: string;
}

export interface ClusterEndpoints {
  privateAccess?: boolean;
  publicAccess?: boolean;
}

export interface PrivateCluster {
  additionalEndpointServices?: string[];
  enabled?: boolean;
  skipEndpointCreation?: boolean;
}

export interface KubernetesNetworkConfig {
  ipFamily?: string;
  serviceIPv4CIDR?: string;
  serviceIPv6CIDR?: string;
}

export interface RemoteNetworkConfig {
  iam?: RemoteNodesIAM;
  remoteNodeNetworks: RemoteNetwork[];
  remotePodNetworks?: RemoteNetwork[];
  /** eksctl's published schema requires it, its code doesn't. */
  vpcGatewayID?: string;
}

export interface RemoteNetwork {
  cidrs?: string[];
}

export interface RemoteNodesIAM {
  caBundleCert?: string;
  provider?: string;
  roleARN?: string;
}

export interface Outpost {
  controlPlaneInstanceType?: string;
  controlPlaneOutpostARN?: string;
  controlPlanePlacement?: Placement;
  etcdInstanceType?: string;
  etcdPlacement?: Placement;
}
