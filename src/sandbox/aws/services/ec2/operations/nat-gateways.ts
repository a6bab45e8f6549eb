// NAT gateways: about 100 seconds to come up, deleted ones stay in the list for an hour.
import type {
  CreateNatGatewayRequest,
  CreateNatGatewayResult,
  DeleteNatGatewayRequest,
  DeleteNatGatewayResult,
  DescribeNatGatewaysRequest,
  DescribeNatGatewaysResult,
  NatGateway as NatGatewayItem,
} from "@aws-sdk/client-ec2";
import type { Context, Operation, TimerDefinition } from "../../../core/index.ts";
import { AwsError, defineTimer, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { associateAddress } from "../elastic-addresses.ts";
import { invalidCombination, invalidValue } from "../errors.ts";
import { createInterface, deleteInterfaces, hiddenAttachment } from "../interfaces.ts";
import { elasticAddressKind, find, natGatewayKind, subnetKind } from "../kinds.ts";
import { checkQuota } from "../quotas.ts";
import type { NatGateway } from "../state.ts";
import { elasticAddresses, internetGateways, natGateways, networkInterfaces, subnets } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";

const createSeconds = 100;
const deleteSeconds = 45;
const visibleSeconds = 3600;

const settled: TimerDefinition<{ id: string }> = defineTimer<{ id: string }>(
  "ec2/nat-gateway-settled",
  ({ id }, ctx) => {
    const gateway = ctx.table(natGateways).get(id);
    if (gateway?.state === "deleting") {
      const row = gateway.interfaceId ? ctx.table(networkInterfaces).get(gateway.interfaceId) : undefined;
      if (row) deleteInterfaces(ctx, [row]);
      ctx.table(natGateways).update(id, { state: "deleted", deletedAt: ctx.now() });
    }
    if (gateway?.state !== "pending") return;
    const failure = failureOf(ctx, gateway);
    if (!failure) {
      ctx.table(natGateways).update(id, { state: "available" });
      return;
    }
    const row = gateway.interfaceId ? ctx.table(networkInterfaces).get(gateway.interfaceId) : undefined;
    if (row) deleteInterfaces(ctx, [row]);
    ctx.table(natGateways).update(id, { state: "failed", failure, deletedAt: ctx.now() });
  },
);
export const natGatewayTimers: readonly TimerDefinition[] = [settled];

/** Why a gateway can't come up: found while it's made, not when it's asked for. */
function failureOf(ctx: Context, gateway: Readonly<NatGateway>): NatGateway["failure"] {
  const fault = ctx.fault("failAt", { resource: "NatGateway", id: gateway.id, zone: zoneOf(ctx, gateway) });
  if (fault) return { code: "InternalError", message: fault.message ?? "The NAT gateway could not be created" };
  if (gateway.connectivity === "private" || ctx.table(internetGateways).by("vpc", gateway.vpcId).length > 0)
    return undefined;
  return {
    code: "Gateway.NotAttached",
    message: `Network ${gateway.vpcId} has no Internet gateway attached`,
  };
}

function zoneOf(ctx: Context, gateway: Readonly<NatGateway>): string {
  return ctx.table(subnets).get(gateway.subnetId)?.zone ?? "";
}

function render(row: Readonly<NatGateway>): NatGatewayItem {
  return {
    CreateTime: new Date(row.createdAt),
    ...(row.deletedAt === undefined ? {} : { DeleteTime: new Date(row.deletedAt) }),
    ...(row.failure ? { FailureCode: row.failure.code, FailureMessage: row.failure.message } : {}),
    NatGatewayAddresses: [
      {
        ...(row.allocationId ? { AllocationId: row.allocationId } : {}),
        ...(row.interfaceId ? { NetworkInterfaceId: row.interfaceId } : {}),
        ...(row.privateIp ? { PrivateIp: row.privateIp } : {}),
        ...(row.publicIp ? { PublicIp: row.publicIp } : {}),
        IsPrimary: true,
        Status: "succeeded",
      },
    ],
    NatGatewayId: row.id,
    State: row.state,
    SubnetId: row.subnetId,
    VpcId: row.vpcId,
    ...tagList(row.tags),
    ConnectivityType: row.connectivity,
  };
}

const isVisible = (row: Readonly<NatGateway>, ctx: Context): boolean =>
  row.deletedAt === undefined || ctx.now() - row.deletedAt < visibleSeconds * 1000;

const listing: Listing<NatGateway, NatGatewayItem> = {
  operation: "DescribeNatGateways",
  kind: natGatewayKind,
  indexed: { "vpc-id": "vpc", "subnet-id": "subnet" },
  visible: isVisible,
  observe: (rows, ctx) => {
    for (const row of rows)
      if (row.state === "pending" || row.state === "deleting") ctx.observe(`nat-gateway/${row.id}`);
  },
  filters: () => ({
    "nat-gateway-id": (row) => row.id,
    state: (row) => row.state,
    "subnet-id": (row) => row.subnetId,
    "vpc-id": (row) => row.vpcId,
  }),
  render,
};

export const natGatewayOperations: Readonly<Record<string, Operation>> = {
  CreateNatGateway: operation<CreateNatGatewayRequest, CreateNatGatewayResult>((input, ctx) => {
    const subnet = find(ctx, subnetKind, input.SubnetId, "subnetId");
    const connectivity = input.ConnectivityType ?? "public";
    if (connectivity !== "public" && connectivity !== "private") throw invalidValue(connectivity, "connectivityType");
    if (connectivity === "private" && input.AllocationId)
      throw invalidCombination("A private NAT gateway cannot have an Elastic IP address: AllocationId.");
    if (connectivity === "public" && !input.AllocationId)
      throw new AwsError(
        "MissingParameter",
        "The request must include the AllocationId parameter. Add the required parameter and retry the request.",
      );
    const address = input.AllocationId ? find(ctx, elasticAddressKind, input.AllocationId, "allocationId") : undefined;
    if (address?.associationId)
      throw new AwsError("Resource.AlreadyAssociated", `Elastic IP address [${address.id}] is already associated`);
    const inZone = ctx
      .table(natGateways)
      .list((row) => (row.state === "pending" || row.state === "available") && zoneOf(ctx, row) === subnet.zone);
    checkQuota(
      ctx,
      "natGatewaysPerZone",
      inZone.length,
      "NatGatewayLimitExceeded",
      "Performing this operation would exceed the limit of 5 NAT gateways",
    );
    const tags = tagsFor(ctx, input.TagSpecifications, "natgateway");
    const id = ctx.ids.ec2("nat");
    const row = createInterface(ctx, {
      subnet,
      groups: undefined,
      description: `Interface for NAT Gateway ${id}`,
      type: "nat_gateway",
      requesterId: ctx.account,
      primary: input.PrivateIpAddress ? { wanted: input.PrivateIpAddress } : undefined,
      attachment: hiddenAttachment(ctx),
      tags: {},
    });
    ctx.table(networkInterfaces).update(row.id, { groups: [] });
    if (address) associateAddress(ctx, address.id, row);
    const gateway: NatGateway = {
      id,
      vpcId: subnet.vpcId,
      subnetId: subnet.id,
      connectivity,
      state: "pending",
      createdAt: ctx.now(),
      interfaceId: row.id,
      privateIp: row.privateIp,
      ...(address ? { allocationId: address.id, publicIp: ctx.table(elasticAddresses).get(address.id)?.publicIp } : {}),
      tags,
    } as NatGateway;
    ctx.table(natGateways).put(id, gateway);
    ctx.schedule(settled, createSeconds, `nat-gateway/${id}`, { id });
    return { ...(input.ClientToken ? { ClientToken: input.ClientToken } : {}), NatGateway: render(gateway) };
  }),

  DeleteNatGateway: operation<DeleteNatGatewayRequest, DeleteNatGatewayResult>((input, ctx) => {
    const gateway = find(ctx, natGatewayKind, input.NatGatewayId, "natGatewayId");
    if (!isVisible(gateway, ctx)) throw new AwsError(natGatewayKind.notFound, natGatewayKind.missing(gateway.id));
    if (gateway.state === "failed")
      ctx.table(natGateways).update(gateway.id, { state: "deleted", deletedAt: ctx.now() });
    else if (gateway.state === "pending" || gateway.state === "available") {
      ctx.table(natGateways).update(gateway.id, { state: "deleting" });
      ctx.schedule(settled, deleteSeconds, `nat-gateway/${gateway.id}`, { id: gateway.id });
    }
    return { NatGatewayId: gateway.id };
  }),

  DescribeNatGateways: operation<DescribeNatGatewaysRequest, DescribeNatGatewaysResult>({
    waiter: true,
    run: (input, ctx) => {
      const { items, ...next } = describe(ctx, listing, { ...input, Filters: input.Filter }, input.NatGatewayIds);
      return { NatGateways: items, ...next };
    },
  }),
};
