// Network interfaces as instances, NAT gateways, endpoints and users get them: addresses in, addresses out.
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { freeAddresses, takeAddress, takeAddresses, takeIpv6, takePrefixes } from "./addresses.ts";
import { disassociateInterface } from "./elastic-addresses.ts";
import { find, securityGroupKind } from "./kinds.ts";
import { quota } from "./quotas.ts";
import type { InterfaceAttachment, NetworkInterface, Subnet, Tags } from "./state.ts";
import { networkInterfaces, securityGroups } from "./state.ts";

export interface InterfaceWish {
  subnet: Readonly<Subnet>;
  /** Default: the VPC's default group. */
  groups?: readonly string[] | undefined;
  description?: string | undefined;
  type?: NetworkInterface["type"];
  requesterId?: string;
  /** A primary address already taken, or one to take by name. */
  primary?: { taken: string } | { wanted: string } | undefined;
  secondaryIps?: readonly string[];
  secondaryCount?: number | undefined;
  prefixCount?: number | undefined;
  ipv6Count?: number | undefined;
  publicIp?: string;
  attachment?: InterfaceAttachment;
  tags: Tags;
}

/** How an interface hangs on something that AWS runs out of sight, a NAT gateway or an endpoint. */
export function hiddenAttachment(ctx: Context): InterfaceAttachment {
  return {
    id: `ela-attach-${ctx.ids.hex(17)}`,
    ownerId: "amazon-aws",
    deviceIndex: 1,
    networkCard: 0,
    deleteOnTermination: false,
    attachedAt: ctx.now(),
  };
}

/** Makes an interface and takes its addresses. */
export function createInterface(ctx: Context, wish: InterfaceWish): Readonly<NetworkInterface> {
  const { subnet, primary } = wish;
  const groups = interfaceGroups(ctx, subnet.vpcId, wish.groups);
  const privateIp = primaryAddress(ctx, subnet, primary);
  const named = (wish.secondaryIps ?? []).map((address) => takeAddress(ctx, subnet.id, address));
  const id = ctx.ids.ec2("eni");
  // Put before more is taken: an address is held by the row that names it.
  const table = ctx.table(networkInterfaces);
  const row: NetworkInterface = {
    id,
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    zone: subnet.zone,
    description: wish.description ?? "",
    type: wish.type ?? "interface",
    ...(wish.requesterId ? { requesterId: wish.requesterId } : {}),
    mac: macAddress(ctx),
    groups,
    privateIp,
    secondaryIps: named,
    prefixes: [],
    ipv6: Array.from({ length: wish.ipv6Count ?? (subnet.assignIpv6 ? 1 : 0) }, () => takeIpv6(ctx, subnet)),
    ipv6Prefixes: [],
    ...(wish.publicIp ? { publicIp: wish.publicIp } : {}),
    sourceDestCheck: wish.type !== "nat_gateway",
    ...(wish.attachment ? { attachment: wish.attachment } : {}),
    tags: wish.tags,
  };
  table.put(id, row);
  if (wish.secondaryCount) assignSecondary(ctx, id, wish.secondaryCount);
  if (wish.prefixCount) assignPrefixes(ctx, id, wish.prefixCount);
  return table.get(id) as Readonly<NetworkInterface>;
}

function primaryAddress(ctx: Context, subnet: Readonly<Subnet>, primary: InterfaceWish["primary"]): string {
  if (primary && "taken" in primary) return primary.taken;
  if (primary) return takeAddress(ctx, subnet.id, primary.wanted);
  return subnet.cidr === "" ? "" : (takeAddresses(ctx, subnet.id, 1)[0] ?? "");
}

/** Adds free addresses; returns them. */
export function assignSecondary(ctx: Context, id: string, count: number): readonly string[] {
  const row = ctx.table(networkInterfaces).get(id) as Readonly<NetworkInterface>;
  const added = takeAddresses(ctx, row.subnetId, count);
  ctx.table(networkInterfaces).update(id, { secondaryIps: [...row.secondaryIps, ...added] });
  return added;
}

/** Adds /28 blocks; returns them. */
export function assignPrefixes(ctx: Context, id: string, count: number): readonly string[] {
  const row = ctx.table(networkInterfaces).get(id) as Readonly<NetworkInterface>;
  const added = takePrefixes(ctx, row.subnetId, count);
  ctx.table(networkInterfaces).update(id, { prefixes: [...row.prefixes, ...added] });
  return added;
}

/** The groups of a new interface: those given, which must be of its VPC, or the VPC's default group. */
export function interfaceGroups(ctx: Context, vpcId: string, given: readonly string[] | undefined): readonly string[] {
  if (!given || given.length === 0) {
    const [fallback] = ctx.table(securityGroups).by("name", `${vpcId}/default`);
    return fallback ? [fallback.id] : [];
  }
  const unique = [...new Set(given)];
  if (unique.length > quota(ctx, "groupsPerInterface"))
    throw new AwsError(
      "SecurityGroupsPerInterfaceLimitExceeded",
      "The maximum number of security groups per interface has been reached.",
    );
  for (const id of unique) {
    const group = find(ctx, securityGroupKind, id, "groupId");
    if (group.vpcId !== vpcId)
      throw new AwsError(
        "InvalidParameter",
        `Security group ${id} and subnet belong to different networks: the group's is ${group.vpcId}, the subnet's ${vpcId}.`,
      );
  }
  return unique;
}

/** Removes interfaces; their addresses go back, an elastic address stays allocated. One pass per subnet. */
export function deleteInterfaces(ctx: Context, rows: readonly Readonly<NetworkInterface>[]): void {
  const bySubnet = new Map<string, string[]>();
  for (const row of rows) {
    disassociateInterface(ctx, row.id);
    ctx.table(networkInterfaces).delete(row.id);
    const held = bySubnet.get(row.subnetId) ?? [];
    bySubnet.set(row.subnetId, held);
    if (row.privateIp !== "") held.push(row.privateIp);
    held.push(...row.secondaryIps, ...row.prefixes);
  }
  for (const [subnetId, held] of bySubnet) freeAddresses(ctx, subnetId, held);
}

function macAddress(ctx: Context): string {
  return `0a:${(ctx.ids.hex(10).match(/../g) ?? []).join(":")}`;
}

/** `ip-10-0-0-7.eu-central-1.compute.internal`: the name that nodes have. */
export function privateDnsName(ctx: Context, address: string): string {
  const domain = ctx.region === "us-east-1" ? "ec2.internal" : `${ctx.region}.compute.internal`;
  return `ip-${address.replaceAll(".", "-")}.${domain}`;
}

/** `ec2-3-1-2-3.eu-central-1.compute.amazonaws.com`. */
export function publicDnsName(ctx: Context, address: string): string {
  const suffix = ctx.partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  const domain = ctx.region === "us-east-1" ? "compute-1" : `${ctx.region}.compute`;
  return `ec2-${address.replaceAll(".", "-")}.${domain}.${suffix}`;
}
