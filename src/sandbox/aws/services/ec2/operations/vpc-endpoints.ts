// VPC endpoints: gateways in route tables, interfaces with an address in every subnet.
import type {
  CreateVpcEndpointRequest,
  CreateVpcEndpointResult,
  DeleteVpcEndpointsRequest,
  DeleteVpcEndpointsResult,
  DescribeVpcEndpointsRequest,
  DescribeVpcEndpointsResult,
  ModifyVpcEndpointRequest,
  ModifyVpcEndpointResult,
  VpcEndpoint as EndpointItem,
} from "@aws-sdk/client-ec2";
import type { Context, Operation, TimerDefinition } from "../../../core/index.ts";
import { AwsError, defineTimer, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { endpointService, prefixLists } from "../endpoint-services.ts";
import { invalidCombination } from "../errors.ts";
import { createInterface, deleteInterfaces, hiddenAttachment, interfaceGroups } from "../interfaces.ts";
import { find, required, routeTableKind, subnetKind, vpcEndpointKind, vpcKind } from "../kinds.ts";
import { groupItems } from "../render-interface.ts";
import type { VpcEndpoint } from "../state.ts";
import { networkInterfaces, routeTables, vpcEndpoints } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";

const createSeconds = 60;
const deleteSeconds = 30;

const settled: TimerDefinition<{ id: string }> = defineTimer<{ id: string }>(
  "ec2/vpc-endpoint-settled",
  ({ id }, ctx) => {
    const row = ctx.table(vpcEndpoints).get(id);
    if (row?.state === "pending") ctx.table(vpcEndpoints).update(id, { state: "available" });
    if (row?.state === "deleting") {
      removeInterfaces(ctx, row.interfaceIds);
      ctx.table(vpcEndpoints).delete(id);
    }
  },
);
export const vpcEndpointTimers: readonly TimerDefinition[] = [settled];

const openPolicy = JSON.stringify({
  Version: "2008-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
});

function render(row: Readonly<VpcEndpoint>, ctx: Context): EndpointItem {
  const service = endpointService(ctx.region, ctx.partition, row.serviceName);
  const isInterface = row.type === "Interface";
  return {
    VpcEndpointId: row.id,
    VpcEndpointType: row.type,
    VpcId: row.vpcId,
    ServiceName: row.serviceName,
    // The SDK's type has capitals; the wire has `available`.
    State: row.state as unknown as NonNullable<EndpointItem["State"]>,
    PolicyDocument: row.policy,
    RouteTableIds: [...row.routeTableIds],
    SubnetIds: [...row.subnetIds],
    Groups: groupItems(ctx, row.groups),
    ...(isInterface ? { IpAddressType: "ipv4", DnsOptions: { DnsRecordIpType: "ipv4" } } : {}),
    PrivateDnsEnabled: row.privateDns,
    RequesterManaged: row.requesterManaged,
    NetworkInterfaceIds: [...row.interfaceIds],
    DnsEntries: isInterface
      ? [
          {
            DnsName: `${row.id}-${row.id.slice(-8)}.${service?.host ?? row.serviceName}.vpce.amazonaws.com`,
            HostedZoneId: "Z273ZU8SZ5RJPC",
          },
          ...(row.privateDns && service?.privateDns
            ? [{ DnsName: service.privateDns, HostedZoneId: "ZONEIDPENDING" }]
            : []),
        ]
      : [],
    CreationTimestamp: new Date(row.createdAt),
    Tags: tagList(row.tags).Tags ?? [],
    OwnerId: ctx.account,
  };
}

const listing: Listing<VpcEndpoint, EndpointItem> = {
  operation: "DescribeVpcEndpoints",
  kind: vpcEndpointKind,
  indexed: { "vpc-id": "vpc" },
  observe: (rows, ctx) => {
    for (const row of rows) if (row.state !== "available") ctx.observe(`vpc-endpoint/${row.id}`);
  },
  filters: (ctx) => ({
    "vpc-endpoint-id": (row) => row.id,
    "vpc-endpoint-state": (row) => row.state,
    "vpc-endpoint-type": (row) => row.type,
    "vpc-id": (row) => row.vpcId,
    "service-name": (row) => row.serviceName,
    "service-region": () => ctx.region,
    "ip-address-type": () => "ipv4",
  }),
  render,
};

function removeInterfaces(ctx: Context, ids: readonly string[]): void {
  deleteInterfaces(
    ctx,
    ids.flatMap((id) => ctx.table(networkInterfaces).get(id) ?? []),
  );
}

function addInterface(ctx: Context, id: string, vpcId: string, subnetId: string, groups: readonly string[]): string {
  const subnet = find(ctx, subnetKind, subnetId, "subnetId");
  if (subnet.vpcId !== vpcId)
    throw new AwsError("InvalidParameter", `Subnet ${subnetId} does not belong to VPC ${vpcId}.`);
  return createInterface(ctx, {
    subnet,
    groups,
    description: `VPC Endpoint Interface ${id}`,
    type: "vpc_endpoint",
    requesterId: "vpce.amazonaws.com",
    attachment: hiddenAttachment(ctx),
    tags: {},
  }).id;
}

/** Gateway endpoints are routes to the service's prefix list. */
function setRoutes(ctx: Context, row: Readonly<VpcEndpoint>, tableIds: readonly string[]): void {
  const list = prefixLists(ctx.region, ctx.partition).find(({ name }) => name === row.serviceName);
  for (const table of ctx.table(routeTables).by("vpc", row.vpcId)) {
    const others = table.routes.filter(({ target }) => target !== row.id);
    const has = tableIds.includes(table.id) && list;
    if (!has && others.length === table.routes.length) continue;
    const route = has ? [{ destination: list.id, target: row.id, origin: "CreateRoute" as const }] : [];
    ctx.table(routeTables).update(table.id, { routes: [...others, ...route] });
  }
}

function checkRouteTables(ctx: Context, vpcId: string, ids: readonly string[]): void {
  for (const id of ids) {
    if (find(ctx, routeTableKind, id, "routeTableId").vpcId !== vpcId)
      throw new AwsError("InvalidParameter", `Route table ${id} does not belong to VPC ${vpcId}.`);
  }
}

/** One private name leads to one endpoint of the VPC. */
function checkPrivateDns(ctx: Context, vpcId: string, serviceName: string): void {
  const vpc = find(ctx, vpcKind, vpcId, "vpcId");
  if (!vpc.dnsSupport || !vpc.dnsHostnames)
    throw new AwsError(
      "InvalidParameter",
      `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpcId}`,
    );
  const twin = ctx
    .table(vpcEndpoints)
    .by("vpc", vpcId)
    .find((row) => row.privateDns && row.serviceName === serviceName);
  if (twin)
    throw new AwsError(
      "InvalidParameter",
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${serviceName} in the VPC ${vpcId}`,
    );
}

export const vpcEndpointOperations: Readonly<Record<string, Operation>> = {
  CreateVpcEndpoint: operation<CreateVpcEndpointRequest, CreateVpcEndpointResult>((input, ctx) => {
    const vpc = find(ctx, vpcKind, input.VpcId, "vpcId");
    const serviceName = required(input.ServiceName, "serviceName");
    const type = input.VpcEndpointType ?? "Gateway";
    const service = endpointService(ctx.region, ctx.partition, serviceName);
    if (!service || !service.types.includes(type as "Gateway"))
      throw new AwsError("InvalidServiceName", `The Vpc Endpoint Service '${serviceName}' does not exist`);
    const id = ctx.ids.ec2("vpce");
    const isInterface = type === "Interface";
    if (!isInterface && (input.SubnetIds?.length || input.SecurityGroupIds?.length))
      throw invalidCombination("Subnets and security groups are for endpoints of type Interface.");
    if (isInterface && input.RouteTableIds?.length)
      throw invalidCombination("Route tables are for endpoints of type Gateway.");
    checkRouteTables(ctx, vpc.id, input.RouteTableIds ?? []);
    const privateDns = isInterface && (input.PrivateDnsEnabled ?? true);
    if (privateDns) checkPrivateDns(ctx, vpc.id, serviceName);
    const groups = isInterface ? interfaceGroups(ctx, vpc.id, input.SecurityGroupIds) : [];
    const subnetIds = [...new Set(input.SubnetIds)];
    checkZones(ctx, subnetIds);
    const row: VpcEndpoint = {
      id,
      vpcId: vpc.id,
      type: type as VpcEndpoint["type"],
      serviceName,
      state: isInterface ? "pending" : "available",
      policy: input.PolicyDocument ?? openPolicy,
      routeTableIds: input.RouteTableIds ?? [],
      subnetIds,
      groups,
      interfaceIds: subnetIds.map((subnetId) => addInterface(ctx, id, vpc.id, subnetId, groups)),
      privateDns,
      requesterManaged: ctx.principal.type === "AWSService",
      createdAt: ctx.now(),
      tags: tagsFor(ctx, input.TagSpecifications, "vpc-endpoint"),
    };
    ctx.table(vpcEndpoints).put(id, row);
    if (isInterface) ctx.schedule(settled, createSeconds, `vpc-endpoint/${id}`, { id });
    else setRoutes(ctx, row, row.routeTableIds);
    return { VpcEndpoint: render(row, ctx) };
  }),

  ModifyVpcEndpoint: operation<ModifyVpcEndpointRequest, ModifyVpcEndpointResult>((input, ctx) => {
    const row = find(ctx, vpcEndpointKind, input.VpcEndpointId, "vpcEndpointId");
    const without = (list: readonly string[], gone: readonly string[] = []): string[] =>
      list.filter((one) => !gone.includes(one));
    checkRouteTables(ctx, row.vpcId, input.AddRouteTableIds ?? []);
    const routeTableIds = [
      ...new Set([...without(row.routeTableIds, input.RemoveRouteTableIds), ...(input.AddRouteTableIds ?? [])]),
    ];
    const groups = [
      ...new Set([...without(row.groups, input.RemoveSecurityGroupIds), ...(input.AddSecurityGroupIds ?? [])]),
    ];
    const added = without(input.AddSubnetIds ?? [], row.subnetIds);
    const kept = without(row.subnetIds, input.RemoveSubnetIds);
    checkZones(ctx, [...kept, ...added]);
    const keeps = (id: string): boolean => kept.includes(ctx.table(networkInterfaces).get(id)?.subnetId ?? "");
    removeInterfaces(
      ctx,
      row.interfaceIds.filter((id) => !keeps(id)),
    );
    if (row.type === "Interface") interfaceGroups(ctx, row.vpcId, groups);
    const interfaceIds = [
      ...row.interfaceIds.filter((id) => keeps(id)),
      ...added.map((subnetId) => addInterface(ctx, row.id, row.vpcId, subnetId, groups)),
    ];
    for (const id of interfaceIds) ctx.table(networkInterfaces).update(id, { groups });
    const changed = ctx.table(vpcEndpoints).update(row.id, {
      routeTableIds,
      groups,
      subnetIds: [...kept, ...added],
      interfaceIds,
      policy: input.ResetPolicy ? openPolicy : (input.PolicyDocument ?? row.policy),
      privateDns: input.PrivateDnsEnabled ?? row.privateDns,
    });
    if (row.type === "Gateway") setRoutes(ctx, changed, routeTableIds);
    return { Return: true };
  }),

  DeleteVpcEndpoints: operation<DeleteVpcEndpointsRequest, DeleteVpcEndpointsResult>((input, ctx) => {
    const Unsuccessful: DeleteVpcEndpointsResult["Unsuccessful"] = [];
    for (const id of required(input.VpcEndpointIds, "vpcEndpointIds")) {
      const row = ctx.table(vpcEndpoints).get(id);
      if (!row) {
        const Error = { Code: vpcEndpointKind.notFound, Message: vpcEndpointKind.missing(id) };
        Unsuccessful.push({ ResourceId: id, Error });
        continue;
      }
      setRoutes(ctx, row, []);
      if (row.type === "Gateway") ctx.table(vpcEndpoints).delete(id);
      else if (row.state !== "deleting") {
        ctx.table(vpcEndpoints).update(id, { state: "deleting" });
        ctx.schedule(settled, deleteSeconds, `vpc-endpoint/${id}`, { id });
      }
    }
    return { Unsuccessful };
  }),

  DescribeVpcEndpoints: operation<DescribeVpcEndpointsRequest, DescribeVpcEndpointsResult>((input, ctx) => {
    const { items, ...next } = describe(ctx, listing, input, input.VpcEndpointIds);
    return { VpcEndpoints: items, ...next };
  }),
};

/** An interface endpoint has one subnet in a zone. */
function checkZones(ctx: Context, subnetIds: readonly string[]): void {
  const zones = subnetIds.map((id) => find(ctx, subnetKind, id, "subnetId").zone);
  const twice = zones.find((zone, i) => zones.indexOf(zone) !== i);
  if (twice)
    throw new AwsError(
      "DuplicateSubnetsInSameZone",
      `Found another VPC endpoint subnet in the availability zone of ${twice}`,
    );
}
