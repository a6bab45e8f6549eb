// Waiting until everything is Ready, or until it is clear that it won't be, and why.
import type { Diagnostic } from "../base/index.ts";
import { sleep } from "../base/index.ts";
import { get } from "../lotse.ts";
import { explain } from "./causes/explain.ts";
import type { NodeSubnet, Situation } from "./causes/cause.ts";
import { instanceOf } from "./faults/nodes.ts";
import type { Rehearsal } from "./rehearsal.ts";
import type { Node, Pod } from "./scene/objects.ts";
import { isNodeReady, isPodReady } from "./scene/objects.ts";
import type { Scene } from "./scene/scene.ts";
import type { Standing } from "./scene/workloads.ts";
import { standings } from "./scene/workloads.ts";
import { measureStillness } from "./stillness.ts";
import { troubles } from "./troubles.ts";

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
/**
 * When nothing has happened for so long ({@link measureStillness}) and every reason is one that stays, no more waiting
 * helps. The longest that something hidden waits is a second: the scheduler's back-off, and a CNI that asks EC2 again.
 */
const stillEnough = 1_600;
/** Reasons that pass, and nodes that don't come, are given up after so long. A refused kubelet asks again after 5 s. */
const hopeless = 8_000;
/** Who only looks waits until things have settled for so long. */
const glance = 600;
/** All has to be well in so many looks in a row: controllers count a moment after the pods. */
const steady = 2;
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

/** ReplicaSets that haven't heard of their pods' last change: what they count is the past. */
function isBehind(scene: Scene): boolean {
  const ready = new Map<string, number>();
  for (const pod of scene.all("pods")) {
    if (pod.metadata.deletionTimestamp !== undefined || !isPodReady(pod) || pod.status?.phase !== "Running") continue;
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
    if (owner !== undefined) ready.set(owner, (ready.get(owner) ?? 0) + 1);
  }
  return scene
    .all("replicaSets")
    .some(({ metadata, status }) => (status?.readyReplicas ?? 0) !== (ready.get(metadata.uid ?? "") ?? 0));
}

/**
 * Waits. Virtual time goes on meanwhile.
 *
 * @throws LotseError when the cluster is lost, or the signal's reason
 */
export async function awaitReady(rehearsal: Rehearsal, wanted: Expectation): Promise<Readiness> {
  const { kube, scene } = await rehearsal.kubernetes();
  const cluster = (await rehearsal.cluster()).config.metadata.name;
  const began = rehearsal.seconds();
  const deadline = Date.now() + (wanted.timeout ?? rehearsal.timeout);
  const stillness = measureStillness(kube, tick);
  let looked = 0;
  let running: ReadonlySet<string> = new Set();
  let well = 0;
  let told = "";
  for (;;) {
    if (scene.trouble !== undefined) throw scene.trouble;
    const all = standings(scene);
    const waiting = all.filter(({ ready }) => !ready);
    const nodes = { ready: scene.all("nodes").filter(isNodeReady).length, wanted: wanted.nodes };
    const candidate = nodes.ready >= nodes.wanted && waiting.length === 0;
    if ((candidate && well === 0) || Date.now() - looked > lookAtAws) {
      looked = Date.now();
      running = runningInstances(rehearsal);
    }
    const { busy, next = Infinity } = rehearsal.outlook();
    const noticed = ghosts(scene, running).length === 0 && strays(scene).length === 0 && !isBehind(scene);
    const complete = nodes.ready >= nodes.wanted && noticed;
    // What changes by itself before the time is over is waited for, however still it is until then.
    const more = busy || next <= deadline;
    const still = await stillness.after({ changedAt: scene.changedAt, busy: more });
    well = complete && waiting.length === 0 && !busy ? well + 1 : 0;
    const settled = well > steady;
    const late = Date.now() > deadline;
    if (settled || late || still >= stillEnough || (wanted.onlyLook && noticed && still >= glance)) {
      const situation = situationOf(rehearsal, scene);
      const explained = waiting.map((standing) => ({
        standing,
        why: explain(standing, situation, rehearsal.manifests),
      }));
      const passes = explained.some(({ why }) => why.some((each) => each.passes));
      if (settled || late || wanted.onlyLook || (complete && !passes) || still >= hopeless) {
        return {
          ready: all.filter(({ ready }) => ready),
          waiting: explained.map(({ standing, why }) => ({ standing, findings: why.map(({ finding }) => finding) })),
          others: settled || wanted.onlyLook ? [] : await troubles(rehearsal, cluster, nodes, waiting),
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
