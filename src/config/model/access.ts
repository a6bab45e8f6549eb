// IAM and access, as in eksctl.io/v1alpha5. Names and nesting are those of the file; nothing is defaulted here.

export interface ClusterIAM {
  fargatePodExecutionRoleARN?: string;
  fargatePodExecutionRolePermissionsBoundary?: string;
  podIdentityAssociations?: PodIdentityAssociation[];
  serviceAccounts?: ClusterIAMServiceAccount[];
  serviceRoleARN?: string;
  serviceRolePermissionsBoundary?: string;
  vpcResourceControllerPolicy?: boolean;
  withOIDC?: boolean;
}

export interface ClusterIAMServiceAccount {
  attachPolicy?: Record<string, unknown>;
  attachPolicyARNs?: string[];
  attachRoleARN?: string;
  metadata?: ClusterIAMMeta;
  permissionsBoundary?: string;
  roleName?: string;
  roleOnly?: boolean;
  status?: ClusterIAMServiceAccountStatus;
  subjectPattern?: string;
  tags?: Record<string, string>;
  wellKnownPolicies?: WellKnownPolicies;
}

export interface ClusterIAMMeta {
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  name?: string;
  namespace?: string;
}

export interface ClusterIAMServiceAccountStatus {
  capabilities?: string[];
  roleARN?: string;
  stackName?: string;
  tags?: Record<string, string>;
}

export interface WellKnownPolicies {
  autoScaler?: boolean;
  awsLoadBalancerController?: boolean;
  certManager?: boolean;
  ebsCSIController?: boolean;
  efsCSIController?: boolean;
  externalDNS?: boolean;
  imageBuilder?: boolean;
}

export interface PodIdentityAssociation {
  createServiceAccount?: boolean;
  disableSessionTags?: boolean;
  namespace?: string;
  permissionPolicy?: Record<string, unknown>;
  permissionPolicyARNs?: string[];
  permissionPolicyName?: string;
  permissionsBoundaryARN?: string;
  policy?: string;
  roleARN?: string;
  roleName?: string;
  serviceAccountName?: string;
  tags?: Record<string, string>;
  targetRoleARN?: string;
  wellKnownPolicies?: WellKnownPolicies;
}

export interface IAMIdentityMapping {
  account?: string;
  arn?: string;
  groups?: string[];
  namespace?: string;
  noDuplicateARNs?: boolean;
  serviceName?: string;
  username?: string;
}

export interface IdentityProvider {
  type: string;
  clientID: string;
  groupsClaim?: string;
  groupsPrefix?: string;
  issuerURL: string;
  name: string;
  requiredClaims?: Record<string, string>;
  tags?: Record<string, string>;
  usernameClaim?: string;
  usernamePrefix?: string;
}

export interface AccessConfig {
  accessEntries?: AccessEntry[];
  authenticationMode?: string;
  bootstrapClusterCreatorAdminPermissions?: boolean;
}

export interface AccessEntry {
  accessPolicies?: AccessPolicy[];
  kubernetesGroups?: string[];
  kubernetesUsername?: string;
  principalARN?: string;
  type?: string;
}

export interface AccessPolicy {
  accessScope?: AccessScope;
  policyARN?: string;
}

export interface AccessScope {
  namespaces?: string[];
  type?: string;
}
