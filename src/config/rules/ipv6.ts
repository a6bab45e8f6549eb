// IPv6 clusters.
import { defineRule, hasAddon, isAutoMode, isIpv6, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const ipv6Addons: Rule = defineRule({
  code: "config/ipv6-addons",
  severity: "error",
  demands:
    "An IPv6 cluster lists the add-on coredns (unless Auto Mode is on), and gives vpc-cni its permissions by OIDC or pod identity.",
  remedy: "List the add-ons vpc-cni, coredns and kube-proxy, and set iam.withOIDC: true",
  *check(context) {
    if (!isIpv6(context) || isAutoMode(context)) return;
    const { config } = context;
    if (!hasAddon(context, "coredns"))
      yield {
        path: ["kubernetesNetworkConfig", "ipFamily"],
        title:
          "the default core addons must be defined for IPv6; missing addon(s): coredns; either define them or use EKS Auto Mode",
      };
    const index = config.addons?.findIndex((addon) => addon.name === "vpc-cni") ?? -1;
    const cni = config.addons?.[index];
    if (!cni) return;
    const path = ["addons", index];
    const agent = hasAddon(context, "eks-pod-identity-agent");
    if (!agent && !config.iam?.withOIDC)
      yield {
        path,
        title: "either pod identity or oidc needs to be enabled if IPv6 is set; set either one or use EKS Auto Mode",
      };
    if (
      agent &&
      !config.addonsConfig?.autoApplyPodIdentityAssociations &&
      !cni.useDefaultPodIdentityAssociations &&
      !isSet(cni.podIdentityAssociations)
    )
      yield {
        path,
        title:
          "vpc-cni has no permissions: set one of addonsConfig.autoApplyPodIdentityAssociations, useDefaultPodIdentityAssociations or podIdentityAssociations on the add-on",
        remedy: "Set useDefaultPodIdentityAssociations: true on the add-on",
      };
    const version = /^v?(\d+)\.(\d+)/.exec(cni.version ?? "");
    if (version && Number(version[1]) === 1 && Number(version[2]) < 10)
      yield {
        path: [...path, "version"],
        title: "vpc-cni version must be at least version 1.10.0 for IPv6",
        remedy: "Use version: latest",
      };
  },
});

const ipv6Network: Rule = defineRule({
  code: "config/ipv6-network",
  severity: "error",
  demands: "An IPv6 cluster has no NAT setting, no autoAllocateIPv6 and no self-managed node groups.",
  remedy: "Remove it, or use ipFamily: IPv4",
  *check(context) {
    if (!isIpv6(context)) return;
    const { written } = context;
    if (written.vpc?.nat) yield { path: ["vpc", "nat"], title: "setting NAT is not supported with IPv6" };
    if (written.vpc?.autoAllocateIPv6)
      yield { path: ["vpc", "autoAllocateIPv6"], title: "auto allocate ipv6 is not supported with IPv6" };
    if (isSet(written.nodeGroups))
      yield {
        path: ["nodeGroups"],
        title: "unmanaged nodegroups are not supported with IPv6 clusters",
        remedy: "Use managedNodeGroups",
      };
    if (written.outpost)
      yield { path: ["kubernetesNetworkConfig", "ipFamily"], title: "IPv6 is not supported on Outposts" };
  },
});

const ipv6Pool: Rule = defineRule({
  code: "config/ipv6-pool",
  severity: "error",
  demands: "ipv6Cidr and ipv6Pool come together, for an IPv6 cluster in a VPC that is made.",
  remedy: "Set both or none",
  *check(context) {
    const { vpc } = context.config;
    const given = vpc?.ipv6Cidr ? "ipv6Cidr" : vpc?.ipv6Pool ? "ipv6Pool" : undefined;
    if (!given) return;
    const path = ["vpc", given];
    if (!isIpv6(context))
      yield { path, title: "Ipv6Cidr and Ipv6CidrPool are only supported when IPFamily is set to IPv6" };
    else if (!vpc?.ipv6Cidr || !vpc.ipv6Pool)
      yield { path, title: "Ipv6Cidr and Ipv6Pool must both be configured to use a custom IPv6 CIDR and address pool" };
    else if (vpc.id) yield { path, title: "cannot provide vpc.ipv6Cidr when using a pre-existing VPC" };
  },
});

const extraIpv6: Rule = defineRule({
  code: "config/extra-ipv6-cidrs",
  severity: "error",
  demands: "extraIPv6CIDRs are for IPv6 clusters.",
  remedy: "Remove vpc.extraIPv6CIDRs",
  *check(context) {
    if (isSet(context.config.vpc?.extraIPv6CIDRs) && !isIpv6(context))
      yield { path: ["vpc", "extraIPv6CIDRs"], title: "cannot specify vpc.extraIPv6CIDRs with an IPv4 cluster" };
  },
});

export const ipv6Rules: readonly Rule[] = [ipv6Addons, ipv6Network, ipv6Pool, extraIpv6];
