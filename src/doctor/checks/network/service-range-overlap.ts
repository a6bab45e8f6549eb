// LT-N020: Addresses of services overlap others.
import { cidrOverlaps, parseCidr } from "../../../base/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster, ofFile } from "../../sight.ts";

function overlap(own: string | undefined, others: readonly (string | undefined)[]): string | undefined {
  const range = own === undefined ? undefined : parseCidr(own);
  if (!range) return undefined;
  const found = others.find((other) => {
    const parsed = other === undefined ? undefined : parseCidr(other);
    return parsed !== undefined && parsed.family === range.family && cidrOverlaps(range, parsed);
  });
  return found === undefined ? undefined : `Services use ${own}, which overlaps ${found}`;
}

/** Addresses of services overlap others. */
export const serviceRangeOverlap: Check = defineCheck({
  id: "LT-N020",
  title: "Addresses of services overlap others",
  area: "network",
  severity: "error",
  why: "An address that is a service's inside the cluster can't be reached anywhere else; the range can't be changed later.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html",
  remedy: "Choose a service range that nothing else uses, before the cluster is made.",

  file: (file) => {
    const { vpc, kubernetesNetworkConfig, remoteNetworkConfig } = file.config;
    const own = kubernetesNetworkConfig?.serviceIPv4CIDR;
    const remote = [
      ...(remoteNetworkConfig?.remoteNodeNetworks ?? []),
      ...(remoteNetworkConfig?.remotePodNetworks ?? []),
    ];
    return ofFile(
      file,
      ["kubernetesNetworkConfig"],
      overlap(own, [vpc?.cidr, ...(vpc?.extraCIDRs ?? []), ...remote.flatMap(({ cidrs = [] }) => cidrs)]),
    );
  },
  account: async (account) => {
    const [{ kubernetesNetworkConfig, remoteNetworkConfig }, subnets] = await Promise.all([
      account.read("cluster"),
      account.read("subnets"),
    ]);
    const remote = [
      ...(remoteNetworkConfig?.remoteNodeNetworks ?? []),
      ...(remoteNetworkConfig?.remotePodNetworks ?? []),
    ];
    const others = [...subnets.map(({ CidrBlock }) => CidrBlock), ...remote.flatMap(({ cidrs = [] }) => cidrs)];
    return ofCluster(account, overlap(kubernetesNetworkConfig?.serviceIpv4Cidr, others));
  },
});
