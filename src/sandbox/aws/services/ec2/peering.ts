// Peering connections: a row at each end, changed together. https://docs.aws.amazon.com/vpc/latest/peering/
import type { VpcPeeringConnection, VpcPeeringConnectionVpcInfo } from "@aws-sdk/client-ec2";
import { cidrOverlaps, parseCidr } from "../../../../base/index.ts";
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import type { PeeringConnection, PeeringEnd, Vpc } from "./state.ts";
import { peeringConnections, vpcs } from "./state.ts";
import { tagList } from "./tags.ts";

/** A connection that is over stays in the lists for about two hours. */
export const visibleSeconds = 7200;

/** One end as a row keeps it; without `blocks` where the VPC isn't known or hasn't accepted. */
export function endOf(place: { account: string; region: string }, vpcId: string, vpc?: Readonly<Vpc>): PeeringEnd {
  return {
    ...place,
    vpcId,
    cidrs: vpc?.cidrs.map(({ cidr }) => cidr) ?? [],
    ipv6Cidrs: vpc?.ipv6Cidrs.map(({ cidr }) => cidr) ?? [],
    dnsResolution: false,
  };
}

/** The VPC at an end, wherever it is. */
export function vpcOf(ctx: Context, end: PeeringEnd): Readonly<Vpc> | undefined {
  return ctx.table(vpcs, { account: end.account, region: end.region }).get(end.vpcId);
}

/** Writes a connection at both its ends. Tags belong to the end that set them. */
export function putPeering(ctx: Context, row: PeeringConnection): Readonly<PeeringConnection> {
  for (const { account, region } of [row.requester, row.accepter]) {
    const here = account === ctx.account && region === ctx.region;
    const table = ctx.table(peeringConnections, { account, region });
    table.put(row.id, here ? row : { ...row, tags: table.get(row.id)?.tags ?? {} });
  }
  return row;
}

/** Whether any block of one VPC lies in the other's: such VPCs can't be connected. */
export function overlap(a: Readonly<Vpc>, b: Readonly<Vpc>): boolean {
  const blocks = (vpc: Readonly<Vpc>): string[] => [...vpc.cidrs, ...vpc.ipv6Cidrs].map(({ cidr }) => cidr);
  return blocks(a).some((one) =>
    blocks(b).some((other) => {
      const [x, y] = [parseCidr(one), parseCidr(other)];
      return x !== undefined && y !== undefined && x.family === y.family && cidrOverlaps(x, y);
    }),
  );
}

/** The active connection between two VPCs, seen from here. */
export function activePeering(ctx: Context, a: string, b: string): Readonly<PeeringConnection> | undefined {
  return ctx
    .table(peeringConnections)
    .by("vpc", a)
    .find((row) => row.status === "active" && (row.requester.vpcId === b || row.accepter.vpcId === b));
}

/** Moves a connection on. @throws AwsError InvalidStateTransition */
export function transition(
  ctx: Context,
  row: Readonly<PeeringConnection>,
  from: readonly PeeringConnection["status"][],
  status: "active" | "rejected" | "deleted",
  message: string,
): Readonly<PeeringConnection> {
  if (!from.includes(row.status))
    throw new AwsError(
      "InvalidStateTransition",
      `Invalid state transition for ${row.id}, attempting to transition from ${row.status} to ${status}`,
    );
  const isOver = status !== "active";
  return putPeering(ctx, { ...row, status, message, ...(isOver ? { goneAt: ctx.now() + visibleSeconds * 1000 } : {}) });
}

/** As a list shows it: a request that nobody answered within seven days has expired. */
export function current(ctx: Context, row: Readonly<PeeringConnection>): Readonly<PeeringConnection> {
  if (row.status !== "pending-acceptance" || ctx.now() < row.expiresAt) return row;
  return { ...row, status: "expired", message: "Expired", goneAt: row.expiresAt + visibleSeconds * 1000 };
}

function info(end: PeeringEnd, shown: boolean, active: boolean): VpcPeeringConnectionVpcInfo {
  return {
    ...(shown && end.cidrs[0] ? { CidrBlock: end.cidrs[0] } : {}),
    ...(shown && end.ipv6Cidrs.length > 0
      ? { Ipv6CidrBlockSet: end.ipv6Cidrs.map((Ipv6CidrBlock) => ({ Ipv6CidrBlock })) }
      : {}),
    ...(shown && end.cidrs.length > 0 ? { CidrBlockSet: end.cidrs.map((CidrBlock) => ({ CidrBlock })) } : {}),
    OwnerId: end.account,
    ...(active
      ? {
          PeeringOptions: {
            AllowDnsResolutionFromRemoteVpc: end.dnsResolution,
            AllowEgressFromLocalClassicLinkToRemoteVpc: false,
            AllowEgressFromLocalVpcToRemoteClassicLink: false,
          },
        }
      : {}),
    VpcId: end.vpcId,
    Region: end.region,
  };
}

/** A connection as DescribeVpcPeeringConnections gives it; the accepter's blocks are shown when it has accepted. */
export function peeringItem(
  row: Readonly<PeeringConnection>,
  status: { Code: string; Message: string } = { Code: row.status, Message: row.message },
): VpcPeeringConnection {
  const active = row.status === "active";
  return {
    AccepterVpcInfo: info(row.accepter, active, active),
    ...(row.status === "pending-acceptance" ? { ExpirationTime: new Date(row.expiresAt) } : {}),
    RequesterVpcInfo: info(row.requester, true, active),
    Status: status as NonNullable<VpcPeeringConnection["Status"]>,
    Tags: tagList(row.tags).Tags ?? [],
    VpcPeeringConnectionId: row.id,
  };
}
