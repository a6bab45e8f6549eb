// Internet gateways and egress-only internet gateways.
import type {
  AttachInternetGatewayRequest,
  CreateEgressOnlyInternetGatewayRequest,
  CreateEgressOnlyInternetGatewayResult,
  CreateInternetGatewayRequest,
  CreateInternetGatewayResult,
  DeleteEgressOnlyInternetGatewayRequest,
  DeleteEgressOnlyInternetGatewayResult,
  DeleteInternetGatewayRequest,
  DescribeEgressOnlyInternetGatewaysRequest,
  DescribeEgressOnlyInternetGatewaysResult,
  DescribeInternetGatewaysRequest,
  DescribeInternetGatewaysResult,
  DetachInternetGatewayRequest,
  EgressOnlyInternetGateway,
  InternetGateway,
} from "@aws-sdk/client-ec2";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { dependencyViolation } from "../errors.ts";
import { egressOnlyGatewayKind, find, internetGatewayKind, vpcKind } from "../kinds.ts";
import type { Gateway } from "../state.ts";
import { egressOnlyGateways, elasticAddresses, internetGateways, networkInterfaces } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";

const listing: Listing<Gateway, InternetGateway> = {
  operation: "DescribeInternetGateways",
  kind: internetGatewayKind,
  indexed: { "attachment.vpc-id": "vpc" },
  filters: (ctx) => ({
    "internet-gateway-id": (row) => row.id,
    "attachment.vpc-id": (row) => row.vpcId,
    "attachment.state": (row) => row.vpcId && "available",
    "owner-id": () => ctx.account,
  }),
  render: (row, ctx) => ({
    Attachments: row.vpcId ? [{ State: "available" as never, VpcId: row.vpcId }] : [],
    InternetGatewayId: row.id,
    OwnerId: ctx.account,
    ...tagList(row.tags),
  }),
};

const egressOnlyListing: Listing<Gateway, EgressOnlyInternetGateway> = {
  operation: "DescribeEgressOnlyInternetGateways",
  kind: egressOnlyGatewayKind,
  filters: () => ({}),
  render: (row) => ({
    Attachments: row.vpcId ? [{ State: "attached", VpcId: row.vpcId }] : [],
    EgressOnlyInternetGatewayId: row.id,
    ...tagList(row.tags),
  }),
};

/** True when something in the VPC is reached from outside through its gateway. */
function hasPublicAddresses(ctx: Context, vpcId: string): boolean {
  return ctx
    .table(networkInterfaces)
    .by("vpc", vpcId)
    .some((row) => row.publicIp !== undefined || ctx.table(elasticAddresses).by("interface", row.id).length > 0);
}

export const internetGatewayOperations: Readonly<Record<string, Operation>> = {
  CreateInternetGateway: operation<CreateInternetGatewayRequest, CreateInternetGatewayResult>((input, ctx) => {
    const tags = tagsFor(ctx, input.TagSpecifications, "internet-gateway");
    const id = ctx.ids.ec2("igw");
    return { InternetGateway: listing.render(ctx.table(internetGateways).put(id, { id, tags }), ctx) };
  }),

  DeleteInternetGateway: operation<DeleteInternetGatewayRequest, object>((input, ctx) => {
    const gateway = find(ctx, internetGatewayKind, input.InternetGatewayId, "internetGatewayId");
    if (gateway.vpcId)
      throw dependencyViolation(`The internetGateway '${gateway.id}' has dependencies and cannot be deleted.`);
    ctx.table(internetGateways).delete(gateway.id);
    return {};
  }),

  DescribeInternetGateways: operation<DescribeInternetGatewaysRequest, DescribeInternetGatewaysResult>((input, ctx) => {
    const { items, ...next } = describe(ctx, listing, input, input.InternetGatewayIds);
    return { InternetGateways: items, ...next };
  }),

  AttachInternetGateway: operation<AttachInternetGatewayRequest, object>((input, ctx) => {
    const gateway = find(ctx, internetGatewayKind, input.InternetGatewayId, "internetGatewayId");
    const vpc = find(ctx, vpcKind, input.VpcId, "vpcId");
    if (gateway.vpcId)
      throw new AwsError(
        "Resource.AlreadyAssociated",
        `resource ${gateway.id} is already attached to network ${gateway.vpcId}`,
      );
    if (ctx.table(internetGateways).by("vpc", vpc.id).length > 0)
      throw new AwsError("InvalidParameterValue", `Network ${vpc.id} already has an internet gateway attached`);
    ctx.table(internetGateways).update(gateway.id, { vpcId: vpc.id });
    return {};
  }),

  DetachInternetGateway: operation<DetachInternetGatewayRequest, object>((input, ctx) => {
    const gateway = find(ctx, internetGatewayKind, input.InternetGatewayId, "internetGatewayId");
    const vpc = find(ctx, vpcKind, input.VpcId, "vpcId");
    if (gateway.vpcId !== vpc.id)
      throw new AwsError("Gateway.NotAttached", `resource ${gateway.id} is not attached to network ${vpc.id}`);
    if (hasPublicAddresses(ctx, vpc.id))
      throw dependencyViolation(
        `Network ${vpc.id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
      );
    ctx.table(internetGateways).put(gateway.id, { id: gateway.id, tags: gateway.tags });
    return {};
  }),

  CreateEgressOnlyInternetGateway: operation<
    CreateEgressOnlyInternetGatewayRequest,
    CreateEgressOnlyInternetGatewayResult
  >((input, ctx) => {
    const vpc = find(ctx, vpcKind, input.VpcId, "vpcId");
    const tags = tagsFor(ctx, input.TagSpecifications, "egress-only-internet-gateway");
    const id = ctx.ids.ec2("eigw");
    const gateway = ctx.table(egressOnlyGateways).put(id, { id, vpcId: vpc.id, tags });
    return { EgressOnlyInternetGateway: egressOnlyListing.render(gateway, ctx) };
  }),

  DeleteEgressOnlyInternetGateway: operation<
    DeleteEgressOnlyInternetGatewayRequest,
    DeleteEgressOnlyInternetGatewayResult
  >((input, ctx) => {
    const { id } = find(ctx, egressOnlyGatewayKind, input.EgressOnlyInternetGatewayId, "egressOnlyInternetGatewayId");
    ctx.table(egressOnlyGateways).delete(id);
    return { ReturnCode: true };
  }),

  DescribeEgressOnlyInternetGateways: operation<
    DescribeEgressOnlyInternetGatewaysRequest,
    DescribeEgressOnlyInternetGatewaysResult
  >((input, ctx) => {
    const { items, ...next } = describe(ctx, egressOnlyListing, input, input.EgressOnlyInternetGatewayIds);
    return { EgressOnlyInternetGateways: items, ...next };
  }),
};
