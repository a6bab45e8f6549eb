// VPCs, their address blocks and subnets.
import type { TableDefinition } from "../../../core/index.ts";
import { defineTable } from "../../../core/index.ts";
import type { Tags } from "./tags.ts";

export interface VpcCidr {
  cidr: string;
  associationId: string;
}

export interface Vpc {
  id: string;
  /** The primary block first. */
  cidrs: readonly VpcCidr[];
  ipv6Cidrs: readonly VpcCidr[];
  tenancy: "default" | "dedicated";
  isDefault: boolean;
  /** `default`: none. */
  dhcpOptionsId: string;
  dnsSupport: boolean;
  dnsHostnames: boolean;
  usageMetrics: boolean;
  tags: Tags;
}

export interface Subnet {
  id: string;
  vpcId: string;
  /** Empty for an IPv6-only subnet. */
  cidr: string;
  zone: string;
  ipv6?: VpcCidr;
  mapPublicIp: boolean;
  assignIpv6: boolean;
  dns64: boolean;
  defaultForAz: boolean;
  hostnameType: "ip-name" | "resource-name";
  dnsARecord: boolean;
  dnsAaaaRecord: boolean;
  /** Addresses in use; see addresses.ts, which alone changes these two. */
  used: number;
  /** Freed addresses (`10.0.0.7`, or `10.0.0.16/28`) that nobody may have before `until` (epoch ms). */
  cooling: readonly { address: string; until: number }[];
  tags: Tags;
}

export interface DhcpOptions {
  id: string;
  configurations: readonly { key: string; values: readonly string[] }[];
  tags: Tags;
}

export const vpcs: TableDefinition<Vpc> = defineTable<Vpc>("ec2/vpcs");
export const subnets: TableDefinition<Subnet> = defineTable<Subnet>("ec2/subnets", {
  indexes: { vpc: (row) => row.vpcId },
});
export const dhcpOptions: TableDefinition<DhcpOptions> = defineTable<DhcpOptions>("ec2/dhcp-options");
