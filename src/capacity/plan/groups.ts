// Node groups of a file as the arithmetic sees them: how many nodes, how many pods on each, and what bounds them.
import type { Cluster, ManagedNodeGroup, NodeGroup } from "../../config/index.ts";
import type { InstanceTypeFacts } from "../../facts/index.ts";
import { instanceType } from "../../facts/index.ts";
import { nodeAddresses } from "../node/addresses.ts";
import { allocatable } from "../node/reserved.ts";
import type { CniSettings } from "../pods/cni.ts";
import { hostNetworkPods, maxPods, tableMaxPods, takesPrefixes } from "../pods/max-pods.ts";
import { subnetsOfGroup } from "./layout.ts";
import type { Bound, CapacityNote, CapacityQuestion, ClusterSubnet, PlannedGroup } from "./model.ts";

/** A group with the type that its addresses are reckoned for. */
export interface GroupOfNodes {
  planned: PlannedGroup;
  type: Readonly<InstanceTypeFacts>;
  settings: CniSettings;
  /** Pods with an address of their own that a node of the type holds. */
  full: number;
  /** Pods with an address of their own that every node has. */
  daemons: number;
}

type AnyGroup = { group: NodeGroup | ManagedNodeGroup; managed: boolean; path: readonly (string | number)[] };

/** Pods of add-ons on every node that aren't on the host's network. */
const daemonsOfAddons: Readonly<Record<string, number>> = {
  "aws-ebs-csi-driver": 1,
  "amazon-cloudwatch-observability": 2,
};

const namesOf = (group: NodeGroup | ManagedNodeGroup): string[] => {
  const several =
    "instancesDistribution" in group
      ? (group.instancesDistribution?.instanceTypes ?? [])
      : "instanceTypes" in group
        ? (group.instanceTypes ?? [])
        : [];
  const one = group.instanceType;
  return several.length > 0 ? several : one === undefined || one === "mixed" ? [] : [one];
};

/** Instance types that the groups of a file name. */
export function typesOfFile({ config }: Cluster): string[] {
  return [...new Set([...(config.managedNodeGroups ?? []), ...(config.nodeGroups ?? [])].flatMap(namesOf))];
}

/** Pods that fit by CPU and memory beside aws-node, kube-proxy and the EBS CSI driver, with their add-ons' requests. */
export const systemRequests = { millicores: 180, memoryMiB: 120 } as const;

interface PodsOfNode {
  pods: number;
  binds: Bound;
}

/** How many pods a node holds, and which of the bounds is the least. */
function podsOfNode(
  type: Readonly<InstanceTypeFacts>,
  { group, managed }: AnyGroup,
  settings: CniSettings,
  question: CapacityQuestion,
): PodsOfNode {
  const { limit, recommended } = maxPods(type, settings);
  const ofKubelet = "kubeletExtraConfig" in group ? group.kubeletExtraConfig?.["maxPods"] : undefined;
  const asked = group.maxPodsPerNode ?? (typeof ofKubelet === "number" ? ofKubelet : undefined);
  // EKS says how many to nodes whose image it chooses; otherwise nodeadm takes its table's number and knows nothing of prefixes.
  const standard =
    managed && group.ami === undefined
      ? recommended
      : settings.ipv6 || settings.windows
        ? limit
        : Math.min(tableMaxPods(type), limit);
  const bounds: PodsOfNode[] = [
    { pods: limit, binds: "addresses" },
    asked === undefined
      ? { pods: standard, binds: standard < limit ? "recommendation" : "addresses" }
      : { pods: asked, binds: "maxPodsPerNode" },
  ];
  const room = allocatable(type);
  if (question.pod && room) {
    const { millicores, memoryMiB } = question.pod;
    const beside = (left: number, each: number): number =>
      each > 0 ? Math.max(Math.floor(left / each), 0) + hostNetworkPods : Number.POSITIVE_INFINITY;
    bounds.push({ pods: beside(room.millicores - systemRequests.millicores, millicores), binds: "cpu" });
    bounds.push({ pods: beside(room.memoryMiB - systemRequests.memoryMiB, memoryMiB), binds: "memory" });
  }
  return bounds.reduce((least, bound) => (bound.pods < least.pods ? bound : least));
}

/** Nodes more than the maximum while a group is replaced. EKS: twice its zones, or maxUnavailable where that is more. */
function surgeOf(
  { group, managed }: AnyGroup,
  zones: number,
  maximum: number,
  asked: CapacityQuestion["surge"],
): number {
  if (asked === "all") return maximum;
  if (asked !== undefined) return asked;
  // Self-managed nodes are replaced one by one.
  if (!managed) return Math.min(1, maximum);
  const { maxUnavailable = 1, maxUnavailablePercentage } = group.updateConfig ?? {};
  const unavailable =
    maxUnavailablePercentage === undefined ? maxUnavailable : Math.ceil((maximum * maxUnavailablePercentage) / 100);
  return Math.max(2 * zones, unavailable);
}

/** The groups of a file whose types are known; notes say of the others why they aren't reckoned. */
export function groupsOf(
  cluster: Cluster,
  subnets: readonly ClusterSubnet[],
  settings: CniSettings,
  question: CapacityQuestion,
  notes: CapacityNote[],
): GroupOfNodes[] {
  const { config } = cluster;
  const typeNamed = question.typeNamed ?? instanceType;
  const daemons = (config.addons ?? []).reduce((sum, { name }) => sum + (daemonsOfAddons[name] ?? 0), 0);
  const all: AnyGroup[] = [
    ...(config.managedNodeGroups ?? []).map((group, i) => ({ group, managed: true, path: ["managedNodeGroups", i] })),
    ...(config.nodeGroups ?? []).map((group, i) => ({ group, managed: false, path: ["nodeGroups", i] })),
  ];
  return all.flatMap((each): GroupOfNodes[] => {
    const { group } = each;
    const at = cluster.locate(each.path);
    const own: CniSettings = { ...settings, ...(/^windows/i.test(group.amiFamily ?? "") ? { windows: true } : {}) };
    const named = namesOf(group);
    const types = named.flatMap((name) => typeNamed(name) ?? []);
    for (const name of named.filter((one) => !typeNamed(one)))
      notes.push({ code: "capacity/type-unknown", text: `${group.name}: type ${name} isn't in the table`, at });
    if (named.length === 0)
      notes.push({
        code: "capacity/type-unknown",
        text: `${group.name}: the file doesn't say which type its nodes are of`,
        at,
      });
    const strange = types.filter((type) => !takesPrefixes(type));
    if (own.ipv6 && strange.length > 0) {
      const text = `${group.name}: ${strange.map(({ name }) => name).join(", ")} can't be nodes of an IPv6 cluster`;
      notes.push({ code: "capacity/not-ipv6", text, at });
      return [];
    }
    if (own.prefixDelegation && strange.length > 0) {
      const text = `${group.name}: ${strange.map(({ name }) => name).join(", ")} can't take prefixes, and gets single addresses instead`;
      notes.push({ code: "capacity/no-prefixes", text, at });
    }
    const sized = types.map((type) => {
      const pods = podsOfNode(type, each, own, question);
      return { type, ...pods, full: nodeAddresses(type, pods.pods - hostNetworkPods, own).addresses };
    });
    const [first] = sized;
    if (!first) return [];
    const fewest = sized.reduce((least, one) => (one.pods < least.pods ? one : least), first);
    const widest = sized.reduce((most, one) => (one.full > most.full ? one : most), first);
    const places = subnetsOfGroup(group, cluster, subnets);
    const zones = new Set(places.map((name) => subnets.find((subnet) => subnet.name === name)?.zone)).size;
    const maximum = group.maxSize ?? 0;
    const { mode, limit, recommended } = maxPods(fewest.type, own);
    const planned: PlannedGroup = {
      name: group.name,
      instanceTypes: types.map(({ name }) => name),
      mode,
      limit,
      recommended,
      podsPerNode: fewest.pods,
      binds: fewest.binds,
      nodes: {
        rest: group.desiredCapacity ?? group.minSize ?? 0,
        maximum,
        surge: surgeOf(each, Math.max(zones, 1), maximum, question.surge),
      },
      addressesPerNode: {
        idle: nodeAddresses(widest.type, daemons, own).addresses,
        full: widest.full,
      },
      subnets: places,
    };
    return [{ planned, type: widest.type, settings: own, full: Math.max(widest.pods - hostNetworkPods, 0), daemons }];
  });
}
