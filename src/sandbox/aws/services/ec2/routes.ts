// Where routes lead: targets must exist and fit when a route is made; later they may go, and the route is a blackhole.
import type { CreateRouteRequest, Route as RouteItem } from "@aws-sdk/client-ec2";
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { invalidCombination } from "./errors.ts";
import {
  egressOnlyGatewayKind,
  find,
  instanceKind,
  internetGatewayKind,
  networkInterfaceKind,
  peeringKind,
  required,
  vpcEndpointKind,
} from "./kinds.ts";
import type { Route, RouteTable } from "./state.ts";
import {
  egressOnlyGateways,
  internetGateways,
  natGateways,
  networkInterfaces,
  peeringConnections,
  vpcEndpoints,
} from "./state.ts";

type Target = Pick<
  CreateRouteRequest,
  | "GatewayId"
  | "NatGatewayId"
  | "EgressOnlyInternetGatewayId"
  | "NetworkInterfaceId"
  | "InstanceId"
  | "VpcPeeringConnectionId"
  | "TransitGatewayId"
  | "VpcEndpointId"
>;

/** The id that a route leads to, after the checks that EC2 makes. */
export function targetOf(ctx: Context, table: Readonly<RouteTable>, destination: string, input: Target): string {
  const given = [
    input.GatewayId,
    input.NatGatewayId,
    input.EgressOnlyInternetGatewayId,
    input.NetworkInterfaceId,
    input.InstanceId,
    input.VpcPeeringConnectionId,
    input.TransitGatewayId,
    input.VpcEndpointId,
  ].filter((id) => id !== undefined);
  if (given.length > 1) throw invalidCombination("Exactly one route target must be specified.");
  if (input.GatewayId?.startsWith("igw-") || input.GatewayId === "local")
    return gatewayTarget(ctx, table, input.GatewayId);
  if (input.NatGatewayId) {
    const gateway = ctx.table(natGateways).get(input.NatGatewayId);
    if (!gateway || gateway.state === "deleted" || gateway.state === "deleting" || gateway.state === "failed")
      throw new AwsError("InvalidNatGatewayID.NotFound", `The natGateway ID '${input.NatGatewayId}' does not exist`);
    sameNetwork(table, gateway.vpcId, `natGateway ${gateway.id}`);
    return gateway.id;
  }
  if (input.EgressOnlyInternetGatewayId) {
    const gateway = find(ctx, egressOnlyGatewayKind, input.EgressOnlyInternetGatewayId, "egressOnlyInternetGatewayId");
    if (!destination.includes(":"))
      throw new AwsError(
        "InvalidParameterValue",
        `Egress-only internet gateway ${gateway.id} cannot be used with IPv4`,
      );
    sameNetwork(table, gateway.vpcId, `egress-only internet gateway ${gateway.id}`);
    return gateway.id;
  }
  if (input.NetworkInterfaceId) {
    const row = find(ctx, networkInterfaceKind, input.NetworkInterfaceId, "networkInterfaceId");
    sameNetwork(table, row.vpcId, `interface ${row.id}`);
    return row.id;
  }
  if (input.InstanceId) {
    const { id } = find(ctx, instanceKind, input.InstanceId, "instanceId");
    const interfaces = ctx.table(networkInterfaces).by("instance", id);
    const [only] = interfaces;
    if (!only || interfaces.length > 1)
      throw new AwsError(
        "InvalidInstanceID",
        `There are multiple interfaces attached to instance '${id}'. Please specify an interface ID for the operation instead.`,
      );
    sameNetwork(table, only.vpcId, `interface ${only.id}`);
    return only.id;
  }
  if (input.VpcPeeringConnectionId) {
    const row = find(ctx, peeringKind, input.VpcPeeringConnectionId, "vpcPeeringConnectionId");
    if (row.requester.vpcId !== table.vpcId && row.accepter.vpcId !== table.vpcId)
      throw new AwsError(
        "InvalidParameterValue",
        `route table ${table.id} and peering connection ${row.id} belong to different networks`,
      );
    return row.id;
  }
  if (input.VpcEndpointId) return find(ctx, vpcEndpointKind, input.VpcEndpointId, "vpcEndpointId").id;
  return foreignTarget(input);
}

function gatewayTarget(ctx: Context, table: Readonly<RouteTable>, id: string): string {
  if (id === "local") return id;
  const gateway = find(ctx, internetGatewayKind, id, "gatewayId");
  sameNetwork(table, gateway.vpcId, `network gateway ${gateway.id}`);
  return gateway.id;
}

/** Gateways of kinds that the sandbox doesn't have: nobody can have made one, so none exists. */
function foreignTarget(input: Target): string {
  if (input.TransitGatewayId)
    throw new AwsError(
      "InvalidTransitGatewayID.NotFound",
      `Transit Gateway ${input.TransitGatewayId} was deleted or does not exist.`,
    );
  throw new AwsError(
    "InvalidGatewayID.NotFound",
    `The gateway ID '${required(input.GatewayId, "gatewayId")}' does not exist`,
  );
}

function sameNetwork(table: Readonly<RouteTable>, vpcId: string | undefined, what: string): void {
  if (vpcId !== table.vpcId)
    throw new AwsError("InvalidParameterValue", `route table ${table.id} and ${what} belong to different networks`);
}

const members: readonly [prefix: string, member: keyof RouteItem][] = [
  ["nat-", "NatGatewayId"],
  ["eigw-", "EgressOnlyInternetGatewayId"],
  ["eni-", "NetworkInterfaceId"],
  ["tgw-", "TransitGatewayId"],
  ["pcx-", "VpcPeeringConnectionId"],
];

/** A route as DescribeRouteTables shows it. */
export function renderRoute(ctx: Context, route: Route): RouteItem {
  const { destination, target, origin } = route;
  const member = members.find(([prefix]) => target.startsWith(prefix))?.[1] ?? "GatewayId";
  const instance = target.startsWith("eni-") ? ctx.table(networkInterfaces).get(target)?.attachment : undefined;
  return {
    ...(destination.startsWith("pl-")
      ? { DestinationPrefixListId: destination }
      : destination.includes(":")
        ? { DestinationIpv6CidrBlock: destination }
        : { DestinationCidrBlock: destination }),
    [member]: target,
    ...(instance?.instanceId ? { InstanceId: instance.instanceId, InstanceOwnerId: ctx.account } : {}),
    Origin: origin,
    State: isAlive(ctx, target) ? "active" : "blackhole",
  };
}

function isAlive(ctx: Context, target: string): boolean {
  if (target.startsWith("igw-")) return ctx.table(internetGateways).get(target)?.vpcId !== undefined;
  if (target.startsWith("nat-")) {
    const state = ctx.table(natGateways).get(target)?.state;
    return state === "available" || state === "pending";
  }
  if (target.startsWith("eigw-")) return ctx.table(egressOnlyGateways).has(target);
  if (target.startsWith("eni-")) return ctx.table(networkInterfaces).get(target)?.attachment !== undefined;
  if (target.startsWith("pcx-")) return ctx.table(peeringConnections).get(target)?.status === "active";
  if (target.startsWith("vpce-")) return ctx.table(vpcEndpoints).has(target);
  return true;
}
