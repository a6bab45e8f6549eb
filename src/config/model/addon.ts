// Add-ons, capabilities, Fargate profiles and what is installed on top, as in eksctl.io/v1alpha5. Names and nesting are those of the file; nothing is defaulted here.
import type { AccessPolicy, PodIdentityAssociation, WellKnownPolicies } from "./access.ts";

export interface Addon {
  attachPolicy?: Record<string, unknown>;
  attachPolicyARNs?: string[];
  configurationValues?: string;
  name: string;
  namespaceConfig?: AddonNamespaceConfig;
  owners?: string[];
  permissionsBoundary?: string;
  podIdentityAssociations?: PodIdentityAssociation[];
  publishers?: string[];
  resolveConflicts?: string;
  serviceAccountRoleARN?: string;
  tags?: Record<string, string>;
  types?: string[];
  useDefaultPodIdentityAssociations?: boolean;
  version?: string;
  wellKnownPolicies?: WellKnownPolicies;
}

export interface AddonNamespaceConfig {
  namespace?: string;
}

export interface AddonsConfig {
  autoApplyPodIdentityAssociations?: boolean;
  disableDefaultAddons?: boolean;
}

export interface Karpenter {
  createServiceAccount?: boolean;
  defaultInstanceProfile?: string;
  version: string;
  withSpotInterruptionQueue?: boolean;
}

export interface GitOps {
  flux?: Flux;
}

export interface Flux {
  flags?: Record<string, string>;
  gitProvider?: string;
}

export interface Capability {
  accessPolicies?: AccessPolicy[];
  attachPolicy?: Record<string, unknown>;
  attachPolicyARNs?: string[];
  configuration?: CapabilityConfiguration;
  deletePropagationPolicy?: string;
  name: string;
  permissionsBoundary?: string;
  roleArn?: string;
  tags?: Record<string, string>;
  type: string;
}

export interface CapabilityConfiguration {
  argocd?: ArgoCDConfiguration;
}

export interface ArgoCDConfiguration {
  awsIdc?: ArgoCDAWSIDC;
  namespace?: string;
  networkAccess?: ArgoCDNetworkAccess;
  rbacRoleMappings?: ArgoCDRoleMapping[];
}

export interface ArgoCDAWSIDC {
  idcInstanceArn: string;
  idcRegion?: string;
}

export interface ArgoCDNetworkAccess {
  vpceIds?: string[];
}

export interface ArgoCDRoleMapping {
  identities: SSOIdentity[];
  role: string;
}

export interface SSOIdentity {
  id: string;
  type: string;
}

export interface FargateProfile {
  name: string;
  podExecutionRoleARN?: string;
  selectors?: FargateProfileSelector[];
  status?: string;
  subnets?: string[];
  tags?: Record<string, string>;
}

export interface FargateProfileSelector {
  labels?: Record<string, string>;
  namespace: string;
}
