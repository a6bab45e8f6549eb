// VPC peering connections, also between accounts and regions of the sandbox.
import type {
  AcceptVpcPeeringConnectionRequest,
  AcceptVpcPeeringConnectionResult,
  CreateVpcPeeringConnectionRequest,
  CreateVpcPeeringConnectionResult,
  DeleteVpcPeeringConnectionRequest,
  DeleteVpcPeeringConnectionResult,
  DescribeVpcPeeringConnectionsRequest,
  DescribeVpcPeeringConnectionsResult,
  ModifyVpcPeeringConnectionOptionsRequest,
  ModifyVpcPeeringConnectionOptionsResult,
  PeeringConnectionOptionsRequest,
  RejectVpcPeeringConnectionRequest,
  RejectVpcPeeringConnectionResult,
  VpcPeeringConnection,
} from "@aws-sdk/client-ec2";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { find, peeringKind, required, vpcKind } from "../kinds.ts";
import { current, endOf, overlap, peeringItem, putPeering, transition, visibleSeconds, vpcOf } from "../peering.ts";
import type { PeeringConnection, PeeringEnd } from "../state.ts";
import { peeringConnections } from "../state.ts";
import { tagsFor } from "../tags.ts";

/** Days that a request waits for its answer. */
const expiryDays = 7;

const listing: Listing<PeeringConnection, VpcPeeringConnection> = {
  operation: "DescribeVpcPeeringConnections",
  kind: peeringKind,
  visible: (row, ctx) => (current(ctx, row).goneAt ?? Infinity) > ctx.now(),
  filters: (ctx) => ({
    "vpc-peering-connection-id": (row) => row.id,
    "accepter-vpc-info.cidr-block": (row) => row.accepter.cidrs,
    "accepter-vpc-info.owner-id": (row) => row.accepter.account,
    "accepter-vpc-info.vpc-id": (row) => row.accepter.vpcId,
    "requester-vpc-info.cidr-block": (row) => row.requester.cidrs,
    "requester-vpc-info.owner-id": (row) => row.requester.account,
    "requester-vpc-info.vpc-id": (row) => row.requester.vpcId,
    "expiration-time": (row) => new Date(row.expiresAt).toISOString(),
    "status-code": (row) => current(ctx, row).status,
    "status-message": (row) => current(ctx, row).message,
  }),
  render: (row, ctx) => peeringItem(current(ctx, row)),
};

function found(ctx: Context, id: string | undefined): Readonly<PeeringConnection> {
  return current(ctx, find(ctx, peeringKind, id, "vpcPeeringConnectionId"));
}

const isHere = (ctx: Context, end: PeeringEnd): boolean => end.account === ctx.account && end.region === ctx.region;

/** Only the accepter answers a request, where its VPC is. */
function checkAccepter(ctx: Context, row: Readonly<PeeringConnection>, what: string): void {
  if (row.accepter.account !== ctx.account)
    throw new AwsError("OperationNotPermitted", `User ${ctx.account} cannot ${what} peering ${row.id}`);
  if (row.accepter.region !== ctx.region)
    throw new AwsError(
      "OperationNotPermitted",
      `Incorrect region (${ctx.region}) specified for this request. VPC peering connection ${row.id} must be ${what}ed in region ${row.accepter.region}`,
    );
}

const waiting = ["pending-acceptance"] as const;

export const peeringOperations: Readonly<Record<string, Operation>> = {
  CreateVpcPeeringConnection: operation<CreateVpcPeeringConnectionRequest, CreateVpcPeeringConnectionResult>(
    (input, ctx) => {
      const vpc = find(ctx, vpcKind, input.VpcId, "vpcId");
      const place = { account: input.PeerOwnerId ?? ctx.account, region: input.PeerRegion ?? ctx.region };
      const accepter = endOf(place, required(input.PeerVpcId, "peerVpcId"));
      const open = ctx
        .table(peeringConnections)
        .by("vpc", vpc.id)
        .map((row) => current(ctx, row));
      const twin = open.find(
        ({ status, requester, accepter: other }) =>
          (status === "active" || status === "pending-acceptance") &&
          (requester.vpcId === accepter.vpcId || other.vpcId === accepter.vpcId),
      );
      if (twin?.status === "active")
        throw new AwsError(
          "VpcPeeringConnectionAlreadyExists",
          `A VPC peering connection between the VPCs already exists: ${twin.id}`,
        );
      // EC2 gives the same request again to who asks twice.
      if (twin?.requester.vpcId === vpc.id) return { VpcPeeringConnection: peeringItem(twin) };
      const peer = vpcOf(ctx, accepter);
      const fails = !peer || overlap(vpc, peer);
      const id = ctx.ids.ec2("pcx");
      const row = putPeering(ctx, {
        id,
        requester: endOf({ account: ctx.account, region: ctx.region }, vpc.id, vpc),
        accepter: endOf(place, accepter.vpcId, peer),
        status: fails ? "failed" : "pending-acceptance",
        message: fails
          ? "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"
          : `Pending Acceptance by ${place.account}`,
        expiresAt: ctx.now() + expiryDays * 86_400_000,
        ...(fails ? { goneAt: ctx.now() + visibleSeconds * 1000 } : {}),
        tags: tagsFor(ctx, input.TagSpecifications, "vpc-peering-connection"),
      });
      const Message = `Initiating Request to ${place.account}`;
      return { VpcPeeringConnection: peeringItem(row, { Code: "initiating-request", Message }) };
    },
  ),

  AcceptVpcPeeringConnection: operation<AcceptVpcPeeringConnectionRequest, AcceptVpcPeeringConnectionResult>(
    (input, ctx) => {
      const row = found(ctx, input.VpcPeeringConnectionId);
      checkAccepter(ctx, row, "accept");
      const next = transition(ctx, row, waiting, "active", "Active");
      return { VpcPeeringConnection: peeringItem(next, { Code: "provisioning", Message: "Provisioning" }) };
    },
  ),

  RejectVpcPeeringConnection: operation<RejectVpcPeeringConnectionRequest, RejectVpcPeeringConnectionResult>(
    (input, ctx) => {
      const row = found(ctx, input.VpcPeeringConnectionId);
      checkAccepter(ctx, row, "reject");
      transition(ctx, row, waiting, "rejected", `Rejected by ${ctx.account}`);
      return { Return: true };
    },
  ),

  DeleteVpcPeeringConnection: operation<DeleteVpcPeeringConnectionRequest, DeleteVpcPeeringConnectionResult>(
    (input, ctx) => {
      const row = found(ctx, input.VpcPeeringConnectionId);
      // A request that is over is let go without a word.
      if (row.status !== "deleted" && row.status !== "rejected" && row.status !== "failed" && row.status !== "expired")
        transition(ctx, row, ["active", ...waiting], "deleted", `Deleted by ${ctx.account}`);
      return { Return: true };
    },
  ),

  ModifyVpcPeeringConnectionOptions: operation<
    ModifyVpcPeeringConnectionOptionsRequest,
    ModifyVpcPeeringConnectionOptionsResult
  >((input, ctx) => {
    const row = found(ctx, input.VpcPeeringConnectionId);
    const { AccepterPeeringConnectionOptions: forAccepter, RequesterPeeringConnectionOptions: forRequester } = input;
    if (row.status !== "active")
      throw new AwsError("InvalidStateTransition", `The peering connection ${row.id} is not active: ${row.status}`);
    const changed = (end: PeeringEnd, options: PeeringConnectionOptionsRequest | undefined): PeeringEnd => {
      if (!options) return end;
      if (!isHere(ctx, end))
        throw new AwsError(
          "OperationNotPermitted",
          `User ${ctx.account} cannot modify options of VPC ${end.vpcId} in ${end.region}`,
        );
      return { ...end, dnsResolution: options.AllowDnsResolutionFromRemoteVpc ?? end.dnsResolution };
    };
    const next = putPeering(ctx, {
      ...row,
      accepter: changed(row.accepter, forAccepter),
      requester: changed(row.requester, forRequester),
    });
    const shown = (end: PeeringEnd): object => ({
      AllowDnsResolutionFromRemoteVpc: end.dnsResolution,
      AllowEgressFromLocalClassicLinkToRemoteVpc: false,
      AllowEgressFromLocalVpcToRemoteClassicLink: false,
    });
    return {
      ...(forAccepter ? { AccepterPeeringConnectionOptions: shown(next.accepter) } : {}),
      ...(forRequester ? { RequesterPeeringConnectionOptions: shown(next.requester) } : {}),
    };
  }),

  DescribeVpcPeeringConnections: operation<DescribeVpcPeeringConnectionsRequest, DescribeVpcPeeringConnectionsResult>({
    waiter: true,
    run: (input, ctx) => {
      const { items, ...next } = describe(ctx, listing, input, input.VpcPeeringConnectionIds);
      return { VpcPeeringConnections: items, ...next };
    },
  }),
};
