// The stack of an EKS managed node group: launch template, role, AWS::EKS::Nodegroup.
import type { ManagedNodeGroup } from "../../config/index.ts";
import type { Binder } from "../binder.ts";
import { toStack } from "../context.ts";
import type { Context } from "../context.ts";
import type { DesiredStack } from "../desired.ts";
import { servicePrincipalMappings } from "../partitions.ts";
import { defined, getAtt, importValue, ref, sub, templateBuilder } from "../template.ts";
import type { TemplateBuilder, TemplateValue } from "../template.ts";
import { amiTypeOf } from "./ami-type.ts";
import { instanceTypesOf } from "./group.ts";
import type { ManagedGroup } from "./group.ts";
import { commonLaunchTemplateData } from "./launch-template.ts";
import { addNodeRole, nodeRoleId, withoutPath } from "./role.ts";
import { scalingOf } from "./scaling.ts";
import { nodeKey, sshAllowed, sshRules } from "./ssh.ts";
import { nodeSubnets } from "./subnets.ts";
import { userData } from "./user-data.ts";

/** Kubernetes' taint effects in the EKS API's spelling. */
const eksEffects: Readonly<Record<string, string>> = {
  NoSchedule: "NO_SCHEDULE",
  PreferNoSchedule: "PREFER_NO_SCHEDULE",
  NoExecute: "NO_EXECUTE",
};

function addLaunchTemplate(template: TemplateBuilder, context: Context, group: ManagedGroup, binder: Binder): void {
  const key = nodeKey(context, group);
  const securityGroups: TemplateValue[] = [
    importValue(context.clusterStack, "ClusterSecurityGroupId"),
    ...(group.spec.securityGroups?.attachIDs ?? []),
  ];
  if (key && sshAllowed(group.spec.ssh)) {
    const ssh = template.add("SSH", "AWS::EC2::SecurityGroup", {
      GroupDescription: "Allow SSH access",
      GroupName: sub("${AWS::StackName}-remoteAccess"),
      SecurityGroupIngress: sshRules(context, group, `managed worker nodes in group ${group.name}`),
      VpcId: importValue(context.clusterStack, "VPC"),
    });
    securityGroups.push(ssh);
  }
  template.add("LaunchTemplate", "AWS::EC2::LaunchTemplate", {
    LaunchTemplateData: defined({
      ...commonLaunchTemplateData(group, key?.name),
      SecurityGroupIds: securityGroups,
      UserData: userData(group, context.name, binder),
    }),
    LaunchTemplateName: sub("${AWS::StackName}"),
  });
}

function updateConfig({ updateConfig: update }: ManagedNodeGroup): TemplateValue | undefined {
  if (!update) return undefined;
  return defined({
    MaxUnavailable: update.maxUnavailable,
    MaxUnavailablePercentage: update.maxUnavailablePercentage,
  });
}

function repairConfig({ nodeRepairConfig: repair }: ManagedNodeGroup): TemplateValue | undefined {
  if (!repair) return undefined;
  // All four belong to an override; what is missing goes as Go's nothing, and EKS says so.
  const overrides = repair.nodeRepairConfigOverrides?.map((override) => ({
    MinRepairWaitTimeMins: override.minRepairWaitTimeMins ?? 0,
    NodeMonitoringCondition: override.nodeMonitoringCondition ?? "",
    NodeUnhealthyReason: override.nodeUnhealthyReason ?? "",
    RepairAction: override.repairAction ?? "",
  }));
  return defined({
    Enabled: repair.enabled,
    MaxParallelNodesRepairedCount: repair.maxParallelNodesRepairedCount,
    MaxParallelNodesRepairedPercentage: repair.maxParallelNodesRepairedPercentage,
    MaxUnhealthyNodeThresholdCount: repair.maxUnhealthyNodeThresholdCount,
    MaxUnhealthyNodeThresholdPercentage: repair.maxUnhealthyNodeThresholdPercentage,
    NodeRepairConfigOverrides: overrides?.length ? overrides : undefined,
  });
}

/** The stack of a managed node group. */
export function managedNodeGroupStack(context: Context, group: ManagedGroup): DesiredStack {
  const binder = context.bind();
  const { spec } = group;
  const iam = spec.iam ?? {};
  const template = templateBuilder({
    description: `EKS Managed Nodes (SSH access: ${sshAllowed(spec.ssh)}) [created by eksctl]`,
    mappings: servicePrincipalMappings,
  });
  const ownRole = !iam.instanceRoleARN;
  if (ownRole) addNodeRole(template, iam, { managed: true, withOidc: context.withOidc });
  addLaunchTemplate(template, context, group, binder);
  const { min, max, desired } = scalingOf(group);
  const taints = group.taints.map(({ key, value, effect }) => ({
    Effect: eksEffects[effect] ?? effect,
    Key: key,
    Value: value,
  }));
  template.add("ManagedNodeGroup", "AWS::EKS::Nodegroup", {
    AmiType: amiTypeOf(group),
    CapacityType: spec.spot ? "SPOT" : undefined,
    ClusterName: context.name,
    InstanceTypes: instanceTypesOf(group),
    Labels: group.labels,
    LaunchTemplate: { Id: ref("LaunchTemplate") },
    NodeRepairConfig: repairConfig(spec),
    NodeRole: ownRole ? getAtt(nodeRoleId, "Arn") : withoutPath(iam.instanceRoleARN ?? ""),
    NodegroupName: group.name,
    ReleaseVersion: spec.releaseVersion || undefined,
    ScalingConfig: defined({ DesiredSize: desired, MaxSize: max, MinSize: min }),
    Subnets: nodeSubnets(context, group, binder),
    Tags: group.tags,
    Taints: taints.length > 0 ? taints : undefined,
    UpdateConfig: updateConfig(spec),
  });
  return toStack(context, {
    stackName: group.stackName,
    kind: "nodegroup",
    name: group.name,
    // eksctl acknowledges IAM for managed groups whether or not it makes their role.
    capability: iam.instanceRoleName ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM",
    tags: [group.tags],
    template: template.build(),
    source: [group.path],
    binder,
    dependsOn: [context.clusterStack],
  });
}
