// The CNI's settings as a cluster file has them: in the values of the add-on vpc-cni.
import { parse } from "yaml";
import type { Cluster } from "../../config/index.ts";
import type { CniSettings } from "../pods/cni.ts";

/** Settings by the CNI's variables. */
export function cniSettingsOf(env: Readonly<Record<string, unknown>>): CniSettings {
  const settings: CniSettings = {};
  const flag = (name: string, key: "prefixDelegation" | "customNetworking"): void => {
    if (env[name] !== undefined) settings[key] = /^"?true"?$/i.test(JSON.stringify(env[name]));
  };
  const number = (
    name: string,
    key: "maxEni" | "warmEniTarget" | "warmIpTarget" | "minimumIpTarget" | "warmPrefixTarget" | "cooldownSeconds",
  ): void => {
    const value = Number(env[name]);
    if (env[name] !== undefined && env[name] !== "" && Number.isInteger(value)) settings[key] = value;
  };
  flag("ENABLE_PREFIX_DELEGATION", "prefixDelegation");
  flag("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "customNetworking");
  number("MAX_ENI", "maxEni");
  number("WARM_ENI_TARGET", "warmEniTarget");
  number("WARM_IP_TARGET", "warmIpTarget");
  number("MINIMUM_IP_TARGET", "minimumIpTarget");
  number("WARM_PREFIX_TARGET", "warmPrefixTarget");
  number("IP_COOLDOWN_PERIOD", "cooldownSeconds");
  return settings;
}

/** What a file says about the CNI; `unread` when its values are no YAML. */
export function cniOfFile({ config }: Cluster): { settings: CniSettings; unread: boolean } {
  const index = (config.addons ?? []).findIndex(({ name }) => name === "vpc-cni");
  const addon = config.addons?.[index];
  const ipv6 = config.kubernetesNetworkConfig?.ipFamily === "IPv6" ? { ipv6: true } : {};
  const version = /^v?\d+\.\d+/.test(addon?.version ?? "") ? { cniVersion: addon?.version ?? "" } : {};
  const text = addon?.configurationValues;
  if (text === undefined) return { settings: { ...ipv6, ...version }, unread: false };
  try {
    const values = parse(text) as { env?: unknown } | null;
    const env = typeof values?.env === "object" && values.env !== null ? values.env : {};
    return { settings: { ...cniSettingsOf(env as Record<string, unknown>), ...ipv6, ...version }, unread: false };
  } catch {
    // A note tells it; `lotse config validate` says where.
    return { settings: { ...ipv6, ...version }, unread: true };
  }
}
