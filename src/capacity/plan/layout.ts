// The subnets of a cluster: those the file names, or those that eksctl cuts its VPC into.
import { formatCidr, parseCidr, splitCidr } from "../../base/index.ts";
import type { Cluster } from "../../config/index.ts";
import { eksZones } from "../../facts/index.ts";
import type { ClusterSubnet } from "./model.ts";

/** Zones of a file, or those that eksctl picks: three, in us-east-1 two. */
export function zonesOf({ config }: Cluster): string[] {
  if (config.availabilityZones?.length) return [...new Set(config.availabilityZones)];
  const { region } = config.metadata;
  return eksZones(region)
    .slice(0, region === "us-east-1" ? 2 : 3)
    .map(({ name }) => name);
}

/** Bits by which the subnets of a VPC are longer than it: three for up to four zones, four for up to eight. */
export const subnetBits = (zones: number): number => (zones <= 4 ? 3 : 4);

/** eksctl's way: a public and a private block for each zone, all of a size, public ones first. */
export function cutVpc(cidr: string, zones: readonly string[]): ClusterSubnet[] {
  const vpc = parseCidr(cidr);
  const prefix = (vpc?.prefix ?? 0) + subnetBits(zones.length);
  if (vpc?.family !== 4 || prefix > 28 || zones.length > 8) return [];
  const blocks = splitCidr(vpc, prefix, zones.length * 2);
  return (["public", "private"] as const).flatMap((topology, half) =>
    zones.flatMap((zone, i) => {
      const block = blocks[half * zones.length + i];
      return block ? [{ name: `${topology} ${zone}`, zone, topology, cidr: formatCidr(block) }] : [];
    }),
  );
}

/** The subnets of a file; none when its VPC can't be cut. */
export function subnetsOf(
  cluster: Cluster,
  blockOf: (id: string) => string | undefined = () => undefined,
): ClusterSubnet[] {
  const { vpc } = cluster.config;
  const given = (["public", "private"] as const).flatMap((topology) =>
    Object.entries(vpc?.subnets?.[topology] ?? {}).map(([key, { az = key, cidr: written, id }]): ClusterSubnet => {
      const cidr = written ?? (id === undefined ? undefined : blockOf(id));
      const name = key === az ? `${topology} ${az}` : key;
      return { name, zone: az, topology, ...(cidr === undefined ? {} : { cidr }) };
    }),
  );
  if (given.length > 0) return given;
  const zones = zonesOf(cluster);
  if (vpc?.id === undefined) return cutVpc(vpc?.cidr ?? "192.168.0.0/16", zones);
  return (["public", "private"] as const).flatMap((topology) =>
    zones.map((zone) => ({ name: `${topology} ${zone}`, zone, topology })),
  );
}

/** Names of the subnets that a group's nodes stand in. */
export function subnetsOfGroup(
  group: { privateNetworking?: boolean; subnets?: string[]; availabilityZones?: string[] },
  { config }: Cluster,
  subnets: readonly ClusterSubnet[],
): string[] {
  const topology = group.privateNetworking ? "private" : "public";
  const own = subnets.filter((subnet) => subnet.topology === topology);
  const idOf = (subnet: ClusterSubnet): string | undefined =>
    subnet.topology === "pods"
      ? undefined
      : (config.vpc?.subnets?.[subnet.topology]?.[subnet.name] ?? config.vpc?.subnets?.[subnet.topology]?.[subnet.zone])
          ?.id;
  const named = group.subnets ?? [];
  if (named.length > 0) {
    const chosen = subnets.filter(
      (subnet) =>
        named.includes(subnet.name) ||
        (subnet.topology === topology && named.includes(subnet.zone)) ||
        named.includes(idOf(subnet) ?? ""),
    );
    return chosen.map(({ name }) => name);
  }
  const zones = group.availabilityZones ?? [];
  const inZones = zones.length > 0 ? own.filter(({ zone }) => zones.includes(zone)) : own;
  return inZones.map(({ name }) => name);
}
