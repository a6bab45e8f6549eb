// Every AWS operation that lotse calls, with the SDK's types. What isn't listed here isn't called: the IAM reference and
// `aws.call` are made from this table.
import type * as sts from "@aws-sdk/client-sts";
import type * as cloudformation from "@aws-sdk/client-cloudformation";
import type * as eks from "@aws-sdk/client-eks";
import type * as iam from "@aws-sdk/client-iam";
import type * as ec2 from "@aws-sdk/client-ec2";
import type * as ssm from "@aws-sdk/client-ssm";
import type * as autoscaling from "@aws-sdk/client-auto-scaling";
import type * as logs from "@aws-sdk/client-cloudwatch-logs";
import type * as s3 from "@aws-sdk/client-s3";
import type * as kms from "@aws-sdk/client-kms";
import type * as cloudtrail from "@aws-sdk/client-cloudtrail";
import type * as ecr from "@aws-sdk/client-ecr";
import type * as firehose from "@aws-sdk/client-firehose";
import type * as guardduty from "@aws-sdk/client-guardduty";
import type * as inspector2 from "@aws-sdk/client-inspector2";
import type * as servicequotas from "@aws-sdk/client-service-quotas";

/** Input and output of one operation. */
interface Operation<Input, Output> {
  input: Input;
  output: Output;
}

/** Every operation that lotse calls, with its types: what isn't here isn't called. */
export interface Operations {
  sts: {
    AssumeRole: Operation<sts.AssumeRoleCommandInput, sts.AssumeRoleCommandOutput>;
    GetCallerIdentity: Operation<sts.GetCallerIdentityCommandInput, sts.GetCallerIdentityCommandOutput>;
  };
  cloudformation: {
    ContinueUpdateRollback: Operation<
      cloudformation.ContinueUpdateRollbackCommandInput,
      cloudformation.ContinueUpdateRollbackCommandOutput
    >;
    CreateChangeSet: Operation<cloudformation.CreateChangeSetCommandInput, cloudformation.CreateChangeSetCommandOutput>;
    CreateStack: Operation<cloudformation.CreateStackCommandInput, cloudformation.CreateStackCommandOutput>;
    DeleteChangeSet: Operation<cloudformation.DeleteChangeSetCommandInput, cloudformation.DeleteChangeSetCommandOutput>;
    DeleteStack: Operation<cloudformation.DeleteStackCommandInput, cloudformation.DeleteStackCommandOutput>;
    DescribeChangeSet: Operation<
      cloudformation.DescribeChangeSetCommandInput,
      cloudformation.DescribeChangeSetCommandOutput
    >;
    DescribeStackEvents: Operation<
      cloudformation.DescribeStackEventsCommandInput,
      cloudformation.DescribeStackEventsCommandOutput
    >;
    DescribeStackResources: Operation<
      cloudformation.DescribeStackResourcesCommandInput,
      cloudformation.DescribeStackResourcesCommandOutput
    >;
    DescribeStacks: Operation<cloudformation.DescribeStacksCommandInput, cloudformation.DescribeStacksCommandOutput>;
    ExecuteChangeSet: Operation<
      cloudformation.ExecuteChangeSetCommandInput,
      cloudformation.ExecuteChangeSetCommandOutput
    >;
    GetTemplate: Operation<cloudformation.GetTemplateCommandInput, cloudformation.GetTemplateCommandOutput>;
    UpdateTerminationProtection: Operation<
      cloudformation.UpdateTerminationProtectionCommandInput,
      cloudformation.UpdateTerminationProtectionCommandOutput
    >;
  };
  eks: {
    ListInsights: Operation<eks.ListInsightsCommandInput, eks.ListInsightsCommandOutput>;
    AssociateAccessPolicy: Operation<eks.AssociateAccessPolicyCommandInput, eks.AssociateAccessPolicyCommandOutput>;
    AssociateEncryptionConfig: Operation<
      eks.AssociateEncryptionConfigCommandInput,
      eks.AssociateEncryptionConfigCommandOutput
    >;
    AssociateIdentityProviderConfig: Operation<
      eks.AssociateIdentityProviderConfigCommandInput,
      eks.AssociateIdentityProviderConfigCommandOutput
    >;
    CreateAccessEntry: Operation<eks.CreateAccessEntryCommandInput, eks.CreateAccessEntryCommandOutput>;
    CreateAddon: Operation<eks.CreateAddonCommandInput, eks.CreateAddonCommandOutput>;
    CreateFargateProfile: Operation<eks.CreateFargateProfileCommandInput, eks.CreateFargateProfileCommandOutput>;
    CreatePodIdentityAssociation: Operation<
      eks.CreatePodIdentityAssociationCommandInput,
      eks.CreatePodIdentityAssociationCommandOutput
    >;
    DeleteAccessEntry: Operation<eks.DeleteAccessEntryCommandInput, eks.DeleteAccessEntryCommandOutput>;
    DeleteAddon: Operation<eks.DeleteAddonCommandInput, eks.DeleteAddonCommandOutput>;
    DeleteCluster: Operation<eks.DeleteClusterCommandInput, eks.DeleteClusterCommandOutput>;
    DeleteFargateProfile: Operation<eks.DeleteFargateProfileCommandInput, eks.DeleteFargateProfileCommandOutput>;
    DeleteNodegroup: Operation<eks.DeleteNodegroupCommandInput, eks.DeleteNodegroupCommandOutput>;
    DeletePodIdentityAssociation: Operation<
      eks.DeletePodIdentityAssociationCommandInput,
      eks.DeletePodIdentityAssociationCommandOutput
    >;
    DescribeAccessEntry: Operation<eks.DescribeAccessEntryCommandInput, eks.DescribeAccessEntryCommandOutput>;
    DescribeAddon: Operation<eks.DescribeAddonCommandInput, eks.DescribeAddonCommandOutput>;
    DescribeAddonVersions: Operation<eks.DescribeAddonVersionsCommandInput, eks.DescribeAddonVersionsCommandOutput>;
    DescribeCluster: Operation<eks.DescribeClusterCommandInput, eks.DescribeClusterCommandOutput>;
    DescribeClusterVersions: Operation<
      eks.DescribeClusterVersionsCommandInput,
      eks.DescribeClusterVersionsCommandOutput
    >;
    DescribeFargateProfile: Operation<eks.DescribeFargateProfileCommandInput, eks.DescribeFargateProfileCommandOutput>;
    DescribeIdentityProviderConfig: Operation<
      eks.DescribeIdentityProviderConfigCommandInput,
      eks.DescribeIdentityProviderConfigCommandOutput
    >;
    DescribeNodegroup: Operation<eks.DescribeNodegroupCommandInput, eks.DescribeNodegroupCommandOutput>;
    DescribePodIdentityAssociation: Operation<
      eks.DescribePodIdentityAssociationCommandInput,
      eks.DescribePodIdentityAssociationCommandOutput
    >;
    DescribeUpdate: Operation<eks.DescribeUpdateCommandInput, eks.DescribeUpdateCommandOutput>;
    DisassociateIdentityProviderConfig: Operation<
      eks.DisassociateIdentityProviderConfigCommandInput,
      eks.DisassociateIdentityProviderConfigCommandOutput
    >;
    ListAccessEntries: Operation<eks.ListAccessEntriesCommandInput, eks.ListAccessEntriesCommandOutput>;
    ListAddons: Operation<eks.ListAddonsCommandInput, eks.ListAddonsCommandOutput>;
    ListAssociatedAccessPolicies: Operation<
      eks.ListAssociatedAccessPoliciesCommandInput,
      eks.ListAssociatedAccessPoliciesCommandOutput
    >;
    ListClusters: Operation<eks.ListClustersCommandInput, eks.ListClustersCommandOutput>;
    ListFargateProfiles: Operation<eks.ListFargateProfilesCommandInput, eks.ListFargateProfilesCommandOutput>;
    ListIdentityProviderConfigs: Operation<
      eks.ListIdentityProviderConfigsCommandInput,
      eks.ListIdentityProviderConfigsCommandOutput
    >;
    ListNodegroups: Operation<eks.ListNodegroupsCommandInput, eks.ListNodegroupsCommandOutput>;
    ListPodIdentityAssociations: Operation<
      eks.ListPodIdentityAssociationsCommandInput,
      eks.ListPodIdentityAssociationsCommandOutput
    >;
    ListUpdates: Operation<eks.ListUpdatesCommandInput, eks.ListUpdatesCommandOutput>;
    TagResource: Operation<eks.TagResourceCommandInput, eks.TagResourceCommandOutput>;
    UntagResource: Operation<eks.UntagResourceCommandInput, eks.UntagResourceCommandOutput>;
    UpdateAddon: Operation<eks.UpdateAddonCommandInput, eks.UpdateAddonCommandOutput>;
    UpdateClusterConfig: Operation<eks.UpdateClusterConfigCommandInput, eks.UpdateClusterConfigCommandOutput>;
    UpdateClusterVersion: Operation<eks.UpdateClusterVersionCommandInput, eks.UpdateClusterVersionCommandOutput>;
    UpdateNodegroupConfig: Operation<eks.UpdateNodegroupConfigCommandInput, eks.UpdateNodegroupConfigCommandOutput>;
    UpdatePodIdentityAssociation: Operation<
      eks.UpdatePodIdentityAssociationCommandInput,
      eks.UpdatePodIdentityAssociationCommandOutput
    >;
  };
  iam: {
    CreateOpenIDConnectProvider: Operation<
      iam.CreateOpenIDConnectProviderCommandInput,
      iam.CreateOpenIDConnectProviderCommandOutput
    >;
    DeleteOpenIDConnectProvider: Operation<
      iam.DeleteOpenIDConnectProviderCommandInput,
      iam.DeleteOpenIDConnectProviderCommandOutput
    >;
    GetOpenIDConnectProvider: Operation<
      iam.GetOpenIDConnectProviderCommandInput,
      iam.GetOpenIDConnectProviderCommandOutput
    >;
    GetInstanceProfile: Operation<iam.GetInstanceProfileCommandInput, iam.GetInstanceProfileCommandOutput>;
    GetPolicy: Operation<iam.GetPolicyCommandInput, iam.GetPolicyCommandOutput>;
    GetPolicyVersion: Operation<iam.GetPolicyVersionCommandInput, iam.GetPolicyVersionCommandOutput>;
    GetRole: Operation<iam.GetRoleCommandInput, iam.GetRoleCommandOutput>;
    GetRolePolicy: Operation<iam.GetRolePolicyCommandInput, iam.GetRolePolicyCommandOutput>;
    GetUser: Operation<iam.GetUserCommandInput, iam.GetUserCommandOutput>;
    ListAttachedRolePolicies: Operation<
      iam.ListAttachedRolePoliciesCommandInput,
      iam.ListAttachedRolePoliciesCommandOutput
    >;
    ListOpenIDConnectProviders: Operation<
      iam.ListOpenIDConnectProvidersCommandInput,
      iam.ListOpenIDConnectProvidersCommandOutput
    >;
    ListRolePolicies: Operation<iam.ListRolePoliciesCommandInput, iam.ListRolePoliciesCommandOutput>;
    ListRoles: Operation<iam.ListRolesCommandInput, iam.ListRolesCommandOutput>;
  };
  kms: {
    EnableKeyRotation: Operation<kms.EnableKeyRotationCommandInput, kms.EnableKeyRotationCommandOutput>;
    GetKeyRotationStatus: Operation<kms.GetKeyRotationStatusCommandInput, kms.GetKeyRotationStatusCommandOutput>;
    DescribeKey: Operation<kms.DescribeKeyCommandInput, kms.DescribeKeyCommandOutput>;
    GetKeyPolicy: Operation<kms.GetKeyPolicyCommandInput, kms.GetKeyPolicyCommandOutput>;
    ListGrants: Operation<kms.ListGrantsCommandInput, kms.ListGrantsCommandOutput>;
  };
  s3: {
    GetBucketPolicy: Operation<s3.GetBucketPolicyCommandInput, s3.GetBucketPolicyCommandOutput>;
  };
  ec2: {
    CreateTags: Operation<ec2.CreateTagsCommandInput, ec2.CreateTagsCommandOutput>;
    ModifyInstanceMetadataOptions: Operation<
      ec2.ModifyInstanceMetadataOptionsCommandInput,
      ec2.ModifyInstanceMetadataOptionsCommandOutput
    >;
    ModifyVpcAttribute: Operation<ec2.ModifyVpcAttributeCommandInput, ec2.ModifyVpcAttributeCommandOutput>;
    DescribeAddresses: Operation<ec2.DescribeAddressesCommandInput, ec2.DescribeAddressesCommandOutput>;
    GetEbsEncryptionByDefault: Operation<
      ec2.GetEbsEncryptionByDefaultCommandInput,
      ec2.GetEbsEncryptionByDefaultCommandOutput
    >;
    DescribeVpcEndpoints: Operation<ec2.DescribeVpcEndpointsCommandInput, ec2.DescribeVpcEndpointsCommandOutput>;
    DescribeVpcAttribute: Operation<ec2.DescribeVpcAttributeCommandInput, ec2.DescribeVpcAttributeCommandOutput>;
    DescribeVolumes: Operation<ec2.DescribeVolumesCommandInput, ec2.DescribeVolumesCommandOutput>;
    DescribeSubnets: Operation<ec2.DescribeSubnetsCommandInput, ec2.DescribeSubnetsCommandOutput>;
    DescribeRouteTables: Operation<ec2.DescribeRouteTablesCommandInput, ec2.DescribeRouteTablesCommandOutput>;
    DescribeNatGateways: Operation<ec2.DescribeNatGatewaysCommandInput, ec2.DescribeNatGatewaysCommandOutput>;
    DescribeLaunchTemplateVersions: Operation<
      ec2.DescribeLaunchTemplateVersionsCommandInput,
      ec2.DescribeLaunchTemplateVersionsCommandOutput
    >;
    DescribeFlowLogs: Operation<ec2.DescribeFlowLogsCommandInput, ec2.DescribeFlowLogsCommandOutput>;
    DeleteKeyPair: Operation<ec2.DeleteKeyPairCommandInput, ec2.DeleteKeyPairCommandOutput>;
    DeleteNetworkInterface: Operation<ec2.DeleteNetworkInterfaceCommandInput, ec2.DeleteNetworkInterfaceCommandOutput>;
    DeleteSecurityGroup: Operation<ec2.DeleteSecurityGroupCommandInput, ec2.DeleteSecurityGroupCommandOutput>;
    DescribeInstances: Operation<ec2.DescribeInstancesCommandInput, ec2.DescribeInstancesCommandOutput>;
    DescribeInstanceTypeOfferings: Operation<
      ec2.DescribeInstanceTypeOfferingsCommandInput,
      ec2.DescribeInstanceTypeOfferingsCommandOutput
    >;
    DescribeInstanceTypes: Operation<ec2.DescribeInstanceTypesCommandInput, ec2.DescribeInstanceTypesCommandOutput>;
    DescribeKeyPairs: Operation<ec2.DescribeKeyPairsCommandInput, ec2.DescribeKeyPairsCommandOutput>;
    DescribeNetworkInterfaces: Operation<
      ec2.DescribeNetworkInterfacesCommandInput,
      ec2.DescribeNetworkInterfacesCommandOutput
    >;
    DescribeSecurityGroups: Operation<ec2.DescribeSecurityGroupsCommandInput, ec2.DescribeSecurityGroupsCommandOutput>;
    ImportKeyPair: Operation<ec2.ImportKeyPairCommandInput, ec2.ImportKeyPairCommandOutput>;
  };
  ssm: {
    GetParameters: Operation<ssm.GetParametersCommandInput, ssm.GetParametersCommandOutput>;
    GetParameter: Operation<ssm.GetParameterCommandInput, ssm.GetParameterCommandOutput>;
  };
  autoscaling: {
    CreateOrUpdateTags: Operation<
      autoscaling.CreateOrUpdateTagsCommandInput,
      autoscaling.CreateOrUpdateTagsCommandOutput
    >;
    DeleteTags: Operation<autoscaling.DeleteTagsCommandInput, autoscaling.DeleteTagsCommandOutput>;
    DescribeAutoScalingGroups: Operation<
      autoscaling.DescribeAutoScalingGroupsCommandInput,
      autoscaling.DescribeAutoScalingGroupsCommandOutput
    >;
    DescribeScalingActivities: Operation<
      autoscaling.DescribeScalingActivitiesCommandInput,
      autoscaling.DescribeScalingActivitiesCommandOutput
    >;
    ResumeProcesses: Operation<autoscaling.ResumeProcessesCommandInput, autoscaling.ResumeProcessesCommandOutput>;
    SuspendProcesses: Operation<autoscaling.SuspendProcessesCommandInput, autoscaling.SuspendProcessesCommandOutput>;
    TerminateInstanceInAutoScalingGroup: Operation<
      autoscaling.TerminateInstanceInAutoScalingGroupCommandInput,
      autoscaling.TerminateInstanceInAutoScalingGroupCommandOutput
    >;
    UpdateAutoScalingGroup: Operation<
      autoscaling.UpdateAutoScalingGroupCommandInput,
      autoscaling.UpdateAutoScalingGroupCommandOutput
    >;
  };
  logs: {
    DeleteLogGroup: Operation<logs.DeleteLogGroupCommandInput, logs.DeleteLogGroupCommandOutput>;
    DescribeLogGroups: Operation<logs.DescribeLogGroupsCommandInput, logs.DescribeLogGroupsCommandOutput>;
    PutRetentionPolicy: Operation<logs.PutRetentionPolicyCommandInput, logs.PutRetentionPolicyCommandOutput>;
  };
  cloudtrail: {
    DescribeTrails: Operation<cloudtrail.DescribeTrailsCommandInput, cloudtrail.DescribeTrailsCommandOutput>;
    GetTrailStatus: Operation<cloudtrail.GetTrailStatusCommandInput, cloudtrail.GetTrailStatusCommandOutput>;
  };
  ecr: {
    DescribeRepositories: Operation<ecr.DescribeRepositoriesCommandInput, ecr.DescribeRepositoriesCommandOutput>;
    GetRegistryScanningConfiguration: Operation<
      ecr.GetRegistryScanningConfigurationCommandInput,
      ecr.GetRegistryScanningConfigurationCommandOutput
    >;
    GetRepositoryPolicy: Operation<ecr.GetRepositoryPolicyCommandInput, ecr.GetRepositoryPolicyCommandOutput>;
  };
  firehose: {
    DescribeDeliveryStream: Operation<
      firehose.DescribeDeliveryStreamCommandInput,
      firehose.DescribeDeliveryStreamCommandOutput
    >;
  };
  guardduty: {
    GetDetector: Operation<guardduty.GetDetectorCommandInput, guardduty.GetDetectorCommandOutput>;
    ListDetectors: Operation<guardduty.ListDetectorsCommandInput, guardduty.ListDetectorsCommandOutput>;
  };
  inspector2: {
    BatchGetAccountStatus: Operation<
      inspector2.BatchGetAccountStatusCommandInput,
      inspector2.BatchGetAccountStatusCommandOutput
    >;
  };
  servicequotas: {
    GetServiceQuota: Operation<servicequotas.GetServiceQuotaCommandInput, servicequotas.GetServiceQuotaCommandOutput>;
  };
}

/** Services that lotse calls, named as in the sandbox. */
export type ServiceName = keyof Operations;

/** Operations of a service. */
export type OperationName<S extends ServiceName> = keyof Operations[S] & string;

/** What an operation takes. */
export type Input<S extends ServiceName, O extends OperationName<S>> =
  Operations[S][O] extends Operation<infer I, unknown> ? I : never;

/** What an operation answers. */
export type Output<S extends ServiceName, O extends OperationName<S>> =
  Operations[S][O] extends Operation<unknown, infer O> ? O : never;
