// Instances and zones that go without a word, and an AWS that has no more of them, or no time.
import type { Fault } from "./fault.ts";
import { defineFault } from "./fault.ts";
import { busiest, shortName, terminate, zoneOf } from "./nodes.ts";

/** A host fails. */
export const nodeLoss: Fault = defineFault({
  name: "node-loss",
  summary: "an instance ends without notice",
  async strike(rehearsal, nodes) {
    const { scene } = await rehearsal.kubernetes();
    const [node] = busiest(scene, nodes);
    if (!node) return { text: "there is no instance to lose" };
    terminate(rehearsal, [node]);
    return { text: `${shortName(node)} is lost` };
  },
});

/** All instances of a zone end, and it has no capacity for new ones until it is over. */
export const zoneOutage: Fault = defineFault({
  name: "az-outage",
  summary: "a whole zone is lost, and comes back later",
  async strike(rehearsal, nodes) {
    const { scene } = await rehearsal.kubernetes();
    const [first] = busiest(scene, nodes);
    if (!first) return { text: "there is no instance to lose" };
    const zone = zoneOf(first);
    const there = nodes.filter((node) => zoneOf(node) === zone);
    const { id } = rehearsal.sandbox.faults.add({ match: { zone }, effect: { kind: "capacity" } });
    terminate(rehearsal, there);
    return {
      text: `${zone} is lost with ${there.length} of ${nodes.length} nodes`,
      end: () => {
        rehearsal.sandbox.faults.remove(id);
        return `${zone} is back`;
      },
    };
  },
});

/** A node is lost while EC2 has no instance to put in its place. */
export const insufficientCapacity: Fault = defineFault({
  name: "insufficient-capacity",
  summary: "a node is lost while EC2 has no capacity for another one",
  async strike(rehearsal, nodes) {
    const { scene } = await rehearsal.kubernetes();
    const [node] = busiest(scene, nodes);
    if (!node) return { text: "there is no instance to lose" };
    const { id } = rehearsal.sandbox.faults.add({ effect: { kind: "capacity" } });
    terminate(rehearsal, [node]);
    return {
      text: `${shortName(node)} is lost, and EC2 has no other`,
      end: () => {
        rehearsal.sandbox.faults.remove(id);
        return "there is capacity again";
      },
    };
  },
});

/** Chance of each call to be throttled. */
const throttled = 0.3;

/** A node is lost while AWS throttles every third call, and the plan still has to come out empty. */
export const throttling: Fault = defineFault({
  name: "throttling",
  summary: "AWS throttles calls while a node is lost",
  async strike(rehearsal, nodes) {
    const { scene } = await rehearsal.kubernetes();
    const [node] = busiest(scene, nodes);
    if (node) terminate(rehearsal, [node]);
    const fault = rehearsal.sandbox.faults.add({ probability: throttled, effect: { kind: "throttle" } });
    const planned = await rehearsal.plan().finally(() => rehearsal.sandbox.faults.remove(fault.id));
    const steps = planned.steps.filter(({ pending }) => !pending).length;
    const lost = node ? `${shortName(node)} is lost, and ` : "";
    return { text: `${lost}a plan under throttling has ${steps} steps` };
  },
});
