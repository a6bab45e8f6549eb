// Network interfaces. Those that a service made for itself (EKS, load balancers, NAT) only the service can remove.
import type {
  AttachNetworkInterfaceRequest,
  AttachNetworkInterfaceResult,
  CreateNetworkInterfaceRequest,
  CreateNetworkInterfaceResult,
  DeleteNetworkInterfaceRequest,
  DescribeNetworkInterfaceAttributeRequest,
  DescribeNetworkInterfaceAttributeResult,
  DescribeNetworkInterfacesRequest,
  DescribeNetworkInterfacesResult,
  DetachNetworkInterfaceRequest,
  ModifyNetworkInterfaceAttributeRequest,
} from "@aws-sdk/client-ec2";
import { instanceType } from "../../../../../facts/index.ts";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { describe, refuseIdsWithPages } from "../describe.ts";
import { invalidCombination, invalidValue } from "../errors.ts";
import { createInterface, deleteInterfaces, interfaceGroups } from "../interfaces.ts";
import { find, instanceKind, networkInterfaceKind, required, subnetKind } from "../kinds.ts";
import { interfaceItem, interfaceListing } from "../render-interface.ts";
import type { NetworkInterface } from "../state.ts";
import { networkInterfaces } from "../state.ts";
import { tagsFor } from "../tags.ts";

/** The interface behind an attachment. */
function findAttached(ctx: Context, attachmentId: string | undefined): Readonly<NetworkInterface> {
  const id = required(attachmentId, "attachmentId");
  const [row] = ctx.table(networkInterfaces).by("attachment", id);
  if (!row) throw new AwsError("InvalidAttachmentID.NotFound", `The attachment ID '${id}' does not exist`);
  return row;
}

function refuseForeign(ctx: Context, row: Readonly<NetworkInterface>): void {
  if (row.requesterId && ctx.principal.type !== "AWSService")
    throw new AwsError("AuthFailure", "You do not have permission to access the specified resource.");
}

const interfaceTypes: readonly string[] = ["interface", "efa", "efa-only", "branch", "trunk"];

export const networkInterfaceOperations: Readonly<Record<string, Operation>> = {
  CreateNetworkInterface: operation<CreateNetworkInterfaceRequest, CreateNetworkInterfaceResult>((input, ctx) => {
    const subnet = find(ctx, subnetKind, input.SubnetId, "subnetId");
    if (input.InterfaceType && !interfaceTypes.includes(input.InterfaceType) && ctx.principal.type !== "AWSService")
      throw invalidValue(input.InterfaceType, "interfaceType");
    const byService = ctx.principal.type === "AWSService";
    const addresses = input.PrivateIpAddresses ?? [];
    const primary = input.PrivateIpAddress ?? addresses.find((one) => one.Primary)?.PrivateIpAddress;
    const secondary = addresses.filter((one) => !one.Primary).flatMap((one) => one.PrivateIpAddress ?? []);
    const row = createInterface(ctx, {
      subnet,
      groups: input.Groups,
      description: input.Description,
      type: (input.InterfaceType as NetworkInterface["type"] | undefined) ?? "interface",
      ...(byService ? { requesterId: ctx.principal.name } : {}),
      primary: primary ? { wanted: primary } : undefined,
      secondaryIps: secondary,
      secondaryCount: input.SecondaryPrivateIpAddressCount,
      prefixCount: input.Ipv4PrefixCount,
      ipv6Count: input.Ipv6AddressCount,
      // A service holds what it makes: the interface is in use from the start.
      ...(byService
        ? {
            attachment: {
              id: ctx.ids.ec2("eni-attach"),
              ownerId: "amazon-aws",
              deviceIndex: 1,
              networkCard: 0,
              deleteOnTermination: true,
              attachedAt: ctx.now(),
            },
          }
        : {}),
      tags: tagsFor(ctx, input.TagSpecifications, "network-interface"),
    });
    return { NetworkInterface: interfaceItem(row, ctx, byService ? "in-use" : "pending") };
  }),

  DeleteNetworkInterface: operation<DeleteNetworkInterfaceRequest, object>((input, ctx) => {
    const row = find(ctx, networkInterfaceKind, input.NetworkInterfaceId, "networkInterfaceId");
    const held = row.attachment !== undefined && (ctx.principal.type !== "AWSService" || row.attachment.instanceId);
    if (held) throw new AwsError("InvalidParameterValue", `Network interface '${row.id}' is currently in use.`);
    refuseForeign(ctx, row);
    deleteInterfaces(ctx, [row]);
    return {};
  }),

  DescribeNetworkInterfaces: operation<DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult>({
    waiter: true,
    run: (input, ctx) => {
      refuseIdsWithPages(input.NetworkInterfaceIds, input.MaxResults, "networkInterfaceIdSet");
      const { items, ...next } = describe(ctx, interfaceListing, input, input.NetworkInterfaceIds);
      return { NetworkInterfaces: items, ...next };
    },
  }),

  DescribeNetworkInterfaceAttribute: operation<
    DescribeNetworkInterfaceAttributeRequest,
    DescribeNetworkInterfaceAttributeResult
  >((input, ctx) => {
    const row = find(ctx, networkInterfaceKind, input.NetworkInterfaceId, "networkInterfaceId");
    const item = interfaceItem(row, ctx);
    const attributes: Record<string, DescribeNetworkInterfaceAttributeResult> = {
      description: { Description: { Value: row.description } },
      groupSet: { Groups: item.Groups },
      sourceDestCheck: { SourceDestCheck: { Value: row.sourceDestCheck } },
      attachment: item.Attachment ? { Attachment: item.Attachment } : {},
    };
    const attribute = attributes[input.Attribute ?? ""];
    if (!attribute) throw invalidValue(input.Attribute, "attribute");
    return { NetworkInterfaceId: row.id, ...attribute };
  }),

  ModifyNetworkInterfaceAttribute: operation<ModifyNetworkInterfaceAttributeRequest, object>((input, ctx) => {
    const row = find(ctx, networkInterfaceKind, input.NetworkInterfaceId, "networkInterfaceId");
    refuseForeign(ctx, row);
    const table = ctx.table(networkInterfaces);
    if (input.Description?.Value !== undefined) table.update(row.id, { description: input.Description.Value });
    if (input.Groups) table.update(row.id, { groups: interfaceGroups(ctx, row.vpcId, input.Groups) });
    if (input.SourceDestCheck?.Value !== undefined)
      table.update(row.id, { sourceDestCheck: input.SourceDestCheck.Value });
    const { Attachment: change } = input;
    if (change) {
      if (!row.attachment || row.attachment.id !== change.AttachmentId)
        throw new AwsError(
          "InvalidAttachmentID.NotFound",
          `The attachment ID '${change.AttachmentId ?? ""}' does not exist`,
        );
      table.update(row.id, {
        attachment: { ...row.attachment, deleteOnTermination: change.DeleteOnTermination === true },
      });
    }
    return {};
  }),

  AttachNetworkInterface: operation<AttachNetworkInterfaceRequest, AttachNetworkInterfaceResult>((input, ctx) => {
    const row = find(ctx, networkInterfaceKind, input.NetworkInterfaceId, "networkInterfaceId");
    const instance = find(ctx, instanceKind, input.InstanceId, "instanceId");
    const deviceIndex = required(input.DeviceIndex, "deviceIndex");
    if (row.attachment) throw new AwsError("InvalidParameterValue", `Interface: [${row.id}] in use.`);
    if (instance.state !== "running" && instance.state !== "stopped" && instance.state !== "pending")
      throw new AwsError("IncorrectState", `Instance '${instance.id}' is not in a valid state: ${instance.state}.`);
    if (row.zone !== instance.zone)
      throw new AwsError(
        "InvalidParameterCombination",
        `You may not attach a network interface to an instance if they are not in the same availability zone`,
      );
    const attached = ctx.table(networkInterfaces).by("instance", instance.id);
    const networkCard = input.NetworkCardIndex ?? 0;
    const onCard = attached.filter((other) => other.attachment?.networkCard === networkCard);
    if (onCard.some((other) => other.attachment?.deviceIndex === deviceIndex))
      throw new AwsError(
        "InvalidParameterValue",
        `Instance '${instance.id}' already has an interface attached at device index '${deviceIndex}'.`,
      );
    const limit = instanceType(instance.type)?.enis ?? 2;
    if (onCard.length >= limit)
      throw new AwsError(
        "AttachmentLimitExceeded",
        `Interface count ${onCard.length + 1} exceeds the limit for ${instance.type}`,
      );
    const id = ctx.ids.ec2("eni-attach");
    ctx.table(networkInterfaces).update(row.id, {
      attachment: {
        id,
        instanceId: instance.id,
        ownerId: ctx.account,
        deviceIndex,
        networkCard,
        deleteOnTermination: false,
        attachedAt: ctx.now(),
      },
    });
    return { AttachmentId: id, NetworkCardIndex: networkCard };
  }),

  DetachNetworkInterface: operation<DetachNetworkInterfaceRequest, object>((input, ctx) => {
    const row = findAttached(ctx, input.AttachmentId);
    if (row.attachment && !row.attachment.instanceId && ctx.principal.type !== "AWSService")
      throw new AwsError(
        "OperationNotPermitted",
        `You are not allowed to manage '${row.attachment.id.replace(/-[^-]*$/, "")}' attachments.`,
      );
    if (row.attachment?.deviceIndex === 0)
      throw new AwsError(
        "OperationNotPermitted",
        "The network interface at device index 0 and networkCard index 0 cannot be detached.",
      );
    const { attachment, ...rest } = row;
    if (!attachment) throw invalidCombination(`Interface ${row.id} is not attached.`);
    ctx.table(networkInterfaces).put(row.id, rest);
    return {};
  }),
};
