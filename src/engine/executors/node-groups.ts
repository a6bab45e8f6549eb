// Node groups that live: sizes, update config, the Auto Scaling group behind them.
import { LotseError } from "../../base/index.ts";
import { isBusy, isGone, waitFor } from "../../aws/index.ts";
import { readPhysicalIds, type NodeGroupTaint, type Step, type Work } from "../../plan/index.ts";
import type { DesiredAsgTags, DesiredSuspendedProcesses } from "../../stacks/index.ts";
import type { Crew } from "../crew.ts";
import { awaitUpdate } from "./cluster.ts";

const groupTimeout = 60 * 60;

async function quietGroup(crew: Crew, nodegroupName: string): Promise<void> {
  await waitFor(
    async () => {
      const { nodegroup } = await crew.aws.call("eks", "DescribeNodegroup", {
        clusterName: crew.cluster,
        nodegroupName,
      });
      return nodegroup?.status === "UPDATING" || nodegroup?.status === "CREATING" ? undefined : nodegroup;
    },
    { what: `node group ${nodegroupName} to be ACTIVE`, timeout: groupTimeout, signal: crew.signal },
  );
}

interface ConfigChange {
  scalingConfig?: { minSize?: number; maxSize?: number; desiredSize?: number };
  updateConfig?: { maxUnavailable?: number; maxUnavailablePercentage?: number };
  labels?: { addOrUpdateLabels: Record<string, string> };
  taints?: { addOrUpdateTaints: NodeGroupTaint[] };
  nodeRepairConfig?: { enabled: boolean };
}

async function updateConfig(crew: Crew, nodegroupName: string, change: ConfigChange): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    await quietGroup(crew, nodegroupName);
    try {
      const { update } = await crew.aws.call("eks", "UpdateNodegroupConfig", {
        clusterName: crew.cluster,
        nodegroupName,
        ...change,
      });
      return await awaitUpdate(crew, update?.id, { nodegroupName });
    } catch (error) {
      if (!isBusy(error) || turn > 4) throw error;
    }
  }
}

/** UpdateNodegroupConfig, or UpdateAutoScalingGroup for self-managed groups, as `eksctl scale`. */
export async function scaleNodeGroup(
  crew: Crew,
  _step: Step,
  work: Extract<Work, { do: "scale-nodegroup" }>,
): Promise<void> {
  const { minSize, maxSize, desiredSize } = work;
  if (work.managed) {
    const scalingConfig = {
      ...(minSize !== undefined && { minSize }),
      ...(maxSize !== undefined && { maxSize }),
      ...(desiredSize !== undefined && { desiredSize }),
    };
    return updateConfig(crew, work.nodeGroup, { scalingConfig });
  }
  await crew.aws.call("autoscaling", "UpdateAutoScalingGroup", {
    AutoScalingGroupName: work.asg ?? (await groupName(crew, work.nodeGroup, false)),
    ...(minSize !== undefined && { MinSize: minSize }),
    ...(maxSize !== undefined && { MaxSize: maxSize }),
    ...(desiredSize !== undefined && { DesiredCapacity: desiredSize }),
  });
}

/** UpdateNodegroupConfig, as `eksctl update nodegroup`. */
export async function updateNodeGroup(
  crew: Crew,
  _step: Step,
  work: Extract<Work, { do: "update-nodegroup" }>,
): Promise<void> {
  const { maxUnavailable, maxUnavailablePercentage, labels, taints, repair } = work;
  const unavailable = {
    ...(maxUnavailable !== undefined && { maxUnavailable }),
    ...(maxUnavailablePercentage !== undefined && { maxUnavailablePercentage }),
  };
  await updateConfig(crew, work.nodeGroup, {
    ...(Object.keys(unavailable).length > 0 && { updateConfig: unavailable }),
    ...(labels && { labels: { addOrUpdateLabels: labels } }),
    ...(taints && { taints: { addOrUpdateTaints: taints } }),
    ...(repair !== undefined && { nodeRepairConfig: { enabled: repair } }),
  });
}

/** Name of the Auto Scaling group behind a node group. */
export async function groupName(crew: Crew, nodeGroup: string, managed: boolean): Promise<string> {
  const name = managed
    ? (await crew.aws.call("eks", "DescribeNodegroup", { clusterName: crew.cluster, nodegroupName: nodeGroup }))
        .nodegroup?.resources?.autoScalingGroups?.[0]?.name
    : (await readPhysicalIds(crew.aws, `eksctl-${crew.cluster}-nodegroup-${nodeGroup}`))["NodeGroup"];
  if (name === undefined)
    throw new LotseError("engine/no-auto-scaling-group", {
      title: `Node group ${nodeGroup} has no Auto Scaling group`,
      blame: "aws",
    });
  return name;
}

/** SuspendProcesses. */
export async function suspendProcesses(crew: Crew, object: DesiredSuspendedProcesses): Promise<void> {
  const AutoScalingGroupName = await groupName(crew, object.nodeGroup, object.managed);
  await crew.aws.call("autoscaling", "SuspendProcesses", {
    AutoScalingGroupName,
    ScalingProcesses: [...object.processes],
  });
}

/** CreateOrUpdateTags, propagated to instances. */
export async function tagGroup(crew: Crew, object: DesiredAsgTags): Promise<void> {
  const ResourceId = await groupName(crew, object.nodeGroup, true);
  await crew.aws.call("autoscaling", "CreateOrUpdateTags", {
    Tags: Object.entries(object.tags).map(([Key, Value]) => ({
      Key,
      Value,
      ResourceId,
      ResourceType: "auto-scaling-group",
      PropagateAtLaunch: true,
    })),
  });
}

/** DeleteNodegroup, for groups without a stack. */
export async function deleteNodeGroup(
  crew: Crew,
  _step: Step,
  work: Extract<Work, { do: "delete-nodegroup" }>,
): Promise<void> {
  const target = { clusterName: crew.cluster, nodegroupName: work.nodeGroup };
  await waitFor(
    async () => {
      try {
        const { nodegroup } = await crew.aws.call("eks", "DescribeNodegroup", target);
        if (nodegroup?.status === "DELETE_FAILED")
          throw new LotseError("engine/nodegroup-delete-failed", {
            title: `Node group ${work.nodeGroup} can't be deleted: ${nodegroup.health?.issues?.[0]?.message ?? "no reason given"}`,
            blame: "aws",
          });
        if (nodegroup?.status !== "DELETING") await crew.aws.call("eks", "DeleteNodegroup", target);
        return undefined;
      } catch (error) {
        if (isGone(error)) return true;
        if (isBusy(error)) return undefined;
        throw error;
      }
    },
    { what: `node group ${work.nodeGroup} to go`, timeout: groupTimeout, signal: crew.signal },
  );
}
