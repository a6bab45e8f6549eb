// A resource of every type, for tests: together they make one stack.
import { eksAmiId } from "../../../catalogue/amis.ts";

export type Properties = Record<string, unknown>;
export const region = "eu-central-1";
export const ref = (Ref: string): object => ({ Ref });
export const attribute = (name: string, member = "Arn"): object => ({ "Fn::GetAtt": [name, member] });
export const zone: string = `${region}a`;
export const trust = (...Service: string[]): object => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service }, Action: ["sts:AssumeRole", "sts:TagSession"] }],
});
export const policy = (Action: string, Resource: unknown = "*", more: object = {}): object => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action, Resource, ...more }],
});
export const managed = (...names: string[]): string[] => names.map((name) => `arn:aws:iam::aws:policy/${name}`);
export const subnet = (i: number, name: string): Properties => ({
  VpcId: ref("Vpc"),
  CidrBlock: `10.0.${i}.0/24`,
  AvailabilityZone: region + name,
});
export const image: string = eksAmiId("1.34", "al2023", "x86_64", "standard", region);

/** Name, type below `AWS::`, properties, and what has to be there first where no reference says so. */
export const resources: readonly (readonly [
  name: string,
  type: string,
  properties: Properties,
  dependsOn?: string[],
])[] = [
  ["Vpc", "EC2::VPC", { CidrBlock: "10.0.0.0/16", EnableDnsHostnames: true, EnableDnsSupport: true }],
  ["Ipv6", "EC2::VPCCidrBlock", { VpcId: ref("Vpc"), AmazonProvidedIpv6CidrBlock: true }],
  ["Public", "EC2::Subnet", { ...subnet(0, "a"), MapPublicIpOnLaunch: true }],
  ["Private", "EC2::Subnet", subnet(1, "b")],
  ["Third", "EC2::Subnet", subnet(2, "c"), ["Ipv6"]],
  [
    "Ipv6Range",
    "EC2::SubnetCidrBlock",
    {
      SubnetId: ref("Third"),
      Ipv6CidrBlock: {
        "Fn::Select": [0, { "Fn::Cidr": [{ "Fn::Select": [0, attribute("Vpc", "Ipv6CidrBlocks")] }, 1, 64] }],
      },
    },
    ["Ipv6"],
  ],
  ["Gateway", "EC2::InternetGateway", {}],
  ["Attachment", "EC2::VPCGatewayAttachment", { VpcId: ref("Vpc"), InternetGatewayId: ref("Gateway") }],
  ["EgressGateway", "EC2::EgressOnlyInternetGateway", { VpcId: ref("Vpc") }],
  ["Table", "EC2::RouteTable", { VpcId: ref("Vpc") }],
  [
    "Route",
    "EC2::Route",
    { RouteTableId: ref("Table"), DestinationCidrBlock: "0.0.0.0/0", GatewayId: ref("Gateway") },
    ["Attachment"],
  ],
  ["PublicRoutes", "EC2::SubnetRouteTableAssociation", { RouteTableId: ref("Table"), SubnetId: ref("Public") }],
  ["PrivateTable", "EC2::RouteTable", { VpcId: ref("Vpc") }],
  [
    "PrivateRoutes",
    "EC2::SubnetRouteTableAssociation",
    { RouteTableId: ref("PrivateTable"), SubnetId: ref("Private") },
  ],
  ["NatAddress", "EC2::EIP", { Domain: "vpc" }, ["Attachment"]],
  ["Nat", "EC2::NatGateway", { SubnetId: ref("Public"), AllocationId: attribute("NatAddress", "AllocationId") }],
  [
    "PrivateRoute",
    "EC2::Route",
    { RouteTableId: ref("PrivateTable"), DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: ref("Nat") },
  ],
  ["Group", "EC2::SecurityGroup", { VpcId: ref("Vpc"), GroupDescription: "of the test" }],
  [
    "In",
    "EC2::SecurityGroupIngress",
    { GroupId: ref("Group"), IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIp: "10.0.0.0/16" },
  ],
  [
    "Out",
    "EC2::SecurityGroupEgress",
    { GroupId: ref("Group"), IpProtocol: "tcp", FromPort: 53, ToPort: 53, CidrIp: "10.0.0.0/16" },
  ],
  ["Endpoint", "EC2::VPCEndpoint", { VpcId: ref("Vpc"), ServiceName: `com.amazonaws.${region}.s3` }],
  ["Key", "EC2::KeyPair", { KeyName: "harbour" }],
  ["Placement", "EC2::PlacementGroup", { Strategy: "spread" }],
  ["Interface", "EC2::NetworkInterface", { SubnetId: ref("Public") }],
  ["Address", "EC2::EIP", { Domain: "vpc" }, ["Attachment"]],
  [
    "AddressOfInterface",
    "EC2::EIPAssociation",
    { AllocationId: attribute("Address", "AllocationId"), NetworkInterfaceId: ref("Interface") },
  ],
  [
    "Instance",
    "EC2::Instance",
    { ImageId: image, InstanceType: "t3.small", SubnetId: ref("Public"), KeyName: ref("Key") },
  ],
  ["Volume", "EC2::Volume", { Size: 1, AvailabilityZone: zone, VolumeType: "gp3" }],
  ["Disk", "EC2::VolumeAttachment", { InstanceId: ref("Instance"), VolumeId: ref("Volume"), Device: "/dev/sdf" }],
  [
    "Template",
    "EC2::LaunchTemplate",
    { LaunchTemplateName: "nodes", LaunchTemplateData: { ImageId: image, InstanceType: "t3.small" } },
  ],
  ["Configuration", "AutoScaling::LaunchConfiguration", { ImageId: image, InstanceType: "t3.small" }],
  [
    "Scaling",
    "AutoScaling::AutoScalingGroup",
    {
      MinSize: "0",
      MaxSize: "1",
      VPCZoneIdentifier: [ref("Public")],
      LaunchTemplate: { LaunchTemplateId: ref("Template"), Version: attribute("Template", "LatestVersionNumber") },
    },
  ],
  [
    "Hook",
    "AutoScaling::LifecycleHook",
    { AutoScalingGroupName: ref("Scaling"), LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" },
  ],
  [
    "ScaleOut",
    "AutoScaling::ScalingPolicy",
    { AutoScalingGroupName: ref("Scaling"), AdjustmentType: "ChangeInCapacity", ScalingAdjustment: 1 },
  ],
  [
    "Night",
    "AutoScaling::ScheduledAction",
    { AutoScalingGroupName: ref("Scaling"), Recurrence: "0 20 * * *", DesiredCapacity: 0 },
  ],
  [
    "ClusterRole",
    "IAM::Role",
    { AssumeRolePolicyDocument: trust("eks.amazonaws.com"), ManagedPolicyArns: managed("AmazonEKSClusterPolicy") },
  ],
  [
    "NodeRole",
    "IAM::Role",
    {
      AssumeRolePolicyDocument: trust("ec2.amazonaws.com"),
      ManagedPolicyArns: managed(
        "AmazonEKSWorkerNodePolicy",
        "AmazonEKS_CNI_Policy",
        "AmazonEC2ContainerRegistryPullOnly",
      ),
    },
  ],
  [
    "PodRole",
    "IAM::Role",
    {
      AssumeRolePolicyDocument: trust(
        "eks-fargate-pods.amazonaws.com",
        "pods.eks.amazonaws.com",
        "capabilities.eks.amazonaws.com",
      ),
      ManagedPolicyArns: managed("AmazonEKSFargatePodExecutionRolePolicy"),
    },
  ],
  [
    "Inline",
    "IAM::Policy",
    { PolicyName: "inline", PolicyDocument: policy("s3:ListAllMyBuckets"), Roles: [ref("PodRole")] },
  ],
  [
    "RoleInline",
    "IAM::RolePolicy",
    { PolicyName: "apart", RoleName: ref("PodRole"), PolicyDocument: policy("s3:ListAllMyBuckets") },
  ],
  ["Shared", "IAM::ManagedPolicy", { PolicyDocument: policy("s3:ListAllMyBuckets") }],
  ["Profile", "IAM::InstanceProfile", { Roles: [ref("NodeRole")] }],
  ["Users", "IAM::Group", {}],
  ["Ann", "IAM::User", { ManagedPolicyArns: [ref("Shared")] }],
  [
    "GroupInline",
    "IAM::GroupPolicy",
    { PolicyName: "p", GroupName: ref("Users"), PolicyDocument: policy("s3:ListAllMyBuckets") },
  ],
  [
    "UserInline",
    "IAM::UserPolicy",
    { PolicyName: "p", UserName: ref("Ann"), PolicyDocument: policy("s3:ListAllMyBuckets") },
  ],
  ["AnnInGroup", "IAM::UserToGroupAddition", { GroupName: ref("Users"), Users: [ref("Ann")] }],
  ["AnnKey", "IAM::AccessKey", { UserName: ref("Ann") }],
  ["Linked", "IAM::ServiceLinkedRole", { AWSServiceName: "spot.amazonaws.com" }],
  [
    "Issuer",
    "IAM::OIDCProvider",
    { Url: attribute("Cluster", "OpenIdConnectIssuerUrl"), ClientIdList: ["sts.amazonaws.com"] },
  ],
  [
    "Secrets",
    "KMS::Key",
    {
      KeyPolicy: policy("kms:*", "*", { Principal: { AWS: { "Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root" } } }),
    },
  ],
  ["SecretsName", "KMS::Alias", { AliasName: "alias/secrets", TargetKeyId: ref("Secrets") }],
  ["Logs", "Logs::LogGroup", { LogGroupName: "/harbour", RetentionInDays: 7 }],
  ["Stream", "Logs::LogStream", { LogGroupName: ref("Logs") }],
  ["Bucket", "S3::Bucket", {}],
  [
    "BucketPolicy",
    "S3::BucketPolicy",
    {
      Bucket: ref("Bucket"),
      PolicyDocument: policy(
        "s3:GetObject",
        { "Fn::Sub": "${Bucket.Arn}/*" },
        { Principal: { AWS: attribute("PodRole") } },
      ),
    },
  ],
  ["Parameter", "SSM::Parameter", { Type: "String", Value: "x" }],
  [
    "Cluster",
    "EKS::Cluster",
    {
      Name: "harbour",
      RoleArn: attribute("ClusterRole"),
      Version: "1.34",
      ResourcesVpcConfig: { SubnetIds: [ref("Public"), ref("Private")] },
      AccessConfig: { AuthenticationMode: "API" },
    },
    ["Nat", "Route", "PublicRoutes", "PrivateRoutes"],
  ],
  [
    "Nodes",
    "EKS::Nodegroup",
    {
      ClusterName: ref("Cluster"),
      NodeRole: attribute("NodeRole"),
      Subnets: [ref("Public")],
      InstanceTypes: ["t3.small"],
      ScalingConfig: { MinSize: 1, MaxSize: 1, DesiredSize: 1 },
    },
  ],
  ["Addon", "EKS::Addon", { ClusterName: ref("Cluster"), AddonName: "vpc-cni" }, ["Nodes"]],
  ["Agent", "EKS::Addon", { ClusterName: ref("Cluster"), AddonName: "eks-pod-identity-agent" }, ["Nodes"]],
  [
    "Pods",
    "EKS::FargateProfile",
    {
      ClusterName: ref("Cluster"),
      PodExecutionRoleArn: attribute("PodRole"),
      Subnets: [ref("Private")],
      Selectors: [{ Namespace: "batch" }],
    },
    ["PrivateRoute"],
  ],
  [
    "Identity",
    "EKS::PodIdentityAssociation",
    { ClusterName: ref("Cluster"), Namespace: "web", ServiceAccount: "web", RoleArn: attribute("PodRole") },
  ],
  ["Entry", "EKS::AccessEntry", { ClusterName: ref("Cluster"), PrincipalArn: attribute("Ann") }],
  [
    "Login",
    "EKS::IdentityProviderConfig",
    {
      ClusterName: ref("Cluster"),
      Type: "oidc",
      IdentityProviderConfigName: "dex",
      Oidc: { IssuerUrl: "https://dex.example.com", ClientId: "kubernetes" },
    },
  ],
  [
    "Capability",
    "EKS::Capability",
    {
      ClusterName: ref("Cluster"),
      CapabilityName: "ack",
      Type: "ACK",
      RoleArn: attribute("PodRole"),
      DeletePropagationPolicy: "RETAIN",
    },
  ],
  ["Handle", "CloudFormation::WaitConditionHandle", {}],
  ["Nested", "CloudFormation::Stack", { TemplateURL: `https://templates.s3.${region}.amazonaws.com/inner.json` }],
  ["Cdk", "CDK::Metadata", {}],
];

/** The Resources section of a template with these resources. */
export function declared(rows: typeof resources): Record<string, object> {
  return Object.fromEntries(
    rows.map(([name, type, Properties, DependsOn]) => [
      name,
      { Type: `AWS::${type}`, Properties, ...(DependsOn && { DependsOn }) },
    ]),
  );
}
