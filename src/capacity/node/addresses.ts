// Which addresses a node takes from its subnet: the pool that ipamd keeps for the pods that run and for those to come.
// https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/eni-and-ip-target.md and prefix-and-ip-target.md
import type { CniSettings } from "../pods/cni.ts";
import { usableEnis } from "../pods/cni.ts";
import type { NetworkLimits } from "../pods/max-pods.ts";
import { prefixSize, usesPrefixes } from "../pods/max-pods.ts";

/** What a node holds. */
export interface NodeAddresses {
  /** Interfaces that are attached. */
  enis: number;
  /** Single addresses for pods. */
  secondary: number;
  /** Blocks of 16 for pods. */
  prefixes: number;
  /** All addresses that subnets lack: the interfaces' own, the secondary ones, 16 a prefix. */
  addresses: number;
  /** How many of them come from the node's own subnet; the rest from that of its ENIConfig. */
  inNodeSubnet: number;
}

const set = (value: number | undefined): number | undefined => (value !== undefined && value > 0 ? value : undefined);

/** Addresses that WARM_IP_TARGET and MINIMUM_IP_TARGET want; undefined when neither is set, and whole units are kept warm. */
function targeted(pods: number, settings: CniSettings): number | undefined {
  const [warm, minimum] = [set(settings.warmIpTarget), set(settings.minimumIpTarget)];
  return warm === undefined && minimum === undefined ? undefined : Math.max(pods + (warm ?? 0), minimum ?? 0);
}

/** Interfaces, single addresses and prefixes for `pods` pods on interfaces of `slots` places, `most` of them. */
function pool(
  pods: number,
  slots: number,
  most: number,
  prefixes: boolean,
  settings: CniSettings,
): [number, number, number] {
  const wanted = targeted(pods, settings);
  if (prefixes) {
    const blocks =
      wanted === undefined
        ? Math.ceil(pods / prefixSize) + (settings.warmPrefixTarget ?? 1)
        : Math.ceil(wanted / prefixSize);
    const enis = Math.min(most, Math.max(1, Math.ceil(blocks / slots)));
    return [enis, 0, Math.min(blocks, enis * slots)];
  }
  if (wanted === undefined) {
    const warm = Math.max(settings.warmEniTarget ?? 1, 0) * slots;
    const enis = Math.min(most, Math.max(1, Math.ceil((pods + warm) / slots)));
    return [enis, enis * slots, 0];
  }
  const enis = Math.min(most, Math.max(1, Math.ceil(wanted / slots)));
  return [enis, Math.min(wanted, enis * slots), 0];
}

/**
 * Addresses that a node holds while `pods` pods with an address of their own run on it. Those on the host's network don't
 * count.
 *
 * @example nodeAddresses(instanceType("c5.large")!, 1).addresses // 20: its interface, and a warm one
 */
export function nodeAddresses(type: NetworkLimits, pods: number, settings: CniSettings = {}): NodeAddresses {
  const slots = type.ipv4PerEni - 1;
  // Pods have IPv6 addresses out of one prefix; the node's own one is all it takes of IPv4.
  if (settings.ipv6) return { enis: 1, secondary: 0, prefixes: 0, addresses: 1, inNodeSubnet: 1 };
  const prefixes = usesPrefixes(type, settings);
  // Windows has one interface, and the VPC resource controller fills it.
  const most = settings.windows ? 1 : usableEnis(type.enis, settings);
  const first = settings.customNetworking && !settings.windows ? 1 : 0;
  if (slots <= 0 || most - first <= 0) return { enis: 1, secondary: 0, prefixes: 0, addresses: 1, inNodeSubnet: 1 };
  const [enis, secondary, blocks] = pool(Math.max(pods, 0), slots, most - first, prefixes, settings);
  const addresses = first + enis + secondary + blocks * prefixSize;
  return { enis: enis + first, secondary, prefixes: blocks, addresses, inNodeSubnet: first === 1 ? 1 : addresses };
}
