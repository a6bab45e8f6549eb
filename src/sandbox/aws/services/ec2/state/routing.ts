// Ways in and out: route tables, gateways, public addresses.
import type { TableDefinition } from "../../../core/index.ts";
import { defineTable } from "../../../core/index.ts";
import type { Tags } from "./tags.ts";

export interface Route {
  /** IPv4 or IPv6 block, or `pl-…`. */
  destination: string;
  /** `local`, or the id of a gateway, interface, endpoint, peering connection … */
  target: string;
  origin: "CreateRouteTable" | "CreateRoute";
}

export interface RouteAssociation {
  id: string;
  main: boolean;
  subnetId?: string;
  gatewayId?: string;
}

export interface RouteTable {
  id: string;
  vpcId: string;
  routes: readonly Route[];
  associations: readonly RouteAssociation[];
  tags: Tags;
}

/** An internet gateway, or an egress-only one. */
export interface Gateway {
  id: string;
  vpcId?: string;
  tags: Tags;
}

export interface NatGateway {
  id: string;
  vpcId: string;
  subnetId: string;
  connectivity: "public" | "private";
  state: "pending" | "available" | "failed" | "deleting" | "deleted";
  failure?: { code: string; message: string };
  createdAt: number;
  deletedAt?: number;
  interfaceId?: string;
  privateIp?: string;
  allocationId?: string;
  publicIp?: string;
  tags: Tags;
}

export interface ElasticAddress {
  /** `eipalloc-…`. */
  id: string;
  publicIp: string;
  networkBorderGroup: string;
  associationId?: string;
  interfaceId?: string;
  instanceId?: string;
  privateIp?: string;
  tags: Tags;
}

export const routeTables: TableDefinition<RouteTable> = defineTable<RouteTable>("ec2/route-tables", {
  indexes: {
    vpc: (row) => row.vpcId,
    association: (row) => row.associations.map((association) => association.id),
    subnet: (row) => row.associations.flatMap((association) => association.subnetId ?? []),
  },
});
export const internetGateways: TableDefinition<Gateway> = defineTable<Gateway>("ec2/internet-gateways", {
  indexes: { vpc: (row) => row.vpcId },
});
export const egressOnlyGateways: TableDefinition<Gateway> = defineTable<Gateway>("ec2/egress-only-gateways", {
  indexes: { vpc: (row) => row.vpcId },
});
export const natGateways: TableDefinition<NatGateway> = defineTable<NatGateway>("ec2/nat-gateways", {
  indexes: { vpc: (row) => row.vpcId, subnet: (row) => row.subnetId },
});
export const elasticAddresses: TableDefinition<ElasticAddress> = defineTable<ElasticAddress>("ec2/elastic-addresses", {
  indexes: { interface: (row) => row.interfaceId, association: (row) => row.associationId, ip: (row) => row.publicIp },
});
