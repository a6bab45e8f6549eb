// A rolling update: more nodes first, then the old ones are emptied and go, some at a time, then the size goes back.
// https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html
import type { ErrorDetail } from "@aws-sdk/client-eks";
import type { Context, KubernetesDrain, TimerDefinition } from "../../core/index.ts";
import { AwsError, defineTimer } from "../../core/index.ts";
import { latency } from "./latency.ts";
import { asEks, subject } from "./lookup.ts";
import { drainNodes, restoreNodes, waitsForDrain } from "./nodegroup-drain.ts";
import { instancesOf, lackOfNodes } from "./nodegroup-health.ts";
import { renewTemplate } from "./nodegroup-parts.ts";
import type { GroupChange } from "./nodegroup-row.ts";
import { findGroup, updateGroup } from "./nodegroup-row.ts";
import type { NodegroupRow } from "./state.ts";
import { clusters } from "./state.ts";
import { endUpdate } from "./updates.ts";

export interface GroupRoll extends GroupChange {
  step: "surge" | "replace" | "empty" | "finish";
  /** Members of the row after the update. */
  after: Partial<NodegroupRow>;
  /** Instances that are still to go. */
  old: readonly string[];
  /** Pods that can't be evicted are deleted in the end. */
  force?: boolean;
  /** Step `empty`: since when these nodes are being emptied, and whether by force by now. */
  since?: number;
  forcing?: boolean;
}

type Next = { seconds: number } & Partial<GroupRoll>;

class RollFailure extends Error {
  readonly detail: ErrorDetail;

  constructor(errorCode: NonNullable<ErrorDetail["errorCode"]>, errorMessage: string, resourceIds: string[]) {
    super(errorMessage);
    this.detail = { errorCode, errorMessage, resourceIds };
  }
}

/** One step of a rolling update. */
export const groupRolled: TimerDefinition<GroupRoll> = defineTimer<GroupRoll>("eks/nodegroup-rolled", (which, ctx) => {
  const row = findGroup(ctx, which, "UPDATING");
  const cluster = ctx.table(clusters).get(which.cluster);
  if (!row || !cluster) return;
  try {
    const next = steps[which.step](ctx, which, row);
    if (!next) return;
    const { seconds, ...change } = next;
    const payload = { ...which, ...change };
    ctx.schedule(groupRolled, seconds, subject("nodegroup", which.cluster, which.name), payload);
  } catch (error) {
    if (!(error instanceof AwsError) && !(error instanceof RollFailure)) throw error;
    const { groupName } = row.hidden;
    const detail: ErrorDetail =
      error instanceof RollFailure
        ? error.detail
        : { errorCode: "NodeCreationFailure", errorMessage: error.message, resourceIds: [groupName] };
    fail(ctx, which, row, detail);
  }
});

const steps: Readonly<
  Record<GroupRoll["step"], (ctx: Context, which: GroupRoll, row: Readonly<NodegroupRow>) => Next | undefined>
> = { surge, replace, empty, finish };

function surge(ctx: Context, which: GroupRoll, row: Readonly<NodegroupRow>): Next {
  const cluster = ctx.table(clusters).get(which.cluster);
  if (cluster) renewTemplate(ctx, { ...row, ...which.after }, cluster);
  const old = instancesOf(ctx, row).map((instance) => instance.InstanceId ?? "");
  // One new node for each old one stands for AWS's waves; their number doesn't change what is left at the end.
  if (old.length > 0) resize(ctx, row, Math.max(old.length, unavailable(row)));
  return { seconds: latency.nodegroupRollStep, step: "replace", old };
}

function replace(ctx: Context, which: GroupRoll, row: Readonly<NodegroupRow>): Next {
  const { desiredSize = 0 } = row.scalingConfig;
  const issue = lackOfNodes(ctx, row, desiredSize + which.old.length);
  if (issue && which.old.length > 0) throw new AwsError("NodeCreationFailure", issue.message ?? "");
  return empty(ctx, which, row);
}

function empty(ctx: Context, which: GroupRoll, row: Readonly<NodegroupRow>): Next {
  const { since = ctx.now(), forcing = false } = which;
  const serving = inService(ctx, row);
  const old = which.old.filter((instance) => serving.includes(instance));
  if (old.length === 0) return { seconds: latency.nodegroupRollStep, step: "finish" };
  const after = serving.filter((instance) => !old.includes(instance));
  const wave = old.slice(0, unavailable(row));
  const drain = drainNodes(ctx, row, { empty: wave, cordon: old, after, force: forcing });
  if (waitsForDrain(ctx, drain, since)) return { seconds: latency.nodegroupDrainLook, step: "empty", old, since };
  const isEmpty = !drain || drain.nodes.length === 0;
  if (!isEmpty && !which.force) throw notEmptied(row, drain);
  if (!isEmpty && !forcing)
    return { seconds: latency.nodegroupDrainLook, step: "empty", old, since: ctx.now(), forcing: true };
  // Where no cluster runs there is nothing to wait for between one wave and the next.
  const going = drain ? wave : old;
  for (const InstanceId of going) {
    asEks(ctx).call("auto-scaling", "TerminateInstanceInAutoScalingGroup", {
      InstanceId,
      ShouldDecrementDesiredCapacity: true,
    });
  }
  const left = old.filter((instance) => !going.includes(instance));
  if (left.length === 0) return { seconds: latency.nodegroupRollStep, step: "finish" };
  const seconds = latency.nodegroupDrained;
  return { seconds, step: "empty", old: left, since: ctx.now() + seconds * 1000, forcing: false };
}

function finish(ctx: Context, which: GroupRoll, row: Readonly<NodegroupRow>): undefined {
  resize(ctx, row, 0);
  updateGroup(ctx, which, { ...which.after, status: "ACTIVE", health: { issues: [] } });
  endUpdate(ctx, which.cluster, which.updateId);
}

function resize(ctx: Context, row: Readonly<NodegroupRow>, extra: number): void {
  const { minSize = 0, maxSize = 0, desiredSize = 0 } = row.scalingConfig;
  asEks(ctx).call("auto-scaling", "UpdateAutoScalingGroup", {
    AutoScalingGroupName: row.hidden.groupName,
    MinSize: minSize,
    MaxSize: maxSize + extra,
    DesiredCapacity: desiredSize + extra,
  });
}

const inService = (ctx: Context, row: Readonly<NodegroupRow>): string[] =>
  instancesOf(ctx, row)
    .filter(({ LifecycleState }) => LifecycleState === "InService")
    .map(({ InstanceId = "" }) => InstanceId);

function unavailable(row: Readonly<NodegroupRow>): number {
  const { maxUnavailable, maxUnavailablePercentage } = row.updateConfig ?? {};
  const nodes = row.scalingConfig.desiredSize ?? 0;
  return maxUnavailable ?? Math.max(1, Math.floor((nodes * (maxUnavailablePercentage ?? 0)) / 100));
}

/** In EKS's own words, as people quote them in their reports. */
function notEmptied(row: Readonly<NodegroupRow>, { nodes, joining }: KubernetesDrain): RollFailure {
  const { nodegroupName } = row;
  if (joining.length > 0) {
    const text = `Couldn't proceed with upgrade process as new nodes are not joining node group ${nodegroupName}`;
    return new RollFailure("NodeCreationFailure", text, [...joining]);
  }
  const text = `Reached max retries while trying to evict pods from nodes in node group ${nodegroupName}`;
  return new RollFailure("PodEvictionFailure", text, [...nodes]);
}

/** AWS leaves the group at its old version and says why; old nodes that are left stay, and new ones beyond its size go. */
function fail(ctx: Context, which: GroupRoll, row: Readonly<NodegroupRow>, detail: ErrorDetail): void {
  const cluster = ctx.table(clusters).get(which.cluster);
  if (cluster) renewTemplate(ctx, row, cluster);
  const serving = inService(ctx, row);
  const old = serving.filter((instance) => which.old.includes(instance));
  restoreNodes(ctx, row, old);
  const surplus = Math.max(0, serving.length - (row.scalingConfig.desiredSize ?? 0));
  const fresh = serving.filter((instance) => !old.includes(instance));
  // Named one by one: left to itself, the group would begin with those of the oldest template.
  for (const InstanceId of fresh.slice(0, surplus)) {
    const input = { InstanceId, ShouldDecrementDesiredCapacity: true };
    asEks(ctx).call("auto-scaling", "TerminateInstanceInAutoScalingGroup", input);
  }
  resize(ctx, row, 0);
  updateGroup(ctx, which, { status: "ACTIVE" });
  endUpdate(ctx, which.cluster, which.updateId, [detail]);
}
