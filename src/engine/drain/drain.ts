// Draining a group: no pod comes any more, those that are there move as their budgets allow, and what keeps them is named.
import { LotseError, sleep } from "../../base/index.ts";
import { resources, type Kube } from "../../kube/index.ts";
import { isReady, type NodeObject } from "../../plan/index.ts";
import { evict } from "./evict.ts";
import type { DrainOptions } from "./options.ts";
import { podName, podsToMove, type Pod } from "./pods.ts";

/** Who drains, and who hears of it. */
export interface DrainJob {
  kube: Kube;
  /** For errors: `node group workers`. */
  what: string;
  options: DrainOptions;
  /** Namespaces whose pods stay. */
  sparing: ReadonlySet<string>;
  say(text: string, data?: Record<string, unknown>): void;
  signal: AbortSignal | undefined;
}

/** A pod that doesn't go, and why. */
export interface StuckPod {
  pod: string;
  node: string;
  reason: string;
}

/** Lets pods onto a node, or no more. */
export async function cordon(kube: Kube, node: NodeObject, closed: boolean): Promise<void> {
  if ((node.spec.unschedulable ?? false) === closed) return;
  await kube.patch(resources.nodes, { name: node.metadata.name }, "merge", { spec: { unschedulable: closed || null } });
}

/** Milliseconds between two looks at a node; evictions that a budget forbids are tried again more slowly. */
const look = 500;

/** One node. Gives the pods that are still there when time is up. */
async function drainNode(job: DrainJob, node: NodeObject, deadline: number): Promise<StuckPod[]> {
  const { kube, options, sparing, say, signal } = job;
  const { name } = node.metadata;
  const blocked = new Map<string, { reason: string; next: number; pause: number }>();
  const begun = new Set<string>();
  for (;;) {
    const pods = await podsToMove(kube, name, sparing);
    // Nobody confirms on a dead node that its pods have ended; they go with it.
    const left = isReady(node) ? pods : pods.filter(({ metadata }) => !begun.has(metadata.uid ?? ""));
    if (left.length === 0) return [];
    const now = Date.now();
    if (now > deadline) return left.map((pod) => stuck(pod, name, blocked.get(pod.metadata.uid ?? "")?.reason));
    const due = left.filter(
      ({ metadata: { uid = "", deletionTimestamp } }) =>
        deletionTimestamp === undefined && !begun.has(uid) && (blocked.get(uid)?.next ?? 0) <= now,
    );
    await Promise.all(
      due.map(async (pod) => {
        const uid = pod.metadata.uid ?? "";
        const reason = await evict(kube, pod, options);
        if (reason === undefined) {
          begun.add(uid);
          blocked.delete(uid);
          return;
        }
        const before = blocked.get(uid);
        if (before?.reason !== reason)
          say(`${podName(pod)} stays on ${name}: ${reason}`, { pod: podName(pod), node: name, reason });
        const pause = Math.min((before?.pause ?? 250) * 2, options.podEvictionWait * 1000);
        blocked.set(uid, { reason, pause, next: Date.now() + pause });
      }),
    );
    await sleep(look, signal);
  }
}

function stuck(pod: Pod, node: string, reason: string | undefined): StuckPod {
  const ending = pod.metadata.finalizers?.length
    ? `its finalizers ${pod.metadata.finalizers.join(", ")}`
    : "it is still ending";
  return { pod: podName(pod), node, reason: reason ?? ending };
}

/** The error that names pods and what keeps them. */
export function drainBlocked(what: string, pods: readonly StuckPod[]): LotseError {
  const lines = pods.slice(0, 20).map(({ pod, node, reason }) => `${pod} on ${node}: ${reason}`);
  const more = pods.length > lines.length ? [`and ${pods.length - lines.length} more`] : [];
  return new LotseError("engine/drain-blocked", {
    title: `${what} can't be drained: ${pods.length} ${pods.length === 1 ? "pod stays" : "pods stay"}`,
    detail: [...lines, ...more].join("\n"),
    remedy:
      "Give the workload more replicas or its budget more room and run the command again; --disable-eviction deletes pods without asking budgets.",
    blame: "user",
    data: { pods },
  });
}

/**
 * Drains nodes: all of them are closed first, so that no pod moves from one to the next.
 *
 * @throws LotseError `engine/drain-blocked` when time is up, unless it is forced; the nodes stay closed
 */
export async function drainNodes(job: DrainJob, nodes: readonly NodeObject[]): Promise<void> {
  const { kube, options, what, say, signal } = job;
  const deadline = Date.now() + options.timeout * 1000;
  await Promise.all(nodes.map(async (node) => cordon(kube, node, true)));
  const waiting = [...nodes];
  const left: StuckPod[] = [];
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let node = waiting.shift(); node; node = waiting.shift()) {
      left.push(...(await drainNode(job, node, deadline)));
      done += 1;
      say(`${done} of ${nodes.length} nodes of ${what} drained`, { node: node.metadata.name });
      if (waiting.length > 0 && options.nodeDrainWait > 0) await sleep(options.nodeDrainWait * 1000, signal);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.parallel, nodes.length) }, worker));
  if (left.length === 0) return;
  const error = drainBlocked(what, left);
  if (!options.force) throw error;
  say(`${error.diagnostic.title}; going on all the same`);
}
