// EC2 instance types: size, network limits, price. Figures of 2026-08 (see data/eni-limits.json for sources and dates).
import { instanceTypeFamilies } from "./generated/instance-types.ts";

/** What is known of an instance type. Absent members: no source says. */
export interface InstanceTypeFacts {
  /** `m5.large`. */
  name: string;
  family: string;
  size: string;
  /** Network interfaces of the default network card: the number that max-pods arithmetic uses. */
  enis: number;
  /** IPv4 addresses of one interface, its own included. */
  ipv4PerEni: number;
  /** `unknown`: the EC2 API names none (bare metal and some retired types). */
  hypervisor: "nitro" | "xen" | "unknown";
  bareMetal: boolean;
  /** Kubernetes' architecture name. */
  arch?: "amd64" | "arm64";
  vcpu?: number;
  memoryMiB?: number;
  /** On demand, Linux, us-east-1, USD per hour (2026-07-20). */
  usdPerHour?: number;
  networkMbps?: number;
  /** Security groups for pods: may be a trunk, and how many branch interfaces it carries. */
  trunking: boolean;
  branchEnis?: number;
  networkCards: number;
  /** Number of EFA interfaces. */
  efa?: number;
  /** Local NVMe, total GB. */
  nvmeGB?: number;
  /** Name and manufacturer are empty, and the memory 0, where AWS gives none (p3, dl1). */
  gpu?: { count: number; name: string; manufacturer: string; memoryMiB: number };
  /** Inferentia, Trainium and the like. */
  accelerator?: { count: number; name: string };
}

type Row = [
  size: string,
  enis: number,
  ipv4PerEni: number,
  flags: string,
  arch?: "amd64" | "arm64" | 0,
  vcpu?: number,
  memoryMiB?: number,
  usdPerHour?: number,
  networkMbps?: number,
  branchEnis?: number,
  networkCards?: number,
  efa?: number,
  nvmeGB?: number,
  /** What AWS doesn't say of a GPU is null. */
  gpu?: [number, string | null, string | null, number | null] | 0,
  accelerator?: [number, string] | 0,
];

const hypervisors: Record<string, InstanceTypeFacts["hypervisor"]> = { n: "nitro", x: "xen", u: "unknown" };

function factsOf(family: string, row: Row): InstanceTypeFacts {
  const [size, enis, ipv4PerEni, flags, arch, vcpu, memoryMiB, usdPerHour, networkMbps, branchEnis] = row;
  const [, , , , , , , , , , networkCards, efa, nvmeGB, gpu, accelerator] = row;
  return {
    name: `${family}.${size}`,
    family,
    size,
    enis,
    ipv4PerEni,
    hypervisor: hypervisors[flags[0] ?? ""] ?? "unknown",
    bareMetal: flags.includes("m", 1),
    trunking: flags.includes("t", 1),
    networkCards: networkCards || 1,
    ...(arch ? { arch } : {}),
    ...(vcpu ? { vcpu } : {}),
    ...(memoryMiB ? { memoryMiB } : {}),
    ...(usdPerHour ? { usdPerHour } : {}),
    ...(networkMbps ? { networkMbps } : {}),
    ...(branchEnis ? { branchEnis } : {}),
    ...(efa ? { efa } : {}),
    ...(nvmeGB ? { nvmeGB } : {}),
    ...(gpu ? { gpu: { count: gpu[0], name: gpu[1] ?? "", manufacturer: gpu[2] ?? "", memoryMiB: gpu[3] ?? 0 } } : {}),
    ...(accelerator ? { accelerator: { count: accelerator[0], name: accelerator[1] } } : {}),
  };
}

const parsed = new Map<string, ReadonlyMap<string, InstanceTypeFacts>>();

function family(name: string): ReadonlyMap<string, InstanceTypeFacts> {
  let types = parsed.get(name);
  if (!types) {
    const text = Object.hasOwn(instanceTypeFamilies, name) ? instanceTypeFamilies[name] : undefined;
    const rows = JSON.parse(text ?? "[]") as Row[];
    types = new Map(rows.map((row) => [`${name}.${row[0]}`, Object.freeze(factsOf(name, row))]));
    if (text !== undefined) parsed.set(name, types);
  }
  return types;
}

/** A type by name, or undefined when this table doesn't know it (it may be newer than the table). */
export function instanceType(name: string): Readonly<InstanceTypeFacts> | undefined {
  return family(name.split(".")[0] ?? "").get(name);
}

/** Every type, ordered by name. */
export function instanceTypes(): Readonly<InstanceTypeFacts>[] {
  return Object.keys(instanceTypeFamilies).flatMap((name) => [...family(name).values()]);
}
