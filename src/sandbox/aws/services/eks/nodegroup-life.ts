// What happens to a managed node group in time: its parts, its nodes, rolling updates, its end.
import type { Issue } from "@aws-sdk/client-eks";
import type { TimerDefinition } from "../../core/index.ts";
import { AwsError, defineTimer } from "../../core/index.ts";
import { latency } from "./latency.ts";
import { asEks, childKey, subject } from "./lookup.ts";
import { nodeTrouble, subnetTrouble } from "./node-join.ts";
import { instancesOf, issueOf, lackOfNodes } from "./nodegroup-health.ts";
import { drainNodes, waitsForDrain } from "./nodegroup-drain.ts";
import { makeParts, removeParts } from "./nodegroup-parts.ts";
import type { GroupChange, GroupName } from "./nodegroup-row.ts";
import { findGroup, updateGroup } from "./nodegroup-row.ts";
import { addNodeEntry, removeNodeEntry } from "./operations/access-entries.ts";
import { clusters, fargateProfiles, nodegroups } from "./state.ts";
import { endUpdate } from "./updates.ts";

/** First step: profile, template and Auto Scaling group; instances begin to start. */
export const groupLaunched: TimerDefinition<GroupName> = defineTimer<GroupName>(
  "eks/nodegroup-launched",
  (which, ctx) => {
    const row = findGroup(ctx, which, "CREATING");
    const cluster = ctx.table(clusters).get(which.cluster);
    if (!row || !cluster) return;
    try {
      const trouble = subnetTrouble(ctx, row, cluster);
      if (trouble) return updateGroup(ctx, which, { status: "CREATE_FAILED", health: { issues: [trouble] } });
      // A group that can't be made whole leaves none of its parts behind.
      const made = ctx.attempt(() => makeParts(ctx, row, cluster));
      addNodeEntry(ctx, cluster, row.nodeRole, row.amiType?.startsWith("WINDOWS") ? "EC2_WINDOWS" : "EC2_LINUX");
      ctx.table(nodegroups).put(childKey(which.cluster, which.name), made);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      updateGroup(ctx, which, { status: "CREATE_FAILED", health: { issues: [issueOf(error)] } });
      return;
    }
    const facts = { service: "eks", resource: "nodegroup", cluster: which.cluster, name: which.name };
    if (ctx.fault("stuck", facts)) return;
    const fault = ctx.fault("failAt", facts);
    const seconds = fault?.seconds ?? latency.nodegroup - latency.nodegroupLaunch;
    const payload = fault
      ? { ...which, failure: fault.message ?? "Instances failed to join the kubernetes cluster" }
      : which;
    ctx.schedule(groupJoined, seconds, subject("nodegroup", which.cluster, which.name), payload);
  },
);

/** Second step: the nodes have joined, or EKS gives up. */
export const groupJoined: TimerDefinition<GroupName & { failure?: string }> = defineTimer<
  GroupName & { failure?: string }
>("eks/nodegroup-joined", (which, ctx) => {
  const row = findGroup(ctx, which, "CREATING");
  const cluster = ctx.table(clusters).get(which.cluster);
  if (!row || !cluster) return;
  const wanted = row.scalingConfig.desiredSize ?? 0;
  const injected: Issue | undefined =
    which.failure === undefined ? undefined : { code: "NodeCreationFailure", message: which.failure, resourceIds: [] };
  const issue =
    injected ??
    lackOfNodes(ctx, row, wanted) ??
    (wanted > 0 ? nodeTrouble(ctx, row, cluster, () => instancesOf(ctx, row)) : undefined);
  updateGroup(ctx, which, issue ? { status: "CREATE_FAILED", health: { issues: [issue] } } : { status: "ACTIVE" });
});

/** A change of sizes, labels, taints or settings ends. */
export const groupChanged: TimerDefinition<GroupChange> = defineTimer<GroupChange>(
  "eks/nodegroup-changed",
  (which, ctx) => {
    const row = findGroup(ctx, which, "UPDATING");
    if (!row) return;
    const issue = lackOfNodes(ctx, row, row.scalingConfig.desiredSize ?? 0);
    // Too few nodes after a change of size don't fail the update: the group is degraded until capacity comes back.
    updateGroup(ctx, which, { status: issue ? "DEGRADED" : "ACTIVE", health: { issues: issue ? [issue] : [] } });
    endUpdate(ctx, which.cluster, which.updateId);
  },
);

/** The end, first step: nodes are emptied, then the Auto Scaling group goes with its instances. */
export const groupDrained: TimerDefinition<GroupName & { since?: number }> = defineTimer<
  GroupName & { since?: number }
>("eks/nodegroup-drained", (which, ctx) => {
  const row = findGroup(ctx, which, "DELETING");
  if (!row) return;
  const { since = ctx.now(), cluster, name } = which;
  const empty = instancesOf(ctx, row).map((instance) => instance.InstanceId ?? "");
  // Budgets are respected for a while; nothing stops a deletion.
  if (waitsForDrain(ctx, drainNodes(ctx, row, { empty }), since)) {
    const payload = { cluster, name, since };
    ctx.schedule(groupDrained, latency.nodegroupDrainLook, subject("nodegroup", cluster, name), payload);
    return;
  }
  try {
    asEks(ctx).call("auto-scaling", "DeleteAutoScalingGroup", {
      AutoScalingGroupName: row.hidden.groupName,
      ForceDelete: true,
    });
  } catch (error) {
    // A group that failed early, or that someone deleted by hand, isn't there.
    if (!(error instanceof AwsError)) throw error;
  }
  ctx.schedule(groupGone, latency.nodegroupDelete, subject("nodegroup", which.cluster, which.name), which);
});

/** The end, second step: template, profile, security group, access entry. */
export const groupGone: TimerDefinition<GroupName> = defineTimer<GroupName>("eks/nodegroup-gone", (which, ctx) => {
  const row = findGroup(ctx, which, "DELETING");
  if (!row) return;
  try {
    removeParts(ctx, row);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const code = error.code === "DependencyViolation" ? "Ec2SecurityGroupDeletionFailure" : issueOf(error).code;
    updateGroup(ctx, which, { status: "DELETE_FAILED", health: { issues: [{ ...issueOf(error), code }] } });
    return;
  }
  ctx.table(nodegroups).delete(childKey(which.cluster, which.name));
  const used =
    ctx
      .table(nodegroups)
      .by("cluster", which.cluster)
      .some((other) => other.nodeRole === row.nodeRole) ||
    ctx
      .table(fargateProfiles)
      .by("cluster", which.cluster)
      .some((profile) => profile.podExecutionRoleArn === row.nodeRole);
  if (!used) removeNodeEntry(ctx, which.cluster, row.nodeRole);
});
