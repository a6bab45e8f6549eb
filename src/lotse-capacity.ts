// The library's verbs about capacity; a part of lotse.ts, which is their door.
import type { Aws } from "./aws/index.ts";
import { LotseError, sleep } from "./base/index.ts";
import type {
  CapacityPlan,
  CapacityQuestion,
  CniSettings,
  FittingType,
  InstanceQuestion,
  MaxPods,
  SpotGroup,
  SubnetTrend,
} from "./capacity/index.ts";
import type { Cluster } from "./config/index.ts";
import type { InstanceTypeFacts } from "./facts/index.ts";
import type { AddressUse } from "./plan/index.ts";

export type {
  CapacityNote,
  CapacityPlan,
  CapacityQuestion,
  CniSettings,
  FittingType,
  InstanceQuestion,
  MaxPods,
  PlannedGroup,
  PlannedSubnet,
  SpotGroup,
  SubnetTrend,
} from "./capacity/index.ts";
export type { AddressUse, SubnetUse } from "./plan/index.ts";

/** Facts of types in the order asked; EC2 is asked for those that are newer than the table, when there is a door to it. */
async function typesNamed(names: readonly string[], aws?: Aws): Promise<Readonly<InstanceTypeFacts>[]> {
  const { instanceType } = await import("./facts/index.ts");
  const read = aws ? await (await import("./plan/index.ts")).readInstanceTypes(aws, names) : undefined;
  const missing = names.filter((name) => !(read?.get(name) ?? instanceType(name)));
  if (missing.length > 0) {
    const { nearestTypes } = await import("./capacity/index.ts");
    const near = missing.map((name) => `${name}: ${nearestTypes(name).join(", ")}`);
    const diagnostics = missing.map((name) => ({
      code: "capacity/type-unknown",
      severity: "error" as const,
      title: `${JSON.stringify(name)} is no known instance type`,
      remedy: `Is one of these meant: ${nearestTypes(name).join(", ")}? ${aws ? "EC2 doesn't know it either" : "For a type newer than the table give --region, and EC2 is asked"}`,
    }));
    const facts = { title: `No known instance types: ${missing.join(", ")}`, remedy: near.join("; ") };
    throw new LotseError("capacity/type-unknown", { ...facts, blame: "user" }, { diagnostics });
  }
  return names.flatMap((name) => read?.get(name) ?? instanceType(name) ?? []);
}

/** How many pods, nodes and addresses there is room for. */
export const capacity = {
  /** Pods of a node by instance type, in the order asked. @throws LotseError `capacity/type-unknown`, `capacity/not-ipv6` */
  pods: async (names: readonly string[], settings: CniSettings = {}, aws?: Aws): Promise<MaxPods[]> => {
    const { maxPods } = await import("./capacity/index.ts");
    return (await typesNamed(names, aws)).map((type) => maxPods(type, settings));
  },
  /** Types on which a number of pods fits, the cheapest first. @throws LotseError `capacity/no-type`, `capacity/bad-number` */
  instances: async (question: InstanceQuestion): Promise<FittingType[]> =>
    (await import("./capacity/index.ts")).fittingTypes(question),
  /** Groups of types of one size for spot. @throws LotseError as `instances` */
  spot: async (question: InstanceQuestion): Promise<SpotGroup[]> =>
    (await import("./capacity/index.ts")).spotGroups(question),
  /**
   * What each subnet of a file has to hold, and whether it does. EC2 is asked for types that are newer than the table, and for
   * the blocks of subnets that the file names by id, when there is a door to it.
   */
  plan: async (cluster: Cluster, question: CapacityQuestion = {}, aws?: Aws): Promise<CapacityPlan> => {
    const { planCapacity, typesOfFile } = await import("./capacity/index.ts");
    if (!aws) return planCapacity(cluster, question);
    const { readInstanceTypes, readSubnetBlocks } = await import("./plan/index.ts");
    const { subnets } = cluster.config.vpc ?? {};
    const ids = [subnets?.public, subnets?.private].flatMap((half) =>
      Object.values(half ?? {}).flatMap(({ id }) => id ?? []),
    );
    const [types, blocks] = await Promise.all([
      readInstanceTypes(aws, typesOfFile(cluster)),
      readSubnetBlocks(aws, ids),
    ]);
    return planCapacity(cluster, {
      typeNamed: (name) => types.get(name),
      blockOfSubnet: (id) => blocks.get(id),
      ...question,
    });
  },
  /** A plan as a picture (SVG). */
  draw: async (plan: CapacityPlan): Promise<string> => (await import("./capacity/index.ts")).capacitySvg(plan),
  /** CPU and memory as Kubernetes writes them: millicores and MiB. @throws LotseError `capacity/bad-number` */
  quantities: async (cpu: string, memory: string): Promise<{ millicores: number; memoryMiB: number }> => {
    const { mebibytesOf, millicoresOf } = await import("./capacity/index.ts");
    return { millicores: millicoresOf(cpu), memoryMiB: mebibytesOf(memory) };
  },
  /** Who holds the addresses of a living cluster's VPC. @throws LotseError `plan/no-cluster`, `aws/…` */
  use: async (aws: Aws, cluster: string): Promise<AddressUse> =>
    (await import("./plan/index.ts")).getAddressUse(aws, cluster),
  /** What the managed groups of a living cluster may come to take of its subnets, named by their ids. */
  living: async (aws: Aws, use: AddressUse): Promise<CapacityPlan> =>
    (await import("./plan/index.ts")).getLivingCapacity(aws, use),
  /** Who holds the addresses, twice, so many seconds apart, and where it is going. */
  trend: async (
    aws: Aws,
    cluster: string,
    seconds: number,
    signal?: AbortSignal,
  ): Promise<{ use: AddressUse; trends: SubnetTrend[] }> => {
    const [{ getAddressUse }, { trendsOf }] = await Promise.all([
      import("./plan/index.ts"),
      import("./capacity/index.ts"),
    ]);
    const before = await getAddressUse(aws, cluster);
    const from = performance.now();
    await sleep(seconds * 1000, signal);
    const use = await getAddressUse(aws, cluster);
    return { use, trends: trendsOf(before.subnets, use.subnets, (performance.now() - from) / 1000) };
  },
};
