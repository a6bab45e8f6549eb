// What a node keeps for itself, and what is left for pods: nodeadm's figures for AL2023, the same on Bottlerocket and in
// Karpenter (awslabs/amazon-eks-ami nodeadm/internal/kubelet, aws/karpenter-provider-aws instancetype).
import type { InstanceTypeFacts } from "../../facts/index.ts";
import { tableMaxPods } from "../pods/max-pods.ts";

/** kubelet's hard eviction threshold for memory, MiB. */
export const evictionMemoryMiB = 100;
/** The hypervisor keeps 7.5 % of the nominal memory (Karpenter's vm-memory-overhead-percent). */
const memoryOverhead = 0.075;
/** arm64 loses the kernel's contiguous memory before that, MiB. */
const armReservedMiB = 64;

/** Share of CPU that is reserved: hundredths of a per cent of so many cores, then of the next. */
const cpuTiers: readonly (readonly [cores: number, perTenThousand: number])[] = [
  [1, 600],
  [1, 100],
  [2, 50],
  [Number.POSITIVE_INFINITY, 25],
];

/** Millicores of kube-reserved: 6 % of the first core, 1 % of the second, 0.5 % of two more, 0.25 % of the rest. */
export function reservedMillicores(vcpus: number): number {
  let left = vcpus * 1000;
  let reserved = 0;
  for (const [cores, perTenThousand] of cpuTiers) {
    const part = Math.min(left, cores * 1000);
    reserved += Math.floor((part * perTenThousand) / 10_000);
    left -= part;
  }
  return reserved;
}

/** MiB of kube-reserved. `maxPods` is the table's number or that of nodeadm's expression; kubelet's own setting changes nothing. */
export function reservedMemoryMiB(maxPods: number): number {
  return 11 * maxPods + 255;
}

/** What is left for pods. */
export interface Allocatable {
  millicores: number;
  memoryMiB: number;
}

/** What is left of a root volume of so many GiB: 10 % is kubelet's threshold, and 1 GiB is reserved. */
export function allocatableStorageGiB(volumeGiB: number): number {
  return Math.max(volumeGiB * 0.9 - 1, 0);
}

/** What a type has for pods, those of the system included; undefined where no source says its size. */
export function allocatable(
  type: Pick<InstanceTypeFacts, "enis" | "ipv4PerEni" | "arch" | "vcpu" | "memoryMiB">,
): Allocatable | undefined {
  if (type.vcpu === undefined || type.memoryMiB === undefined) return undefined;
  const nominal = type.memoryMiB - (type.arch === "arm64" ? armReservedMiB : 0);
  const capacity = nominal - Math.ceil(nominal * memoryOverhead);
  return {
    millicores: type.vcpu * 1000 - reservedMillicores(type.vcpu),
    memoryMiB: Math.max(capacity - reservedMemoryMiB(tableMaxPods(type)) - evictionMemoryMiB, 0),
  };
}
