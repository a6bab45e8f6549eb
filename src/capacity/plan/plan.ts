// From a cluster file to what each of its subnets has to hold, and whether it does. Pure.
import { LotseError, parseCidr } from "../../base/index.ts";
import type { Cluster } from "../../config/index.ts";
import { instanceTypesAsOf } from "../../facts/index.ts";
import { hostNetworkPods } from "../pods/max-pods.ts";
import type { Need } from "../subnet/arithmetic.ts";
import { addressesOf, fits, smallestPrefix, together, usableAddresses, wholePrefixes } from "../subnet/arithmetic.ts";
import { coolingAddresses, sustainedChurn } from "../subnet/churn.ts";
import type { SplitNeed } from "./group-needs.ts";
import { needOfNodes, noNeed } from "./group-needs.ts";
import type { GroupOfNodes } from "./groups.ts";
import { groupsOf } from "./groups.ts";
import { subnetsOf } from "./layout.ts";
import type { CapacityNote, CapacityPlan, CapacityQuestion, ClusterSubnet, PlannedSubnet, RawNeeds } from "./model.ts";
import { notesOf } from "./notes.ts";
import { reservesOf } from "./reserves.ts";
import { cniOfFile } from "./settings.ts";
import { vpcBlock } from "./vpc-block.ts";

/** What the nodes of a group take from each of its subnets. */
interface NeedsOfGroup {
  group: GroupOfNodes;
  rest: SplitNeed;
  maximum: SplitNeed;
  rolling: SplitNeed;
  /** With a zone less. */
  zoneLost: SplitNeed;
}

const perSubnet = (count: number, subnets: number): number => (subnets === 0 ? 0 : Math.ceil(count / subnets));

function needsOfGroups(
  groups: readonly GroupOfNodes[],
  subnets: readonly ClusterSubnet[],
  pods?: number,
): NeedsOfGroup[] {
  const share = (all: number, part: number): number | undefined =>
    pods === undefined ? undefined : all === 0 ? 0 : Math.ceil((pods * part) / all);
  const room = (group: GroupOfNodes, state: "rest" | "maximum"): number => group.full * group.planned.nodes[state];
  const rooms = {
    rest: groups.reduce((total, group) => total + room(group, "rest"), 0),
    maximum: groups.reduce((total, group) => total + room(group, "maximum"), 0),
  };
  const zones = new Map(subnets.map(({ name, zone }) => [name, zone]));
  return groups.map((group): NeedsOfGroup => {
    const { nodes, subnets: places } = group.planned;
    const count = places.length;
    if (count === 0) return { group, rest: noNeed, maximum: noNeed, rolling: noNeed, zoneLost: noNeed };
    const [atRest, atMost] = [share(rooms.rest, room(group, "rest")), share(rooms.maximum, room(group, "maximum"))];
    const most = perSubnet(nodes.maximum, count);
    const inSubnet = (all: number | undefined): number | undefined =>
      all === undefined ? undefined : perSubnet(all, count);
    // Without a number of pods a node at rest has those that every node has.
    const rest = needOfNodes(group, perSubnet(nodes.rest, count), inSubnet(atRest) ?? 0);
    const maximum = needOfNodes(group, most, inSubnet(atMost));
    const rolling = needOfNodes(group, most + perSubnet(nodes.surge, count), inSubnet(atMost));
    const inFirstZone = places.filter((name) => zones.get(name) === zones.get(places[0] ?? "")).length;
    const left = count - inFirstZone;
    const zoneLost =
      left === 0
        ? maximum
        : needOfNodes(
            group,
            perSubnet(nodes.maximum, left),
            atMost === undefined ? undefined : perSubnet(atMost, left),
          );
    return { group, rest, maximum, rolling, zoneLost };
  });
}

/** Needs by subnet; with custom networking a subnet more in each zone, for pods. */
class Ledger {
  readonly #needs: Map<string, RawNeeds & { lost: Need }> = new Map();
  readonly podSubnets: Map<string, ClusterSubnet> = new Map();

  constructor(needs: readonly NeedsOfGroup[], subnets: readonly ClusterSubnet[]) {
    const byName = new Map(subnets.map((subnet) => [subnet.name, subnet]));
    for (const each of needs)
      for (const place of each.group.planned.subnets) {
        this.#add(place, each, "own");
        if (addressesOf(each.maximum.pods) + addressesOf(each.rest.pods) === 0) continue;
        const zone = byName.get(place)?.zone ?? place;
        const name = `pods ${zone}`;
        this.podSubnets.set(name, { name, zone, topology: "pods" });
        this.#add(name, each, "pods");
      }
  }

  /** One group is replaced at a time: the one that needs most. */
  #add(name: string, { rest, maximum, rolling, zoneLost }: NeedsOfGroup, half: "own" | "pods"): void {
    const before = this.of(name);
    const all = together(before.maximum, maximum[half]);
    const more = (of: Need, than: Need): Need => ({
      addresses: Math.max(of.addresses - than.addresses, 0),
      prefixes: Math.max(of.prefixes - than.prefixes, 0),
    });
    const [extra, earlier] = [more(rolling[half], maximum[half]), more(before.rolling, before.maximum)];
    this.#needs.set(name, {
      rest: together(before.rest, rest[half]),
      maximum: all,
      rolling: together(all, addressesOf(extra) > addressesOf(earlier) ? extra : earlier),
      lost: together(before.lost, zoneLost[half]),
    });
  }

  of(name: string): RawNeeds & { lost: Need } {
    const none: Need = { addresses: 0, prefixes: 0 };
    return this.#needs.get(name) ?? { rest: none, maximum: none, rolling: none, lost: none };
  }

  has(name: string): boolean {
    return this.#needs.has(name);
  }
}

const larger = (...needs: readonly [Need, ...Need[]]): Need =>
  needs.reduce((most, need) => (addressesOf(need) > addressesOf(most) ? need : most));

/** Above this share a subnet is tight: eksup's threshold for a warning. */
const tightShare = 0.8;

function judged(subnet: ClusterSubnet, needs: PlannedSubnet["needs"], total: Need, cooldown?: number): PlannedSubnet {
  const block = subnet.cidr === undefined ? undefined : parseCidr(subnet.cidr);
  const facts = { ...subnet, needs, prefixes: total.prefixes, smallestPrefix: smallestPrefix(total) ?? null };
  if (block?.family !== 4) return { ...facts, verdict: "unknown" };
  const usable = usableAddresses(block.prefix);
  const holds = fits(total, block.prefix);
  const verdict = !holds ? "too small" : addressesOf(total) > usable * tightShare ? "tight" : "fits";
  const podsPerMinute = sustainedChurn(usable - addressesOf(total), cooldown);
  return { ...facts, usable, wholePrefixes: wholePrefixes(block.prefix), verdict, podsPerMinute };
}

function checked(question: CapacityQuestion): void {
  const numbers = { pods: question.pods, churn: question.churnPerMinute, "load-balancers": question.loadBalancers };
  for (const [name, value] of Object.entries(numbers))
    if (value !== undefined && !(value >= 0 && value <= 1_000_000))
      throw new LotseError("capacity/bad-number", {
        title: `${name}: ${value} is no number of them`,
        remedy: "Give a number from 0 to 1000000",
        blame: "user",
      });
}

/**
 * What each subnet of a cluster has to hold, and whether it does.
 *
 * @throws LotseError `capacity/bad-number`
 */
export function planCapacity(cluster: Cluster, question: CapacityQuestion = {}): CapacityPlan {
  checked(question);
  const notes: CapacityNote[] = [];
  const file = cniOfFile(cluster);
  const settings = { ...file.settings, ...question.cni };
  const own = subnetsOf(cluster, question.blockOfSubnet);
  const groups = groupsOf(cluster, own, settings, question, notes);
  const needs = needsOfGroups(groups, own, question.pods);
  const ledger = new Ledger(needs, own);
  const all = [...own, ...ledger.podSubnets.values()];
  const onFargate = groups.length === 0 && (cluster.config.fargateProfiles ?? []).length > 0;
  const privates = own.filter(({ topology }) => topology === "private").length;
  // Pods that come and go are where pods' addresses are.
  const hosts = all.filter(({ name, topology }) =>
    onFargate ? topology === "private" : ledger.podSubnets.size > 0 ? topology === "pods" : ledger.has(name),
  );
  const cooling = settings.ipv6 ? 0 : coolingAddresses(question.churnPerMinute ?? 0, settings.cooldownSeconds);
  const prefixed = groups.some(({ planned }) => planned.mode.endsWith("prefix-delegation"));
  const lost: string[] = [];
  const subnets = all.map((subnet): PlannedSubnet => {
    const raw = ledger.of(subnet.name);
    const fargate = onFargate && subnet.topology === "private" ? perSubnet(question.pods ?? 0, privates) : 0;
    const reserves = reservesOf(cluster, subnet, question);
    const churn = hosts.includes(subnet) ? perSubnet(cooling, hosts.length) : 0;
    const waiting: Need =
      prefixed && churn > 0 ? { addresses: 0, prefixes: Math.ceil(churn / 16) } : { addresses: churn, prefixes: 0 };
    const others = question.heldByOthers?.(subnet.name) ?? 0;
    const beside: Need = {
      addresses: fargate + others + reserves.controlPlane + reserves.loadBalancers + reserves.endpoints + reserves.nat,
      prefixes: 0,
    };
    const total = together(larger(raw.rolling, raw.maximum, raw.rest), beside, waiting);
    const planned = judged(
      subnet,
      {
        rest: addressesOf(raw.rest) + fargate,
        maximum: addressesOf(raw.maximum) + fargate,
        rollingUpgrade: addressesOf(raw.rolling) + fargate,
        ...reserves,
        others,
        churn: addressesOf(waiting),
        total: addressesOf(total),
      },
      total,
      settings.cooldownSeconds,
    );
    const withoutZone = together(larger(raw.lost, raw.rest), beside, waiting);
    const prefix = subnet.cidr === undefined ? undefined : parseCidr(subnet.cidr)?.prefix;
    if (prefix !== undefined && planned.verdict !== "too small" && !fits(withoutZone, prefix)) lost.push(subnet.name);
    return planned;
  });
  const ofFile = subnets.filter(({ topology }) => topology !== "pods");
  const smallest = ofFile.map((subnet) => subnet.smallestPrefix);
  const needed = smallest.includes(null) ? null : Math.min(28, ...smallest.map((prefix) => prefix ?? 28));
  const pods = groups.reduce(
    (total, { planned }) => total + Math.max(planned.podsPerNode - hostNetworkPods, 0) * planned.nodes.maximum,
    0,
  );
  const vpc = vpcBlock(cluster, needed);
  notes.push(...notesOf({ cluster, question, groups, subnets, pods, lost, vpc, cniUnread: file.unread, onFargate }));
  return {
    cluster: cluster.config.metadata.name,
    region: cluster.config.metadata.region,
    asOf: instanceTypesAsOf,
    pods,
    groups: groups.map(({ planned }) => planned),
    subnets,
    fits:
      own.length > 0 &&
      subnets.every(({ verdict }) => verdict !== "too small") &&
      (question.pods === undefined || onFargate || question.pods <= pods),
    smallestPrefix: needed,
    vpc,
    notes,
  };
}
