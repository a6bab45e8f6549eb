// Route tables, their routes and which subnets follow them.
import type {
  AssociateRouteTableRequest,
  AssociateRouteTableResult,
  CreateRouteRequest,
  CreateRouteResult,
  CreateRouteTableRequest,
  CreateRouteTableResult,
  DeleteRouteRequest,
  DeleteRouteTableRequest,
  DescribeRouteTablesRequest,
  DescribeRouteTablesResult,
  DisassociateRouteTableRequest,
  ReplaceRouteRequest,
  ReplaceRouteTableAssociationRequest,
  ReplaceRouteTableAssociationResult,
  RouteTableAssociation,
  RouteTable as RouteTableItem,
} from "@aws-sdk/client-ec2";
import { formatCidr, parseCidr } from "../../../../../base/index.ts";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { dependencyViolation, invalidCombination, invalidValue } from "../errors.ts";
import { find, internetGatewayKind, required, routeTableKind, subnetKind, vpcKind } from "../kinds.ts";
import { checkQuota } from "../quotas.ts";
import { renderRoute, targetOf } from "../routes.ts";
import { checkedPrefixList } from "../security-rules.ts";
import type { Route, RouteAssociation, RouteTable } from "../state.ts";
import { routeTables } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";
import { localRoutes } from "../vpc.ts";

function renderAssociation(table: Readonly<RouteTable>, association: RouteAssociation): RouteTableAssociation {
  return {
    Main: association.main,
    RouteTableAssociationId: association.id,
    RouteTableId: table.id,
    ...(association.subnetId ? { SubnetId: association.subnetId } : {}),
    ...(association.gatewayId ? { GatewayId: association.gatewayId } : {}),
    AssociationState: { State: "associated" },
  };
}

function render(table: Readonly<RouteTable>, ctx: Context): RouteTableItem {
  return {
    Associations: table.associations.map((association) => renderAssociation(table, association)),
    PropagatingVgws: [],
    RouteTableId: table.id,
    Routes: table.routes.map((route) => renderRoute(ctx, route)),
    ...tagList(table.tags),
    VpcId: table.vpcId,
    OwnerId: ctx.account,
  };
}

const listing: Listing<RouteTable, RouteTableItem> = {
  operation: "DescribeRouteTables",
  kind: routeTableKind,
  indexed: { "vpc-id": "vpc", "association.subnet-id": "subnet" },
  filters: (ctx) => {
    const routes = (row: Readonly<RouteTable>): ReturnType<typeof renderRoute>[] =>
      row.routes.map((route) => renderRoute(ctx, route));
    return {
      "route-table-id": (row) => row.id,
      "vpc-id": (row) => row.vpcId,
      "owner-id": () => ctx.account,
      "association.route-table-association-id": (row) => row.associations.map(({ id }) => id),
      "association.route-table-id": (row) => row.associations.map(() => row.id),
      "association.subnet-id": (row) => row.associations.map(({ subnetId }) => subnetId),
      "association.gateway-id": (row) => row.associations.map(({ gatewayId }) => gatewayId),
      "association.main": (row) => row.associations.map(({ main }) => String(main)),
      "route.destination-cidr-block": (row) => routes(row).map((route) => route.DestinationCidrBlock),
      "route.destination-ipv6-cidr-block": (row) => routes(row).map((route) => route.DestinationIpv6CidrBlock),
      "route.destination-prefix-list-id": (row) => routes(row).map((route) => route.DestinationPrefixListId),
      "route.egress-only-internet-gateway-id": (row) => routes(row).map((route) => route.EgressOnlyInternetGatewayId),
      "route.gateway-id": (row) => routes(row).map((route) => route.GatewayId),
      "route.instance-id": (row) => routes(row).map((route) => route.InstanceId),
      "route.nat-gateway-id": (row) => routes(row).map((route) => route.NatGatewayId),
      "route.transit-gateway-id": (row) => routes(row).map((route) => route.TransitGatewayId),
      "route.vpc-peering-connection-id": (row) => routes(row).map((route) => route.VpcPeeringConnectionId),
      "route.origin": (row) => routes(row).map((route) => route.Origin),
      "route.state": (row) => routes(row).map((route) => route.State),
    };
  },
  render,
};

type Destination = Pick<
  CreateRouteRequest,
  "DestinationCidrBlock" | "DestinationIpv6CidrBlock" | "DestinationPrefixListId"
>;

/** The destination as routes keep it: blocks in canonical form. */
function destinationOf(input: Destination): string {
  const { DestinationCidrBlock: v4, DestinationIpv6CidrBlock: v6, DestinationPrefixListId: list } = input;
  if ([v4, v6, list].filter((one) => one !== undefined).length > 1)
    throw invalidCombination("Exactly one of the destination parameters must be specified.");
  if (list) return list;
  const text = required(v4 ?? v6, "destinationCidrBlock");
  const block = parseCidr(text);
  if (!block || block.family !== (v4 ? 4 : 6))
    throw invalidValue(
      text,
      v4 ? "destinationCidrBlock" : "destinationIpv6CidrBlock",
      "This is not a valid CIDR block.",
    );
  return formatCidr(block);
}

function findRoute(table: Readonly<RouteTable>, destination: string): Route {
  const route = table.routes.find((one) => one.destination === destination);
  if (!route)
    throw new AwsError(
      "InvalidRoute.NotFound",
      `no route with destination-cidr-block ${destination} in route table ${table.id}`,
    );
  return route;
}

function findAssociation(ctx: Context, id: string): { table: Readonly<RouteTable>; association: RouteAssociation } {
  const [table] = ctx.table(routeTables).by("association", id);
  const association = table?.associations.find((one) => one.id === id);
  if (!table || !association)
    throw new AwsError("InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`);
  return { table, association };
}

function setAssociations(
  ctx: Context,
  id: string,
  change: (list: readonly RouteAssociation[]) => RouteAssociation[],
): void {
  ctx.table(routeTables).update(id, (row) => ({ ...row, associations: change(row.associations) }));
}

export const routeTableOperations: Readonly<Record<string, Operation>> = {
  CreateRouteTable: operation<CreateRouteTableRequest, CreateRouteTableResult>((input, ctx) => {
    const vpc = find(ctx, vpcKind, input.VpcId, "vpcId");
    const tags = tagsFor(ctx, input.TagSpecifications, "route-table");
    const id = ctx.ids.ec2("rtb");
    const table = { id, vpcId: vpc.id, routes: localRoutes(vpc), associations: [], tags };
    return { RouteTable: render(ctx.table(routeTables).put(id, table), ctx) };
  }),

  DeleteRouteTable: operation<DeleteRouteTableRequest, object>((input, ctx) => {
    const table = find(ctx, routeTableKind, input.RouteTableId, "routeTableId");
    if (table.associations.length > 0)
      throw dependencyViolation(`The routeTable '${table.id}' has dependencies and cannot be deleted.`);
    ctx.table(routeTables).delete(table.id);
    return {};
  }),

  DescribeRouteTables: operation<DescribeRouteTablesRequest, DescribeRouteTablesResult>((input, ctx) => {
    const { items, ...next } = describe(ctx, listing, input, input.RouteTableIds);
    return { RouteTables: items, ...next };
  }),

  CreateRoute: operation<CreateRouteRequest, CreateRouteResult>((input, ctx) => {
    const table = find(ctx, routeTableKind, input.RouteTableId, "routeTableId");
    const destination = destinationOf(input);
    if (input.DestinationPrefixListId) checkedPrefixList(ctx, input.DestinationPrefixListId);
    const target = targetOf(ctx, table, destination, input);
    const existing = table.routes.find((route) => route.destination === destination);
    if (existing) throw new AwsError("RouteAlreadyExists", `The route identified by ${destination} already exists.`);
    checkQuota(
      ctx,
      "routesPerTable",
      table.routes.length,
      "RouteLimitExceeded",
      "The maximum number of routes has been reached.",
    );
    const routes: Route[] = [...table.routes, { destination, target, origin: "CreateRoute" }];
    ctx.table(routeTables).update(table.id, { routes });
    return { Return: true };
  }),

  ReplaceRoute: operation<ReplaceRouteRequest, object>((input, ctx) => {
    const table = find(ctx, routeTableKind, input.RouteTableId, "routeTableId");
    const destination = destinationOf(input);
    const old = findRoute(table, destination);
    const target = input.LocalTarget ? "local" : targetOf(ctx, table, destination, input);
    ctx.table(routeTables).update(table.id, {
      routes: table.routes.map((route) => (route === old ? { ...route, target } : route)),
    });
    return {};
  }),

  DeleteRoute: operation<DeleteRouteRequest, object>((input, ctx) => {
    const table = find(ctx, routeTableKind, input.RouteTableId, "routeTableId");
    const destination = destinationOf(input);
    const old = findRoute(table, destination);
    if (old.target === "local")
      throw new AwsError(
        "InvalidParameterValue",
        `cannot remove local route ${destination} in route table ${table.id}`,
      );
    ctx.table(routeTables).update(table.id, { routes: table.routes.filter((route) => route !== old) });
    return {};
  }),

  AssociateRouteTable: operation<AssociateRouteTableRequest, AssociateRouteTableResult>((input, ctx) => {
    const table = find(ctx, routeTableKind, input.RouteTableId, "routeTableId");
    const associationId = ctx.ids.ec2("rtbassoc");
    if (input.GatewayId) {
      const gateway = find(ctx, internetGatewayKind, input.GatewayId, "gatewayId");
      setAssociations(ctx, table.id, (list) => [...list, { id: associationId, main: false, gatewayId: gateway.id }]);
      return { AssociationId: associationId, AssociationState: { State: "associated" } };
    }
    const subnet = find(ctx, subnetKind, input.SubnetId, "subnetId");
    if (subnet.vpcId !== table.vpcId)
      throw new AwsError(
        "InvalidParameterValue",
        `Route table ${table.id} and subnet ${subnet.id} belong to different networks`,
      );
    const [other] = ctx.table(routeTables).by("subnet", subnet.id);
    const existing = other?.associations.find((one) => one.subnetId === subnet.id);
    if (existing && other?.id === table.id)
      return { AssociationId: existing.id, AssociationState: { State: "associated" } };
    if (existing)
      throw new AwsError(
        "Resource.AlreadyAssociated",
        `the specified association for route table ${table.id} conflicts with an existing association`,
      );
    setAssociations(ctx, table.id, (list) => [...list, { id: associationId, main: false, subnetId: subnet.id }]);
    return { AssociationId: associationId, AssociationState: { State: "associated" } };
  }),

  DisassociateRouteTable: operation<DisassociateRouteTableRequest, object>((input, ctx) => {
    const { table, association } = findAssociation(ctx, required(input.AssociationId, "associationId"));
    if (association.main)
      throw new AwsError(
        "InvalidParameterValue",
        `cannot disassociate the main route table association ${association.id}`,
      );
    setAssociations(ctx, table.id, (list) => list.filter((one) => one !== association));
    return {};
  }),

  ReplaceRouteTableAssociation: operation<ReplaceRouteTableAssociationRequest, ReplaceRouteTableAssociationResult>(
    (input, ctx) => {
      const { table: old, association } = findAssociation(ctx, required(input.AssociationId, "associationId"));
      const table = find(ctx, routeTableKind, input.RouteTableId, "routeTableId");
      if (table.vpcId !== old.vpcId)
        throw new AwsError(
          "InvalidParameterValue",
          `Route tables ${old.id} and ${table.id} belong to different networks`,
        );
      if (table.id === old.id) return { NewAssociationId: association.id, AssociationState: { State: "associated" } };
      const id = ctx.ids.ec2("rtbassoc");
      setAssociations(ctx, old.id, (list) => list.filter((one) => one !== association));
      setAssociations(ctx, table.id, (list) => [...list, { ...association, id }]);
      return { NewAssociationId: id, AssociationState: { State: "associated" } };
    },
  ),
};
