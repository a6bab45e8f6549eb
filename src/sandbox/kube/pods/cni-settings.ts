// What the VPC CNI is told by the environment of its DaemonSet, as its configuration reference names it.

/** An ENIConfig: where interfaces of custom networking go. */
export interface EniConfig {
  subnetId: string;
  securityGroups: readonly string[];
}

export interface CniSettings {
  prefixDelegation: boolean;
  customNetworking: boolean;
  /** Label or annotation of a node that names its ENIConfig. */
  eniConfigLabel: string;
  /** Undefined: not set, which is something else than 0. */
  warmEni: number;
  warmIp: number | undefined;
  minimumIp: number | undefined;
  warmPrefix: number;
  maxEni: number | undefined;
  /** Virtual milliseconds. */
  coolDown: number;
}

const eniConfigName = "k8s.amazonaws.com/eniConfig";

const isTrue = (value: string | undefined): boolean => /^(1|t|true)$/i.test(value ?? "");

/** A number from `least` on, or undefined: what is no number counts as not set. */
function count(value: string | undefined, least = 0): number | undefined {
  if (value === undefined || !/^-?\d+$/.test(value.trim())) return undefined;
  return Number(value) < least ? undefined : Number(value);
}

/** Reads the environment of container `aws-node`. */
export function cniSettings(env: Readonly<Record<string, string | undefined>>): CniSettings {
  return {
    prefixDelegation: isTrue(env["ENABLE_PREFIX_DELEGATION"]),
    customNetworking: isTrue(env["AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"]),
    eniConfigLabel: env["ENI_CONFIG_LABEL_DEF"] ?? env["ENI_CONFIG_ANNOTATION_DEF"] ?? eniConfigName,
    warmEni: count(env["WARM_ENI_TARGET"]) ?? 1,
    warmIp: count(env["WARM_IP_TARGET"], 1),
    minimumIp: count(env["MINIMUM_IP_TARGET"], 1),
    warmPrefix: count(env["WARM_PREFIX_TARGET"]) ?? 1,
    maxEni: count(env["MAX_ENI"], 1),
    coolDown: (count(env["IP_COOLDOWN_PERIOD"]) ?? 30) * 1000,
  };
}

/** What a node holds of a subnet. */
export interface Holding {
  /** Interfaces that carry pods. */
  interfaces: number;
  /** Secondary addresses, or whole /28 blocks with prefix delegation, over all of them. */
  slots: number;
}

/** Addresses in a delegated block. */
export const prefixSize = 16;

/**
 * How much the CNI wants to hold for so many pods (those that cool down included). Published tables:
 * docs/eni-and-ip-target.md and docs/prefix-and-ip-target.md of amazon-vpc-cni-k8s.
 *
 * @param slotsEach addresses of an interface beside its own
 * @param most interfaces that may carry pods
 */
export function wantedHolding(pods: number, slotsEach: number, most: number, settings: CniSettings): Holding {
  const { warmIp, minimumIp, prefixDelegation } = settings;
  const byAddress = warmIp !== undefined || minimumIp !== undefined;
  const addresses = Math.max(pods + (warmIp ?? 0), minimumIp ?? 0);
  let slots: number;
  if (prefixDelegation) {
    slots = Math.ceil((byAddress ? addresses : pods) / prefixSize) + (byAddress ? 0 : settings.warmPrefix);
  } else if (byAddress) slots = addresses;
  else slots = Math.max(1, Math.ceil((pods + settings.warmEni * slotsEach) / slotsEach)) * slotsEach;
  const interfaces = Math.min(most, Math.max(1, Math.ceil(slots / slotsEach)));
  return { interfaces, slots: Math.min(slots, interfaces * slotsEach) };
}
