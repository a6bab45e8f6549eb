// Hybrid nodes.
import { defineRule, isIpv6 } from "./rule.ts";
import type { Rule } from "./rule.ts";

const remoteNetworks: Rule = defineRule({
  code: "config/remote-networks",
  severity: "error",
  demands: "Hybrid nodes need one network of nodes, IPv4, and access entries.",
  remedy: "Give one element with its cidrs; several blocks go into the same element",
  *check(context) {
    const remote = context.written.remoteNetworkConfig;
    if (!remote) return;
    const { config } = context;
    const root = ["remoteNetworkConfig"];
    const nodes = remote.remoteNodeNetworks ?? [];
    const pods = remote.remotePodNetworks;
    if (isIpv6(context))
      yield {
        path: root,
        title: "remoteNetworkConfig is not supported on EKS cluster configured with IPv6 address family",
        remedy: "Use ipFamily: IPv4",
      };
    if (config.accessConfig?.authenticationMode === "CONFIG_MAP")
      yield {
        path: ["accessConfig", "authenticationMode"],
        title: 'remoteNetworkConfig requires authenticationMode to be either "API_AND_CONFIG_MAP" or "API"',
        remedy: "Use API_AND_CONFIG_MAP",
      };
    if (config.outpost && !config.outpost.etcdInstanceType)
      yield {
        path: root,
        title: "remoteNetworkConfig on Outpost clusters requires outpost.etcdInstanceType to be set",
        remedy: "Set outpost.etcdInstanceType",
      };
    if (nodes.length > 1)
      yield {
        path: [...root, "remoteNodeNetworks"],
        title: "only one remoteNodeNetwork is allowed in remoteNetworkConfig.remoteNodeNetworks",
      };
    if (pods && pods.length > 1)
      yield {
        path: [...root, "remotePodNetworks"],
        title: "only one remotePodNetwork is allowed in remoteNetworkConfig.remotePodNetworks",
      };
    const switchedOff = remote.remoteNodeNetworks && pods && pods.length === 0;
    if (nodes.length === 0 && !switchedOff && !config.outpost)
      yield {
        path: [...root, "remoteNodeNetworks"],
        title: "remoteNetworkConfig.remoteNodeNetworks must be set and non-empty",
      };
    for (const key of ["remoteNodeNetworks", "remotePodNetworks"] as const)
      for (const [index, network] of (remote[key] ?? []).entries())
        if ((network.cidrs?.length ?? 0) > 15)
          yield {
            path: [...root, key, index, "cidrs"],
            title: `${network.cidrs?.length} blocks; EKS allows 15`,
            remedy: "Join blocks",
          };
  },
});

const remoteGateway: Rule = defineRule({
  code: "config/remote-gateway",
  severity: "error",
  demands: "vpcGatewayID is a transit or virtual private gateway, for a VPC that is made.",
  remedy: "Use a tgw-… or vgw-… id",
  *check({ config }) {
    const id = config.remoteNetworkConfig?.vpcGatewayID;
    if (!id) return;
    const path = ["remoteNetworkConfig", "vpcGatewayID"];
    if (config.vpc?.id)
      yield {
        path,
        title: "remoteNetworkConfig.vpcGatewayID is not supported when using pre-existing VPC",
        remedy: "Remove it and add the routes to your VPC yourself",
      };
    if (!/^(tgw|vgw)-/.test(id))
      yield {
        path,
        title: `invalid value ${JSON.stringify(id)} provided for remoteNetworkConfig.vpcGatewayID; only transit gateway (tgw-*) or virtual private gateway (vgw-*) IDs are supported`,
      };
  },
});

const remoteIam: Rule = defineRule({
  code: "config/remote-iam",
  severity: "error",
  demands: "A CA bundle goes with IAM Roles Anywhere, and only with it.",
  remedy: "Use provider: IRA with a caBundleCert, or provider: SSM without",
  *check({ config }) {
    const iam = config.remoteNetworkConfig?.iam;
    const path = ["remoteNetworkConfig", "iam"];
    if (iam?.provider === "SSM" && iam.caBundleCert !== undefined)
      yield {
        path: [...path, "caBundleCert"],
        title: "remoteNetworkConfig.iam.caBundleCert is not supported when using SSM credentials provider",
      };
    if (iam?.provider === "IRA" && !iam.caBundleCert)
      yield {
        path,
        title: "remoteNetworkConfig.iam.caBundleCert is required when using IAMRolesAnywhere credentials provider",
      };
  },
});

export const remoteNetworkRules: readonly Rule[] = [remoteNetworks, remoteGateway, remoteIam];
