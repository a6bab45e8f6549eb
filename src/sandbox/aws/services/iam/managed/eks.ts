// AWS-managed policies around EKS: what eksctl, its add-ons and node roles attach. Documents as AWS publishes them in
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/, with long lists of rarely used statements left out.
import type { ManagedPolicyDefinition } from "./definition.ts";
import { actionsOf as of, allow } from "./definition.ts";

const eksTags = { "ec2:ResourceTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}" };
const ecrPull = of("ecr", "GetAuthorizationToken BatchCheckLayerAvailability GetDownloadUrlForLayer BatchGetImage");
const nodeDescribe = of(
  "ec2",
  "DescribeInstances DescribeInstanceTypes DescribeRouteTables DescribeSecurityGroups DescribeSubnets DescribeVolumes DescribeVolumesModifications DescribeVpcs",
);

export const eksPolicies: readonly ManagedPolicyDefinition[] = [
  {
    name: "AmazonEKSClusterPolicy",
    description: "This policy provides Kubernetes the permissions it requires to manage resources on your behalf.",
    statements: [
      allow([
        ...of("autoscaling", "DescribeAutoScalingGroups UpdateAutoScalingGroup"),
        ...of(
          "ec2",
          "AttachVolume AuthorizeSecurityGroupIngress CreateRoute CreateSecurityGroup CreateTags CreateVolume DeleteRoute DeleteSecurityGroup DeleteVolume DescribeInstances DescribeRouteTables DescribeSecurityGroups DescribeSubnets DescribeVolumes DescribeVolumesModifications DescribeVpcs DescribeDhcpOptions DescribeNetworkInterfaces DescribeAvailabilityZones DescribeInstanceTopology DetachVolume ModifyInstanceAttribute ModifyVolume RevokeSecurityGroupIngress DescribeAccountAttributes DescribeAddresses DescribeInternetGateways",
        ),
        ...of(
          "elasticloadbalancing",
          "AddTags ApplySecurityGroupsToLoadBalancer AttachLoadBalancerToSubnets ConfigureHealthCheck CreateListener CreateLoadBalancer CreateLoadBalancerListeners CreateLoadBalancerPolicy CreateTargetGroup DeleteListener DeleteLoadBalancer DeleteLoadBalancerListeners DeleteTargetGroup DeregisterInstancesFromLoadBalancer DeregisterTargets DescribeListeners DescribeLoadBalancerAttributes DescribeLoadBalancerPolicies DescribeLoadBalancers DescribeTargetGroupAttributes DescribeTargetGroups DescribeTargetHealth DetachLoadBalancerFromSubnets ModifyListener ModifyLoadBalancerAttributes ModifyTargetGroup ModifyTargetGroupAttributes RegisterInstancesWithLoadBalancer RegisterTargets SetLoadBalancerPoliciesForBackendServer SetLoadBalancerPoliciesOfListener",
        ),
        "kms:DescribeKey",
      ]),
      allow(["iam:CreateServiceLinkedRole"], "*", {
        StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" },
      }),
    ],
  },
  {
    name: "AmazonEKSServicePolicy",
    description:
      "This policy allows Amazon Elastic Container Service for Kubernetes to create and manage the necessary resources to operate EKS Clusters.",
    statements: [
      allow([
        ...of(
          "ec2",
          "CreateNetworkInterface CreateNetworkInterfacePermission DeleteNetworkInterface DescribeInstances DescribeNetworkInterfaces DetachNetworkInterface DescribeSecurityGroups DescribeSubnets DescribeVpcs ModifyNetworkInterfaceAttribute",
        ),
        "iam:ListAttachedRolePolicies",
        ...of("eks", "UpdateClusterVersion"),
        ...of("route53", "AssociateVPCWithHostedZone"),
        ...of("logs", "CreateLogStream DescribeLogStreams PutLogEvents"),
      ]),
    ],
  },
  {
    name: "AmazonEKSVPCResourceController",
    description: "Policy used by VPC Resource Controller to manage ENI and IPs for worker nodes.",
    statements: [
      allow(["ec2:CreateNetworkInterfacePermission"], "*", {
        "ForAnyValue:StringEquals": { "ec2:ResourceTag/eks:eni:owner": "eks-vpc-resource-controller" },
      }),
      allow(
        of(
          "ec2",
          "CreateNetworkInterface DetachNetworkInterface ModifyNetworkInterfaceAttribute DeleteNetworkInterface AttachNetworkInterface UnassignPrivateIpAddresses AssignPrivateIpAddresses",
        ),
      ),
    ],
  },
  {
    name: "AmazonEKSWorkerNodePolicy",
    description: "This policy allows Amazon EKS worker nodes to connect to Amazon EKS Clusters.",
    statements: [allow([...nodeDescribe, "eks:DescribeCluster", "eks-auth:AssumeRoleForPodIdentity"])],
  },
  {
    name: "AmazonEKSWorkerNodeMinimalPolicy",
    description: "This policy allows Amazon EKS worker nodes to connect to Amazon EKS Clusters.",
    statements: [allow(["eks-auth:AssumeRoleForPodIdentity"])],
  },
  {
    name: "AmazonEKS_CNI_Policy",
    description:
      "This policy provides the Amazon VPC CNI Plugin (amazon-vpc-cni-k8s) the permissions it requires to modify the IP address configuration on your EKS worker nodes.",
    statements: [
      allow(
        of(
          "ec2",
          "AssignPrivateIpAddresses AttachNetworkInterface CreateNetworkInterface DeleteNetworkInterface DescribeInstances DescribeTags DescribeNetworkInterfaces DescribeInstanceTypes DescribeSubnets DetachNetworkInterface ModifyNetworkInterfaceAttribute UnassignPrivateIpAddresses",
        ),
      ),
      allow(["ec2:CreateTags"], "arn:aws:ec2:*:*:network-interface/*"),
    ],
  },
  {
    name: "AmazonEKSFargatePodExecutionRolePolicy",
    description:
      "Provides access to other AWS service resources that are required to run Amazon EKS pods on AWS Fargate",
    statements: [allow(ecrPull)],
  },
  {
    name: "AmazonEC2ContainerRegistryPullOnly",
    description: "Grants access to pull images from private Amazon ECR repositories",
    statements: [allow([...ecrPull, "ecr:BatchImportUpstreamImage"])],
  },
  {
    name: "AmazonEC2ContainerRegistryReadOnly",
    description: "Provides read-only access to Amazon EC2 Container Registry repositories.",
    statements: [
      allow([
        ...ecrPull,
        ...of(
          "ecr",
          "GetRepositoryPolicy DescribeRepositories ListImages DescribeImages GetLifecyclePolicy GetLifecyclePolicyPreview ListTagsForResource DescribeImageScanFindings",
        ),
      ]),
    ],
  },
  {
    name: "AmazonEC2ContainerRegistryPowerUser",
    description:
      "Provides full access to Amazon EC2 Container Registry repositories, but does not allow repository deletion or policy changes.",
    statements: [
      allow([
        ...ecrPull,
        ...of(
          "ecr",
          "GetRepositoryPolicy DescribeRepositories ListImages DescribeImages GetLifecyclePolicy GetLifecyclePolicyPreview ListTagsForResource DescribeImageScanFindings InitiateLayerUpload UploadLayerPart CompleteLayerUpload PutImage",
        ),
      ]),
    ],
  },
  {
    name: "AmazonElasticContainerRegistryPublicReadOnly",
    description: "Provides read-only access to Amazon ECR Public repositories.",
    statements: [
      allow([
        ...of(
          "ecr-public",
          "GetAuthorizationToken BatchCheckLayerAvailability GetRepositoryPolicy DescribeRepositories DescribeRegistries DescribeImages DescribeImageTags GetRepositoryCatalogData GetRegistryCatalogData",
        ),
        "sts:GetServiceBearerToken",
      ]),
    ],
  },
  {
    name: "AmazonEBSCSIDriverPolicy",
    path: "/service-role/",
    description:
      "IAM Policy that allows the CSI driver service account to make calls to related services such as EC2 on your behalf.",
    statements: [
      allow(
        of(
          "ec2",
          "CreateSnapshot AttachVolume DetachVolume ModifyVolume DescribeAvailabilityZones DescribeInstances DescribeSnapshots DescribeTags DescribeVolumes DescribeVolumesModifications DescribeVolumeStatus EnableFastSnapshotRestores",
        ),
      ),
      allow(["ec2:CreateTags"], ["arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*:*:snapshot/*"], {
        StringEquals: { "ec2:CreateAction": ["CreateVolume", "CreateSnapshot"] },
      }),
      allow(["ec2:DeleteTags"], ["arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*:*:snapshot/*"]),
      allow(["ec2:CreateVolume"], "arn:aws:ec2:*:*:volume/*", {
        StringLike: { "aws:RequestTag/ebs.csi.aws.com/cluster": "true" },
      }),
      allow(["ec2:CreateVolume"], "arn:aws:ec2:*:*:volume/*", { StringLike: { "aws:RequestTag/CSIVolumeName": "*" } }),
      allow(["ec2:DeleteVolume"], "*", { StringLike: { "ec2:ResourceTag/ebs.csi.aws.com/cluster": "true" } }),
      allow(["ec2:DeleteVolume"], "*", { StringLike: { "ec2:ResourceTag/CSIVolumeName": "*" } }),
      allow(["ec2:DeleteVolume"], "*", { StringLike: { "ec2:ResourceTag/kubernetes.io/created-for/pvc/name": "*" } }),
      allow(["ec2:DeleteSnapshot"], "*", { StringLike: { "ec2:ResourceTag/CSIVolumeSnapshotName": "*" } }),
      allow(["ec2:DeleteSnapshot"], "*", { StringLike: { "ec2:ResourceTag/ebs.csi.aws.com/cluster": "true" } }),
    ],
  },
  {
    name: "AmazonEFSCSIDriverPolicy",
    path: "/service-role/",
    description: "Provides management access to EFS resources and read access to EC2",
    statements: [
      allow([
        ...of("elasticfilesystem", "DescribeAccessPoints DescribeFileSystems DescribeMountTargets"),
        "ec2:DescribeAvailabilityZones",
      ]),
      allow(["elasticfilesystem:CreateAccessPoint"], "*", {
        Null: { "aws:RequestTag/efs.csi.aws.com/cluster": "false" },
        "ForAllValues:StringEquals": { "aws:TagKeys": "efs.csi.aws.com/cluster" },
      }),
      allow(["elasticfilesystem:TagResource"], "*", {
        StringLike: { "aws:ResourceTag/efs.csi.aws.com/cluster": "true" },
      }),
      allow(["elasticfilesystem:DeleteAccessPoint"], "*", {
        Null: { "aws:ResourceTag/efs.csi.aws.com/cluster": "false" },
      }),
    ],
  },
  {
    name: "AmazonEKSComputePolicy",
    description: "Allows EKS Auto Mode to create and manage EC2 instances",
    statements: [
      allow(of("ec2", "CreateFleet RunInstances CreateLaunchTemplate"), "*", {
        StringEquals: { "aws:RequestTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}" },
      }),
      allow(of("ec2", "TerminateInstances DeleteLaunchTemplate"), "*", { StringEquals: eksTags }),
      allow(["iam:AddRoleToInstanceProfile", "iam:PassRole"], "arn:aws:iam::*:role/*"),
    ],
  },
  {
    name: "AmazonEKSBlockStoragePolicy",
    description: "Allows EKS Auto Mode to manage block storage",
    statements: [
      allow(of("ec2", "DescribeVolumes DescribeSnapshots DescribeVolumesModifications AttachVolume DetachVolume")),
      allow(of("ec2", "CreateVolume CreateSnapshot DeleteVolume DeleteSnapshot ModifyVolume"), "*", {
        StringEquals: eksTags,
      }),
    ],
  },
  {
    name: "AmazonEKSLoadBalancingPolicy",
    description: "Allows EKS Auto Mode to manage load balancers",
    statements: [
      allow([
        "elasticloadbalancing:*",
        ...of(
          "ec2",
          "DescribeSubnets DescribeSecurityGroups DescribeVpcs CreateSecurityGroup AuthorizeSecurityGroupIngress",
        ),
      ]),
    ],
  },
  {
    name: "AmazonEKSNetworkingPolicy",
    description: "Allows EKS Auto Mode to manage network interfaces",
    statements: [
      allow(of("ec2", "CreateNetworkInterface DescribeNetworkInterfaces DescribeSubnets AttachNetworkInterface")),
      allow(
        of("ec2", "DeleteNetworkInterface ModifyNetworkInterfaceAttribute AssignIpv6Addresses UnassignIpv6Addresses"),
        "*",
        {
          StringEquals: eksTags,
        },
      ),
    ],
  },
  {
    name: "AmazonSSMManagedInstanceCore",
    description: "The policy for Amazon EC2 Role to enable AWS Systems Manager service core functionality.",
    statements: [
      allow(
        of(
          "ssm",
          "DescribeAssociation GetDeployablePatchSnapshotForInstance GetDocument DescribeDocument GetManifest GetParameter GetParameters ListAssociations ListInstanceAssociations PutInventory PutComplianceItems PutConfigurePackageResult UpdateAssociationStatus UpdateInstanceAssociationStatus UpdateInstanceInformation",
        ),
      ),
      allow(of("ssmmessages", "CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel")),
      allow(of("ec2messages", "AcknowledgeMessage DeleteMessage FailMessage GetEndpoint GetMessages SendReply")),
    ],
  },
  {
    name: "CloudWatchAgentServerPolicy",
    description: "Permissions required to use AmazonCloudWatchAgent on servers",
    statements: [
      allow([
        "cloudwatch:PutMetricData",
        ...of("ec2", "DescribeVolumes DescribeTags"),
        ...of(
          "logs",
          "PutLogEvents PutRetentionPolicy DescribeLogStreams DescribeLogGroups CreateLogStream CreateLogGroup",
        ),
        ...of(
          "xray",
          "PutTraceSegments PutTelemetryRecords GetSamplingRules GetSamplingTargets GetSamplingStatisticSummaries",
        ),
      ]),
      allow(["ssm:GetParameter"], "arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*"),
    ],
  },
];
