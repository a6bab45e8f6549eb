// Settings of the VPC CNI that decide how many addresses nodes take. Defaults are those of the shipped add-on:
// https://github.com/aws/amazon-vpc-cni-k8s (README, docs/eni-and-ip-target.md).

/** How nodes get addresses for pods. Absent members are as the add-on ships them. */
export interface CniSettings {
  /** Whole /28 blocks instead of single addresses: ENABLE_PREFIX_DELEGATION. */
  prefixDelegation?: boolean;
  /** Pods live in subnets of ENIConfigs; the first interface carries none: AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG. */
  customNetworking?: boolean;
  /** MAX_ENI; 0 or less is no limit. */
  maxEni?: number;
  /** Version of the CNI, `1.19.6` or `v1.19.6-eksbuild.1`; absent: a current one. */
  cniVersion?: string;
  /** The cluster's addresses are IPv6. */
  ipv6?: boolean;
  /** Nodes run Windows: one interface, and no pods on the host's network. */
  windows?: boolean;
  /** WARM_ENI_TARGET, default 1. */
  warmEniTarget?: number;
  /** WARM_IP_TARGET; 0 or less is unset. */
  warmIpTarget?: number;
  /** MINIMUM_IP_TARGET; 0 or less is unset. */
  minimumIpTarget?: number;
  /** WARM_PREFIX_TARGET, 1 in the shipped manifest. */
  warmPrefixTarget?: number;
  /** IP_COOLDOWN_PERIOD, seconds, default 30. */
  cooldownSeconds?: number;
}

/** Seconds for which the CNI gives an address that a pod has left to nobody. */
export const defaultCooldownSeconds = 30;

/** True when a version of the CNI is at least `wanted`; a version that isn't given or isn't readable is a current one. */
export function cniAtLeast(version: string | undefined, wanted: readonly [major: number, minor: number]): boolean {
  const match = /^v?(\d+)\.(\d+)/.exec(version ?? "");
  if (!match) return true;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major !== wanted[0] ? major > wanted[0] : minor >= wanted[1];
}

/** Interfaces that carry pods' addresses or may: the type's, cut by MAX_ENI. */
export function usableEnis(enis: number, { maxEni = 0 }: CniSettings): number {
  return maxEni > 0 ? Math.min(maxEni, enis) : enis;
}
