// Security groups with their rules as rows of their own, and network ACLs.
import type { TableDefinition } from "../../../core/index.ts";
import { defineTable } from "../../../core/index.ts";
import type { Tags } from "./tags.ts";

export interface SecurityGroup {
  id: string;
  vpcId: string;
  name: string;
  description: string;
  tags: Tags;
}

/** One rule with one peer: exactly one of the four peer members is there. */
export interface SecurityGroupRule {
  id: string;
  groupId: string;
  egress: boolean;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, `-1`, or a protocol number. */
  protocol: string;
  /** Absent with protocol -1. */
  from?: number;
  to?: number;
  cidr?: string;
  cidr6?: string;
  prefixListId?: string;
  peerGroupId?: string;
  description?: string;
  tags: Tags;
}

export interface AclEntry {
  number: number;
  protocol: string;
  action: "allow" | "deny";
  egress: boolean;
  cidr?: string;
  cidr6?: string;
  from?: number;
  to?: number;
  icmpType?: number;
  icmpCode?: number;
}

export interface NetworkAcl {
  id: string;
  vpcId: string;
  isDefault: boolean;
  entries: readonly AclEntry[];
  associations: readonly { id: string; subnetId: string }[];
  tags: Tags;
}

export const securityGroups: TableDefinition<SecurityGroup> = defineTable<SecurityGroup>("ec2/security-groups", {
  indexes: { vpc: (row) => row.vpcId, name: (row) => `${row.vpcId}/${row.name}` },
});
export const securityGroupRules: TableDefinition<SecurityGroupRule> = defineTable<SecurityGroupRule>(
  "ec2/security-group-rules",
  { indexes: { group: (row) => row.groupId, peer: (row) => row.peerGroupId } },
);
export const networkAcls: TableDefinition<NetworkAcl> = defineTable<NetworkAcl>("ec2/network-acls", {
  indexes: {
    vpc: (row) => row.vpcId,
    subnet: (row) => row.associations.map((association) => association.subnetId),
    association: (row) => row.associations.map((association) => association.id),
  },
});
