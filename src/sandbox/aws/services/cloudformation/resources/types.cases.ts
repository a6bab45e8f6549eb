// What changes a resource of each type in place, and what makes a new one of it: on top of the resources of testing.ts.
// A text says why there is no such change.
import type { Properties, resources } from "./testing.ts";
import { attribute, managed, policy, ref, region, trust } from "./testing.ts";

export interface Case {
  change: Properties | string;
  replace: Properties | string;
  /** Resources that only these changes need. */
  extra?: typeof resources;
  /** Attributes of the specification that such a resource has no value for, or that the sandbox doesn't know. */
  lacks?: readonly string[];
}

const Tags = [{ Key: "team", Value: "harbour" }];
const tags = { Tags };
const nothing = "no property of it replaces it";
const never = "every property of it replaces it";
const newVpc: Case["extra"] = [["OtherVpc", "EC2::VPC", { CidrBlock: "10.9.0.0/16" }]];
const otherVpc = { VpcId: ref("OtherVpc") };
const readOnly = policy("s3:ListBucket");
const encryption = [
  "VpcEncryptionControl.ResourceExclusions",
  ...[
    "EgressOnlyInternetGateway",
    "ElasticFileSystem",
    "InternetGateway",
    "Lambda",
    "NatGateway",
    "VirtualPrivateGateway",
    "VpcLattice",
    "VpcPeering",
  ].flatMap((name) =>
    ["", ".State", ".StateMessage"].map((end) => `VpcEncryptionControl.ResourceExclusions.${name}${end}`),
  ),
  "VpcEncryptionControl.State",
  "VpcEncryptionControl.StateMessage",
  "VpcEncryptionControl.VpcEncryptionControlId",
  "VpcEncryptionControl.VpcId",
];

export const cases: Readonly<Record<string, Case>> = {
  Address: { change: tags, replace: "its only replacing properties are those of pools that it doesn't come from" },
  AddressOfInterface: {
    change: never,
    replace: { NetworkInterfaceId: ref("OtherInterface") },
    extra: [["OtherInterface", "EC2::NetworkInterface", { SubnetId: ref("Public") }]],
  },
  Addon: { change: { ResolveConflicts: "OVERWRITE", ...tags }, replace: { AddonName: "kube-proxy" } },
  AnnInGroup: {
    change: { Users: [ref("Ben")] },
    replace: nothing,
    extra: [["Ben", "IAM::User", {}]],
  },
  AnnKey: {
    change: { Status: "Inactive" },
    replace: { Serial: 2 },
  },
  Ann: { change: { ManagedPolicyArns: managed("ReadOnlyAccess") }, replace: { UserName: "benedict" } },
  Attachment: {
    change: { InternetGatewayId: ref("OtherGateway") },
    replace: { VpcId: ref("OtherVpc"), InternetGatewayId: ref("Gateway") },
    extra: [["OtherGateway", "EC2::InternetGateway", {}], ...newVpc],
  },
  Bucket: {
    change: tags,
    replace: { BucketName: "harbour-logs" },
    lacks: [
      ...["Annotation", "Inventory", "Journal"].flatMap((name) =>
        ["TableArn", "TableName"].map((end) => `MetadataConfiguration.${name}TableConfiguration.${end}`),
      ),
      "MetadataConfiguration.Destination",
      "MetadataTableConfiguration.S3TablesDestination.TableArn",
      "MetadataTableConfiguration.S3TablesDestination.TableNamespace",
    ],
  },
  BucketPolicy: {
    change: {
      PolicyDocument: policy("s3:ListBucket", attribute("Bucket"), { Principal: { AWS: attribute("PodRole") } }),
    },
    replace: {
      Bucket: ref("OtherBucket"),
      PolicyDocument: policy("s3:ListBucket", attribute("OtherBucket"), { Principal: { AWS: attribute("PodRole") } }),
    },
    extra: [["OtherBucket", "S3::Bucket", {}]],
  },
  Capability: {
    change: tags,
    replace: { CapabilityName: "kro", Type: "KRO" },
    lacks: ["Configuration.ArgoCd.AwsIdc.IdcManagedApplicationArn", "Configuration.ArgoCd.ServerUrl", "Version"],
  },
  Cdk: { change: { Analytics: "v2" }, replace: nothing },
  Cluster: {
    change: { Logging: { ClusterLogging: { EnabledTypes: [{ Type: "api" }] } }, ...tags },
    replace: { Name: "port", KubernetesNetworkConfig: { ServiceIpv4Cidr: "172.21.0.0/16" } },
    lacks: ["CertificateAuthority.Active.ActivatedBy", "CertificateAuthority.Active.Id", "Id"],
  },
  ClusterRole: {
    change: { Description: "of the cluster", MaxSessionDuration: 7200 },
    replace: { Path: "/harbour/" },
  },
  Configuration: { change: never, replace: { InstanceType: "t3.medium" } },
  Disk: {
    change: never,
    replace: { VolumeId: ref("OtherVolume"), Device: "/dev/sdg" },
    extra: [["OtherVolume", "EC2::Volume", { Size: 1, AvailabilityZone: `${region}a` }]],
  },
  EgressGateway: { change: tags, replace: otherVpc, extra: newVpc },
  Endpoint: {
    change: { RouteTableIds: [ref("Table")] },
    replace: { ServiceName: `com.amazonaws.${region}.dynamodb` },
    lacks: ["DnsEntries", "NetworkInterfaceIds"],
  },
  Entry: { change: { KubernetesGroups: ["viewers"] }, replace: { PrincipalArn: attribute("PodRole") } },
  Gateway: { change: tags, replace: nothing },
  Group: {
    change: { SecurityGroupIngress: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "10.0.0.0/8" }] },
    replace: { GroupDescription: "of another test" },
  },
  GroupInline: { change: { PolicyDocument: readOnly }, replace: { PolicyName: "q" } },
  Handle: { change: "it has no properties", replace: "it has no properties" },
  Hook: { change: { HeartbeatTimeout: 60 }, replace: { LifecycleHookName: "drain" } },
  Identity: {
    change: { RoleArn: attribute("OtherPods") },
    replace: { ServiceAccount: "api" },
    extra: [["OtherPods", "IAM::Role", { AssumeRolePolicyDocument: trust("pods.eks.amazonaws.com") }]],
    lacks: ["ExternalId"],
  },
  In: { change: { Description: "https" }, replace: { FromPort: 444, ToPort: 444 } },
  Inline: { change: { PolicyDocument: readOnly }, replace: nothing },
  Instance: {
    change: { DisableApiTermination: false, ...tags },
    replace: { SubnetId: ref("Private") },
    lacks: ["PublicIp", "VpcId", "State", "State.Code", "State.Name"],
  },
  Interface: {
    change: { Description: "of the test" },
    replace: { SubnetId: ref("Private") },
    lacks: ["PrimaryIpv6Address", "PublicIpDnsNameOptions", "SecondaryPrivateIpAddresses"],
  },
  Ipv6: {
    change: never,
    replace: { AmazonProvidedIpv6CidrBlock: undefined, CidrBlock: "10.2.0.0/16" },
    lacks: ["IpSource", "Ipv6AddressAttribute"],
  },
  Ipv6Range: {
    change: never,
    replace: "a subnet has one range, which a second can't join before the first is gone",
    lacks: ["IpSource", "Ipv6AddressAttribute"],
  },
  Issuer: { change: { ClientIdList: ["kubernetes"] }, replace: { Url: "https://dex.example.com" } },
  Key: { change: never, replace: { KeyName: "port" }, lacks: ["KeyFingerprint"] },
  Linked: {
    change: { Description: "for spot" },
    replace: { AWSServiceName: "eks-fargate.amazonaws.com" },
  },
  Login: {
    change: tags,
    replace: "a cluster has one provider, which a second can't join before the first is gone",
  },
  Logs: { change: { RetentionInDays: 30 }, replace: { LogGroupName: "/port" } },
  Nat: {
    change: tags,
    replace: { AllocationId: attribute("OtherAddress", "AllocationId") },
    extra: [["OtherAddress", "EC2::EIP", { Domain: "vpc" }, ["Attachment"]]],
    lacks: ["AutoProvisionZones", "AutoScalingIps", "RouteTableId"],
  },
  Nested: {
    change: { NotificationARNs: ["arn:aws:sns:eu-central-1:123456789012:stacks"] },
    replace: nothing,
    lacks: ["ChangeSetId", "CreationTime", "LastUpdateTime", "Outputs", "ParentId", "RootId"],
  },
  Night: {
    change: { DesiredCapacity: 1 },
    replace: { AutoScalingGroupName: ref("Other") },
    extra: [
      [
        "Other",
        "AutoScaling::AutoScalingGroup",
        {
          MinSize: "0",
          MaxSize: "1",
          VPCZoneIdentifier: [ref("Public")],
          LaunchTemplate: { LaunchTemplateId: ref("Template"), Version: "1" },
        },
      ],
    ],
  },
  Nodes: {
    change: { Labels: { tier: "web" }, ScalingConfig: { MinSize: 1, MaxSize: 2, DesiredSize: 2 } },
    replace: { InstanceTypes: ["t3.large"] },
  },
  Out: { change: { Description: "dns" }, replace: { FromPort: 54, ToPort: 54 } },
  Parameter: { change: { Value: "y", Description: "of the test" }, replace: { Name: "/harbour/x" } },
  Placement: { change: never, replace: { Strategy: "cluster" } },
  Pods: { change: tags, replace: { Selectors: [{ Namespace: "web" }] } },
  Profile: { change: { Roles: [ref("PodRole")] }, replace: { Path: "/harbour/" } },
  Public: {
    change: { MapPublicIpOnLaunch: false, ...tags },
    replace: { CidrBlock: "10.0.9.0/24" },
    lacks: ["BlockPublicAccessStates", "NetworkAclAssociationId", "OutpostArn", "Ipv6CidrBlocks"],
  },
  PublicRoutes: { change: never, replace: { SubnetId: ref("Private") } },
  RoleInline: { change: { PolicyDocument: readOnly }, replace: { PolicyName: "aside" } },
  Route: {
    change: { GatewayId: undefined, NatGatewayId: ref("Nat") },
    replace: { DestinationCidrBlock: "192.168.0.0/16" },
  },
  ScaleOut: {
    change: { ScalingAdjustment: 2 },
    replace: { AutoScalingGroupName: ref("Other") },
    extra: [
      [
        "Other",
        "AutoScaling::AutoScalingGroup",
        {
          MinSize: "0",
          MaxSize: "1",
          VPCZoneIdentifier: [ref("Public")],
          LaunchTemplate: { LaunchTemplateId: ref("Template"), Version: "1" },
        },
      ],
    ],
  },
  Scaling: { change: { MaxSize: "3", DesiredCapacity: "2" }, replace: { AutoScalingGroupName: "nodes" } },
  Secrets: { change: { EnableKeyRotation: true, Description: "of the test" }, replace: nothing },
  SecretsName: {
    change: { TargetKeyId: ref("OtherKey") },
    replace: { AliasName: "alias/harbour" },
    extra: [
      [
        "OtherKey",
        "KMS::Key",
        {
          KeyPolicy: policy("kms:*", "*", { Principal: { AWS: { "Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root" } } }),
        },
      ],
    ],
  },
  Shared: {
    change: { PolicyDocument: readOnly },
    replace: { Description: "of the test" },
    lacks: ["AttachmentCount", "CreateDate", "IsAttachable", "PermissionsBoundaryUsageCount", "PolicyId", "UpdateDate"],
  },
  Stream: { change: never, replace: { LogStreamName: "second" } },
  Table: { change: tags, replace: otherVpc, extra: newVpc },
  Template: {
    change: { LaunchTemplateData: { InstanceType: "t3.medium" } },
    replace: { LaunchTemplateName: "others" },
  },
  UserInline: { change: { PolicyDocument: readOnly }, replace: { PolicyName: "q" } },
  Users: { change: { ManagedPolicyArns: managed("ReadOnlyAccess") }, replace: { GroupName: "people" } },
  Volume: { change: { Size: 2 }, replace: { AvailabilityZone: `${region}b` } },
  Vpc: {
    change: { EnableDnsHostnames: false, ...tags },
    replace: { CidrBlock: "10.1.0.0/16" },
    lacks: encryption,
  },
};
