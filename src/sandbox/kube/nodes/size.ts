// How large a node is: capacity and what is left for pods, as nodeadm, the kubelet and the VPC CNI reckon it. Written a
// second time on purpose: it judges the product's arithmetic.
import type { InstanceTypeFacts } from "../../../facts/index.ts";
import { maxPodsOf } from "./max-pods-expression.ts";

/** What bears on the number of pods beside the type. */
export interface SizeSettings {
  /** Set by the user; it changes neither kube-reserved nor anything else. */
  maxPods?: number;
  /** nodeadm's CEL; kube-reserved follows its result. */
  maxPodsExpression?: string;
  /** The CNI hands out /28 blocks where the type can take them. */
  prefixDelegation?: boolean;
  /** The first interface carries no pods. */
  customNetworking?: boolean;
  /** Windows has one interface for pods, and no pods on the host's network. */
  windows?: boolean;
  /** Nothing is reckoned: Fargate's are what was ordered. */
  fixed?: NodeSize;
  /** Managed node groups without an image of one's own cap the table's value. */
  managed: boolean;
  rootVolumeGiB: number;
}

/** Quantities as numbers: CPU in millicores, memory and storage in KiB. */
export interface NodeSize {
  capacity: { cpu: number; memory: number; storage: number; pods: number };
  allocatable: { cpu: number; memory: number; storage: number; pods: number };
}

/** What the hypervisor keeps: Karpenter's measured share; arm64 loses 64 MiB (CMA) before it. */
const overhead = 0.075;
const armReserve = 64;
/** kubelet's hard eviction threshold for memory, MiB, and its share of the root volume. */
const evictionMemory = 100;
const evictionStorage = 0.1;
const mebi = 1024;
const gibi = 1024 * 1024;

/** Secondary addresses of the interfaces of the first card, and two pods on the host's network. */
export function podsByAddresses({ enis, ipv4PerEni }: Pick<InstanceTypeFacts, "enis" | "ipv4PerEni">): number {
  return enis * (ipv4PerEni - 1) + 2;
}

/** The same with the CNI's other ways: what EKS reckons for managed groups, whose CNI it knows. */
function podsByCni(type: InstanceTypeFacts, settings: SizeSettings): number {
  const enis = settings.customNetworking ? type.enis - 1 : type.enis;
  const each = (type.ipv4PerEni - 1) * (settings.prefixDelegation && takesPrefixes(type) ? 16 : 1);
  return enis * each + 2;
}

/** The CNI's rule: Nitro, or bare metal. */
export function takesPrefixes({ hypervisor, bareMetal }: Pick<InstanceTypeFacts, "hypervisor" | "bareMetal">): boolean {
  return hypervisor === "nitro" || bareMetal;
}

/** EKS's ceiling for managed node groups. */
const ceiling = (vcpus: number): number => (vcpus < 30 ? 110 : 250);

/** Millicores that the kubelet keeps: 6 % of the first core, 1 % of the second, 0.5 % of two more, 0.25 % of the rest. */
function reservedCpu(vcpus: number): number {
  const tiers: readonly [cores: number, perMille: number][] = [
    [1, 600],
    [1, 100],
    [2, 50],
    [Number.POSITIVE_INFINITY, 25],
  ];
  let left = vcpus * 1000;
  let reserved = 0;
  for (const [cores, perTenThousand] of tiers) {
    const part = Math.min(left, cores * 1000);
    reserved += Math.floor((part * perTenThousand) / 10_000);
    left -= part;
  }
  return reserved;
}

/** Size of a node of this type. Types that nobody knows the size of are taken for the smallest that EKS runs on. */
export function nodeSize(type: InstanceTypeFacts | undefined, settings: SizeSettings): NodeSize {
  if (settings.fixed) return settings.fixed;
  const vcpus = type?.vcpu ?? 2;
  const nominal = (type?.memoryMiB ?? 4096) - (type?.arch === "arm64" ? armReserve : 0);
  const memory = nominal - Math.ceil(nominal * overhead);
  const byAddresses = !type ? 110 : settings.windows ? type.ipv4PerEni - 1 : podsByAddresses(type);
  const byExpression =
    settings.maxPodsExpression && type
      ? maxPodsOf(settings.maxPodsExpression, {
          default_enis: type.enis,
          ips_per_eni: type.ipv4PerEni,
          max_pods: byAddresses,
        })
      : undefined;
  const byCni =
    settings.managed && type && !settings.windows ? Math.min(podsByCni(type, settings), ceiling(vcpus)) : byAddresses;
  const pods = settings.maxPods ?? byExpression ?? byCni;
  const reservedMemory = 11 * (byExpression ?? byAddresses) + 255;
  const storage = settings.rootVolumeGiB * gibi;
  return {
    capacity: { cpu: vcpus * 1000, memory: memory * mebi, storage, pods },
    allocatable: {
      cpu: vcpus * 1000 - reservedCpu(vcpus),
      memory: Math.max(memory - reservedMemory - evictionMemory, 0) * mebi,
      storage: Math.max(Math.floor(storage * (1 - evictionStorage)) - gibi, 0),
      pods,
    },
  };
}
