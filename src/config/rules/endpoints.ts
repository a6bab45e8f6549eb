// From where the Kubernetes API is reached, and the addresses of services.
import { cidrContains, cidrOverlaps, parseCidr } from "../../base/index.ts";
import { defineRule, isIpv6, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const endpointAccess: Rule = defineRule({
  code: "config/endpoint-access",
  severity: "error",
  demands: "The Kubernetes API is reachable from somewhere.",
  remedy: "Enable vpc.clusterEndpoints.publicAccess or privateAccess",
  *check({ config }) {
    const endpoints = config.vpc?.clusterEndpoints;
    if (endpoints && !endpoints.publicAccess && !endpoints.privateAccess)
      yield {
        path: ["vpc", "clusterEndpoints"],
        title: "Kubernetes API access must have one of public or private clusterEndpoints enabled",
      };
  },
});

const publicBlocks: Rule = defineRule({
  code: "config/public-access-cidrs",
  severity: "error",
  demands: "Blocks for the public endpoint are public addresses, at most 40.",
  remedy: "Name public addresses here; from private ones the private endpoint is used",
  *check({ config }) {
    const blocks = config.vpc?.publicAccessCIDRs ?? [];
    if (blocks.length > 40)
      yield {
        path: ["vpc", "publicAccessCIDRs"],
        title: `${blocks.length} blocks in vpc.publicAccessCIDRs; EKS allows 40`,
        remedy: "Join blocks",
      };
    for (const [index, text] of blocks.entries()) {
      const block = parseCidr(text);
      if (block && neverPublic.some((reserved) => cidrContains(reserved, block)))
        yield {
          path: ["vpc", "publicAccessCIDRs", index],
          title: `${text} is a private block, which EKS refuses for its public endpoint`,
        };
    }
  },
});

const neverPublic = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"]
  .map((text) => parseCidr(text))
  .filter((block) => block !== undefined);

const publicBlocksUnused: Rule = defineRule({
  code: "config/public-access-cidrs-unused",
  severity: "warning",
  demands: "Blocks for the public endpoint come with the public endpoint.",
  remedy: "Remove vpc.publicAccessCIDRs or enable vpc.clusterEndpoints.publicAccess",
  *check({ config }) {
    if (isSet(config.vpc?.publicAccessCIDRs) && config.vpc?.clusterEndpoints?.publicAccess === false)
      yield {
        path: ["vpc", "publicAccessCIDRs"],
        title: "vpc.publicAccessCIDRs has no effect while the public endpoint is off",
      };
  },
});

const privateOnly: Rule = defineRule({
  code: "config/private-endpoint-only",
  severity: "warning",
  demands: "The Kubernetes API can be reached from outside of the VPC.",
  remedy: "Run what talks to Kubernetes (kubectl, controllers) from inside the VPC or a network connected to it",
  *check({ config, written }) {
    if (written.vpc?.clusterEndpoints?.publicAccess === false && config.vpc?.clusterEndpoints?.privateAccess)
      yield {
        path: ["vpc", "clusterEndpoints", "publicAccess"],
        title: "the Kubernetes API will only be reachable from within the VPC",
      };
  },
});

const serviceBlock: Rule = defineRule({
  code: "config/service-cidr",
  severity: "error",
  demands: "The block for services is private IPv4, /12 to /24, and apart from the VPC.",
  remedy: "Choose a block such as 172.20.0.0/16 that the VPC doesn't use",
  *check(context) {
    const { config } = context;
    const text = config.kubernetesNetworkConfig?.serviceIPv4CIDR;
    const block = parseCidr(text ?? "");
    const path = ["kubernetesNetworkConfig", "serviceIPv4CIDR"];
    if (!text || !block) return;
    if (isIpv6(context))
      yield {
        path,
        title: "service IPv4 CIDR is not supported with IPv6",
        remedy: "Remove it; EKS chooses the IPv6 block",
      };
    else if (block.family === 6)
      yield { path, title: `invalid IPv4 CIDR for kubernetesNetworkConfig.serviceIPv4CIDR: ${text}` };
    else if (
      block.prefix < 12 ||
      block.prefix > 24 ||
      !neverPublic.slice(0, 3).some((range) => cidrContains(range, block))
    )
      yield {
        path,
        title: `${text} can't hold services: EKS wants a block of /12 to /24 in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16`,
      };
    const vpc = parseCidr(config.vpc?.cidr ?? "");
    if (vpc && cidrOverlaps(vpc, block))
      yield { path, title: `the service block ${text} overlaps the VPC's ${config.vpc?.cidr}` };
  },
});

export const endpointRules: readonly Rule[] = [
  endpointAccess,
  publicBlocks,
  publicBlocksUnused,
  privateOnly,
  serviceBlock,
];
