// Route tables, gateways, network ACLs.
import type { Row, World } from "./testing.ts";
import { at, none, row } from "./testing.ts";

const aclOf = (w: World): string => at(w.call("CreateNetworkAcl", { VpcId: w.vpc() }), "NetworkAcl.NetworkAclId");
const entry = (NetworkAclId: string, RuleAction = "allow"): object => ({
  NetworkAclId,
  RuleNumber: 100,
  Protocol: "-1",
  RuleAction,
  Egress: false,
  CidrBlock: "0.0.0.0/0",
});
const out = { DestinationCidrBlock: "0.0.0.0/0" };
const routed = (w: World): { RouteTableId: string; VpcId: string } => {
  const VpcId = w.vpc();
  const RouteTableId = w.routeTable(VpcId);
  w.call("CreateRoute", { RouteTableId, ...out, GatewayId: w.internetGateway(VpcId) });
  return { RouteTableId, VpcId };
};
const associated = (w: World): { AssociationId: string; VpcId: string } => {
  const VpcId = w.vpc();
  const wish = { RouteTableId: w.routeTable(VpcId), SubnetId: w.subnet(VpcId) };
  return { AssociationId: at(w.call("AssociateRouteTable", wish), "AssociationId"), VpcId };
};
const egressOnly = (w: World): string =>
  at(
    w.call("CreateEgressOnlyInternetGateway", { VpcId: w.vpc() }),
    "EgressOnlyInternetGateway.EgressOnlyInternetGatewayId",
  );

export const routingRows: readonly Row[] = [
  row(
    "CreateRouteTable",
    (w) => w.call("DescribeRouteTables", { RouteTableIds: [w.routeTable(w.vpc())] }),
    { RouteTables: [{ Associations: [], Routes: [{ DestinationCidrBlock: "10.0.0.0/16", GatewayId: "local" }] }] },
    () => ({ VpcId: none("vpc") }),
    "InvalidVpcID.NotFound",
  ),
  row(
    "DeleteRouteTable",
    (w) => {
      const VpcId = w.vpc();
      w.call("DeleteRouteTable", { RouteTableId: w.routeTable(VpcId) });
      return w.call("DescribeRouteTables", { Filters: [{ Name: "vpc-id", Values: [VpcId] }] });
    },
    { RouteTables: [{ Associations: [{ Main: true }] }] },
    (w) => {
      const { VpcId } = associated(w);
      const asked = { Filters: [{ Name: "vpc-id", Values: [VpcId] }] };
      return { RouteTableId: at(w.call("DescribeRouteTables", asked), "RouteTables.1.RouteTableId") };
    },
    "DependencyViolation",
  ),
  row(
    "DescribeRouteTables",
    (w) => w.call("DescribeRouteTables", { Filters: [{ Name: "association.main", Values: ["true"] }] }),
    { RouteTables: [{ Associations: [{ Main: true }] }] },
    () => ({ RouteTableIds: ["rtb-xyz"] }),
    `InvalidRouteTableId.Malformed: Invalid id: "rtb-xyz" (expecting "rtb-...")`,
  ),
  row(
    "CreateRoute",
    (w) => w.call("DescribeRouteTables", { RouteTableIds: [routed(w).RouteTableId] }),
    { RouteTables: [{ Routes: [{ GatewayId: "local" }, { ...out, State: "active", Origin: "CreateRoute" }] }] },
    (w) => {
      const { RouteTableId, VpcId } = routed(w);
      const asked = { Filters: [{ Name: "attachment.vpc-id", Values: [VpcId] }] };
      const gateways = w.call("DescribeInternetGateways", asked);
      return { RouteTableId, ...out, GatewayId: at(gateways, "InternetGateways.0.InternetGatewayId") };
    },
    "RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists.",
  ),
  row(
    "ReplaceRoute",
    (w) => {
      const { RouteTableId, VpcId } = routed(w);
      const NetworkInterfaceId = w.networkInterface(w.subnet(VpcId));
      w.call("ReplaceRoute", { RouteTableId, ...out, NetworkInterfaceId });
      return w.call("DescribeRouteTables", { RouteTableIds: [RouteTableId] });
    },
    { RouteTables: [{ Routes: [{}, { ...out, State: "blackhole" }] }] },
    (w) => ({ RouteTableId: w.routeTable(w.vpc()), ...out, GatewayId: none("igw") }),
    "InvalidRoute.NotFound",
  ),
  row(
    "DeleteRoute",
    (w) => {
      const { RouteTableId } = routed(w);
      w.call("DeleteRoute", { RouteTableId, ...out });
      return w.call("DescribeRouteTables", { RouteTableIds: [RouteTableId] });
    },
    { RouteTables: [{ Routes: [{ GatewayId: "local" }] }] },
    (w) => ({ RouteTableId: w.routeTable(w.vpc()), ...out }),
    "InvalidRoute.NotFound",
  ),
  row(
    "AssociateRouteTable",
    (w) => {
      const { AssociationId } = associated(w);
      const Filters = [{ Name: "association.route-table-association-id", Values: [AssociationId] }];
      return w.call("DescribeRouteTables", { Filters });
    },
    { RouteTables: [{ Associations: [{ Main: false, AssociationState: { State: "associated" } }] }] },
    (w) => ({ RouteTableId: w.routeTable(w.vpc()), SubnetId: w.subnet(w.vpc()) }),
    "InvalidParameterValue",
  ),
  row(
    "DisassociateRouteTable",
    (w) => {
      const { AssociationId } = associated(w);
      w.call("DisassociateRouteTable", { AssociationId });
      const Filters = [{ Name: "association.route-table-association-id", Values: [AssociationId] }];
      return w.call("DescribeRouteTables", { Filters });
    },
    { RouteTables: [] },
    () => ({ AssociationId: none("rtbassoc") }),
    `InvalidAssociationID.NotFound: The association ID '${none("rtbassoc")}' does not exist`,
  ),
  row(
    "ReplaceRouteTableAssociation",
    (w) => {
      const { AssociationId, VpcId } = associated(w);
      return w.call("ReplaceRouteTableAssociation", { AssociationId, RouteTableId: w.routeTable(VpcId) });
    },
    { AssociationState: { State: "associated" } },
    (w) => ({ AssociationId: associated(w).AssociationId, RouteTableId: none("rtb") }),
    "InvalidRouteTableID.NotFound",
  ),
  row(
    "CreateInternetGateway",
    (w) => w.call("DescribeInternetGateways", { InternetGatewayIds: [w.internetGateway()] }),
    { InternetGateways: [{ Attachments: [] }] },
    () => ({ TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "a", Value: "b" }] }] }),
    "InvalidParameterValue: 'vpc' is not a valid taggable resource type for this operation.",
  ),
  row(
    "AttachInternetGateway",
    (w) => w.call("DescribeInternetGateways", { InternetGatewayIds: [w.internetGateway(w.vpc())] }),
    { InternetGateways: [{ Attachments: [{ State: "available" }] }] },
    (w) => {
      const VpcId = w.vpc();
      w.internetGateway(VpcId);
      return { InternetGatewayId: w.internetGateway(), VpcId };
    },
    "InvalidParameterValue",
  ),
  row(
    "DetachInternetGateway",
    (w) => {
      const VpcId = w.vpc();
      const InternetGatewayId = w.internetGateway(VpcId);
      w.call("DetachInternetGateway", { InternetGatewayId, VpcId });
      return w.call("DescribeInternetGateways", { InternetGatewayIds: [InternetGatewayId] });
    },
    { InternetGateways: [{ Attachments: [] }] },
    (w) => ({ InternetGatewayId: w.internetGateway(), VpcId: w.vpc() }),
    "Gateway.NotAttached",
  ),
  row(
    "DeleteInternetGateway",
    (w) => {
      const InternetGatewayId = w.internetGateway();
      w.call("DeleteInternetGateway", { InternetGatewayId });
      return w.call("DescribeInternetGateways", {
        Filters: [{ Name: "internet-gateway-id", Values: [InternetGatewayId] }],
      });
    },
    { InternetGateways: [] },
    (w) => ({ InternetGatewayId: w.internetGateway(w.vpc()) }),
    "DependencyViolation",
  ),
  row(
    "DescribeInternetGateways",
    (w) => w.call("DescribeInternetGateways"),
    { InternetGateways: [{ Attachments: [{ State: "available" }] }] },
    () => ({ InternetGatewayIds: ["igw-xyz"] }),
    "InvalidInternetGatewayId.Malformed",
  ),
  row(
    "CreateEgressOnlyInternetGateway",
    (w) => w.call("DescribeEgressOnlyInternetGateways", { EgressOnlyInternetGatewayIds: [egressOnly(w)] }),
    { EgressOnlyInternetGateways: [{ Attachments: [{ State: "attached" }] }] },
    () => ({ VpcId: none("vpc") }),
    "InvalidVpcID.NotFound",
  ),
  row(
    "DeleteEgressOnlyInternetGateway",
    (w) => w.call("DeleteEgressOnlyInternetGateway", { EgressOnlyInternetGatewayId: egressOnly(w) }),
    { ReturnCode: true },
    () => ({ EgressOnlyInternetGatewayId: none("eigw") }),
    "InvalidEgressOnlyInternetGatewayId.NotFound",
  ),
  row(
    "DescribeEgressOnlyInternetGateways",
    (w) => {
      egressOnly(w);
      return w.call("DescribeEgressOnlyInternetGateways");
    },
    { EgressOnlyInternetGateways: [{ Attachments: [{ State: "attached" }] }] },
    () => ({ MaxResults: 3 }),
    "InvalidParameterValue",
  ),
  row(
    "CreateNatGateway",
    (w) => w.call("DescribeNatGateways", { NatGatewayIds: [w.natGateway()] }),
    { NatGateways: [{ State: "available", ConnectivityType: "public" }] },
    (w) => ({ SubnetId: w.subnet(w.vpc()) }),
    "MissingParameter",
  ),
  row(
    "DeleteNatGateway",
    (w) => {
      const NatGatewayId = w.natGateway();
      w.call("DeleteNatGateway", { NatGatewayId });
      return w.call("DescribeNatGateways", { NatGatewayIds: [NatGatewayId] });
    },
    { NatGateways: [{ State: "deleted" }] },
    () => ({ NatGatewayId: none("nat") }),
    `NatGatewayNotFound: NAT gateway ${none("nat")} was not found`,
  ),
  row(
    "DescribeNatGateways",
    (w) => {
      w.natGateway();
      return w.call("DescribeNatGateways", { Filter: [{ Name: "state", Values: ["available"] }] });
    },
    { NatGateways: [{ State: "available" }] },
    () => ({ NatGatewayIds: ["nat-xyz"] }),
    "NatGatewayMalformed",
  ),
  row(
    "CreateNetworkAcl",
    (w) => w.call("DescribeNetworkAcls", { NetworkAclIds: [aclOf(w)] }),
    { NetworkAcls: [{ IsDefault: false, Entries: [{ RuleNumber: 32767 }, { RuleNumber: 32767 }] }] },
    () => ({ VpcId: none("vpc") }),
    "InvalidVpcID.NotFound",
  ),
  row(
    "DeleteNetworkAcl",
    (w) => {
      w.call("DeleteNetworkAcl", { NetworkAclId: aclOf(w) });
      return w.call("DescribeNetworkAcls", { Filters: [{ Name: "default", Values: ["false"] }] });
    },
    { NetworkAcls: [] },
    (w) => ({ NetworkAclId: at(w.call("DescribeNetworkAcls"), "NetworkAcls.0.NetworkAclId") }),
    "InvalidParameterValue",
  ),
  row(
    "DescribeNetworkAcls",
    (w) => w.call("DescribeNetworkAcls", { Filters: [{ Name: "default", Values: ["true"] }] }),
    { NetworkAcls: [{ IsDefault: true, Entries: [{}, {}, {}, {}], Associations: [{}, {}, {}] }] },
    () => ({ NetworkAclIds: ["acl-xyz"] }),
    "InvalidNetworkAclId.Malformed",
  ),
  row(
    "CreateNetworkAclEntry",
    (w) => {
      const id = aclOf(w);
      w.call("CreateNetworkAclEntry", entry(id));
      return w.call("DescribeNetworkAcls", { NetworkAclIds: [id] });
    },
    { NetworkAcls: [{ Entries: [{ RuleNumber: 100, RuleAction: "allow" }, {}, {}] }] },
    (w) => {
      const id = aclOf(w);
      w.call("CreateNetworkAclEntry", entry(id));
      return entry(id);
    },
    "NetworkAclEntryAlreadyExists",
  ),
  row(
    "ReplaceNetworkAclEntry",
    (w) => {
      const id = aclOf(w);
      w.call("CreateNetworkAclEntry", entry(id));
      w.call("ReplaceNetworkAclEntry", entry(id, "deny"));
      return w.call("DescribeNetworkAcls", { NetworkAclIds: [id] });
    },
    { NetworkAcls: [{ Entries: [{ RuleNumber: 100, RuleAction: "deny" }, {}, {}] }] },
    (w) => entry(aclOf(w)),
    "InvalidNetworkAclEntry.NotFound",
  ),
  row(
    "DeleteNetworkAclEntry",
    (w) => {
      const id = aclOf(w);
      w.call("CreateNetworkAclEntry", entry(id));
      w.call("DeleteNetworkAclEntry", { NetworkAclId: id, RuleNumber: 100, Egress: false });
      return w.call("DescribeNetworkAcls", { NetworkAclIds: [id] });
    },
    { NetworkAcls: [{ Entries: [{ RuleNumber: 32767 }, { RuleNumber: 32767 }] }] },
    (w) => ({ NetworkAclId: aclOf(w), RuleNumber: 32767, Egress: false }),
    "InvalidNetworkAclEntry.NotFound",
  ),
  row(
    "ReplaceNetworkAclAssociation",
    (w) => {
      const NetworkAclId = aclOf(w);
      const VpcId = at(w.call("DescribeNetworkAcls", { NetworkAclIds: [NetworkAclId] }), "NetworkAcls.0.VpcId");
      const SubnetId = w.subnet(VpcId);
      const asked = { Filters: [{ Name: "association.subnet-id", Values: [SubnetId] }] };
      const path = "NetworkAcls.0.Associations.0.NetworkAclAssociationId";
      const AssociationId = at(w.call("DescribeNetworkAcls", asked), path);
      w.call("ReplaceNetworkAclAssociation", { AssociationId, NetworkAclId });
      return w.call("DescribeNetworkAcls", asked);
    },
    { NetworkAcls: [{ IsDefault: false }] },
    (w) => ({ AssociationId: none("aclassoc"), NetworkAclId: aclOf(w) }),
    "InvalidAssociationID.NotFound",
  ),
];
