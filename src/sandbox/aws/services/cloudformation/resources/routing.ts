// Route tables and gateways: AWS::EC2::RouteTable, Route, SubnetRouteTableAssociation, InternetGateway and its
// attachment, EgressOnlyInternetGateway, NatGateway, EIP, EIPAssociation.
import type {
  AllocateAddressResult,
  AssociateAddressResult,
  AssociateRouteTableResult,
  CreateEgressOnlyInternetGatewayResult,
  CreateInternetGatewayResult,
  CreateNatGatewayResult,
  CreateRouteTableResult,
  DescribeAddressesResult,
  DescribeEgressOnlyInternetGatewaysResult,
  DescribeInternetGatewaysResult,
  DescribeNatGatewaysResult,
  DescribeRouteTablesResult,
  NatGateway,
  RouteTable,
} from "@aws-sdk/client-ec2";
import { pick } from "../adapter.ts";
import type { ResourceHandler, ResourceRequest } from "../handler.ts";
import { resource } from "../handler.ts";
import type { Tag } from "./ec2-parts.ts";
import { retag, tagById, tagSpecifications, updateTags } from "./ec2-parts.ts";

function tableOf(request: Pick<ResourceRequest, "find">, id: string): RouteTable | undefined {
  return request.find<DescribeRouteTablesResult>("DescribeRouteTables", { RouteTableIds: [id] })?.RouteTables?.[0];
}

const routeTable = resource<{ VpcId: string; Tags?: Tag[] }>("AWS::EC2::RouteTable", "ec2", {
  create: ({ properties, call }) =>
    call<CreateRouteTableResult>("CreateRouteTable", {
      VpcId: properties.VpcId,
      ...tagSpecifications("route-table", properties.Tags),
    }).RouteTable?.RouteTableId ?? "",
  read(request) {
    const found = tableOf(request, request.physicalId);
    return found && { RouteTableId: found.RouteTableId, VpcId: found.VpcId, Tags: found.Tags ?? [] };
  },
  update: updateTags,
  delete(request) {
    request.call("DeleteRouteTable", { RouteTableId: request.physicalId });
  },
  tag: tagById,
});

interface RouteProperties {
  RouteTableId: string;
  DestinationCidrBlock?: string;
  DestinationIpv6CidrBlock?: string;
  DestinationPrefixListId?: string;
}

const destinations = ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"] as const;

function destinationOf(properties: RouteProperties): string {
  return destinations.map((name) => properties[name]).find((value) => value !== undefined) ?? "";
}

/** CloudFormation lets an internet gateway's attachment settle: a route to a gateway that isn't attached yet fails. */
const route = resource<RouteProperties>("AWS::EC2::Route", "ec2", {
  create(request) {
    request.call("CreateRoute", { ...request.properties });
    return `${request.properties.RouteTableId}|${destinationOf(request.properties)}`;
  },
  read(request) {
    const { properties } = request;
    const destination = destinationOf(properties);
    const found = tableOf(request, properties.RouteTableId)?.Routes?.find(
      (one) =>
        one.DestinationCidrBlock === destination ||
        one.DestinationIpv6CidrBlock === destination ||
        one.DestinationPrefixListId === destination,
    );
    if (!found) return undefined;
    const target = pick({ ...found }, [
      "GatewayId",
      "NatGatewayId",
      "NetworkInterfaceId",
      "InstanceId",
      "TransitGatewayId",
    ]);
    return { CidrBlock: destination, RouteTableId: properties.RouteTableId, ...target };
  },
  update(request) {
    request.call("ReplaceRoute", { ...request.properties });
  },
  delete(request) {
    const { properties } = request;
    request.call("DeleteRoute", pick({ ...properties }, ["RouteTableId", ...destinations]));
  },
});

const association = resource<{ RouteTableId: string; SubnetId: string }>(
  "AWS::EC2::SubnetRouteTableAssociation",
  "ec2",
  {
    create: ({ properties, call }) =>
      call<AssociateRouteTableResult>("AssociateRouteTable", properties).AssociationId ?? "",
    read(request) {
      const { RouteTableId, SubnetId } = request.properties;
      const all = tableOf(request, RouteTableId)?.Associations ?? [];
      const found = all.find((one) => one.RouteTableAssociationId === request.physicalId);
      return found && { Id: request.physicalId, RouteTableId, SubnetId };
    },
    delete(request) {
      request.call("DisassociateRouteTable", { AssociationId: request.physicalId });
    },
  },
);

const internetGateway = resource<{ Tags?: Tag[] }>("AWS::EC2::InternetGateway", "ec2", {
  create: ({ properties, call }) =>
    call<CreateInternetGatewayResult>("CreateInternetGateway", tagSpecifications("internet-gateway", properties.Tags))
      .InternetGateway?.InternetGatewayId ?? "",
  read(request) {
    const ids = { InternetGatewayIds: [request.physicalId] };
    const found = request.find<DescribeInternetGatewaysResult>("DescribeInternetGateways", ids)?.InternetGateways?.[0];
    return found && { InternetGatewayId: found.InternetGatewayId, Tags: found.Tags ?? [] };
  },
  update: updateTags,
  delete(request) {
    request.call("DeleteInternetGateway", { InternetGatewayId: request.physicalId });
  },
  tag: tagById,
});

interface AttachmentProperties {
  VpcId: string;
  InternetGatewayId?: string;
  VpnGatewayId?: string;
}

function attach(request: ResourceRequest<AttachmentProperties>): void {
  const { VpcId, InternetGatewayId, VpnGatewayId } = request.properties;
  if (InternetGatewayId !== undefined) request.call("AttachInternetGateway", { InternetGatewayId, VpcId });
  if (VpnGatewayId !== undefined) request.call("AttachVpnGateway", { VpnGatewayId, VpcId });
}

function detach(request: ResourceRequest<AttachmentProperties>, properties: AttachmentProperties): void {
  const { VpcId, InternetGatewayId, VpnGatewayId } = properties;
  if (InternetGatewayId !== undefined) request.find("DetachInternetGateway", { InternetGatewayId, VpcId });
  if (VpnGatewayId !== undefined) request.find("DetachVpnGateway", { VpnGatewayId, VpcId });
}

const gatewayAttachment = resource<AttachmentProperties>("AWS::EC2::VPCGatewayAttachment", "ec2", {
  seconds: 5,
  create(request) {
    attach(request);
    return `${request.properties.VpnGatewayId === undefined ? "IGW" : "VGW"}|${request.properties.VpcId}`;
  },
  read(request) {
    const { InternetGatewayId, VpcId } = request.properties;
    const [AttachmentType] = request.physicalId.split("|");
    if (InternetGatewayId === undefined) return { AttachmentType, VpcId };
    const ids = { InternetGatewayIds: [InternetGatewayId] };
    const found = request.find<DescribeInternetGatewaysResult>("DescribeInternetGateways", ids)?.InternetGateways?.[0];
    const attached = found?.Attachments?.some((one) => one.VpcId === VpcId);
    return attached ? { AttachmentType, VpcId, InternetGatewayId } : undefined;
  },
  update(request, old) {
    detach(request, old);
    attach(request);
  },
  delete(request) {
    detach(request, request.properties);
  },
});

const egressOnlyGateway = resource<{ VpcId: string; Tags?: Tag[] }>("AWS::EC2::EgressOnlyInternetGateway", "ec2", {
  create: ({ properties, call }) =>
    call<CreateEgressOnlyInternetGatewayResult>("CreateEgressOnlyInternetGateway", {
      VpcId: properties.VpcId,
      ...tagSpecifications("egress-only-internet-gateway", properties.Tags),
    }).EgressOnlyInternetGateway?.EgressOnlyInternetGatewayId ?? "",
  read(request) {
    const answer = request.find<DescribeEgressOnlyInternetGatewaysResult>("DescribeEgressOnlyInternetGateways", {
      EgressOnlyInternetGatewayIds: [request.physicalId],
    });
    const found = answer?.EgressOnlyInternetGateways?.[0];
    return found && { Id: request.physicalId, VpcId: found.Attachments?.[0]?.VpcId, Tags: found.Tags ?? [] };
  },
  update: updateTags,
  delete(request) {
    request.call("DeleteEgressOnlyInternetGateway", { EgressOnlyInternetGatewayId: request.physicalId });
  },
  tag: tagById,
});

function natOf(request: Pick<ResourceRequest, "find" | "physicalId">): NatGateway | undefined {
  const ids = { NatGatewayIds: [request.physicalId] };
  return request.find<DescribeNatGatewaysResult>("DescribeNatGateways", ids)?.NatGateways?.[0];
}

interface NatProperties {
  SubnetId?: string;
  AllocationId?: string;
  ConnectivityType?: string;
  PrivateIpAddress?: string;
  Tags?: Tag[];
}

const natGateway = resource<NatProperties>("AWS::EC2::NatGateway", "ec2", {
  seconds: 60,
  create: ({ properties, call }) =>
    call<CreateNatGatewayResult>("CreateNatGateway", {
      ...pick({ ...properties }, ["SubnetId", "AllocationId", "ConnectivityType", "PrivateIpAddress"]),
      ...tagSpecifications("natgateway", properties.Tags),
    }).NatGateway?.NatGatewayId ?? "",
  stable(request) {
    const found = natOf(request);
    if (found?.State === "failed") return { failed: `${found.FailureCode ?? ""}: ${found.FailureMessage ?? ""}` };
    return found?.State === "available";
  },
  read(request) {
    const found = natOf(request);
    if (!found || found.State === "deleted") return undefined;
    return {
      NatGatewayId: found.NatGatewayId,
      SubnetId: found.SubnetId,
      VpcId: found.VpcId,
      ConnectivityType: found.ConnectivityType,
      AllocationId: found.NatGatewayAddresses?.[0]?.AllocationId,
      EniId: found.NatGatewayAddresses?.[0]?.NetworkInterfaceId,
      Tags: found.Tags ?? [],
    };
  },
  update: updateTags,
  delete(request) {
    request.call("DeleteNatGateway", { NatGatewayId: request.physicalId });
  },
  // Its address and its interface are free only when it is really gone.
  gone(request) {
    const found = natOf(request);
    return !found || found.State === "deleted";
  },
  tag: tagById,
});

interface EipProperties {
  Domain?: string;
  InstanceId?: string;
  PublicIpv4Pool?: string;
  Tags?: Tag[];
}

function addressOf(
  request: Pick<ResourceRequest, "find" | "physicalId">,
): NonNullable<DescribeAddressesResult["Addresses"]>[number] | undefined {
  const ips = { PublicIps: [request.physicalId] };
  return request.find<DescribeAddressesResult>("DescribeAddresses", ips)?.Addresses?.[0];
}

const eip = resource<EipProperties>("AWS::EC2::EIP", "ec2", {
  create(request) {
    const { properties } = request;
    const made = request.call<AllocateAddressResult>("AllocateAddress", {
      Domain: "vpc",
      ...pick({ ...properties }, ["PublicIpv4Pool", "Address", "NetworkBorderGroup"]),
      ...tagSpecifications("elastic-ip", properties.Tags),
    });
    const { InstanceId } = properties;
    if (InstanceId !== undefined) request.call("AssociateAddress", { AllocationId: made.AllocationId, InstanceId });
    return made.PublicIp ?? "";
  },
  read(request) {
    const found = addressOf(request);
    return (
      found && {
        PublicIp: found.PublicIp,
        AllocationId: found.AllocationId,
        Domain: found.Domain,
        InstanceId: found.InstanceId,
        Tags: found.Tags ?? [],
      }
    );
  },
  update(request, old) {
    const { InstanceId, Tags } = request.properties;
    const found = addressOf(request);
    if (InstanceId !== old.InstanceId) {
      if (found?.AssociationId !== undefined)
        request.call("DisassociateAddress", { AssociationId: found.AssociationId });
      if (InstanceId !== undefined) request.call("AssociateAddress", { AllocationId: found?.AllocationId, InstanceId });
    }
    retag(request, found?.AllocationId ?? "", old.Tags, Tags);
  },
  delete(request) {
    const found = addressOf(request);
    if (!found) return;
    if (
      found.InstanceId !== undefined &&
      found.AssociationId !== undefined &&
      request.properties.InstanceId !== undefined
    ) {
      request.call("DisassociateAddress", { AssociationId: found.AssociationId });
    }
    request.call("ReleaseAddress", { AllocationId: found.AllocationId });
  },
  tag(request, tags) {
    const found = addressOf(request);
    request.call("CreateTags", { Resources: [found?.AllocationId], Tags: tags });
  },
});

interface EipAssociationProperties {
  AllocationId?: string;
  EIP?: string;
  InstanceId?: string;
  NetworkInterfaceId?: string;
  PrivateIpAddress?: string;
}

const eipAssociation = resource<EipAssociationProperties>("AWS::EC2::EIPAssociation", "ec2", {
  create({ properties, call }) {
    const { EIP, ...rest } = properties;
    // A replacement takes the address over from the association that it replaces.
    const input = { ...rest, AllowReassociation: true, ...(EIP === undefined ? {} : { PublicIp: EIP }) };
    return call<AssociateAddressResult>("AssociateAddress", input).AssociationId ?? "";
  },
  read(request) {
    const found = request.find<DescribeAddressesResult>("DescribeAddresses", {
      Filters: [{ Name: "association-id", Values: [request.physicalId] }],
    })?.Addresses?.[0];
    return (
      found && { Id: request.physicalId, ...pick({ ...found }, ["AllocationId", "InstanceId", "NetworkInterfaceId"]) }
    );
  },
  delete(request) {
    request.call("DisassociateAddress", { AssociationId: request.physicalId });
  },
});

export const routingTypes: readonly ResourceHandler[] = [
  routeTable,
  route,
  association,
  internetGateway,
  gatewayAttachment,
  egressOnlyGateway,
  natGateway,
  eip,
  eipAssociation,
];
