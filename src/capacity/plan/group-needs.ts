// What the nodes of a group take from one of its subnets, and from that of their pods where the CNI has another.
import { nodeAddresses } from "../node/addresses.ts";
import type { Need } from "../subnet/arithmetic.ts";
import { addressesOf, together } from "../subnet/arithmetic.ts";
import type { GroupOfNodes } from "./groups.ts";

/** Needs in the nodes' subnet and in the pods' own. */
export interface SplitNeed {
  own: Need;
  pods: Need;
}

const nothing: Need = { addresses: 0, prefixes: 0 };
const times = (need: Need, count: number): Need => ({
  addresses: need.addresses * count,
  prefixes: need.prefixes * count,
});

/** No need at all. */
export const noNeed: SplitNeed = { own: nothing, pods: nothing };

/** Sum of both halves. */
export function sum(...needs: readonly SplitNeed[]): SplitNeed {
  return { own: together(...needs.map(({ own }) => own)), pods: together(...needs.map(({ pods }) => pods)) };
}

const size = (need: SplitNeed): number => addressesOf(need.own) + addressesOf(need.pods);

function ofNode({ type, settings }: GroupOfNodes, pods: number): SplitNeed {
  const held = nodeAddresses(type, pods, settings);
  const rest: Need = { addresses: held.addresses - held.prefixes * 16, prefixes: held.prefixes };
  if (held.inNodeSubnet === held.addresses) return { own: rest, pods: nothing };
  const { inNodeSubnet } = held;
  return { own: { addresses: inNodeSubnet, prefixes: 0 }, pods: { ...rest, addresses: rest.addresses - inNodeSubnet } };
}

/**
 * Of up to `nodes` nodes that `pods` pods are spread over; without a number of pods all nodes are full. The most that any
 * number of nodes takes, for with fewer nodes warm interfaces may be rounded up further.
 */
export function needOfNodes(group: GroupOfNodes, nodes: number, pods: number | undefined): SplitNeed {
  const one = (count: number): SplitNeed => ofNode(group, Math.min(count, group.full));
  const all = (need: SplitNeed, count: number): SplitNeed => ({
    own: times(need.own, count),
    pods: times(need.pods, count),
  });
  if (nodes <= 0) return noNeed;
  if (pods === undefined) return all(one(group.full), nodes);
  let most = noNeed;
  for (let count = 1; count <= nodes; count += 1) {
    const running = Math.min(pods, count * group.full);
    const each = Math.floor(running / count) + group.daemons;
    const more = running % count;
    const need = sum(all(one(each + 1), more), all(one(each), count - more));
    if (size(need) > size(most)) most = need;
  }
  return most;
}
