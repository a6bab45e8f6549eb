// Network interfaces, which hold all addresses of a subnet, and VPC endpoints.
import type { TableDefinition } from "../../../core/index.ts";
import { defineTable } from "../../../core/index.ts";
import type { Tags } from "./tags.ts";

export interface InterfaceAttachment {
  id: string;
  /** Absent where a service holds the interface. */
  instanceId?: string;
  ownerId: string;
  deviceIndex: number;
  networkCard: number;
  deleteOnTermination: boolean;
  attachedAt: number;
}

export interface NetworkInterface {
  id: string;
  vpcId: string;
  subnetId: string;
  zone: string;
  description: string;
  type: "interface" | "nat_gateway" | "vpc_endpoint" | "network_load_balancer" | "trunk" | "branch" | "efa";
  /** Set where an AWS service made it for itself: users can't delete it. */
  requesterId?: string;
  mac: string;
  groups: readonly string[];
  /** The primary address. */
  privateIp: string;
  secondaryIps: readonly string[];
  /** Delegated /28 blocks. */
  prefixes: readonly string[];
  ipv6: readonly string[];
  ipv6Prefixes: readonly string[];
  /** Given at launch in a subnet with public addresses; goes when the instance stops. */
  publicIp?: string;
  sourceDestCheck: boolean;
  attachment?: InterfaceAttachment;
  tags: Tags;
}

export interface VpcEndpoint {
  id: string;
  vpcId: string;
  type: "Gateway" | "Interface" | "GatewayLoadBalancer";
  serviceName: string;
  state: "pending" | "available" | "deleting";
  policy: string;
  routeTableIds: readonly string[];
  subnetIds: readonly string[];
  groups: readonly string[];
  interfaceIds: readonly string[];
  privateDns: boolean;
  requesterManaged: boolean;
  createdAt: number;
  tags: Tags;
}

export const networkInterfaces: TableDefinition<NetworkInterface> = defineTable<NetworkInterface>(
  "ec2/network-interfaces",
  {
    indexes: {
      vpc: (row) => row.vpcId,
      subnet: (row) => row.subnetId,
      instance: (row) => row.attachment?.instanceId,
      attachment: (row) => row.attachment?.id,
      group: (row) => row.groups,
      // Who has an address: looked up at every allocation.
      address: (row) =>
        [row.privateIp, ...row.secondaryIps, ...row.prefixes, ...row.ipv6, ...row.ipv6Prefixes].map(
          (address) => `${row.subnetId}/${address}`,
        ),
    },
  },
);
export const vpcEndpoints: TableDefinition<VpcEndpoint> = defineTable<VpcEndpoint>("ec2/vpc-endpoints", {
  indexes: { vpc: (row) => row.vpcId },
});
