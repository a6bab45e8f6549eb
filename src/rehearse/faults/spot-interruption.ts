// EC2 takes a spot instance back: two minutes' notice, in which EKS drains the nodes of managed groups, then it is gone.
import { sleep } from "../../base/index.ts";
import { resources, KubeRefusal } from "../../kube/index.ts";
import type { Rehearsal } from "../rehearsal.ts";
import type { Node } from "../scene/objects.ts";
import type { Fault } from "./fault.ts";
import { defineFault } from "./fault.ts";
import { busiest, shortName, terminate } from "./nodes.ts";

/** EC2's notice, virtual seconds. */
const notice = 120;
/** Virtual seconds between two tries to evict pods that a budget holds. */
const between = 10;

const isSpot = ({ metadata: { labels = {} } }: Node): boolean => labels["eks.amazonaws.com/capacityType"] === "SPOT";

/** Cordons, and evicts what budgets let go until the notice is over; returns how many pods stayed. */
async function drain(rehearsal: Rehearsal, node: Node): Promise<number> {
  const { kube, scene } = await rehearsal.kubernetes();
  const { name } = node.metadata;
  await kube.patch(resources.nodes, { name }, "merge", { spec: { unschedulable: true } });
  for (let passed = 0; ; passed += between) {
    const pods = scene
      .all("pods")
      .filter(
        ({ spec, metadata }) =>
          spec.nodeName === name &&
          metadata.deletionTimestamp === undefined &&
          !metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet"),
      );
    if (pods.length === 0 || passed >= notice) return pods.length;
    for (const { metadata } of pods) {
      const key = { namespace: metadata.namespace ?? "", name: metadata.name };
      const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: key };
      await kube.post(resources.pods, key, "eviction", body).catch((error: unknown) => {
        // A budget holds it, or it has gone meanwhile.
        if (!(error instanceof KubeRefusal) || (error.refusal.status !== 429 && error.refusal.status !== 404))
          throw error;
      });
    }
    await sleep(between * 20, rehearsal.signal);
    rehearsal.pass(between);
  }
}

/** The busiest spot node, or the busiest of all where there is none. */
export const spotInterruption: Fault = defineFault({
  name: "spot-interruption",
  summary: "EC2 takes a spot instance back with two minutes' notice",
  async strike(rehearsal, nodes) {
    const { scene } = await rehearsal.kubernetes();
    const spot = nodes.filter(isSpot);
    const [node] = busiest(scene, spot.length > 0 ? spot : nodes);
    if (!node) return { text: "there is no instance to take back" };
    const managed = node.metadata.labels?.["eks.amazonaws.com/nodegroup"] !== undefined;
    const left = managed ? await drain(rehearsal, node) : 0;
    if (!managed) rehearsal.pass(notice);
    terminate(rehearsal, [node]);
    const how = managed
      ? left === 0
        ? "drained in time"
        : `drained but for ${left} pods, which budgets held`
      : "not drained: nothing in the cluster hears of it";
    const kind = spot.length > 0 ? "" : " (no node is on spot; the busiest one stands in)";
    return { text: `${shortName(node)} was interrupted${kind}, ${how}` };
  },
});
