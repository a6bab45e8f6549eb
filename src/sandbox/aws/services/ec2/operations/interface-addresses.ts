// More addresses for an interface and fewer: what the VPC CNI does all day.
import type {
  AssignIpv6AddressesRequest,
  AssignIpv6AddressesResult,
  AssignPrivateIpAddressesRequest,
  AssignPrivateIpAddressesResult,
  UnassignIpv6AddressesRequest,
  UnassignIpv6AddressesResult,
  UnassignPrivateIpAddressesRequest,
} from "@aws-sdk/client-ec2";
import { formatAddress, parseCidr } from "../../../../../base/index.ts";
import { instanceType } from "../../../../../facts/index.ts";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { freeAddresses, takeAddress, takeIpv6 } from "../addresses.ts";
import { invalidCombination } from "../errors.ts";
import { assignPrefixes, assignSecondary } from "../interfaces.ts";
import { find, networkInterfaceKind, subnetKind } from "../kinds.ts";
import type { NetworkInterface } from "../state.ts";
import { elasticAddresses, instances, networkInterfaces } from "../state.ts";

/** An instance type says how many addresses (or blocks in their place) an interface of it may have. */
function checkLimit(ctx: Context, row: Readonly<NetworkInterface>, more: number): void {
  const type = row.attachment?.instanceId ? ctx.table(instances).get(row.attachment.instanceId)?.type : undefined;
  const limit = type ? instanceType(type)?.ipv4PerEni : undefined;
  if (limit !== undefined && 1 + row.secondaryIps.length + row.prefixes.length + more > limit)
    throw new AwsError(
      "PrivateIpAddressLimitExceeded",
      `Number of private addresses will exceed limit. Interface ${row.id} of a ${type} may have ${limit}.`,
    );
}

export const interfaceAddressOperations: Readonly<Record<string, Operation>> = {
  AssignPrivateIpAddresses: operation<AssignPrivateIpAddressesRequest, AssignPrivateIpAddressesResult>((input, ctx) => {
    const row = find(ctx, networkInterfaceKind, input.NetworkInterfaceId, "networkInterfaceId");
    const { PrivateIpAddresses: named = [], SecondaryPrivateIpAddressCount: count = 0, Ipv4PrefixCount = 0 } = input;
    if (input.Ipv4Prefixes?.length) throw invalidCombination("Ask for prefixes by Ipv4PrefixCount.");
    if (named.length + count + Ipv4PrefixCount === 0)
      throw invalidCombination("Either one or more private addresses or an address count should be specified");
    if ([named.length, count, Ipv4PrefixCount].filter((n) => n > 0).length > 1)
      throw invalidCombination("Only one of private addresses, address count and prefix count may be specified");
    checkLimit(ctx, row, named.length + count + Ipv4PrefixCount);
    let addresses: readonly string[] = [];
    if (count > 0) addresses = assignSecondary(ctx, row.id, count);
    for (const wanted of named) {
      const moved = input.AllowReassignment && takeOver(ctx, row, wanted);
      const address = moved ? wanted : takeAddress(ctx, row.subnetId, wanted);
      ctx.table(networkInterfaces).update(row.id, (now) => ({ ...now, secondaryIps: [...now.secondaryIps, address] }));
      addresses = [...addresses, address];
    }
    const prefixes = Ipv4PrefixCount > 0 ? assignPrefixes(ctx, row.id, Ipv4PrefixCount) : [];
    return {
      NetworkInterfaceId: row.id,
      AssignedPrivateIpAddresses: addresses.map((PrivateIpAddress) => ({ PrivateIpAddress })),
      AssignedIpv4Prefixes: prefixes.map((Ipv4Prefix) => ({ Ipv4Prefix })),
    };
  }),

  UnassignPrivateIpAddresses: operation<UnassignPrivateIpAddressesRequest, object>((input, ctx) => {
    const row = find(ctx, networkInterfaceKind, input.NetworkInterfaceId, "networkInterfaceId");
    const addresses = new Set([...(input.PrivateIpAddresses ?? []), ...(input.Ipv4Prefixes ?? [])]);
    for (const address of addresses) {
      if (!row.secondaryIps.includes(address) && !row.prefixes.includes(address))
        throw new AwsError(
          "InvalidParameterValue",
          `Some of the specified addresses are not assigned to interface ${row.id}: ${address}`,
        );
      if (
        ctx
          .table(elasticAddresses)
          .by("interface", row.id)
          .some((one) => one.privateIp === address)
      )
        throw new AwsError("InvalidIPAddress.InUse", `Address ${address} is associated with an Elastic IP address.`);
    }
    ctx.table(networkInterfaces).update(row.id, {
      secondaryIps: row.secondaryIps.filter((address) => !addresses.has(address)),
      prefixes: row.prefixes.filter((prefix) => !addresses.has(prefix)),
    });
    freeAddresses(ctx, row.subnetId, [...addresses]);
    return {};
  }),

  AssignIpv6Addresses: operation<AssignIpv6AddressesRequest, AssignIpv6AddressesResult>((input, ctx) => {
    const row = find(ctx, networkInterfaceKind, input.NetworkInterfaceId, "networkInterfaceId");
    const subnet = find(ctx, subnetKind, row.subnetId, "subnetId");
    const prefixes = Array.from({ length: input.Ipv6PrefixCount ?? 0 }, () => `${blockOf80(takeIpv6(ctx, subnet))}/80`);
    const count = input.Ipv6AddressCount ?? (prefixes.length > 0 ? 0 : (input.Ipv6Addresses?.length ?? 1));
    const addresses = input.Ipv6Addresses ?? Array.from({ length: count }, () => takeIpv6(ctx, subnet));
    ctx.table(networkInterfaces).update(row.id, {
      ipv6: [...row.ipv6, ...addresses],
      ipv6Prefixes: [...row.ipv6Prefixes, ...prefixes],
    });
    return { NetworkInterfaceId: row.id, AssignedIpv6Addresses: addresses, AssignedIpv6Prefixes: prefixes };
  }),

  UnassignIpv6Addresses: operation<UnassignIpv6AddressesRequest, UnassignIpv6AddressesResult>((input, ctx) => {
    const row = find(ctx, networkInterfaceKind, input.NetworkInterfaceId, "networkInterfaceId");
    const { Ipv6Addresses: addresses = [], Ipv6Prefixes: prefixes = [] } = input;
    ctx.table(networkInterfaces).update(row.id, {
      ipv6: row.ipv6.filter((address) => !addresses.includes(address)),
      ipv6Prefixes: row.ipv6Prefixes.filter((prefix) => !prefixes.includes(prefix)),
    });
    return { NetworkInterfaceId: row.id, UnassignedIpv6Addresses: addresses, UnassignedIpv6Prefixes: prefixes };
  }),
};

/** The /80 that an address lies in. */
function blockOf80(address: string): string {
  const block = parseCidr(`${address}/80`);
  return block ? formatAddress(6, block.base) : address;
}

/** Moves a secondary address from another interface of the subnet; false when nobody has it as such. */
function takeOver(ctx: Context, row: Readonly<NetworkInterface>, address: string): boolean {
  const [holder] = ctx.table(networkInterfaces).by("address", `${row.subnetId}/${address}`);
  if (!holder?.secondaryIps.includes(address)) return false;
  ctx
    .table(networkInterfaces)
    .update(holder.id, { secondaryIps: holder.secondaryIps.filter((one) => one !== address) });
  return true;
}
