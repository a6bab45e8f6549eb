// Waiting until everything is Ready, or until it is clear that it won't be, and why.
import type { Diagnostic } from "../base/index.ts";
import { sleep } from "../base/index.ts";
import { get, status } from "../lotse.ts";
import type { Explanation } from "./causes/explain.ts";
import { explain } from "./causes/explain.ts";
import type { NodeSubnet, Situation } from "./causes/cause.ts";
import { instanceOf } from "./faults/nodes.ts";
import type { Rehearsal } from "./rehearsal.ts";
import type { Node, Pod } from "./scene/objects.ts";
import { isNodeReady } from "./scene/objects.ts";
import type { Scene } from "./scene/scene.ts";
import type { Standing } from "./scene/workloads.ts";
import { standings } from "./scene/workloads.ts";

/** What to wait for besides workloads. */
export interface Expectation {
  /** So many Ready nodes. */
  nodes: number;
  /** Wall milliseconds; default the rehearsal's. */
  timeout?: number;
  /** What isn't Ready is looked at, and not judged: a fault is still in force. */
  onlyLook?: boolean;
}

/** How the waiting ended. */
export interface Readiness {
  ready: Standing[];
  waiting: { standing: Standing; findings: Diagnostic[] }[];
  /** Findings that belong to no workload: nodes that don't come, what EKS reports. */
  others: Diagnostic[];
  nodes: { ready: number; wanted: number };
  /** Virtual seconds. */
  took: number;
}

/** Wall milliseconds between two looks. */
const tick = 100;
/** Virtual seconds in one of wall time while pods start: the sandbox's pods live ten times as fast as a clock (its guide). */
const podSpeed = 10;
/** When nothing has changed for so long, wall milliseconds, and every reason is one that stays, no more waiting helps. */
const still = 4_000;
/** All has to be well for so long, wall milliseconds: what was applied a moment ago may not have been heard of. */
const steady = 300;
/** AWS is asked about instances on their way so often, wall milliseconds: each look lets time pass there. */
const lookAtAws = 300;

/** Nodes that the node groups of the account want now. */
export async function wantedNodes({ aws }: Rehearsal, cluster: string): Promise<number> {
  const groups = await get.nodeGroups(aws, cluster);
  return groups.reduce((sum, { DesiredCapacity }) => sum + DesiredCapacity, 0);
}

/** Which subnet each node is in, as far as EC2 knows its instance. */
function subnetsOf({ account }: Rehearsal, scene: Scene): Map<string, NodeSubnet> {
  const { Reservations } = account<{ Reservations: { Instances: { InstanceId: string; SubnetId?: string }[] }[] }>(
    "ec2",
    "DescribeInstances",
    {},
  );
  const { Subnets } = account<{
    Subnets: { SubnetId: string; CidrBlock: string; AvailabilityZone: string; AvailableIpAddressCount: number }[];
  }>("ec2", "DescribeSubnets", {});
  const instances = new Map(
    Reservations.flatMap(({ Instances }) =>
      Instances.map(({ InstanceId, SubnetId }) => [InstanceId, SubnetId] as const),
    ),
  );
  const found = new Map<string, NodeSubnet>();
  for (const { metadata, spec } of scene.all("nodes")) {
    const id = instances.get(spec?.providerID?.split("/").at(-1) ?? "");
    const subnet = Subnets.find(({ SubnetId }) => SubnetId === id);
    if (!subnet) continue;
    const { SubnetId, CidrBlock, AvailabilityZone, AvailableIpAddressCount } = subnet;
    found.set(metadata.name, { id: SubnetId, cidr: CidrBlock, zone: AvailabilityZone, free: AvailableIpAddressCount });
  }
  return found;
}

function situationOf(rehearsal: Rehearsal, scene: Scene): Situation {
  const subnets = subnetsOf(rehearsal, scene);
  return { scene, subnetOf: (node) => subnets.get(node) };
}

/**
 * Instances that run. The account moves on when somebody looks at it, as the owner of a cluster would.
 */
function runningInstances({ account }: Rehearsal): Set<string> {
  account("auto-scaling", "DescribeAutoScalingGroups", {});
  const { Reservations } = account<{
    Reservations: { Instances: { InstanceId: string; State: { Name: string } }[] }[];
  }>("ec2", "DescribeInstances", {});
  const all = Reservations.flatMap(({ Instances }) => Instances);
  return new Set(all.filter(({ State }) => State.Name === "running").map(({ InstanceId }) => InstanceId));
}

/** Nodes that the cluster still believes in although their instances are gone. */
function ghosts(scene: Scene, running: ReadonlySet<string>): Node[] {
  return scene.all("nodes").filter((node) => {
    const id = instanceOf(node);
    return id !== undefined && !running.has(id);
  });
}

/** Pods that count as Ready although their node is gone: the garbage collector hasn't come by yet. */
function strays(scene: Scene): Pod[] {
  const names = new Set(scene.all("nodes").map(({ metadata }) => metadata.name));
  return scene
    .all("pods")
    .filter(({ spec, status: { phase } = {} }) => spec.nodeName && !names.has(spec.nodeName) && phase === "Running");
}

/** Nodes that don't come, and what EKS says about its node groups and add-ons. */
async function troubles(rehearsal: Rehearsal, cluster: string, nodes: Readiness["nodes"]): Promise<Diagnostic[]> {
  const { problems } = await status(rehearsal.aws, cluster);
  const unhealthy = problems.map((problem): Diagnostic => ({
    code: "rehearse/unhealthy",
    severity: "error",
    title: problem,
    remedy: "See `lotse status` for what EKS reports.",
  }));
  if (nodes.ready >= nodes.wanted) return unhealthy;
  return [
    {
      code: "rehearse/missing-nodes",
      severity: "error",
      title: `${nodes.ready} of ${nodes.wanted} nodes are Ready`,
      remedy:
        "See the health issues of the node groups: instances that find no address, whose role isn't let in, or that run no kubelet stay out.",
      data: nodes,
    },
    ...unhealthy,
  ];
}

/**
 * Waits. Virtual time goes on meanwhile.
 *
 * @throws LotseError when the cluster is lost, or the signal's reason
 */
export async function awaitReady(rehearsal: Rehearsal, wanted: Expectation): Promise<Readiness> {
  const { scene } = await rehearsal.kubernetes();
  const cluster = (await rehearsal.cluster()).config.metadata.name;
  const began = rehearsal.seconds();
  const startedAt = Date.now();
  const deadline = startedAt + (wanted.timeout ?? rehearsal.timeout);
  let looked = 0;
  let running: ReadonlySet<string> = new Set();
  let settledAt: number | undefined;
  let told = "";
  for (;;) {
    if (scene.trouble !== undefined) throw scene.trouble;
    const all = standings(scene);
    const waiting = all.filter(({ ready }) => !ready);
    const nodes = { ready: scene.all("nodes").filter(isNodeReady).length, wanted: wanted.nodes };
    const candidate = nodes.ready >= nodes.wanted && waiting.length === 0;
    if ((candidate && settledAt === undefined) || Date.now() - looked > lookAtAws) {
      looked = Date.now();
      running = runningInstances(rehearsal);
    }
    const noticed = ghosts(scene, running).length === 0 && strays(scene).length === 0;
    const complete = nodes.ready >= nodes.wanted && noticed;
    if (!complete || waiting.length > 0) settledAt = undefined;
    else settledAt ??= Date.now();
    const settled = settledAt !== undefined && Date.now() - settledAt >= steady;
    // What was quiet before is no sign: the waiting has only begun.
    const quietFor = Date.now() - Math.max(scene.changedAt, startedAt);
    const quiet = quietFor > still;
    const late = Date.now() > deadline;
    if (settled || late || quiet || (wanted.onlyLook && noticed && quietFor > still / 4)) {
      const situation = situationOf(rehearsal, scene);
      const explained = waiting.map((standing) => ({
        standing,
        why: explain(standing, situation, rehearsal.manifests),
      }));
      const passes = ({ why }: { why: Explanation[] }): boolean => why.some((each) => each.passes);
      const failed = all.some(({ failed: text }) => text !== undefined);
      if (
        settled ||
        late ||
        wanted.onlyLook ||
        (complete && (failed || !explained.some(passes))) ||
        quietFor > 5 * still
      ) {
        return {
          ready: all.filter(({ ready }) => ready),
          waiting: explained.map(({ standing, why }) => ({ standing, findings: why.map(({ finding }) => finding) })),
          others: settled || wanted.onlyLook ? [] : await troubles(rehearsal, cluster, nodes),
          nodes,
          took: rehearsal.seconds() - began,
        };
      }
    }
    const text = `${nodes.ready} of ${nodes.wanted} nodes, ${all.length - waiting.length} of ${all.length} workloads Ready`;
    if (text !== told) rehearsal.host.emit({ level: "info", code: "rehearse/step-progress", subject: "ready", text });
    told = text;
    await sleep(tick, rehearsal.signal);
    rehearsal.pass((tick / 1000) * podSpeed);
  }
}
