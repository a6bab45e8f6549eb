// The kinds of EC2 resources: how their ids look, what EC2 says when one is missing, what tags and ARNs call them.
import type { Context, TableDefinition } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import type {
  CidrReservation,
  DhcpOptions,
  ElasticAddress,
  FlowLog,
  Gateway,
  Image,
  Instance,
  KeyPair,
  LaunchTemplate,
  NatGateway,
  NetworkAcl,
  NetworkInterface,
  PeeringConnection,
  PlacementGroup,
  PrefixList,
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
  Snapshot,
  Subnet,
  Tags,
  Volume,
  Vpc,
  VpcEndpoint,
} from "./state.ts";
import {
  cidrReservations,
  dhcpOptions,
  egressOnlyGateways,
  elasticAddresses,
  flowLogs,
  images,
  instances,
  internetGateways,
  keyPairs,
  launchTemplates,
  managedPrefixLists,
  natGateways,
  networkAcls,
  networkInterfaces,
  peeringConnections,
  placementGroups,
  routeTables,
  securityGroupRules,
  securityGroups,
  snapshots,
  subnets,
  volumes,
  vpcEndpoints,
  vpcs,
} from "./state.ts";

export interface Kind<Row extends { id: string; tags: Tags } = { id: string; tags: Tags }> {
  /** `vpc` of `vpc-…`. */
  prefix: string;
  /** Name in tags and ARNs. */
  type: string;
  table: TableDefinition<Row>;
  notFound: string;
  /** AWS spells these apart (`…ID.NotFound`, `…Id.Malformed`), and allocations have none: a code for each kind. */
  malformed: string | undefined;
  /** EC2's sentence about an id that doesn't exist. */
  missing: (id: string) => string;
  /** Ids must have 8 or 17 digits; others are looked up with any number of digits. */
  exact?: boolean;
}

const kind = <Row extends { id: string; tags: Tags }>(
  prefix: string,
  type: string,
  table: TableDefinition<Row>,
  code: string,
  missing: Kind["missing"],
  more: Partial<Kind<Row>> = {},
): Kind<Row> => ({
  prefix,
  type,
  table,
  notFound: `${code}.NotFound`,
  malformed: `${code}.Malformed`,
  missing,
  ...more,
});

const the = (noun: string) => (id: string) => `The ${noun} '${id}' does not exist`;

export const vpcKind: Kind<Vpc> = kind("vpc", "vpc", vpcs, "InvalidVpcID", the("vpc ID"));
export const subnetKind: Kind<Subnet> = kind("subnet", "subnet", subnets, "InvalidSubnetID", the("subnet ID"));
export const securityGroupKind: Kind<SecurityGroup> = kind(
  "sg",
  "security-group",
  securityGroups,
  "InvalidGroup",
  the("security group"),
  { malformed: "InvalidGroupId.Malformed" },
);
export const securityGroupRuleKind: Kind<SecurityGroupRule> = kind(
  "sgr",
  "security-group-rule",
  securityGroupRules,
  "InvalidSecurityGroupRuleId",
  the("security group rule ID"),
);
export const routeTableKind: Kind<RouteTable> = kind(
  "rtb",
  "route-table",
  routeTables,
  "InvalidRouteTableID",
  the("routeTable ID"),
  { malformed: "InvalidRouteTableId.Malformed" },
);
export const internetGatewayKind: Kind<Gateway> = kind(
  "igw",
  "internet-gateway",
  internetGateways,
  "InvalidInternetGatewayID",
  the("internetGateway ID"),
  { malformed: "InvalidInternetGatewayId.Malformed" },
);
export const egressOnlyGatewayKind: Kind<Gateway> = kind(
  "eigw",
  "egress-only-internet-gateway",
  egressOnlyGateways,
  "InvalidEgressOnlyInternetGatewayId",
  the("egressOnlyInternetGateway ID"),
);
export const natGatewayKind: Kind<NatGateway> = kind(
  "nat",
  "natgateway",
  natGateways,
  "NatGateway",
  (id) => `NAT gateway ${id} was not found`,
  { notFound: "NatGatewayNotFound", malformed: "NatGatewayMalformed" },
);
export const elasticAddressKind: Kind<ElasticAddress> = kind(
  "eipalloc",
  "elastic-ip",
  elasticAddresses,
  "InvalidAllocationID",
  the("allocation ID"),
  { malformed: undefined },
);
export const networkInterfaceKind: Kind<NetworkInterface> = kind(
  "eni",
  "network-interface",
  networkInterfaces,
  "InvalidNetworkInterfaceID",
  the("networkInterface ID"),
  { malformed: "InvalidNetworkInterfaceId.Malformed" },
);
export const vpcEndpointKind: Kind<VpcEndpoint> = kind(
  "vpce",
  "vpc-endpoint",
  vpcEndpoints,
  "InvalidVpcEndpointId",
  the("Vpc Endpoint Id"),
);
export const networkAclKind: Kind<NetworkAcl> = kind(
  "acl",
  "network-acl",
  networkAcls,
  "InvalidNetworkAclID",
  the("networkAcl ID"),
  { malformed: "InvalidNetworkAclId.Malformed" },
);
export const dhcpOptionsKind: Kind<DhcpOptions> = kind(
  "dopt",
  "dhcp-options",
  dhcpOptions,
  "InvalidDhcpOptionID",
  the("dhcpOption ID"),
  { malformed: "InvalidDhcpOptionsId.Malformed" },
);
export const instanceKind: Kind<Instance> = kind("i", "instance", instances, "InvalidInstanceID", the("instance ID"), {
  exact: true,
});
export const volumeKind: Kind<Volume> = kind(
  "vol",
  "volume",
  volumes,
  "InvalidVolume",
  (id) => `The volume '${id}' does not exist.`,
  {
    malformed: "InvalidVolumeID.Malformed",
    exact: true,
  },
);
export const snapshotKind: Kind<Snapshot> = kind(
  "snap",
  "snapshot",
  snapshots,
  "InvalidSnapshot",
  (id) => `The snapshot '${id}' does not exist.`,
  { malformed: "InvalidSnapshotID.Malformed", exact: true },
);
export const imageKind: Kind<Image> = kind(
  "ami",
  "image",
  images,
  "InvalidAMIID",
  (id) => `The image id '[${id}]' does not exist`,
  {
    exact: true,
  },
);
export const launchTemplateKind: Kind<LaunchTemplate> = kind(
  "lt",
  "launch-template",
  launchTemplates,
  "InvalidLaunchTemplateId",
  (id) => `The specified launch template, with template ID ${id}, does not exist.`,
);
export const keyPairKind: Kind<KeyPair> = kind("key", "key-pair", keyPairs, "InvalidKeyPair", the("key pair"), {
  malformed: "InvalidParameterValue",
});
export const placementGroupKind: Kind<PlacementGroup> = kind(
  "pg",
  "placement-group",
  placementGroups,
  "InvalidPlacementGroup",
  (id) => `The Placement Group '${id}' is unknown.`,
  { notFound: "InvalidPlacementGroup.Unknown", malformed: "InvalidPlacementGroupId.Malformed" },
);

export const prefixListKind: Kind<PrefixList> = kind(
  "pl",
  "prefix-list",
  managedPrefixLists,
  "InvalidPrefixListID",
  the("prefix list ID"),
  { malformed: "InvalidPrefixListId.Malformed" },
);
export const peeringKind: Kind<PeeringConnection> = kind(
  "pcx",
  "vpc-peering-connection",
  peeringConnections,
  "InvalidVpcPeeringConnectionID",
  the("vpcPeeringConnection ID"),
  { malformed: "InvalidVpcPeeringConnectionId.Malformed" },
);
export const flowLogKind: Kind<FlowLog> = kind(
  "fl",
  "vpc-flow-log",
  flowLogs,
  "InvalidFlowLogId",
  (id) => `These flow log ids in the input list are not found: [TotalCount: 1] ${id}`,
  { malformed: undefined },
);
export const cidrReservationKind: Kind<CidrReservation> = kind(
  "scr",
  "subnet-cidr-reservation",
  cidrReservations,
  "InvalidSubnetCidrReservationID",
  the("subnet-cidr-reservation ID"),
);

/** Every kind, by prefix of its ids. */
export const kinds: ReadonlyMap<string, Kind> = new Map(
  (
    [
      vpcKind,
      subnetKind,
      securityGroupKind,
      securityGroupRuleKind,
      routeTableKind,
      internetGatewayKind,
      egressOnlyGatewayKind,
      natGatewayKind,
      elasticAddressKind,
      networkInterfaceKind,
      vpcEndpointKind,
      networkAclKind,
      dhcpOptionsKind,
      instanceKind,
      volumeKind,
      snapshotKind,
      imageKind,
      launchTemplateKind,
      keyPairKind,
      placementGroupKind,
      prefixListKind,
      peeringKind,
      flowLogKind,
      cidrReservationKind,
    ] as unknown as Kind[]
  ).map((one) => [one.prefix, one]),
);

/** The kind that an id belongs to by its prefix. */
export function kindOf(id: string): Kind | undefined {
  return kinds.get(id.slice(0, id.lastIndexOf("-")));
}

/** Refuses an id that can't be one of its kind. */
export function checkId<Row extends { id: string; tags: Tags }>(kind: Kind<Row>, id: string): void {
  const digits = id.startsWith(`${kind.prefix}-`) ? id.slice(kind.prefix.length + 1) : "";
  const fits = kind.exact ? /^(?:[0-9a-f]{8}|[0-9a-f]{17})$/ : /^[0-9a-f]+$/;
  if (kind.malformed !== undefined && !fits.test(digits))
    throw new AwsError(kind.malformed, `Invalid id: "${id}" (expecting "${kind.prefix}-...")`);
}

/** The error of an id that names nothing. */
export function notFound<Row extends { id: string; tags: Tags }>(kind: Kind<Row>, id: string): AwsError {
  return new AwsError(kind.notFound, kind.missing(id));
}

/**
 * The row behind an id.
 *
 * @param parameter name of the request's member, for the error when it's missing
 */
export function find<Row extends { id: string; tags: Tags }>(
  ctx: Context,
  kind: Kind<Row>,
  id: string | undefined,
  parameter: string,
): Readonly<Row> {
  const row = ctx.table(kind.table).get(required(id, parameter));
  if (row) return row;
  checkId(kind, id as string);
  throw notFound(kind, id as string);
}

/** A member that the request must have. */
export function required<T>(value: T | undefined | null, parameter: string): T {
  if (value === undefined || value === null || value === "")
    throw new AwsError("MissingParameter", `The request must contain the parameter ${parameter}`);
  return value;
}

/** `arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-…`. Images have no account in theirs, as on AWS. */
export function arnOf(ctx: Context, type: string, id: string): string {
  const account = type === "image" || type === "snapshot" ? "" : ctx.account;
  return `arn:${ctx.partition}:ec2:${ctx.region}:${account}:${type}/${id}`;
}
