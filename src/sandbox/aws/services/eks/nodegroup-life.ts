// What happens to a managed node group in time: its parts, its nodes, rolling updates, its end.
import type { Issue } from "@aws-sdk/client-eks";
import type { Context, TimerDefinition } from "../../core/index.ts";
import { AwsError, defineTimer } from "../../core/index.ts";
import { latency } from "./latency.ts";
import { asEks, childKey, subject } from "./lookup.ts";
import { nodeTrouble, subnetTrouble } from "./node-join.ts";
import { instancesOf, issueOf, lackOfNodes } from "./nodegroup-health.ts";
import { makeParts, removeParts, renewTemplate } from "./nodegroup-parts.ts";
import { addNodeEntry, removeNodeEntry } from "./operations/access-entries.ts";
import type { NodegroupRow } from "./state.ts";
import { clusters, fargateProfiles, nodegroups } from "./state.ts";
import { endUpdate } from "./updates.ts";

export interface GroupName {
  cluster: string;
  name: string;
}

function update(ctx: Context, { cluster, name }: GroupName, change: Partial<NodegroupRow>): void {
  ctx.table(nodegroups).update(childKey(cluster, name), { ...change, modifiedAt: ctx.now() });
}

function find(ctx: Context, { cluster, name }: GroupName, status: string): Readonly<NodegroupRow> | undefined {
  const row = ctx.table(nodegroups).get(childKey(cluster, name));
  return row?.status === status ? row : undefined;
}

/** First step: profile, template and Auto Scaling group; instances begin to start. */
export const groupLaunched: TimerDefinition<GroupName> = defineTimer<GroupName>(
  "eks/nodegroup-launched",
  (which, ctx) => {
    const row = find(ctx, which, "CREATING");
    const cluster = ctx.table(clusters).get(which.cluster);
    if (!row || !cluster) return;
    try {
      const trouble = subnetTrouble(ctx, row);
      if (trouble) return update(ctx, which, { status: "CREATE_FAILED", health: { issues: [trouble] } });
      // A group that can't be made whole leaves none of its parts behind.
      const made = ctx.attempt(() => makeParts(ctx, row, cluster));
      addNodeEntry(ctx, cluster, row.nodeRole, row.amiType?.startsWith("WINDOWS") ? "EC2_WINDOWS" : "EC2_LINUX");
      ctx.table(nodegroups).put(childKey(which.cluster, which.name), made);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      update(ctx, which, { status: "CREATE_FAILED", health: { issues: [issueOf(error)] } });
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
  const row = find(ctx, which, "CREATING");
  const cluster = ctx.table(clusters).get(which.cluster);
  if (!row || !cluster) return;
  const wanted = row.scalingConfig.desiredSize ?? 0;
  const injected: Issue | undefined =
    which.failure === undefined ? undefined : { code: "NodeCreationFailure", message: which.failure, resourceIds: [] };
  const issue =
    injected ??
    lackOfNodes(ctx, row, wanted) ??
    (wanted > 0 ? nodeTrouble(ctx, row, cluster, () => instancesOf(ctx, row)) : undefined);
  update(ctx, which, issue ? { status: "CREATE_FAILED", health: { issues: [issue] } } : { status: "ACTIVE" });
});

export interface GroupChange extends GroupName {
  updateId: string;
}

/** A change of sizes, labels, taints or settings ends. */
export const groupChanged: TimerDefinition<GroupChange> = defineTimer<GroupChange>(
  "eks/nodegroup-changed",
  (which, ctx) => {
    const row = find(ctx, which, "UPDATING");
    if (!row) return;
    const issue = lackOfNodes(ctx, row, row.scalingConfig.desiredSize ?? 0);
    // Too few nodes after a change of size don't fail the update: the group is degraded until capacity comes back.
    update(ctx, which, { status: issue ? "DEGRADED" : "ACTIVE", health: { issues: issue ? [issue] : [] } });
    endUpdate(ctx, which.cluster, which.updateId);
  },
);

export interface GroupRoll extends GroupChange {
  step: "surge" | "replace" | "finish";
  /** Members of the row after the update. */
  after: Partial<NodegroupRow>;
  old: readonly string[];
}

const next = { surge: "replace", replace: "finish" } as const;

/** A rolling update: more nodes first, then the old ones go, then the size goes back. */
export const groupRolled: TimerDefinition<GroupRoll> = defineTimer<GroupRoll>("eks/nodegroup-rolled", (which, ctx) => {
  const row = find(ctx, which, "UPDATING");
  const cluster = ctx.table(clusters).get(which.cluster);
  if (!row || !cluster) return;
  try {
    const old = rollStep(ctx, which, row, cluster.name);
    if (which.step === "finish") return;
    ctx.schedule(groupRolled, latency.nodegroupRollStep, subject("nodegroup", which.cluster, which.name), {
      ...which,
      old,
      step: next[which.step],
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    fail(ctx, which, row, error.message);
  }
});

function rollStep(ctx: Context, which: GroupRoll, row: Readonly<NodegroupRow>, cluster: string): readonly string[] {
  const eks = asEks(ctx);
  const { minSize = 0, maxSize = 0, desiredSize = 0 } = row.scalingConfig;
  const resize = (extra: number): void => {
    eks.call("auto-scaling", "UpdateAutoScalingGroup", {
      AutoScalingGroupName: row.hidden.groupName,
      MinSize: minSize,
      MaxSize: maxSize + extra,
      DesiredCapacity: desiredSize + extra,
    });
  };
  if (which.step === "surge") {
    const clusterRow = ctx.table(clusters).get(cluster);
    if (clusterRow) renewTemplate(ctx, { ...row, ...which.after }, clusterRow);
    const old = instancesOf(ctx, row).map((instance) => instance.InstanceId ?? "");
    // One new node for each old one stands for AWS's waves; their number doesn't change what is left at the end.
    if (old.length > 0) resize(Math.max(old.length, unavailable(row)));
    return old;
  }
  if (which.step === "replace") {
    const issue = lackOfNodes(ctx, row, desiredSize + which.old.length);
    if (issue && which.old.length > 0) throw new AwsError("NodeCreationFailure", issue.message ?? "");
    for (const InstanceId of which.old) {
      eks.call("auto-scaling", "TerminateInstanceInAutoScalingGroup", {
        InstanceId,
        ShouldDecrementDesiredCapacity: true,
      });
    }
    return which.old;
  }
  resize(0);
  update(ctx, which, { ...which.after, status: "ACTIVE", health: { issues: [] } });
  endUpdate(ctx, which.cluster, which.updateId);
  return [];
}

function unavailable(row: Readonly<NodegroupRow>): number {
  const { maxUnavailable, maxUnavailablePercentage } = row.updateConfig ?? {};
  const nodes = row.scalingConfig.desiredSize ?? 0;
  return maxUnavailable ?? Math.max(1, Math.floor((nodes * (maxUnavailablePercentage ?? 0)) / 100));
}

/** AWS leaves the group at its old version and says why. */
function fail(ctx: Context, which: GroupRoll, row: Readonly<NodegroupRow>, message: string): void {
  const { minSize = 0, maxSize = 0, desiredSize = 0 } = row.scalingConfig;
  const cluster = ctx.table(clusters).get(which.cluster);
  if (cluster) renewTemplate(ctx, row, cluster);
  asEks(ctx).call("auto-scaling", "UpdateAutoScalingGroup", {
    AutoScalingGroupName: row.hidden.groupName,
    MinSize: minSize,
    MaxSize: maxSize,
    DesiredCapacity: desiredSize,
  });
  update(ctx, which, { status: "ACTIVE" });
  endUpdate(ctx, which.cluster, which.updateId, [
    { errorCode: "NodeCreationFailure", errorMessage: message, resourceIds: [row.hidden.groupName] },
  ]);
}

/** The end, first step: the Auto Scaling group goes with its instances. */
export const groupDrained: TimerDefinition<GroupName> = defineTimer<GroupName>(
  "eks/nodegroup-drained",
  (which, ctx) => {
    const row = find(ctx, which, "DELETING");
    if (!row) return;
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
  },
);

/** The end, second step: template, profile, security group, access entry. */
export const groupGone: TimerDefinition<GroupName> = defineTimer<GroupName>("eks/nodegroup-gone", (which, ctx) => {
  const row = find(ctx, which, "DELETING");
  if (!row) return;
  try {
    removeParts(ctx, row);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const code = error.code === "DependencyViolation" ? "Ec2SecurityGroupDeletionFailure" : issueOf(error).code;
    update(ctx, which, { status: "DELETE_FAILED", health: { issues: [{ ...issueOf(error), code }] } });
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
