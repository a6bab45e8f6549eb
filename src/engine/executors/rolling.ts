// Replaces the nodes of a self-managed group in order: one more than before first, then each old one is drained and ends.
import { isLotseError, LotseError, sleep } from "../../base/index.ts";
import { pauses } from "../../aws/index.ts";
import { handsOff, isReady, nodesOfGroup, type NodeObject, type Step, type Work } from "../../plan/index.ts";
import type { Crew } from "../crew.ts";
import { drainNodes } from "../drain/drain.ts";
import { readGroup, type GroupNow } from "./auto-scaling.ts";
import { drainJob } from "./kubernetes/drain.ts";
import { groupName } from "./node-groups.ts";
import { updateStack } from "./stacks.ts";

type RollWork = Extract<Work, { do: "roll-nodegroup" }>;

/** Remembers `desired/max` while the group has one more, for a run that goes on. */
const sizesTag = "lotse.dev/sizes-before-rolling";

const instanceOf = ({ spec }: NodeObject): string => spec.providerID?.split("/").at(-1) ?? "";

const isLeaving = (state: string): boolean => state.startsWith("Terminat") || state.startsWith("Detach");

/** Instances that an older version of the launch template made. */
const outdated = ({ instances, version }: GroupNow): GroupNow["instances"] =>
  instances.filter((one) => one.version !== version && !isLeaving(one.state));

async function until<T>(crew: Crew, what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + crew.nodeTimeout * 1000;
  for (const pause of pauses()) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) break;
    await sleep(Math.min(pause, 5_000), crew.signal);
  }
  throw new LotseError("engine/nodes-missing", {
    title: `Gave up waiting for ${what} after ${Math.round(crew.nodeTimeout / 60)} min`,
    remedy: "Run lotse apply again: it goes on with the nodes that are left.",
    blame: "aws",
  });
}

/** Waits until all instances of the new template are nodes that are Ready, and `count` of them at least. */
async function freshNodes(crew: Crew, asg: string, nodeGroup: string, count: number): Promise<void> {
  const kube = await crew.kube();
  await until(crew, `${count} new nodes of ${nodeGroup}`, async () => {
    const now = await readGroup(crew, asg);
    const fresh = now.instances.filter((one) => one.version === now.version && !isLeaving(one.state));
    const ready = new Set((await nodesOfGroup(kube, nodeGroup)).filter(isReady).map(instanceOf));
    return fresh.filter(({ id }) => ready.has(id)).length >= count || undefined;
  });
}

async function tagged(crew: Crew, now: GroupNow): Promise<{ desired: number; max: number }> {
  const [desired, max] = (now.tags[sizesTag] ?? "").split("/").map(Number);
  if (desired !== undefined && max !== undefined) return { desired, max };
  const Value = `${now.desired}/${now.max}`;
  const tag = {
    Key: sizesTag,
    Value,
    ResourceId: now.name,
    ResourceType: "auto-scaling-group",
    PropagateAtLaunch: false,
  };
  await crew.aws.call("autoscaling", "CreateOrUpdateTags", { Tags: [tag] });
  return { desired: now.desired, max: now.max };
}

async function replaceNodes(crew: Crew, step: Step, nodeGroup: string): Promise<void> {
  const asg = await groupName(crew, nodeGroup, false);
  const first = await readGroup(crew, asg);
  const total = outdated(first).length;
  if (total > 0) {
    const { desired, max } = await tagged(crew, first);
    await crew.aws.call("autoscaling", "UpdateAutoScalingGroup", {
      AutoScalingGroupName: asg,
      MaxSize: Math.max(max, desired + 1),
      DesiredCapacity: desired + 1,
    });
    for (;;) {
      const now = await readGroup(crew, asg);
      const old = outdated(now);
      const [next] = old;
      if (!next) break;
      await freshNodes(crew, asg, nodeGroup, desired + 1 - old.length);
      await endInstance(crew, step, nodeGroup, next.id, old.length === 1 && now.desired > desired);
      await until(crew, `instance ${next.id} to end`, async () => {
        const { instances } = await readGroup(crew, asg);
        return instances.every(({ id }) => id !== next.id) || undefined;
      });
      crew.progress(step, `${total - old.length + 1} of ${total} nodes of ${nodeGroup} replaced`);
    }
  }
  await restoreSizes(crew, asg);
}

async function restoreSizes(crew: Crew, asg: string): Promise<void> {
  const now = await readGroup(crew, asg);
  const [desired, max] = (now.tags[sizesTag] ?? "").split("/").map(Number);
  if (desired === undefined || max === undefined) return;
  if (now.desired !== desired || now.max !== max) {
    await crew.aws.call("autoscaling", "UpdateAutoScalingGroup", {
      AutoScalingGroupName: asg,
      MaxSize: max,
      DesiredCapacity: desired,
    });
  }
  const tag = { Key: sizesTag, ResourceId: asg, ResourceType: "auto-scaling-group" };
  await crew.aws.call("autoscaling", "DeleteTags", { Tags: [tag] });
}

async function endInstance(crew: Crew, step: Step, nodeGroup: string, id: string, isLast: boolean): Promise<void> {
  const job = await drainJob(crew, step, nodeGroup);
  const nodes = (await nodesOfGroup(job.kube, nodeGroup)).filter((node) => instanceOf(node) === id);
  await drainNodes({ ...job, what: `Node ${nodes[0]?.metadata.name ?? id}` }, nodes);
  await crew.aws.call("autoscaling", "TerminateInstanceInAutoScalingGroup", {
    InstanceId: id,
    // Each is replaced by a new one, the last by the one that came first.
    ShouldDecrementDesiredCapacity: isLast,
  });
}

/** Changes the stack without CloudFormation touching the nodes, replaces them, and puts the stack's own policy back. */
export async function rollNodeGroup(crew: Crew, step: Step, work: RollWork): Promise<void> {
  const { nodeGroup, template, keepNodes, ...rest } = work;
  const update = { ...rest, do: "update-stack" as const };
  if (!keepNodes && !(await canGoInside(crew))) return updateStack(crew, step, { ...update, template });
  await updateStack(crew, step, { ...update, template: handsOff(template) });
  if (!keepNodes) await replaceNodes(crew, step, nodeGroup);
  await updateStack(crew, step, { ...update, template });
}

/** False where nobody can be asked to move pods, and that is no failure: then CloudFormation replaces the nodes its way. */
async function canGoInside(crew: Crew): Promise<boolean> {
  try {
    await crew.kube();
    return true;
  } catch (error) {
    if (crew.kubernetes === "when-reachable" && isLotseError(error) && error.code === "kube/unreachable") return false;
    throw error;
  }
}
