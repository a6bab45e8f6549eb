// Names that EKS's access management knows: cluster access policies, entry types, control-plane log types.

/** Access policies (EKS user guide, "Review access policy permissions"); their rules stand with whoever evaluates them. */
export const accessPolicies: readonly string[] = [
  "AmazonEKSAdminPolicy",
  "AmazonEKSAdminViewPolicy",
  "AmazonEKSClusterAdminPolicy",
  "AmazonEKSEditPolicy",
  "AmazonEKSViewPolicy",
  "AmazonEKSSecretReaderPolicy",
  "AmazonEKSAutoNodePolicy",
  "AmazonEKSBlockStoragePolicy",
  "AmazonEKSBlockStorageClusterPolicy",
  "AmazonEKSComputePolicy",
  "AmazonEKSComputeClusterPolicy",
  "AmazonEKSLoadBalancingPolicy",
  "AmazonEKSLoadBalancingClusterPolicy",
  "AmazonEKSNetworkingPolicy",
  "AmazonEKSNetworkingClusterPolicy",
  "AmazonEKSHybridPolicy",
  "AmazonEKSClusterInsightsPolicy",
  "AmazonAIOpsAssistantPolicy",
  "AmazonARCRegionSwitchScalingPolicy",
];

/** ARN of an access policy. */
export function accessPolicyArn(name: string, partition = "aws"): string {
  return `arn:${partition}:eks::aws:cluster-access-policy/${name}`;
}

/** Types of access entries; only STANDARD ones (and EC2 for policies) take groups, a user name and policies. */
export const accessEntryTypes: readonly string[] = [
  "STANDARD",
  "EC2_LINUX",
  "EC2_WINDOWS",
  "FARGATE_LINUX",
  "EC2",
  "HYBRID_LINUX",
  "HYPERPOD_LINUX",
];

/** Control-plane log types, in the API's order. */
export const clusterLogTypes: readonly string[] = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** `amiType`s of managed node groups (@aws-sdk/client-eks 3.1169, enum AMITypes). */
export const amiTypes: readonly string[] = [
  "AL2023_x86_64_STANDARD",
  "AL2023_ARM_64_STANDARD",
  "AL2023_x86_64_NEURON",
  "AL2023_x86_64_NVIDIA",
  "AL2023_ARM_64_NVIDIA",
  "AL2_x86_64",
  "AL2_x86_64_GPU",
  "AL2_ARM_64",
  "BOTTLEROCKET_ARM_64",
  "BOTTLEROCKET_ARM_64_FIPS",
  "BOTTLEROCKET_ARM_64_NVIDIA",
  "BOTTLEROCKET_ARM_64_NVIDIA_FIPS",
  "BOTTLEROCKET_x86_64",
  "BOTTLEROCKET_x86_64_FIPS",
  "BOTTLEROCKET_x86_64_NVIDIA",
  "BOTTLEROCKET_x86_64_NVIDIA_FIPS",
  "WINDOWS_CORE_2019_x86_64",
  "WINDOWS_FULL_2019_x86_64",
  "WINDOWS_CORE_2022_x86_64",
  "WINDOWS_FULL_2022_x86_64",
  "WINDOWS_CORE_2025_x86_64",
  "WINDOWS_FULL_2025_x86_64",
  "CUSTOM",
];

/** Beginnings of names that Kubernetes and EKS keep for themselves; access entries may not use them. */
export const reservedNamePrefixes: readonly string[] = ["system:", "eks:", "aws:", "amazon:", "iam:"];

/**
 * User name and groups that EKS gives entries of the types for nodes; nobody can choose them. The CLI's examples show those
 * of EC2_LINUX, the others are as they were found on clusters.
 */
export const nodeEntryIdentities: Readonly<Record<string, { username: string; groups: readonly string[] }>> = {
  EC2_LINUX: { username: "system:node:{{EC2PrivateDNSName}}", groups: ["system:nodes"] },
  EC2_WINDOWS: { username: "system:node:{{EC2PrivateDNSName}}", groups: ["eks:kube-proxy-windows", "system:nodes"] },
  FARGATE_LINUX: { username: "system:node:{{SessionName}}", groups: ["system:node-proxier", "system:nodes"] },
  HYBRID_LINUX: { username: "system:node:{{SessionName}}", groups: ["system:nodes"] },
  EC2: { username: "eks:auto:{{SessionName}}", groups: ["system:nodes"] },
  HYPERPOD_LINUX: { username: "system:node:{{SessionName}}", groups: ["system:nodes"] },
};
