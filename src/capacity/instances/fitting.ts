// Which instance types a number of like pods fits on, how many it takes, and what binds.
import { LotseError } from "../../base/index.ts";
import type { InstanceTypeFacts } from "../../facts/index.ts";
import { instanceType, instanceTypes } from "../../facts/index.ts";
import { allocatable } from "../node/reserved.ts";
import { systemRequests } from "../plan/groups.ts";
import type { Bound } from "../plan/model.ts";
import { maxPods, takesPrefixes } from "../pods/max-pods.ts";
import type { FittingType, InstanceQuestion, SpotGroup } from "./model.ts";

/** aws-node, kube-proxy, ebs-csi-node and the Pod Identity agent take places of a node. */
const systemPods = 4;
/** Types of a managed node group, and how many AWS advises for spot. */
const spotTypes = { most: 20, advised: 10 } as const;

/** Nitro types that AWS calls previous generation: https://aws.amazon.com/ec2/previous-generation/ */
const previousFamilies = new Set(["a1"]);

const isGeneral = (type: Readonly<InstanceTypeFacts>): boolean =>
  takesPrefixes(type) &&
  !previousFamilies.has(type.family) &&
  !type.bareMetal &&
  type.gpu === undefined &&
  type.accelerator === undefined;

function fitting(type: Readonly<InstanceTypeFacts>, question: InstanceQuestion): FittingType | undefined {
  const room = allocatable(type);
  const { arch, vcpu, memoryMiB } = type;
  if (!room || arch === undefined || vcpu === undefined || memoryMiB === undefined) return undefined;
  if (question.arch !== undefined && question.arch !== arch) return undefined;
  if (question.cni?.ipv6 && !takesPrefixes(type)) return undefined;
  const { limit, recommended } = maxPods(type, question.cni);
  const by = (left: number, each: number): number => (each > 0 ? Math.floor(left / each) : Number.POSITIVE_INFINITY);
  const bounds: readonly [Bound, number][] = [
    [limit <= recommended ? "addresses" : "recommendation", recommended - systemPods],
    ["cpu", by(room.millicores - systemRequests.millicores, question.millicores)],
    ["memory", by(room.memoryMiB - systemRequests.memoryMiB, question.memoryMiB)],
  ];
  const [binds, podsPerNode] = bounds.reduce((least, bound) => (bound[1] < least[1] ? bound : least));
  if (podsPerNode < 1) return undefined;
  const nodes = Math.ceil(question.pods / podsPerNode);
  const usdPerHour = type.usdPerHour ?? null;
  return {
    instanceType: type.name,
    arch,
    vcpus: vcpu,
    memoryMiB,
    podsPerNode,
    nodes,
    binds,
    usdPerHour,
    usdPerHourTotal: usdPerHour === null ? null : Math.round(usdPerHour * nodes * 1e5) / 1e5,
  };
}

const price = (usd: number | null): number => usd ?? Number.POSITIVE_INFINITY;
const byPrice = (a: [number | null, number], b: [number | null, number]): number => {
  const [one, other] = [price(a[0]), price(b[0])];
  return one === other ? a[1] - b[1] : one - other;
};

/**
 * Types on which the pods fit, the cheapest in all first; those without a price last.
 *
 * Without a list of types: those of current generations without accelerators, no bare metal.
 *
 * @throws LotseError `capacity/bad-number`, `capacity/no-type` when there is none, `capacity/type-unknown`
 */
export function fittingTypes(question: InstanceQuestion): FittingType[] {
  const { pods, millicores, memoryMiB } = question;
  if (!(Number.isInteger(pods) && pods >= 1 && pods <= 1_000_000))
    throw new LotseError("capacity/bad-number", {
      title: `${pods} is no number of pods`,
      remedy: "Give a whole number from 1 to 1000000",
      blame: "user",
    });
  const candidates = (question.types ?? []).map((name) => {
    const type = instanceType(name);
    if (type) return type;
    throw new LotseError("capacity/type-unknown", { title: `${name} is no known type`, blame: "user" });
  });
  const all = candidates.length > 0 ? candidates : instanceTypes().filter(isGeneral);
  const found = all.flatMap((type) => fitting(type, question) ?? []);
  if (found.length === 0)
    throw new LotseError("capacity/no-type", {
      title: `No type has room for a pod of ${millicores}m CPU and ${memoryMiB} MiB${question.arch === undefined ? "" : ` on ${question.arch}`}`,
      remedy: "Ask for smaller pods, or for another architecture",
      blame: "user",
    });
  return found.toSorted((a, b) => byPrice([a.usdPerHourTotal, a.nodes], [b.usdPerHourTotal, b.nodes]));
}

/** One type of each family, then the second of each: a list whose beginning is as mixed as can be. */
function mixed(types: readonly FittingType[]): FittingType[] {
  const families = new Map<string, FittingType[]>();
  for (const type of types) {
    const family = type.instanceType.split(".")[0] ?? "";
    families.set(family, [...(families.get(family) ?? []), type]);
  }
  const rounds = Math.max(0, ...[...families.values()].map(({ length }) => length));
  return Array.from({ length: rounds }, (_, i) => [...families.values()].flatMap((list) => list[i] ?? [])).flat();
}

/**
 * Groups for spot instances: each of types with the same processors and memory, as Cluster Autoscaler wants them, so mixed
 * that AWS seldom lacks all of them. The diversified first, then the cheapest.
 *
 * @throws LotseError as {@link fittingTypes}
 */
export function spotGroups(question: InstanceQuestion): SpotGroup[] {
  const sizes = new Map<string, FittingType[]>();
  for (const type of fittingTypes(question)) {
    const key = `${type.arch} ${type.vcpus} ${type.memoryMiB}`;
    sizes.set(key, [...(sizes.get(key) ?? []), type]);
  }
  return [...sizes.values()]
    .flatMap((types): SpotGroup[] => {
      const chosen = mixed(types).slice(0, spotTypes.most);
      const [first] = chosen;
      if (!first) return [];
      const fewest = chosen.reduce((least, type) => (type.podsPerNode < least.podsPerNode ? type : least), first);
      const prices = chosen.flatMap(({ usdPerHour }) => usdPerHour ?? []);
      const usual = prices.toSorted((a, b) => a - b)[Math.floor(prices.length / 2)];
      const dearest = prices.length < chosen.length ? null : Math.max(...prices);
      const nodes = Math.ceil(question.pods / fewest.podsPerNode);
      return [
        {
          arch: first.arch,
          vcpus: first.vcpus,
          memoryMiB: first.memoryMiB,
          instanceTypes: chosen.map(({ instanceType: name }) => name),
          diversified: chosen.length >= spotTypes.advised,
          podsPerNode: fewest.podsPerNode,
          nodes,
          binds: fewest.binds,
          usdPerHour: usual === undefined ? null : Math.round(usual * nodes * 1e5) / 1e5,
          usdPerHourAtMost: dearest === null ? null : Math.round(dearest * nodes * 1e5) / 1e5,
        },
      ];
    })
    .toSorted(
      (a, b) =>
        Number(b.diversified) - Number(a.diversified) || byPrice([a.usdPerHour, a.nodes], [b.usdPerHour, b.nodes]),
    );
}
