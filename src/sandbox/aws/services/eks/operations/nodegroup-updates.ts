// Changes of managed node groups: sizes, labels, taints and settings; and versions, which roll the nodes.
import type {
  Taint,
  UpdateNodegroupConfigRequest,
  UpdateNodegroupConfigResponse,
  UpdateNodegroupVersionRequest,
  UpdateNodegroupVersionResponse,
} from "@aws-sdk/client-eks";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import { eksOperation } from "../define.ts";
import { invalidParameter, invalidRequest, resourceInUse } from "../errors.ts";
import { latency } from "../latency.ts";
import { asEks, childKey, requireNodegroup, requireUsableCluster, subject } from "../lookup.ts";
import { groupChanged } from "../nodegroup-life.ts";
import { recommendedImage, templateData } from "../nodegroup-parts.ts";
import { groupRolled } from "../nodegroup-roll.ts";
import {
  checkAmiType,
  checkedScaling,
  checkedUpdateConfig,
  checkLabels,
  checkTaints,
  checkUpdateVersion,
} from "../rules/nodegroup.ts";
import { checkRepair, checkWarmPool } from "../rules/nodegroup-options.ts";
import type { NodegroupRow } from "../state.ts";
import { nodegroups } from "../state.ts";
import { beginUpdate, repeatedUpdate, updateOf, updateParams } from "../updates.ts";
import { checkRelease } from "./nodegroups.ts";

/** The group, which must be free to change. */
function changeable(ctx: Context, clusterName: string, nodegroupName: string): Readonly<NodegroupRow> {
  const row = requireNodegroup(ctx, clusterName, nodegroupName);
  if (row.status === "UPDATING")
    throw resourceInUse(`Nodegroup ${nodegroupName} already has an update in progress`, { clusterName, nodegroupName });
  if (row.status !== "ACTIVE" && row.status !== "DEGRADED")
    throw invalidRequest(`Nodegroup cannot be updated as it is currently not in Active State`, {
      clusterName,
      nodegroupName,
    });
  return row;
}

const sameTaint = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;

/** The row's members after the change. */
function changed(
  input: Sent<UpdateNodegroupConfigRequest>,
  row: Readonly<NodegroupRow>,
  ctx: Context,
): Partial<NodegroupRow> {
  const { labels, taints, scalingConfig, updateConfig, nodeRepairConfig, warmPoolConfig } = input;
  checkLabels(labels?.addOrUpdateLabels);
  checkRepair(nodeRepairConfig);
  checkWarmPool(warmPoolConfig);
  const kept = Object.entries(row.labels ?? {}).filter(([key]) => !labels?.removeLabels?.includes(key));
  const added = taints?.addOrUpdateTaints ?? [];
  const gone = [...(taints?.removeTaints ?? []), ...added];
  const remaining = (row.taints ?? []).filter((taint) => !gone.some((other) => sameTaint(taint, other)));
  checkTaints([...remaining, ...added]);
  return {
    ...(labels ? { labels: { ...Object.fromEntries(kept), ...labels.addOrUpdateLabels } } : {}),
    ...(taints ? { taints: [...remaining, ...added] } : {}),
    ...(scalingConfig ? { scalingConfig: checkedScaling(ctx, scalingConfig, row.scalingConfig) } : {}),
    ...(updateConfig ? { updateConfig: checkedUpdateConfig(updateConfig) } : {}),
    ...(nodeRepairConfig ? { nodeRepairConfig } : {}),
    ...(warmPoolConfig ? { warmPoolConfig } : {}),
  };
}

function updateConfig(input: Sent<UpdateNodegroupConfigRequest>, ctx: Context): UpdateNodegroupConfigResponse {
  const { clusterName, nodegroupName, labels, taints, scalingConfig, clientRequestToken: token } = input;
  const owner = `nodegroup/${nodegroupName}`;
  const repeated = repeatedUpdate(ctx, clusterName, owner, token);
  if (repeated) return { update: updateOf(repeated) };
  const row = changeable(ctx, clusterName, nodegroupName);
  const after = changed(input, row, ctx);
  if (Object.keys(after).length === 0)
    throw invalidParameter("No changes were specified for the node group", { clusterName, nodegroupName });
  const params = updateParams({
    MinSize: scalingConfig?.minSize,
    MaxSize: scalingConfig?.maxSize,
    DesiredSize: scalingConfig?.desiredSize,
    LabelsToAdd: labels?.addOrUpdateLabels,
    LabelsToRemove: labels?.removeLabels,
    TaintsToAdd: taints?.addOrUpdateTaints,
    TaintsToRemove: taints?.removeTaints,
    MaxUnavailable: input.updateConfig?.maxUnavailable,
    MaxUnavailablePercentage: input.updateConfig?.maxUnavailablePercentage,
    UpdateStrategy: input.updateConfig?.updateStrategy,
    NodeRepairEnabled: input.nodeRepairConfig?.enabled,
    WarmPoolEnabled: input.warmPoolConfig?.enabled,
  });
  const update = beginUpdate(ctx, { cluster: clusterName, owner, type: "ConfigUpdate", params, token });
  ctx
    .table(nodegroups)
    .update(childKey(clusterName, nodegroupName), { ...after, status: "UPDATING", modifiedAt: ctx.now() });
  if (after.scalingConfig) {
    asEks(ctx).call("auto-scaling", "UpdateAutoScalingGroup", {
      AutoScalingGroupName: row.hidden.groupName,
      MinSize: after.scalingConfig.minSize,
      MaxSize: after.scalingConfig.maxSize,
      DesiredCapacity: after.scalingConfig.desiredSize,
    });
  }
  const which = { cluster: clusterName, name: nodegroupName, updateId: update.id };
  ctx.schedule(groupChanged, latency.nodegroupConfig, subject("nodegroup", clusterName, nodegroupName), which);
  return { update: updateOf(update) };
}

/** Version, release and template after the update. */
function versionAfter(
  input: Sent<UpdateNodegroupVersionRequest>,
  row: Readonly<NodegroupRow>,
  ctx: Context,
): Partial<NodegroupRow> {
  const { clusterName, launchTemplate } = input;
  const cluster = requireUsableCluster(ctx, clusterName);
  if (launchTemplate && !row.launchTemplate)
    throw invalidRequest("You cannot specify a launch template for a node group that was created without one", {
      clusterName,
    });
  const template = launchTemplate ? templateData(ctx, launchTemplate) : undefined;
  if (template && template.id !== row.launchTemplate?.id)
    throw invalidParameter("The launch template of a node group can't be replaced by another one", { clusterName });
  const spec = template ? { launchTemplate: { id: template.id, name: template.name, version: template.version } } : {};
  if (row.amiType === "CUSTOM" || template?.data.ImageId !== undefined) {
    if (input.version !== undefined || input.releaseVersion !== undefined)
      throw invalidParameter(
        "You cannot specify the field kubernetes version or release version when updating a node group with a custom AMI",
        { clusterName },
      );
    return { ...spec, version: cluster.version, releaseVersion: template?.data.ImageId ?? row.releaseVersion ?? "" };
  }
  // Without a version the group catches up with the control plane; with only a template or release it stays.
  const stays = input.releaseVersion !== undefined || launchTemplate !== undefined;
  const version = input.version ?? (stays ? row.version : cluster.version);
  checkUpdateVersion(ctx, version, row.version, cluster);
  checkAmiType(row.amiType ?? "", version);
  const newest = recommendedImage(ctx, row.amiType ?? "", version)?.release ?? "";
  const keep = launchTemplate !== undefined && input.version === undefined && input.releaseVersion === undefined;
  return {
    ...spec,
    version,
    releaseVersion: keep ? (row.releaseVersion ?? "") : checkRelease(input.releaseVersion, version, newest),
  };
}

function updateVersion(input: Sent<UpdateNodegroupVersionRequest>, ctx: Context): UpdateNodegroupVersionResponse {
  const { clusterName, nodegroupName, clientRequestToken: token } = input;
  const owner = `nodegroup/${nodegroupName}`;
  const repeated = repeatedUpdate(ctx, clusterName, owner, token);
  if (repeated) return { update: updateOf(repeated) };
  const row = changeable(ctx, clusterName, nodegroupName);
  const after = versionAfter(input, row, ctx);
  const params = updateParams({
    Version: after.version,
    ReleaseVersion: after.releaseVersion,
    LaunchTemplateName: after.launchTemplate?.name,
    LaunchTemplateVersion: after.launchTemplate?.version,
  });
  const update = beginUpdate(ctx, { cluster: clusterName, owner, type: "VersionUpdate", params, token });
  ctx.table(nodegroups).update(childKey(clusterName, nodegroupName), { status: "UPDATING", modifiedAt: ctx.now() });
  ctx.schedule(groupRolled, latency.nodegroupLaunch, subject("nodegroup", clusterName, nodegroupName), {
    cluster: clusterName,
    name: nodegroupName,
    updateId: update.id,
    step: "surge",
    after,
    old: [],
    ...(input.force === true ? { force: true } : {}),
  });
  return { update: updateOf(update) };
}

export const nodegroupUpdateOperations: Readonly<Record<string, Operation>> = {
  UpdateNodegroupConfig: eksOperation<UpdateNodegroupConfigRequest, UpdateNodegroupConfigResponse>(
    "UpdateNodegroupConfig",
    {
      on: "nodegroup",
      run: updateConfig,
    },
  ),
  UpdateNodegroupVersion: eksOperation<UpdateNodegroupVersionRequest, UpdateNodegroupVersionResponse>(
    "UpdateNodegroupVersion",
    { on: "nodegroup", run: updateVersion },
  ),
};
