// The VPC: blocks, subnets, security groups.
import { cidrContains, parseCidr } from "../../base/index.ts";
import { defineRule, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const blockSize: Rule = defineRule({
  code: "config/vpc-cidr",
  severity: "error",
  demands: "The block of a VPC that is made is IPv4, /16 to /24.",
  remedy: "Choose a block between /16 and /24, such as 10.0.0.0/16",
  *check({ written }) {
    const block = parseCidr(written.vpc?.cidr ?? "");
    if (!block || written.vpc?.id) return;
    const path = ["vpc", "cidr"];
    if (block.family === 6) yield { path, title: `vpc.cidr ${written.vpc?.cidr} is IPv6; the block of a VPC is IPv4` };
    else if (block.prefix < 16 || block.prefix > 24)
      yield { path, title: `VPC CIDR prefix must be between /16 and /24, not /${block.prefix}` };
  },
});

const existingVpc: Rule = defineRule({
  code: "config/existing-vpc",
  severity: "error",
  demands: "An existing VPC comes with two subnets in two zones.",
  remedy: "List the subnets under vpc.subnets.private and vpc.subnets.public, with their ids",
  *check({ config }) {
    const { vpc } = config;
    if (!vpc?.id || config.outpost) return;
    const subnets = [...Object.values(vpc.subnets?.private ?? {}), ...Object.values(vpc.subnets?.public ?? {})];
    if (subnets.length < 2)
      yield {
        path: ["vpc", "id"],
        title: `insufficient number of subnets, at least 2 are required in an existing VPC, got ${subnets.length}`,
      };
    // A key of one's own says nothing about the zone; only real zone names are compared.
    const known = subnets
      .map((subnet) => subnet.az ?? "")
      .filter((zone) => zone.startsWith(config.metadata.region ?? "?"));
    if (subnets.length >= 2 && known.length === subnets.length && new Set(known).size < 2)
      yield { path: ["vpc", "subnets"], title: `all subnets are in zone ${known[0]}; EKS needs two different zones` };
  },
});

const subnetSource: Rule = defineRule({
  code: "config/subnet-spec",
  severity: "error",
  demands: "A subnet says its id or its block, and lies within the VPC.",
  remedy: "Give the subnet an id or a cidr inside vpc.cidr",
  *check({ config }) {
    const outer = parseCidr(config.vpc?.cidr ?? "");
    for (const kind of ["private", "public"] as const)
      for (const [key, subnet] of Object.entries(config.vpc?.subnets?.[kind] ?? {})) {
        const inner = parseCidr(subnet.cidr ?? "");
        if (outer && inner && !cidrContains(outer, inner))
          yield {
            path: ["vpc", "subnets", kind, key, "cidr"],
            title: `subnet ${subnet.cidr} is not inside the VPC's ${config.vpc?.cidr}`,
          };
      }
  },
});

const securityGroups: Rule = defineRule({
  code: "config/control-plane-security-groups",
  severity: "error",
  demands: "Security groups of the control plane are given in one of the two fields.",
  remedy: "Keep vpc.controlPlaneSecurityGroupIDs",
  *check({ config }) {
    if (config.vpc?.securityGroup && isSet(config.vpc.controlPlaneSecurityGroupIDs))
      yield {
        path: ["vpc", "securityGroup"],
        title: "only one of vpc.securityGroup and vpc.controlPlaneSecurityGroupIDs can be specified",
      };
  },
});

const sharedGroup: Rule = defineRule({
  code: "config/shared-node-security-group",
  severity: "error",
  demands: "Rules of the shared security group are left out only where the group is an existing one.",
  remedy: "Name vpc.sharedNodeSecurityGroup, or remove vpc.manageSharedNodeSecurityGroupRules",
  *check({ config }) {
    if (config.vpc?.manageSharedNodeSecurityGroupRules === false && !config.vpc.sharedNodeSecurityGroup)
      yield {
        path: ["vpc", "manageSharedNodeSecurityGroupRules"],
        title:
          "vpc.manageSharedNodeSecurityGroupRules must be enabled when the security group is made by eksctl or lotse",
      };
  },
});

const hostnames: Rule = defineRule({
  code: "config/hostname-type",
  severity: "error",
  demands: "vpc.hostnameType is for subnets that are made.",
  remedy: "Remove vpc.hostnameType and set it on your subnets",
  *check({ config }) {
    if (config.vpc?.hostnameType && (isSet(config.vpc.subnets?.private) || isSet(config.vpc.subnets?.public)))
      yield { path: ["vpc", "hostnameType"], title: "vpc.hostnameType is not supported with a pre-existing VPC" };
  },
});

const privateSubnetsOnly: Rule = defineRule({
  code: "config/control-plane-subnets",
  severity: "error",
  demands: "controlPlaneOnPrivateSubnets needs two private subnets in two zones, and excludes controlPlaneSubnetIDs.",
  remedy: "Give two private subnets in different zones",
  *check({ config }) {
    if (!config.vpc?.controlPlaneOnPrivateSubnets) return;
    const path = ["vpc", "controlPlaneOnPrivateSubnets"];
    if (isSet(config.vpc.controlPlaneSubnetIDs))
      yield {
        path,
        title: "only one of vpc.controlPlaneSubnetIDs and vpc.controlPlaneOnPrivateSubnets can be specified",
        remedy: "Keep one of them",
      };
    const subnets = Object.values(config.vpc.subnets?.private ?? {});
    if (config.outpost || !config.vpc.subnets) return;
    if (subnets.length < 2)
      yield {
        path,
        title: `vpc.controlPlaneOnPrivateSubnets requires at least 2 private subnets, got ${subnets.length}`,
      };
    else if (new Set(subnets.map((subnet) => subnet.az)).size < 2)
      yield {
        path,
        title: "vpc.controlPlaneOnPrivateSubnets requires private subnets in at least 2 availability zones",
      };
  },
});

export const vpcRules: readonly Rule[] = [
  blockSize,
  existingVpc,
  subnetSource,
  securityGroups,
  sharedGroup,
  hostnames,
  privateSubnetsOnly,
];
