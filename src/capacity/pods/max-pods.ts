// How many pods a node of a type takes. Formulas: https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html
// and max-pods-calculator.sh of awslabs/amazon-eks-ami.
import { LotseError } from "../../base/index.ts";
import type { InstanceTypeFacts } from "../../facts/index.ts";
import type { CniSettings } from "./cni.ts";
import { cniAtLeast, usableEnis } from "./cni.ts";

/** What the arithmetic needs of an instance type. */
export type NetworkLimits = Pick<InstanceTypeFacts, "name" | "enis" | "ipv4PerEni" | "hypervisor" | "bareMetal"> &
  Partial<Pick<InstanceTypeFacts, "vcpu">>;

/** Where pods' addresses come from. */
export type PodMode =
  | "secondary-ip"
  | "prefix-delegation"
  | "custom-networking"
  | "custom-networking-prefix-delegation"
  | "ipv6"
  | "windows"
  | "windows-prefix-delegation";

/** Pods of a node of one type. */
export interface MaxPods {
  instanceType: string;
  mode: PodMode;
  /** Interfaces of the default network card. */
  enis: number;
  /** IPv4 addresses of an interface, its own included. */
  addressesPerEni: number;
  /** Null where no source says. */
  vcpus: number | null;
  /** What the addresses allow: the number of AWS's own table, nodeadm's default. */
  limit: number;
  /** The same under AWS's ceiling of 110 or 250, which EKS enforces for managed node groups. */
  recommended: number;
}

/** Addresses of a prefix: a /28. */
export const prefixSize = 16;
/** aws-node and kube-proxy, which run on the host's network and need no address of their own. */
export const hostNetworkPods = 2;
/** A node of Fargate is one pod's. */
export const fargatePods = 1;

/** AWS's ceiling: 110 pods, 250 above 30 vCPUs. (No type has exactly 30, where AWS's two wordings differ.) */
export function podCeiling(vcpus: number | undefined): number {
  return (vcpus ?? 0) > 30 ? 250 : 110;
}

/** The CNI's rule: Nitro, or bare metal. (The old calculator script looks at Nitro alone.) */
export function takesPrefixes({ hypervisor, bareMetal }: Pick<NetworkLimits, "hypervisor" | "bareMetal">): boolean {
  return hypervisor === "nitro" || bareMetal;
}

/**
 * Whether nodes of a type get whole prefixes under these settings. From 1.9.0 of the CNI on, on bare metal from 1.11; other
 * types fall back to single addresses without a word.
 */
export function usesPrefixes(type: NetworkLimits, settings: CniSettings): boolean {
  if (settings.prefixDelegation !== true || !takesPrefixes(type)) return false;
  return cniAtLeast(settings.cniVersion, type.bareMetal ? [1, 11] : [1, 9]);
}

/** Number in AWS's table of types, eni-max-pods.txt: what nodeadm takes without other orders. */
export function tableMaxPods({ enis, ipv4PerEni }: Pick<NetworkLimits, "enis" | "ipv4PerEni">): number {
  return enis * (ipv4PerEni - 1) + hostNetworkPods;
}

function modeOf(settings: CniSettings, prefixes: boolean): PodMode {
  if (settings.windows) return prefixes ? "windows-prefix-delegation" : "windows";
  if (settings.ipv6) return "ipv6";
  if (settings.customNetworking) return prefixes ? "custom-networking-prefix-delegation" : "custom-networking";
  return prefixes ? "prefix-delegation" : "secondary-ip";
}

/**
 * Pods that a node of this type takes, as addresses allow it and as AWS recommends it.
 *
 * @throws LotseError `capacity/not-ipv6` for types that can't be nodes of an IPv6 cluster
 */
export function maxPods(type: NetworkLimits, settings: CniSettings = {}): MaxPods {
  const prefixes = usesPrefixes(type, settings);
  const mode = modeOf(settings, prefixes);
  const slots = (type.ipv4PerEni - 1) * (prefixes ? prefixSize : 1);
  const ceiling = podCeiling(type.vcpu);
  const facts = {
    instanceType: type.name,
    mode,
    enis: type.enis,
    addressesPerEni: type.ipv4PerEni,
    vcpus: type.vcpu ?? null,
  };
  if (settings.windows) return { ...facts, limit: slots, recommended: Math.min(slots, prefixes ? 110 : ceiling) };
  if (settings.ipv6) {
    if (!takesPrefixes(type))
      throw new LotseError("capacity/not-ipv6", {
        title: `${type.name} can't be a node of an IPv6 cluster: its hypervisor is no Nitro, and IPv6 needs prefixes`,
        remedy: "Take a type of a current generation, or an IPv4 cluster",
      });
    return { ...facts, limit: ceiling, recommended: ceiling };
  }
  const carrying = Math.max(usableEnis(type.enis, settings) - (settings.customNetworking ? 1 : 0), 0);
  const limit = carrying * slots + hostNetworkPods;
  return { ...facts, limit, recommended: Math.min(limit, ceiling) };
}
