// The stack of a self-managed node group: role and profile, security group, launch template, Auto Scaling group.
import { LotseError } from "../../base/index.ts";
import { toStack } from "../context.ts";
import type { Context } from "../context.ts";
import type { DesiredStack, StackCapability } from "../desired.ts";
import { tagKeys } from "../names.ts";
import { servicePrincipalMappings } from "../partitions.ts";
import { defined, getAtt, ref, sub, templateBuilder } from "../template.ts";
import type { TemplateBuilder, TemplateValue } from "../template.ts";
import { addAutoScalingGroup } from "./auto-scaling-group.ts";
import { instanceTypesOf } from "./group.ts";
import type { SelfManagedGroup } from "./group.ts";
import { commonLaunchTemplateData } from "./launch-template.ts";
import { addNodeRole, nodeRoleId, withoutPath } from "./role.ts";
import { addNodeSecurityGroups } from "./security-group.ts";
import { nodeKey, sshAllowed } from "./ssh.ts";
import { userData } from "./user-data.ts";
import type { Binder } from "../binder.ts";

const profileId = "NodeInstanceProfile";

/** True when the cluster knows its nodes by access entries; else they go into aws-auth. */
export function usesAccessEntries(context: Context): boolean {
  return context.config.accessConfig?.authenticationMode !== "CONFIG_MAP";
}

/** Adds role and instance profile, or what is left of them when the file brings one or both; returns the profile's ARN. */
function addProfile(template: TemplateBuilder, context: Context, group: SelfManagedGroup): TemplateValue {
  const iam = group.spec.iam ?? {};
  if (iam.instanceProfileARN) {
    if (!iam.instanceRoleARN)
      throw new LotseError("stacks/profile-without-role", {
        title: `Node group ${group.name} brings an instance profile but doesn't say its role`,
        detail: "Without the role's ARN its nodes can't be let into the cluster.",
        remedy: "Add iam.instanceRoleARN beside iam.instanceProfileARN",
      });
    template.output("InstanceProfileARN", iam.instanceProfileARN, true);
    template.output("InstanceRoleARN", iam.instanceRoleARN, true);
    return iam.instanceProfileARN;
  }
  const given = iam.instanceRoleARN ? withoutPath(iam.instanceRoleARN) : undefined;
  if (given === undefined) addNodeRole(template, iam, { managed: false, withOidc: context.withOidc });
  template.add(profileId, "AWS::IAM::InstanceProfile", {
    Path: "/",
    Roles: [given === undefined ? ref(nodeRoleId) : (given.split("/").at(-1) ?? given)],
  });
  template.output("InstanceProfileARN", getAtt(profileId, "Arn"), true);
  template.output("InstanceRoleARN", given ?? getAtt(nodeRoleId, "Arn"), true);
  return getAtt(profileId, "Arn");
}

function addAccessEntry(template: TemplateBuilder, context: Context, group: SelfManagedGroup): void {
  if (!usesAccessEntries(context)) return;
  template.output("NodeGroupUsesAccessEntry", true, false);
  // The entry of a role that the file brings is made by API call: another stack may hold it already.
  if (group.spec.iam?.instanceRoleARN) return;
  template.add("AccessEntry", "AWS::EKS::AccessEntry", {
    ClusterName: context.name,
    PrincipalArn: getAtt(nodeRoleId, "Arn"),
    Type: "EC2_LINUX",
  });
}

function addLaunchTemplate(
  template: TemplateBuilder,
  context: Context,
  group: SelfManagedGroup,
  parts: { binder: Binder; profileArn: TemplateValue; securityGroups: readonly TemplateValue[] },
): void {
  const { spec } = group;
  template.add("NodeGroupLaunchTemplate", "AWS::EC2::LaunchTemplate", {
    LaunchTemplateData: defined({
      ...commonLaunchTemplateData(group, nodeKey(context, group)?.name),
      CreditSpecification: spec.cpuCredits ? { CpuCredits: spec.cpuCredits.toLowerCase() } : undefined,
      EnclaveOptions: spec.enclaveEnabled === undefined ? undefined : { Enabled: spec.enclaveEnabled },
      IamInstanceProfile: { Arn: parts.profileArn },
      ImageId: parts.binder.ami(group.name),
      InstanceType: instanceTypesOf(group)[0],
      NetworkInterfaces: [
        defined({
          DeviceIndex: 0,
          Groups: parts.securityGroups.length > 0 ? parts.securityGroups : undefined,
          NetworkCardIndex: 0,
        }),
      ],
      UserData: userData(group, context.name, parts.binder),
    }),
    LaunchTemplateName: sub("${AWS::StackName}"),
  });
}

function capabilityOf({ spec: { iam } }: SelfManagedGroup): StackCapability | undefined {
  if (iam?.instanceProfileARN) return undefined;
  return iam?.instanceRoleName && !iam.instanceRoleARN ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM";
}

/** The stack of a self-managed node group. */
export function selfManagedNodeGroupStack(context: Context, group: SelfManagedGroup): DesiredStack {
  const binder = context.bind();
  const { amiFamily = "AmazonLinux2023", privateNetworking = false, securityGroups, ssh } = group.spec;
  const facts = `AMI family: ${amiFamily}, SSH access: ${sshAllowed(ssh)}, private networking: ${privateNetworking}`;
  const template = templateBuilder({
    description: `EKS nodes (${facts}) [created and managed by eksctl]`,
    mappings: servicePrincipalMappings,
  });
  template.output("FeaturePrivateNetworking", privateNetworking, false);
  template.output("FeatureSharedSecurityGroup", securityGroups?.withShared ?? true, false);
  template.output("FeatureLocalSecurityGroup", securityGroups?.withLocal ?? true, false);
  const profileArn = addProfile(template, context, group);
  const groups = addNodeSecurityGroups(template, context, group);
  addAccessEntry(template, context, group);
  addLaunchTemplate(template, context, group, { binder, profileArn, securityGroups: groups });
  addAutoScalingGroup(template, context, group, binder);
  const names = {
    [tagKeys.nodeGroupName]: group.name,
    [tagKeys.oldNodeGroupName]: group.name,
    [tagKeys.nodeGroupType]: "unmanaged",
  };
  return toStack(context, {
    stackName: group.stackName,
    kind: "nodegroup",
    name: group.name,
    capability: capabilityOf(group),
    tags: [group.tags, names],
    template: template.build(),
    source: [group.path],
    binder,
    dependsOn: [context.clusterStack],
  });
}
