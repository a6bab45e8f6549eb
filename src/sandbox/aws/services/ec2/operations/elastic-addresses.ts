// Elastic IP addresses.
import type {
  AddressAttribute,
  Address,
  AllocateAddressRequest,
  AllocateAddressResult,
  AssociateAddressRequest,
  AssociateAddressResult,
  DescribeAddressesAttributeRequest,
  DescribeAddressesAttributeResult,
  DescribeAddressesRequest,
  DescribeAddressesResult,
  DisassociateAddressRequest,
  ReleaseAddressRequest,
} from "@aws-sdk/client-ec2";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { invalidCombination, invalidValue } from "../errors.ts";
import { elasticAddressKind, find, instanceKind, networkInterfaceKind, required } from "../kinds.ts";
import { associateAddress, disassociateAddress, publicAddress } from "../elastic-addresses.ts";
import { checkQuota } from "../quotas.ts";
import type { ElasticAddress } from "../state.ts";
import { elasticAddresses, internetGateways, networkInterfaces } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";

const listing: Listing<ElasticAddress, Address> = {
  operation: "DescribeAddresses",
  kind: elasticAddressKind,
  filters: (ctx) => ({
    "allocation-id": (row) => row.id,
    "association-id": (row) => row.associationId,
    domain: () => "vpc",
    "instance-id": (row) => row.instanceId,
    "network-border-group": (row) => row.networkBorderGroup,
    "network-interface-id": (row) => row.interfaceId,
    "network-interface-owner-id": (row) => row.interfaceId && ctx.account,
    "private-ip-address": (row) => row.privateIp,
    "public-ip": (row) => row.publicIp,
  }),
  render: (row, ctx) => ({
    AllocationId: row.id,
    ...(row.associationId ? { AssociationId: row.associationId } : {}),
    Domain: "vpc",
    ...(row.interfaceId ? { NetworkInterfaceId: row.interfaceId, NetworkInterfaceOwnerId: ctx.account } : {}),
    ...(row.privateIp ? { PrivateIpAddress: row.privateIp } : {}),
    ...tagList(row.tags),
    ...(row.instanceId ? { InstanceId: row.instanceId } : {}),
    PublicIp: row.publicIp,
    PublicIpv4Pool: "amazon",
    NetworkBorderGroup: row.networkBorderGroup,
  }),
};

function findByAddress(ctx: Context, ip: string): Readonly<ElasticAddress> {
  const [address] = ctx.table(elasticAddresses).by("ip", ip);
  if (!address) throw new AwsError("InvalidAddress.NotFound", `Address '${ip}' not found.`);
  return address;
}

/** The address that a request means, by allocation id or by itself. */
function addressOf(ctx: Context, id: string | undefined, ip: string | undefined): Readonly<ElasticAddress> {
  if (id !== undefined && ip !== undefined)
    throw invalidCombination("You may specify public IP or allocation id, but not both in the same call");
  return ip === undefined ? find(ctx, elasticAddressKind, id, "allocationId") : findByAddress(ctx, ip);
}

/** The interface that a request means: itself, or an instance's only one. */
function interfaceOf(ctx: Context, input: AssociateAddressRequest): { id: string; instanceId?: string } {
  if (input.NetworkInterfaceId) {
    const row = find(ctx, networkInterfaceKind, input.NetworkInterfaceId, "networkInterfaceId");
    const instanceId = row.attachment?.instanceId;
    return instanceId ? { id: row.id, instanceId } : { id: row.id };
  }
  const instance = find(ctx, instanceKind, input.InstanceId, "instanceId");
  const interfaces = ctx.table(networkInterfaces).by("instance", instance.id);
  const [only] = interfaces;
  if (!only)
    throw new AwsError(
      "IncorrectInstanceState",
      `The pending-instance-running instance to which 'eni' is attached is not in a valid state for this operation`,
    );
  if (interfaces.length > 1)
    throw new AwsError(
      "InvalidInstanceID",
      `There are multiple interfaces attached to instance '${instance.id}'. Please specify an interface ID for the operation instead.`,
    );
  return { id: only.id, instanceId: instance.id };
}

export const elasticAddressOperations: Readonly<Record<string, Operation>> = {
  AllocateAddress: operation<AllocateAddressRequest, AllocateAddressResult>((input, ctx) => {
    if (input.Domain && input.Domain !== "vpc" && input.Domain !== "standard")
      throw invalidValue(input.Domain, "domain");
    // An address that was released can be had again from AWS's pool while nobody else has it; here there is no such pool.
    if (input.Address) throw new AwsError("InvalidAddress.NotFound", `Address '${input.Address}' not found.`);
    const table = ctx.table(elasticAddresses);
    checkQuota(
      ctx,
      "elasticAddresses",
      table.size,
      "AddressLimitExceeded",
      "The maximum number of addresses has been reached.",
    );
    const id = ctx.ids.ec2("eipalloc");
    const publicIp = publicAddress(ctx);
    const networkBorderGroup = input.NetworkBorderGroup ?? ctx.region;
    table.put(id, { id, publicIp, networkBorderGroup, tags: tagsFor(ctx, input.TagSpecifications, "elastic-ip") });
    return {
      AllocationId: id,
      PublicIpv4Pool: "amazon",
      NetworkBorderGroup: networkBorderGroup,
      Domain: "vpc",
      PublicIp: publicIp,
    };
  }),

  ReleaseAddress: operation<ReleaseAddressRequest, object>((input, ctx) => {
    const address = addressOf(ctx, input.AllocationId, input.PublicIp);
    if (address.associationId) throw new AwsError("InvalidIPAddress.InUse", `Address ${address.publicIp} is in use.`);
    ctx.table(elasticAddresses).delete(address.id);
    return {};
  }),

  DescribeAddresses: operation<DescribeAddressesRequest, DescribeAddressesResult>((input, ctx) => {
    const byIp = input.PublicIps?.map((ip) => findByAddress(ctx, ip).id);
    const ids = input.AllocationIds?.length ? input.AllocationIds : byIp;
    return { Addresses: describe(ctx, listing, { Filters: input.Filters }, ids).items };
  }),

  DescribeAddressesAttribute: operation<DescribeAddressesAttributeRequest, DescribeAddressesAttributeResult>(
    (input, ctx) => {
      const { items, ...next } = describe<ElasticAddress, AddressAttribute>(
        ctx,
        {
          ...listing,
          operation: "DescribeAddressesAttribute",
          render: (row) => ({ AllocationId: row.id, PublicIp: row.publicIp }),
        },
        { MaxResults: input.MaxResults, NextToken: input.NextToken },
        input.AllocationIds,
      );
      return { Addresses: items, ...next };
    },
  ),

  AssociateAddress: operation<AssociateAddressRequest, AssociateAddressResult>((input, ctx) => {
    const address = addressOf(ctx, input.AllocationId, input.PublicIp);
    const target = interfaceOf(ctx, input);
    const row = find(ctx, networkInterfaceKind, target.id, "networkInterfaceId");
    const privateIp = input.PrivateIpAddress ?? row.privateIp;
    if (privateIp !== row.privateIp && !row.secondaryIps.includes(privateIp))
      throw invalidValue(privateIp, "privateIpAddress", `The address does not belong to interface ${row.id}.`);
    if (ctx.table(internetGateways).by("vpc", row.vpcId).length === 0)
      throw new AwsError("Gateway.NotAttached", `Network ${row.vpcId} is not attached to any internet gateway`);
    if (address.associationId) {
      const same = address.interfaceId === row.id && address.privateIp === privateIp;
      if (same) return { AssociationId: address.associationId };
      if (input.AllowReassociation !== true)
        throw new AwsError(
          "Resource.AlreadyAssociated",
          `resource ${address.id} is already associated with associate-id ${address.associationId}`,
        );
    }
    return { AssociationId: associateAddress(ctx, address.id, row, privateIp) };
  }),

  DisassociateAddress: operation<DisassociateAddressRequest, object>((input, ctx) => {
    const byId = (id: string): Readonly<ElasticAddress> | undefined =>
      ctx.table(elasticAddresses).by("association", id)[0];
    const address = input.PublicIp
      ? findByAddress(ctx, input.PublicIp)
      : byId(required(input.AssociationId, "associationId"));
    if (!address?.associationId)
      throw new AwsError(
        "InvalidAssociationID.NotFound",
        `The association ID '${input.AssociationId ?? input.PublicIp ?? ""}' does not exist`,
      );
    const holder = address.interfaceId ? ctx.table(networkInterfaces).get(address.interfaceId) : undefined;
    if (holder?.type === "nat_gateway" && ctx.principal.type !== "AWSService")
      throw new AwsError("AuthFailure", "You do not have permission to access the specified resource.");
    disassociateAddress(ctx, address.id);
    return {};
  }),
};
