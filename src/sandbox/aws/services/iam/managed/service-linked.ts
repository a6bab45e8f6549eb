// Services that have service-linked roles: role name, AWS's policy for it, and whether a suffix may be given.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
import type { ManagedPolicyDefinition } from "./definition.ts";
import { actionsOf as of, allow } from "./definition.ts";

export interface ServiceLinkedRole {
  role: string;
  policy: string;
  description: string;
  suffix?: boolean;
  actions: readonly string[];
}

/** By service principal. */
export const serviceLinkedRoles: Readonly<Record<string, ServiceLinkedRole>> = {
  "autoscaling.amazonaws.com": {
    role: "AWSServiceRoleForAutoScaling",
    policy: "AutoScalingServiceRolePolicy",
    description:
      "Default Service-Linked Role enables access to AWS Services and Resources used or managed by Auto Scaling",
    suffix: true,
    actions: [
      ...of(
        "ec2",
        "AttachClassicLinkVpc CreateFleet CreateTags Describe* RunInstances TerminateInstances StartInstances StopInstances",
      ),
      ...of("elasticloadbalancing", "Register* Deregister* Describe*"),
      ...of("cloudwatch", "DeleteAlarms DescribeAlarms PutMetricAlarm"),
      "sns:Publish",
    ],
  },
  "eks.amazonaws.com": {
    role: "AWSServiceRoleForAmazonEKS",
    policy: "AmazonEKSServiceRolePolicy",
    description: "Allows Amazon EKS to call AWS services on your behalf.",
    actions: [
      ...of(
        "ec2",
        "CreateNetworkInterface DeleteNetworkInterface DetachNetworkInterface ModifyNetworkInterfaceAttribute DescribeInstances DescribeNetworkInterfaces DescribeSecurityGroups DescribeSubnets DescribeVpcs CreateNetworkInterfacePermission CreateSecurityGroup CreateTags DeleteSecurityGroup",
      ),
      "iam:ListAttachedRolePolicies",
      "route53:AssociateVPCWithHostedZone",
      ...of("logs", "CreateLogGroup CreateLogStream DescribeLogStreams PutLogEvents"),
    ],
  },
  "eks-nodegroup.amazonaws.com": {
    role: "AWSServiceRoleForAmazonEKSNodegroup",
    policy: "AWSServiceRoleForAmazonEKSNodegroup",
    description: "This policy allows Amazon EKS to create and manage Nodegroups",
    actions: [
      ...of(
        "ec2",
        "Describe* CreateTags CreateSecurityGroup DeleteSecurityGroup AuthorizeSecurityGroupIngress RunInstances CreateLaunchTemplate CreateLaunchTemplateVersion DeleteLaunchTemplate TerminateInstances GetConsoleOutput",
      ),
      "autoscaling:*",
      ...of(
        "iam",
        "CreateServiceLinkedRole PassRole GetInstanceProfile CreateInstanceProfile DeleteInstanceProfile AddRoleToInstanceProfile RemoveRoleFromInstanceProfile",
      ),
    ],
  },
  "eks-fargate.amazonaws.com": {
    role: "AWSServiceRoleForAmazonEKSForFargate",
    policy: "AmazonEKSForFargateServiceRolePolicy",
    description: "This policy grants necessary permissions to Amazon EKS to run fargate tasks",
    actions: of(
      "ec2",
      "CreateNetworkInterface CreateNetworkInterfacePermission DeleteNetworkInterface DescribeNetworkInterfaces DescribeSecurityGroups DescribeSubnets DescribeVpcs DescribeDhcpOptions DescribeRouteTables",
    ),
  },
  "spot.amazonaws.com": {
    role: "AWSServiceRoleForEC2Spot",
    policy: "AWSEC2SpotServiceRolePolicy",
    description: "Allows EC2 Spot to launch and manage Spot instances.",
    actions: of("ec2", "DescribeInstances StartInstances StopInstances RunInstances"),
  },
  "spotfleet.amazonaws.com": {
    role: "AWSServiceRoleForEC2SpotFleet",
    policy: "AWSEC2SpotFleetServiceRolePolicy",
    description: "Default EC2 Spot Fleet Service Linked Role",
    actions: of("ec2", "RequestSpotInstances TerminateInstances DescribeImages DescribeSubnets RunInstances"),
  },
  "elasticloadbalancing.amazonaws.com": {
    role: "AWSServiceRoleForElasticLoadBalancing",
    policy: "AWSElasticLoadBalancingServiceRolePolicy",
    description: "Allows ELB to call AWS services on your behalf.",
    actions: of(
      "ec2",
      "Describe* CreateNetworkInterface CreateSecurityGroup DeleteNetworkInterface ModifyNetworkInterfaceAttribute",
    ),
  },
  "transitgateway.amazonaws.com": {
    role: "AWSServiceRoleForVPCTransitGateway",
    policy: "AWSVPCTransitGatewayServiceRolePolicy",
    description: "Allows VPC Transit Gateway to create and manage necessary resources for attachments.",
    actions: of(
      "ec2",
      "CreateNetworkInterface DescribeNetworkInterfaces ModifyNetworkInterfaceAttribute DeleteNetworkInterface",
    ),
  },
  "fsx.amazonaws.com": {
    role: "AWSServiceRoleForAmazonFSx",
    policy: "AmazonFSxServiceRolePolicy",
    description: "Allows Amazon FSx to manage AWS resources on your behalf",
    actions: of("ec2", "CreateNetworkInterface DeleteNetworkInterface Describe*"),
  },
};

/** The policies of these roles: they exist, but can't be attached to anything else. */
export const serviceLinkedPolicies: readonly ManagedPolicyDefinition[] = Object.values(serviceLinkedRoles).map(
  ({ policy, description, actions }) => ({
    name: policy,
    path: "/aws-service-role/",
    description,
    statements: [allow(actions)],
  }),
);
