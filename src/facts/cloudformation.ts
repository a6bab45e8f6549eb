// CloudFormation resource types of an EKS cluster: which properties can't change in place, which IAM actions their
// handlers call, how long they take. Replacement from the CloudFormation resource specification (2026-08), actions from
// the handlers' permission lists shortened to what a policy must name, seconds from experience (inferred).

/** What CloudFormation does with changes of a resource type, and which actions it needs. */
export interface ResourceTypeFacts {
  /** Properties whose change needs a new resource; a dot leads into a nested one. */
  immutable: readonly string[];
  /** Properties whose change replaces what runs on it, one after the other. */
  rolling: readonly string[];
  /** Property that names the resource: with it set, CloudFormation can't replace the resource under the same name. */
  nameProperty?: string;
  create: readonly string[];
  update: readonly string[];
  delete: readonly string[];
  seconds: { create: number; update: number; delete: number };
}

/** `ec2: "CreateVpc ModifyVpcAttribute"` → `["ec2:CreateVpc", "ec2:ModifyVpcAttribute"]`. */
const actions = (service: string, names: string): string[] =>
  names === "" ? [] : names.split(" ").map((name) => (name.includes(":") ? name : `${service}:${name}`));

type Row = readonly [
  immutable: string,
  create: string,
  update: string,
  remove: string,
  seconds: number,
  more?: { rolling?: string; nameProperty?: string; deleteSeconds?: number; updateSeconds?: number },
];

const words = (text: string): string[] => (text === "" ? [] : text.split(" "));

function type(service: string, [immutable, create, update, remove, seconds, more = {}]: Row): ResourceTypeFacts {
  return {
    immutable: words(immutable),
    rolling: words(more.rolling ?? ""),
    ...(more.nameProperty !== undefined && { nameProperty: more.nameProperty }),
    create: actions(service, create),
    update: actions(service, update),
    delete: actions(service, remove),
    seconds: { create: seconds, update: more.updateSeconds ?? seconds, delete: more.deleteSeconds ?? seconds },
  };
}

const rules = "AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress UpdateSecurityGroupRuleDescriptionsIngress";
const ec2: Readonly<Record<string, Row>> = {
  VPC: [
    "CidrBlock Ipv4IpamPoolId Ipv4NetmaskLength",
    "CreateVpc ModifyVpcAttribute DescribeVpcs DescribeVpcAttribute DescribeNetworkAcls DescribeSecurityGroups CreateTags",
    "ModifyVpcAttribute DescribeVpcs DescribeVpcAttribute DescribeNetworkAcls DescribeSecurityGroups CreateTags DeleteTags",
    "DeleteVpc DescribeVpcs",
    12,
  ],
  VPCCidrBlock: [
    "AmazonProvidedIpv6CidrBlock CidrBlock VpcId",
    "AssociateVpcCidrBlock DescribeVpcs",
    "",
    "DisassociateVpcCidrBlock",
    12,
  ],
  Subnet: [
    "VpcId AvailabilityZone AvailabilityZoneId CidrBlock OutpostArn Ipv6Native",
    "CreateSubnet ModifySubnetAttribute DescribeSubnets CreateTags",
    "ModifySubnetAttribute DescribeSubnets CreateTags DeleteTags",
    "DeleteSubnet",
    6,
  ],
  RouteTable: [
    "VpcId",
    "CreateRouteTable DescribeRouteTables CreateTags",
    "DescribeRouteTables CreateTags DeleteTags",
    "DeleteRouteTable",
    11,
  ],
  SubnetRouteTableAssociation: [
    "RouteTableId SubnetId",
    "AssociateRouteTable DescribeRouteTables",
    "",
    "DisassociateRouteTable",
    2,
  ],
  Route: [
    "DestinationCidrBlock DestinationIpv6CidrBlock RouteTableId",
    "CreateRoute DescribeRouteTables",
    "ReplaceRoute DescribeRouteTables",
    "DeleteRoute",
    2,
  ],
  InternetGateway: [
    "",
    "CreateInternetGateway DescribeInternetGateways CreateTags",
    "DescribeInternetGateways CreateTags DeleteTags",
    "DeleteInternetGateway",
    17,
  ],
  VPCGatewayAttachment: [
    "VpcId",
    "AttachInternetGateway DescribeInternetGateways",
    "AttachInternetGateway DetachInternetGateway",
    "DetachInternetGateway",
    2,
  ],
  EIP: [
    "Domain NetworkBorderGroup Address TransferAddress",
    "AllocateAddress DescribeAddresses CreateTags",
    "DescribeAddresses CreateTags DeleteTags",
    "ReleaseAddress DisassociateAddress DescribeAddresses",
    17,
  ],
  NatGateway: [
    "AllocationId SubnetId ConnectivityType PrivateIpAddress VpcId",
    "CreateNatGateway DescribeNatGateways CreateTags",
    "DescribeNatGateways CreateTags DeleteTags",
    "DeleteNatGateway DescribeNatGateways",
    100,
    { deleteSeconds: 50 },
  ],
  SecurityGroup: [
    "GroupDescription GroupName VpcId",
    "CreateSecurityGroup DescribeSecurityGroups AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress CreateTags",
    `${rules} DescribeSecurityGroups CreateTags DeleteTags`,
    "DeleteSecurityGroup DescribeSecurityGroups",
    7,
    { nameProperty: "GroupName" },
  ],
  SecurityGroupIngress: [
    "CidrIp CidrIpv6 FromPort GroupId GroupName IpProtocol SourcePrefixListId SourceSecurityGroupId SourceSecurityGroupName SourceSecurityGroupOwnerId ToPort",
    "AuthorizeSecurityGroupIngress DescribeSecurityGroupRules",
    rules,
    "RevokeSecurityGroupIngress",
    2,
  ],
  SecurityGroupEgress: [
    "CidrIp CidrIpv6 DestinationPrefixListId DestinationSecurityGroupId FromPort GroupId IpProtocol ToPort",
    "AuthorizeSecurityGroupEgress DescribeSecurityGroupRules",
    "UpdateSecurityGroupRuleDescriptionsEgress",
    "RevokeSecurityGroupEgress",
    2,
  ],
  LaunchTemplate: [
    "LaunchTemplateName",
    "CreateLaunchTemplate DescribeLaunchTemplates CreateTags",
    "CreateLaunchTemplateVersion DescribeLaunchTemplates DescribeLaunchTemplateVersions CreateTags DeleteTags",
    "DeleteLaunchTemplate",
    4,
    { nameProperty: "LaunchTemplateName" },
  ],
};

const role = "iam:GetRole iam:PassRole";
const eks: Readonly<Record<string, Row>> = {
  Cluster: [
    "Name RoleArn EncryptionConfig KubernetesNetworkConfig OutpostConfig BootstrapSelfManagedAddons AccessConfig.BootstrapClusterCreatorAdminPermissions",
    `CreateCluster DescribeCluster TagResource ${role} iam:CreateServiceLinkedRole ec2:DescribeSubnets ec2:DescribeVpcs kms:DescribeKey kms:CreateGrant`,
    "DescribeCluster DescribeUpdate UpdateClusterConfig UpdateClusterVersion TagResource UntagResource",
    "DeleteCluster DescribeCluster",
    540,
    { nameProperty: "Name", deleteSeconds: 180, updateSeconds: 540 },
  ],
  Nodegroup: [
    "CapacityType NodegroupName NodeRole Subnets AmiType RemoteAccess DiskSize ClusterName InstanceTypes",
    `CreateNodegroup DescribeNodegroup TagResource ${role} iam:CreateServiceLinkedRole ec2:DescribeSubnets ec2:DescribeLaunchTemplateVersions ec2:RunInstances`,
    "DescribeNodegroup DescribeUpdate UpdateNodegroupConfig UpdateNodegroupVersion TagResource UntagResource",
    "DeleteNodegroup DescribeNodegroup",
    150,
    {
      rolling: "LaunchTemplate Version ReleaseVersion",
      nameProperty: "NodegroupName",
      deleteSeconds: 200,
      updateSeconds: 40,
    },
  ],
  AccessEntry: [
    "ClusterName PrincipalArn Type",
    "CreateAccessEntry DescribeAccessEntry AssociateAccessPolicy ListAssociatedAccessPolicies TagResource",
    "UpdateAccessEntry AssociateAccessPolicy DisassociateAccessPolicy ListAssociatedAccessPolicies TagResource UntagResource",
    "DeleteAccessEntry DescribeAccessEntry",
    6,
  ],
};

const iam: Readonly<Record<string, Row>> = {
  Role: [
    "Path RoleName",
    "CreateRole GetRole GetRolePolicy ListRolePolicies ListAttachedRolePolicies AttachRolePolicy PutRolePolicy TagRole",
    "GetRole GetRolePolicy ListRolePolicies ListAttachedRolePolicies UpdateAssumeRolePolicy UpdateRole AttachRolePolicy DetachRolePolicy PutRolePolicy DeleteRolePolicy PutRolePermissionsBoundary DeleteRolePermissionsBoundary TagRole UntagRole",
    "DeleteRole DetachRolePolicy DeleteRolePolicy ListRolePolicies ListAttachedRolePolicies",
    18,
    { nameProperty: "RoleName", deleteSeconds: 4 },
  ],
  Policy: [
    "",
    "PutRolePolicy GetRolePolicy",
    "PutRolePolicy DeleteRolePolicy",
    "DeleteRolePolicy",
    16,
    { deleteSeconds: 2 },
  ],
  InstanceProfile: [
    "Path InstanceProfileName",
    "CreateInstanceProfile AddRoleToInstanceProfile GetInstanceProfile iam:PassRole",
    "AddRoleToInstanceProfile RemoveRoleFromInstanceProfile",
    "DeleteInstanceProfile RemoveRoleFromInstanceProfile",
    120,
    { nameProperty: "InstanceProfileName", deleteSeconds: 3 },
  ],
};

const autoScaling: Readonly<Record<string, Row>> = {
  AutoScalingGroup: [
    "AutoScalingGroupName InstanceId",
    `CreateAutoScalingGroup DescribeAutoScalingGroups CreateOrUpdateTags ec2:RunInstances ec2:DescribeLaunchTemplateVersions iam:PassRole iam:CreateServiceLinkedRole`,
    "UpdateAutoScalingGroup DescribeAutoScalingGroups CreateOrUpdateTags DeleteTags SuspendProcesses ResumeProcesses TerminateInstanceInAutoScalingGroup DescribeScalingActivities ec2:RunInstances ec2:DescribeLaunchTemplateVersions iam:PassRole",
    "DeleteAutoScalingGroup UpdateAutoScalingGroup DescribeAutoScalingGroups",
    60,
    {
      // What an AutoScalingRollingUpdate reacts to (UpdatePolicy attribute, CloudFormation user guide).
      rolling: "LaunchTemplate MixedInstancesPolicy VPCZoneIdentifier",
      nameProperty: "AutoScalingGroupName",
      deleteSeconds: 90,
    },
  ],
};

const table: Readonly<Record<string, ResourceTypeFacts>> = Object.fromEntries(
  (
    [
      ["AWS::EC2::", "ec2", ec2],
      ["AWS::EKS::", "eks", eks],
      ["AWS::IAM::", "iam", iam],
      ["AWS::AutoScaling::", "autoscaling", autoScaling],
    ] as const
  ).flatMap(([prefix, service, rows]) =>
    Object.entries(rows).map(([name, row]) => [prefix + name, type(service, row)]),
  ),
);

/** What is known of a type, `AWS::EC2::VPC`; undefined for types that no eksctl stack in scope has. */
export function resourceTypeFacts(name: string): ResourceTypeFacts | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Every type there are facts about. */
export function resourceTypesWithFacts(): string[] {
  return Object.keys(table);
}
