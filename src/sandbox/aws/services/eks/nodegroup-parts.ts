// What EKS makes in the account for a managed node group: instance profile, launch template, Auto Scaling group, and
// a security group for remote access.
import type {
  CreateLaunchTemplateResult,
  CreateLaunchTemplateVersionResult,
  CreateSecurityGroupResult,
  DescribeLaunchTemplateVersionsResult,
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import type { LaunchTemplateSpecification } from "@aws-sdk/client-eks";
import type { GetParameterResult } from "@aws-sdk/client-ssm";
import { amiTypeParameters } from "../../../../facts/index.ts";
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { invalidParameter } from "./errors.ts";
import { asEks } from "./lookup.ts";
import { roleName } from "./rules/roles.ts";
import type { ClusterRow, NodegroupRow } from "./state.ts";

/** A launch template's version as the group names it, resolved. @throws AwsError InvalidParameterException */
export function templateData(
  ctx: Context,
  spec: LaunchTemplateSpecification,
): { id: string; name: string; version: string; data: ResponseLaunchTemplateData } {
  if ((spec.id === undefined) === (spec.name === undefined))
    throw invalidParameter("Exactly one of id or name must be specified in launchTemplate");
  try {
    const { LaunchTemplateVersions = [] } = asEks(ctx).call<DescribeLaunchTemplateVersionsResult>(
      "ec2",
      "DescribeLaunchTemplateVersions",
      {
        ...(spec.id === undefined ? { LaunchTemplateName: spec.name } : { LaunchTemplateId: spec.id }),
        Versions: [spec.version ?? "$Default"],
      },
    );
    const [found] = LaunchTemplateVersions;
    if (!found) throw invalidParameter(`Launch template version ${spec.version} does not exist`);
    return {
      id: found.LaunchTemplateId ?? "",
      name: found.LaunchTemplateName ?? "",
      version: String(found.VersionNumber ?? ""),
      data: found.LaunchTemplateData ?? {},
    };
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === "InvalidParameterException") throw error;
    throw invalidParameter(`${error.message} (Service: AmazonEC2; Status Code: 400; Error Code: ${error.code})`);
  }
}

/** Newest image and release of an AMI type, from the public parameters. */
export function recommendedImage(
  ctx: Context,
  amiType: string,
  version: string,
): { image: string; release: string } | undefined {
  const parameters = amiTypeParameters(amiType, version);
  if (!parameters) return undefined;
  const read = (Name: string): string =>
    asEks(ctx).call<GetParameterResult>("ssm", "GetParameter", { Name }).Parameter?.Value ?? "";
  return { image: read(parameters.image), release: parameters.release === undefined ? "" : read(parameters.release) };
}

const groupTags = (row: Readonly<NodegroupRow>): { Key: string; Value: string }[] => [
  { Key: "eks:cluster-name", Value: row.clusterName },
  { Key: "eks:nodegroup-name", Value: row.nodegroupName },
];

/** Data of the template EKS makes: the user's own, and what EKS adds. */
function managedTemplate(
  ctx: Context,
  row: Readonly<NodegroupRow>,
  cluster: Readonly<ClusterRow>,
): RequestLaunchTemplateData {
  // The group knows both the template's id and its name; a question names one of them.
  const { id, version } = row.launchTemplate ?? {};
  const own = id === undefined ? {} : templateData(ctx, { id, version }).data;
  const ownTags = (own.TagSpecifications ?? []).filter((spec) => spec.ResourceType !== "instance");
  const instanceTags = (own.TagSpecifications ?? []).find((spec) => spec.ResourceType === "instance")?.Tags ?? [];
  const image = own.ImageId ?? recommendedImage(ctx, row.amiType ?? "", row.version)?.image;
  const clusterGroup = cluster.resourcesVpcConfig.clusterSecurityGroupId ?? "";
  const groups = row.hidden.ownSecurityGroup ? [clusterGroup, row.hidden.ownSecurityGroup] : [clusterGroup];
  const brings = (own.SecurityGroupIds?.length ?? 0) > 0 || (own.NetworkInterfaces?.length ?? 0) > 0;
  // Only what a request may hold: the answer of DescribeLaunchTemplateVersions has the same members.
  const base = structuredClone(own) as RequestLaunchTemplateData;
  delete base.InstanceType;
  return {
    ...base,
    ...(image === undefined ? {} : { ImageId: image }),
    ...(brings ? {} : { SecurityGroupIds: groups }),
    ...(row.remoteAccess?.ec2SshKey ? { KeyName: row.remoteAccess.ec2SshKey } : {}),
    IamInstanceProfile: { Name: row.hidden.instanceProfile },
    ...(own.UserData === undefined
      ? { UserData: Buffer.from(nodeConfig(cluster)).toString("base64") }
      : { UserData: own.UserData }),
    ...(row.diskSize === undefined
      ? {}
      : {
          BlockDeviceMappings: [
            {
              DeviceName: "/dev/xvda",
              Ebs: { VolumeSize: row.diskSize, VolumeType: "gp3", DeleteOnTermination: true },
            },
          ],
        }),
    MetadataOptions: own.MetadataOptions
      ? (base.MetadataOptions ?? {})
      : { HttpPutResponseHopLimit: 2, HttpTokens: "required" },
    TagSpecifications: [
      ...(ownTags as NonNullable<RequestLaunchTemplateData["TagSpecifications"]>),
      {
        ResourceType: "instance",
        Tags: [...instanceTags.filter((tag) => !tag.Key?.startsWith("eks:")), ...groupTags(row)],
      },
    ],
  };
}

/** User data of an AL2023 node (nodeadm). */
function nodeConfig(cluster: Readonly<ClusterRow>): string {
  const network = cluster.kubernetesNetworkConfig;
  return [
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="//"',
    "",
    "--//",
    "Content-Type: application/node.eks.aws",
    "",
    "---",
    "apiVersion: node.eks.aws/v1alpha1",
    "kind: NodeConfig",
    "spec:",
    "  cluster:",
    `    name: ${cluster.name}`,
    `    apiServerEndpoint: ${cluster.endpoint}`,
    `    certificateAuthority: ${cluster.certificateAuthority?.data}`,
    `    cidr: ${network?.serviceIpv4Cidr ?? network?.serviceIpv6Cidr}`,
    "",
    "--//--",
    "",
  ].join("\n");
}

/** Makes everything; what EC2, IAM or Auto Scaling refuse is thrown. */
export function makeParts(ctx: Context, row: Readonly<NodegroupRow>, cluster: Readonly<ClusterRow>): NodegroupRow {
  const eks = asEks(ctx);
  const name = `eks-${row.hidden.uuid}`;
  eks.call("iam", "CreateInstanceProfile", { InstanceProfileName: name });
  eks.call("iam", "AddRoleToInstanceProfile", {
    InstanceProfileName: name,
    RoleName: roleName(row.nodeRole, ctx.account),
  });
  const withProfile: NodegroupRow = { ...row, hidden: { ...row.hidden, instanceProfile: name } };
  const prepared = remoteAccessGroup(ctx, withProfile, cluster);
  const { LaunchTemplate } = eks.call<CreateLaunchTemplateResult>("ec2", "CreateLaunchTemplate", {
    LaunchTemplateName: name,
    VersionDescription: "EKS Managed Nodegroup",
    LaunchTemplateData: managedTemplate(ctx, prepared, cluster),
    TagSpecifications: [{ ResourceType: "launch-template", Tags: groupTags(row) }],
  });
  const made: NodegroupRow = {
    ...prepared,
    hidden: { ...prepared.hidden, templateId: LaunchTemplate?.LaunchTemplateId ?? "" },
  };
  eks.call("auto-scaling", "CreateAutoScalingGroup", autoScalingGroup(made));
  return { ...made, resources: { ...made.resources, autoScalingGroups: [{ name: row.hidden.groupName }] } };
}

function remoteAccessGroup(ctx: Context, row: NodegroupRow, cluster: Readonly<ClusterRow>): NodegroupRow {
  if (!row.remoteAccess?.ec2SshKey) return row;
  const eks = asEks(ctx);
  const { GroupId = "" } = eks.call<CreateSecurityGroupResult>("ec2", "CreateSecurityGroup", {
    GroupName: `eks-remoteAccess-${row.hidden.uuid}`,
    Description: "Security group for all nodes in the nodeGroup to allow SSH access",
    VpcId: cluster.resourcesVpcConfig.vpcId,
    TagSpecifications: [
      { ResourceType: "security-group", Tags: [{ Key: "eks", Value: row.nodegroupName }, ...groupTags(row)] },
    ],
  });
  const sources = row.remoteAccess.sourceSecurityGroups ?? [];
  eks.call("ec2", "AuthorizeSecurityGroupIngress", {
    GroupId,
    IpPermissions: [
      {
        IpProtocol: "tcp",
        FromPort: 22,
        ToPort: 22,
        ...(sources.length > 0
          ? { UserIdGroupPairs: sources.map((source) => ({ GroupId: source })) }
          : { IpRanges: [{ CidrIp: "0.0.0.0/0" }] }),
      },
    ],
  });
  return {
    ...row,
    resources: { remoteAccessSecurityGroup: GroupId },
    hidden: { ...row.hidden, ownSecurityGroup: GroupId },
  };
}

function instanceTypesOf(row: Readonly<NodegroupRow>): readonly string[] {
  return row.instanceTypes?.length
    ? row.instanceTypes
    : [row.hidden.architecture === "arm64" ? "t4g.medium" : "t3.medium"];
}

/** The mixed-instances policy EKS gives its groups: the template, and one override for each type. */
function instancesPolicy(row: Readonly<NodegroupRow>, version: string): object {
  const types = row.hidden.templateType === undefined ? instanceTypesOf(row) : [row.hidden.templateType];
  const spot = row.capacityType === "SPOT";
  return {
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateId: row.hidden.templateId, Version: version },
      Overrides: types.map((InstanceType) => ({ InstanceType })),
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: "prioritized",
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: spot ? 0 : 100,
      ...(spot ? { SpotAllocationStrategy: "price-capacity-optimized" } : {}),
    },
  };
}

function autoScalingGroup(row: Readonly<NodegroupRow>): object {
  const { clusterName: cluster, nodegroupName, scalingConfig } = row;
  const tags: Readonly<Record<string, string>> = {
    "eks:cluster-name": cluster,
    "eks:nodegroup-name": nodegroupName,
    "k8s.io/cluster-autoscaler/enabled": "true",
    [`k8s.io/cluster-autoscaler/${cluster}`]: "owned",
    [`kubernetes.io/cluster/${cluster}`]: "owned",
  };
  return {
    AutoScalingGroupName: row.hidden.groupName,
    MinSize: scalingConfig.minSize ?? 0,
    MaxSize: scalingConfig.maxSize ?? 0,
    DesiredCapacity: scalingConfig.desiredSize ?? 0,
    MixedInstancesPolicy: instancesPolicy(row, "1"),
    VPCZoneIdentifier: row.subnets.join(","),
    CapacityRebalance: row.capacityType === "SPOT",
    HealthCheckType: "EC2",
    HealthCheckGracePeriod: 15,
    TerminationPolicies: ["AllocationStrategy", "OldestLaunchTemplate", "OldestInstance"],
    Tags: Object.entries(tags).map(([Key, Value]) => ({
      Key,
      Value,
      ResourceId: row.hidden.groupName,
      ResourceType: "auto-scaling-group",
      PropagateAtLaunch: true,
    })),
  };
}

/** A new version of the managed template, put on the Auto Scaling group; returns its number. */
export function renewTemplate(ctx: Context, row: Readonly<NodegroupRow>, cluster: Readonly<ClusterRow>): string {
  const eks = asEks(ctx);
  const { LaunchTemplateVersion } = eks.call<CreateLaunchTemplateVersionResult>("ec2", "CreateLaunchTemplateVersion", {
    LaunchTemplateId: row.hidden.templateId,
    LaunchTemplateData: managedTemplate(ctx, row, cluster),
  });
  const version = String(LaunchTemplateVersion?.VersionNumber ?? 1);
  eks.call("auto-scaling", "UpdateAutoScalingGroup", {
    AutoScalingGroupName: row.hidden.groupName,
    MixedInstancesPolicy: instancesPolicy(row, version),
  });
  return version;
}

/** Takes away what is left once the Auto Scaling group is gone. @throws AwsError when something still needs it */
export function removeParts(ctx: Context, row: Readonly<NodegroupRow>): void {
  const eks = asEks(ctx);
  const missing = /NotFound|NoSuchEntity/;
  const steps: readonly [service: string, operation: string, input: object, needed: unknown][] = [
    ["ec2", "DeleteLaunchTemplate", { LaunchTemplateId: row.hidden.templateId }, row.hidden.templateId],
    [
      "iam",
      "RemoveRoleFromInstanceProfile",
      { InstanceProfileName: row.hidden.instanceProfile, RoleName: roleName(row.nodeRole, ctx.account) },
      row.hidden.instanceProfile,
    ],
    ["iam", "DeleteInstanceProfile", { InstanceProfileName: row.hidden.instanceProfile }, row.hidden.instanceProfile],
    ["ec2", "DeleteSecurityGroup", { GroupId: row.hidden.ownSecurityGroup }, row.hidden.ownSecurityGroup],
  ];
  for (const [service, operation, input, needed] of steps) {
    if (needed === undefined) continue;
    try {
      eks.call(service, operation, input);
    } catch (error) {
      // Someone may have deleted it by hand: then it is as gone as it should be.
      if (!(error instanceof AwsError) || !missing.test(error.code)) throw error;
    }
  }
}
