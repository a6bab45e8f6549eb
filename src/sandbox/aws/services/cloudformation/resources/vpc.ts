// AWS::EC2::VPC, Subnet and their further address blocks.
import type {
  AssociateSubnetCidrBlockResult,
  AssociateVpcCidrBlockResult,
  CreateSubnetResult,
  CreateVpcResult,
  DescribeNetworkAclsResult,
  DescribeSecurityGroupsResult,
  DescribeSubnetsResult,
  DescribeVpcAttributeResult,
  DescribeVpcsResult,
  Subnet,
  Vpc,
} from "@aws-sdk/client-ec2";
import { pick } from "../adapter.ts";
import type { ResourceHandler, ResourceRequest } from "../handler.ts";
import { resource } from "../handler.ts";
import type { Tag } from "./ec2-parts.ts";
import { retag, tagById, tagSpecifications } from "./ec2-parts.ts";

interface VpcProperties {
  CidrBlock?: string;
  EnableDnsSupport?: boolean;
  EnableDnsHostnames?: boolean;
  InstanceTenancy?: string;
  Tags?: Tag[];
}

function vpcOf(request: Pick<ResourceRequest, "find">, VpcId: string): Vpc | undefined {
  return request.find<DescribeVpcsResult>("DescribeVpcs", { VpcIds: [VpcId] })?.Vpcs?.[0];
}

function dnsSettings(request: ResourceRequest<VpcProperties>, VpcId: string, old: VpcProperties = {}): void {
  const { EnableDnsSupport: support = true, EnableDnsHostnames: names = false } = request.properties;
  const { EnableDnsSupport: oldSupport = true, EnableDnsHostnames: oldNames = false } = old;
  if (support !== oldSupport) request.call("ModifyVpcAttribute", { VpcId, EnableDnsSupport: { Value: support } });
  if (names !== oldNames) request.call("ModifyVpcAttribute", { VpcId, EnableDnsHostnames: { Value: names } });
}

const vpc = resource<VpcProperties>("AWS::EC2::VPC", "ec2", {
  seconds: 2,
  create(request) {
    const { properties } = request;
    const { Vpc: made } = request.call<CreateVpcResult>("CreateVpc", {
      ...pick({ ...properties }, ["CidrBlock", "InstanceTenancy", "Ipv4IpamPoolId", "Ipv4NetmaskLength"]),
      ...tagSpecifications("vpc", properties.Tags),
    });
    const id = made?.VpcId ?? "";
    dnsSettings(request, id);
    return id;
  },
  stable: (request) => vpcOf(request, request.physicalId)?.State === "available",
  read(request) {
    const { physicalId: VpcId } = request;
    const found = vpcOf(request, VpcId);
    if (!found) return undefined;
    const owned = { Filters: [{ Name: "vpc-id", Values: [VpcId] }] };
    const { SecurityGroups: groups = [] } = request.call<DescribeSecurityGroupsResult>("DescribeSecurityGroups", owned);
    const { NetworkAcls: acls = [] } = request.call<DescribeNetworkAclsResult>("DescribeNetworkAcls", owned);
    const dns = (Attribute: string): DescribeVpcAttributeResult =>
      request.call("DescribeVpcAttribute", { VpcId, Attribute });
    return {
      VpcId,
      CidrBlock: found.CidrBlock,
      CidrBlockAssociations: (found.CidrBlockAssociationSet ?? []).map((one) => one.AssociationId),
      Ipv6CidrBlocks: (found.Ipv6CidrBlockAssociationSet ?? []).map((one) => one.Ipv6CidrBlock),
      DefaultSecurityGroup: groups.find((group) => group.GroupName === "default")?.GroupId,
      DefaultNetworkAcl: acls.find((acl) => acl.IsDefault)?.NetworkAclId,
      InstanceTenancy: found.InstanceTenancy,
      EnableDnsSupport: dns("enableDnsSupport").EnableDnsSupport?.Value,
      EnableDnsHostnames: dns("enableDnsHostnames").EnableDnsHostnames?.Value,
      Tags: found.Tags ?? [],
    };
  },
  update(request, old) {
    dnsSettings(request, request.physicalId, old);
    if (old.InstanceTenancy !== request.properties.InstanceTenancy) {
      request.call("ModifyVpcTenancy", { VpcId: request.physicalId, InstanceTenancy: "default" });
    }
    retag(request, request.physicalId, old.Tags, request.properties.Tags);
  },
  delete(request) {
    request.call("DeleteVpc", { VpcId: request.physicalId });
  },
  tag: tagById,
  // Only from dedicated to default is possible in place.
  replaces: (property, _before, after) =>
    property === "InstanceTenancy" ? (after === "dedicated" ? "yes" : "no") : undefined,
});

interface BlockProperties {
  VpcId: string;
  CidrBlock?: string;
  AmazonProvidedIpv6CidrBlock?: boolean;
}

const vpcBlock = resource<BlockProperties>("AWS::EC2::VPCCidrBlock", "ec2", {
  create(request) {
    const { CidrBlockAssociation: v4, Ipv6CidrBlockAssociation: v6 } = request.call<AssociateVpcCidrBlockResult>(
      "AssociateVpcCidrBlock",
      { ...request.properties },
    );
    return v4?.AssociationId ?? v6?.AssociationId ?? "";
  },
  read(request) {
    const found = vpcOf(request, request.properties.VpcId);
    const all = [...(found?.CidrBlockAssociationSet ?? []), ...(found?.Ipv6CidrBlockAssociationSet ?? [])];
    return all.some((one) => one.AssociationId === request.physicalId) ? { Id: request.physicalId } : undefined;
  },
  delete(request) {
    request.call("DisassociateVpcCidrBlock", { AssociationId: request.physicalId });
  },
});

interface SubnetProperties {
  VpcId: string;
  CidrBlock?: string;
  AvailabilityZone?: string;
  AvailabilityZoneId?: string;
  Ipv6CidrBlock?: string;
  Ipv6Native?: boolean;
  MapPublicIpOnLaunch?: boolean;
  AssignIpv6AddressOnCreation?: boolean;
  EnableDns64?: boolean;
  PrivateDnsNameOptionsOnLaunch?: {
    HostnameType?: string;
    EnableResourceNameDnsARecord?: boolean;
    EnableResourceNameDnsAAAARecord?: boolean;
  };
  Tags?: Tag[];
}

function subnetOf(request: Pick<ResourceRequest, "find">, SubnetId: string): Subnet | undefined {
  return request.find<DescribeSubnetsResult>("DescribeSubnets", { SubnetIds: [SubnetId] })?.Subnets?.[0];
}

const switches = ["MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation", "EnableDns64"] as const;

/** ModifySubnetAttribute takes one attribute a call. */
function subnetSettings(
  request: ResourceRequest<SubnetProperties>,
  SubnetId: string,
  old: Partial<SubnetProperties> = {},
): void {
  const { properties } = request;
  for (const name of switches) {
    const value = properties[name] ?? false;
    if (value !== (old[name] ?? false)) request.call("ModifySubnetAttribute", { SubnetId, [name]: { Value: value } });
  }
  const [dns, oldDns] = [properties.PrivateDnsNameOptionsOnLaunch ?? {}, old.PrivateDnsNameOptionsOnLaunch ?? {}];
  if (dns.HostnameType !== undefined && dns.HostnameType !== oldDns.HostnameType) {
    request.call("ModifySubnetAttribute", { SubnetId, PrivateDnsHostnameTypeOnLaunch: dns.HostnameType });
  }
  for (const record of ["A", "AAAA"] as const) {
    const name = `EnableResourceNameDns${record}Record` as const;
    if (dns[name] === oldDns[name]) continue;
    const Value = dns[name] ?? false;
    request.call("ModifySubnetAttribute", { SubnetId, [`EnableResourceNameDns${record}RecordOnLaunch`]: { Value } });
  }
}

const subnet = resource<SubnetProperties>("AWS::EC2::Subnet", "ec2", {
  seconds: 2,
  create(request) {
    const { properties } = request;
    const { Subnet: made } = request.call<CreateSubnetResult>("CreateSubnet", {
      ...pick({ ...properties }, [
        "VpcId",
        "CidrBlock",
        "AvailabilityZone",
        "AvailabilityZoneId",
        "Ipv6CidrBlock",
        "Ipv6Native",
      ]),
      ...tagSpecifications("subnet", properties.Tags),
    });
    const id = made?.SubnetId ?? "";
    subnetSettings(request, id);
    return id;
  },
  stable: (request) => subnetOf(request, request.physicalId)?.State === "available",
  read(request) {
    const found = subnetOf(request, request.physicalId);
    if (!found) return undefined;
    const { NetworkAcls: acls = [] } = request.call<DescribeNetworkAclsResult>("DescribeNetworkAcls", {
      Filters: [{ Name: "association.subnet-id", Values: [request.physicalId] }],
    });
    const association = acls
      .flatMap((acl) => acl.Associations ?? [])
      .find((one) => one.SubnetId === request.physicalId);
    const v6 = (found.Ipv6CidrBlockAssociationSet ?? []).flatMap((one) => one.Ipv6CidrBlock ?? []);
    return {
      SubnetId: found.SubnetId,
      VpcId: found.VpcId,
      CidrBlock: found.CidrBlock,
      AvailabilityZone: found.AvailabilityZone,
      AvailabilityZoneId: found.AvailabilityZoneId,
      Ipv6CidrBlocks: v6,
      ...(v6[0] === undefined ? {} : { Ipv6CidrBlock: v6[0] }),
      NetworkAclAssociationId: association?.NetworkAclAssociationId,
      MapPublicIpOnLaunch: found.MapPublicIpOnLaunch,
      AssignIpv6AddressOnCreation: found.AssignIpv6AddressOnCreation,
      EnableDns64: found.EnableDns64 ?? false,
      Tags: found.Tags ?? [],
    };
  },
  update(request, old) {
    const { properties, physicalId: SubnetId } = request;
    if (properties.Ipv6CidrBlock !== old.Ipv6CidrBlock) {
      for (const one of subnetOf(request, SubnetId)?.Ipv6CidrBlockAssociationSet ?? []) {
        request.call("DisassociateSubnetCidrBlock", { AssociationId: one.AssociationId });
      }
      const { Ipv6CidrBlock } = properties;
      if (Ipv6CidrBlock !== undefined) request.call("AssociateSubnetCidrBlock", { SubnetId, Ipv6CidrBlock });
    }
    subnetSettings(request, SubnetId, old);
    retag(request, SubnetId, old.Tags, properties.Tags);
  },
  delete(request) {
    request.call("DeleteSubnet", { SubnetId: request.physicalId });
  },
  tag: tagById,
});

interface SubnetBlockProperties {
  SubnetId: string;
  Ipv6CidrBlock?: string;
}

const subnetBlock = resource<SubnetBlockProperties>("AWS::EC2::SubnetCidrBlock", "ec2", {
  create(request) {
    const { Ipv6CidrBlockAssociation: made } = request.call<AssociateSubnetCidrBlockResult>(
      "AssociateSubnetCidrBlock",
      {
        ...request.properties,
      },
    );
    return made?.AssociationId ?? "";
  },
  read(request) {
    const all = subnetOf(request, request.properties.SubnetId)?.Ipv6CidrBlockAssociationSet ?? [];
    return all.some((one) => one.AssociationId === request.physicalId) ? { Id: request.physicalId } : undefined;
  },
  delete(request) {
    request.call("DisassociateSubnetCidrBlock", { AssociationId: request.physicalId });
  },
});

export const vpcTypes: readonly ResourceHandler[] = [vpc, vpcBlock, subnet, subnetBlock];
