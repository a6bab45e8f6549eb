// Nodes of self-managed groups: waiting until they are Ready, with the reason why they aren't; labels and taints.
import { readAwsAuthMap } from "../../../access/index.ts";
import { allPages, isGone, pauses } from "../../../aws/index.ts";
import { LotseError, sleep } from "../../../base/index.ts";
import { readAwsAuth, sameArn, stripPath } from "../../../identity/index.ts";
import { resources, type Kube } from "../../../kube/index.ts";
import { isReady, nodesOfGroup, readStack, type NodeObject, type Step, type Work } from "../../../plan/index.ts";
import type { Crew } from "../../crew.ts";
import { readGroup, type GroupNow } from "../auto-scaling.ts";
import { groupName } from "../node-groups.ts";

/** Milliseconds after which the reason is told for the first time: a node takes about two minutes on AWS. */
const firstReason = 60_000;

async function entriesOf(crew: Crew): Promise<string[]> {
  try {
    return await allPages(async (nextToken) => {
      const page = await crew.aws.call("eks", "ListAccessEntries", {
        clusterName: crew.cluster,
        ...(nextToken !== undefined && { nextToken }),
      });
      return { items: page.accessEntries, next: page.nextToken };
    });
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Whether the cluster lets a node role in, in words when it doesn't. */
async function barred(crew: Crew, kube: Kube, role: string): Promise<string | undefined> {
  const mode = (await crew.living()).accessConfig?.authenticationMode ?? "CONFIG_MAP";
  const same = (arn: string): boolean => sameArn(stripPath(arn), stripPath(role));
  const hasEntry = mode !== "CONFIG_MAP" && (await entriesOf(crew)).some(same);
  const isMapped = mode !== "API" && readAwsAuth((await readAwsAuthMap(kube))?.data).roles.some(({ arn }) => same(arn));
  if (hasEntry || isMapped) return undefined;
  const where =
    mode === "API"
      ? "no access entry"
      : mode === "CONFIG_MAP"
        ? "no mapping in aws-auth"
        : "neither access entry nor mapping in aws-auth";
  return `the cluster has ${where} for their role ${role}`;
}

async function whyNot(
  crew: Crew,
  kube: Kube,
  group: string,
  now: GroupNow,
  nodes: readonly NodeObject[],
): Promise<string> {
  const unready = nodes.find((node) => !isReady(node));
  if (unready) {
    const condition = unready.status.conditions?.find(({ type }) => type === "Ready");
    return `node ${unready.metadata.name} isn't Ready: ${condition?.message ?? condition?.reason ?? "its kubelet hasn't reported"}`;
  }
  const running = now.instances.filter(({ state }) => state === "InService").length;
  if (running <= nodes.length) {
    const { Activities = [] } = await crew.aws.call("autoscaling", "DescribeScalingActivities", {
      AutoScalingGroupName: now.name,
      MaxRecords: 5,
    });
    const failed = Activities.find(({ StatusCode }) => StatusCode === "Failed" || StatusCode === "Cancelled");
    const reason = failed?.StatusMessage ?? "AWS hasn't started the others yet";
    return `${running} of ${now.desired} instances are in service: ${reason}`;
  }
  const stack = await readStack(crew.aws, `eksctl-${crew.cluster}-nodegroup-${group}`);
  const role = stack?.outputs["InstanceRoleARN"];
  const bar = role === undefined ? undefined : await barred(crew, kube, role);
  return (
    bar ??
    `${running} instances are in service and ${nodes.length} have joined; see the others' console output and user data`
  );
}

/** Waits for the nodes of a group. @throws LotseError `engine/nodes-missing` with the reason */
export async function awaitNodes(
  crew: Crew,
  step: Step,
  { nodeGroup, count }: Extract<Work, { do: "await-nodes" }>,
): Promise<void> {
  const kube = await crew.kube();
  const asg = await groupName(crew, nodeGroup, false);
  const started = Date.now();
  let told = started + firstReason;
  let shown = -1;
  for (const pause of pauses()) {
    const [now, nodes] = await Promise.all([readGroup(crew, asg), nodesOfGroup(kube, nodeGroup)]);
    const ready = nodes.filter(isReady).length;
    if (ready >= count) return;
    if (ready !== shown) crew.progress(step, `${ready} of ${count} nodes of ${nodeGroup} are Ready`, { ready, count });
    shown = ready;
    const isOver = Date.now() - started > crew.nodeTimeout * 1000;
    if (isOver || Date.now() > told) {
      const reason = await whyNot(crew, kube, nodeGroup, now, nodes);
      if (isOver) {
        throw new LotseError("engine/nodes-missing", {
          title: `${ready} of ${count} nodes of ${nodeGroup} are Ready after ${Math.round(crew.nodeTimeout / 60)} min: ${reason}`,
          remedy: "Remove the cause and run lotse apply again; it goes on waiting from what is there.",
          blame: "cluster",
          data: { nodeGroup, ready, count },
        });
      }
      crew.progress(step, reason);
      told = Date.now() + firstReason;
    }
    await sleep(Math.min(pause, 5_000), crew.signal);
  }
}

/** Labels and taints of nodes that run. Taints of others stay; one of the same key and effect takes the wanted value. */
export async function labelNodes(
  crew: Crew,
  _step: Step,
  { nodeGroup, labels, taints }: Extract<Work, { do: "label-nodes" }>,
): Promise<void> {
  const kube = await crew.kube();
  const nodes = await nodesOfGroup(kube, nodeGroup);
  await Promise.all(
    nodes.map(async ({ metadata: { name, resourceVersion }, spec }) => {
      const others = (spec.taints ?? []).filter(
        (have) => !taints.some(({ key, effect }) => key === have.key && effect === have.effect),
      );
      // Taints are one list: the version makes sure that none that came meanwhile is lost.
      const withTaints = taints.length > 0 && { spec: { taints: [...others, ...taints] } };
      const version = withTaints && resourceVersion !== undefined && { resourceVersion };
      await kube.patch(resources.nodes, { name }, "merge", { metadata: { labels, ...version }, ...withTaints });
    }),
  );
}
