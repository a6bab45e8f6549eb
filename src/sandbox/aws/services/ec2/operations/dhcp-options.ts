// DHCP option sets.
import type {
  AssociateDhcpOptionsRequest,
  CreateDhcpOptionsRequest,
  CreateDhcpOptionsResult,
  DeleteDhcpOptionsRequest,
  DescribeDhcpOptionsRequest,
  DescribeDhcpOptionsResult,
  DhcpOptions as OptionsItem,
} from "@aws-sdk/client-ec2";
import type { Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { dependencyViolation, invalidValue } from "../errors.ts";
import { dhcpOptionsKind, find, required, vpcKind } from "../kinds.ts";
import type { DhcpOptions } from "../state.ts";
import { dhcpOptions, vpcs } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";

/** How many values an option takes. https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html */
const most: Readonly<Record<string, number>> = {
  "domain-name": 1,
  "domain-name-servers": 4,
  "ntp-servers": 4,
  "netbios-name-servers": 4,
  "netbios-node-type": 1,
  "ipv6-address-preferred-lease-time": 1,
};

const listing: Listing<DhcpOptions, OptionsItem> = {
  operation: "DescribeDhcpOptions",
  kind: dhcpOptionsKind,
  filters: (ctx) => ({
    "dhcp-options-id": (row) => row.id,
    key: (row) => row.configurations.map(({ key }) => key),
    value: (row) => row.configurations.flatMap(({ values }) => values),
    "owner-id": () => ctx.account,
  }),
  render: (row, ctx) => ({
    OwnerId: ctx.account,
    Tags: tagList(row.tags).Tags ?? [],
    DhcpOptionsId: row.id,
    DhcpConfigurations: row.configurations.map(({ key, values }) => ({
      Key: key,
      Values: values.map((Value) => ({ Value })),
    })),
  }),
};

export const dhcpOptionsOperations: Readonly<Record<string, Operation>> = {
  CreateDhcpOptions: operation<CreateDhcpOptionsRequest, CreateDhcpOptionsResult>((input, ctx) => {
    const configurations = required(input.DhcpConfigurations, "dhcpConfiguration").map(({ Key = "", Values = [] }) => {
      if (!Object.hasOwn(most, Key)) throw invalidValue(Key, "dhcp-configuration-key", "Unknown DHCP option.");
      if (Values.length > (most[Key] ?? 0))
        throw invalidValue(Values.join(", "), Key, `At most ${most[Key]} values may be given.`);
      if (Key === "netbios-node-type" && !Values.every((value) => ["1", "2", "4", "8"].includes(value)))
        throw invalidValue(Values.join(", "), Key, "Must be 1, 2, 4 or 8.");
      return { key: Key, values: Values };
    });
    const id = ctx.ids.ec2("dopt");
    const tags = tagsFor(ctx, input.TagSpecifications, "dhcp-options");
    return { DhcpOptions: listing.render(ctx.table(dhcpOptions).put(id, { id, configurations, tags }), ctx) };
  }),

  DeleteDhcpOptions: operation<DeleteDhcpOptionsRequest, object>((input, ctx) => {
    const { id } = find(ctx, dhcpOptionsKind, input.DhcpOptionsId, "dhcpOptionsId");
    if (ctx.table(vpcs).find((vpc) => vpc.dhcpOptionsId === id))
      throw dependencyViolation(`The dhcpOptions '${id}' has dependencies and cannot be deleted.`);
    ctx.table(dhcpOptions).delete(id);
    return {};
  }),

  AssociateDhcpOptions: operation<AssociateDhcpOptionsRequest, object>((input, ctx) => {
    const vpc = find(ctx, vpcKind, input.VpcId, "vpcId");
    const id = required(input.DhcpOptionsId, "dhcpOptionsId");
    if (id !== "default") find(ctx, dhcpOptionsKind, id, "dhcpOptionsId");
    ctx.table(vpcs).update(vpc.id, { dhcpOptionsId: id });
    return {};
  }),

  DescribeDhcpOptions: operation<DescribeDhcpOptionsRequest, DescribeDhcpOptionsResult>((input, ctx) => {
    const { items, ...next } = describe(ctx, listing, input, input.DhcpOptionsIds);
    return { DhcpOptions: items, ...next };
  }),
};
