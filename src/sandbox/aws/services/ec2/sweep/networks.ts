// VPCs, subnets, DHCP options, endpoints.
import type { Row } from "./testing.ts";
import { at, none, row, zone } from "./testing.ts";

const ipv6Vpc = (w: Parameters<Row["works"]>[0]): { VpcId: string; block: string; association: string } => {
  const VpcId = at(w.call("CreateVpc", { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true }), "Vpc.VpcId");
  const answer = w.call("DescribeVpcs", { VpcIds: [VpcId] });
  const path = "Vpcs.0.Ipv6CidrBlockAssociationSet.0";
  const block = at(answer, `${path}.Ipv6CidrBlock`).replace("/56", "/64");
  return { VpcId, block, association: at(answer, `${path}.AssociationId`) };
};
const options = { DhcpConfigurations: [{ Key: "domain-name", Values: ["example.com"] }] };
const endpoint = (w: Parameters<Row["works"]>[0]): string =>
  at(
    w.call("CreateVpcEndpoint", { VpcId: w.vpc(), ServiceName: "com.amazonaws.eu-central-1.s3" }),
    "VpcEndpoint.VpcEndpointId",
  );

export const networkRows: readonly Row[] = [
  row(
    "CreateVpc",
    (w) => w.call("DescribeVpcs", { VpcIds: [w.vpc("10.1.0.0/16")] }),
    { Vpcs: [{ CidrBlock: "10.1.0.0/16", IsDefault: false, State: "available" }] },
    () => ({ CidrBlock: "10.0.0.0/8" }),
    "InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid.",
  ),
  row(
    "CreateDefaultVpc",
    (w) => {
      const old = at(w.call("DescribeVpcs", { Filters: [{ Name: "is-default", Values: ["true"] }] }), "Vpcs.0.VpcId");
      const gateways = w.call("DescribeInternetGateways", { Filters: [{ Name: "attachment.vpc-id", Values: [old] }] });
      const InternetGatewayId = at(gateways, "InternetGateways.0.InternetGatewayId");
      w.call("DetachInternetGateway", { InternetGatewayId, VpcId: old });
      const { Subnets } = w.call<{ Subnets: { SubnetId: string }[] }>("DescribeSubnets");
      for (const { SubnetId } of Subnets) w.call("DeleteSubnet", { SubnetId });
      w.call("DeleteVpc", { VpcId: old });
      return w.call("CreateDefaultVpc");
    },
    { Vpc: { CidrBlock: "172.31.0.0/16", IsDefault: true } },
    () => ({}),
    "DefaultVpcAlreadyExists: A Default VPC already exists for this account in this region.",
  ),
  row(
    "DeleteVpc",
    (w) => {
      w.call("DeleteVpc", { VpcId: w.vpc() });
      return w.call("DescribeVpcs", { Filters: [{ Name: "is-default", Values: ["false"] }] });
    },
    { Vpcs: [] },
    (w) => {
      const VpcId = w.vpc();
      w.subnet(VpcId);
      return { VpcId };
    },
    "DependencyViolation",
  ),
  row(
    "DescribeVpcs",
    (w) => w.call("DescribeVpcs", { Filters: [{ Name: "is-default", Values: ["true"] }] }),
    { Vpcs: [{ CidrBlock: "172.31.0.0/16" }] },
    () => ({ VpcIds: [none("vpc")] }),
    `InvalidVpcID.NotFound: The vpc ID '${none("vpc")}' does not exist`,
  ),
  row(
    "DescribeVpcAttribute",
    (w) => w.call("DescribeVpcAttribute", { VpcId: w.vpc(), Attribute: "enableDnsHostnames" }),
    { EnableDnsHostnames: { Value: false } },
    (w) => ({ VpcId: w.vpc(), Attribute: "colour" }),
    "InvalidParameterValue",
  ),
  row(
    "ModifyVpcAttribute",
    (w) => {
      const VpcId = w.vpc();
      w.call("ModifyVpcAttribute", { VpcId, EnableDnsHostnames: { Value: true } });
      return w.call("DescribeVpcAttribute", { VpcId, Attribute: "enableDnsHostnames" });
    },
    { EnableDnsHostnames: { Value: true } },
    (w) => ({ VpcId: w.vpc(), EnableDnsSupport: { Value: true }, EnableDnsHostnames: { Value: true } }),
    "InvalidParameterCombination: Fields for multiple attribute types specified: enableDnsSupport, enableDnsHostnames",
  ),
  row(
    "ModifyVpcTenancy",
    (w) => w.call("ModifyVpcTenancy", { VpcId: w.vpc(), InstanceTenancy: "default" }),
    { ReturnValue: true },
    (w) => ({ VpcId: w.vpc(), InstanceTenancy: "dedicated" }),
    "UnsupportedTenancy: The tenancy value dedicated is not supported.",
  ),
  row(
    "AssociateVpcCidrBlock",
    (w) => {
      const VpcId = w.vpc();
      w.call("AssociateVpcCidrBlock", { VpcId, CidrBlock: "100.64.0.0/16" });
      return w.call("DescribeVpcs", { VpcIds: [VpcId] });
    },
    { Vpcs: [{ CidrBlockAssociationSet: [{ CidrBlock: "10.0.0.0/16" }, { CidrBlock: "100.64.0.0/16" }] }] },
    (w) => ({ VpcId: w.vpc(), CidrBlock: "10.0.128.0/20" }),
    "InvalidVpc.Range",
  ),
  row(
    "DisassociateVpcCidrBlock",
    (w) => {
      const { VpcId, association } = ipv6Vpc(w);
      w.call("DisassociateVpcCidrBlock", { AssociationId: association });
      return w.call("DescribeVpcs", { VpcIds: [VpcId] });
    },
    { Vpcs: [{ Ipv6CidrBlockAssociationSet: [] }] },
    () => ({ AssociationId: none("vpc-cidr-assoc") }),
    `InvalidVpcCidrBlockAssociationID.NotFound: The vpc CIDR block association ID '${none("vpc-cidr-assoc")}' does not exist`,
  ),
  row(
    "CreateSubnet",
    (w) => w.call("DescribeSubnets", { SubnetIds: [w.subnet(w.vpc())] }),
    { Subnets: [{ CidrBlock: "10.0.0.0/24", AvailableIpAddressCount: 251, MapPublicIpOnLaunch: false }] },
    (w) => ({ VpcId: w.vpc(), CidrBlock: "10.1.0.0/24" }),
    "InvalidSubnet.Range: The CIDR '10.1.0.0/24' is invalid.",
  ),
  row(
    "CreateDefaultSubnet",
    (w) => {
      const asked = { Filters: [{ Name: "availability-zone", Values: [zone] }] };
      w.call("DeleteSubnet", { SubnetId: at(w.call("DescribeSubnets", asked), "Subnets.0.SubnetId") });
      return w.call("CreateDefaultSubnet", { AvailabilityZone: zone });
    },
    { Subnet: { AvailabilityZone: zone, DefaultForAz: true, MapPublicIpOnLaunch: true } },
    () => ({ AvailabilityZone: zone }),
    "DefaultSubnetAlreadyExistsInAvailabilityZone",
  ),
  row(
    "DeleteSubnet",
    (w) => {
      const VpcId = w.vpc();
      w.call("DeleteSubnet", { SubnetId: w.subnet(VpcId) });
      return w.call("DescribeSubnets", { Filters: [{ Name: "vpc-id", Values: [VpcId] }] });
    },
    { Subnets: [] },
    (w) => {
      const SubnetId = w.subnet(w.vpc());
      w.networkInterface(SubnetId);
      return { SubnetId };
    },
    "DependencyViolation",
  ),
  row(
    "DescribeSubnets",
    (w) => w.call("DescribeSubnets", { Filters: [{ Name: "default-for-az", Values: ["true"] }] }),
    { Subnets: [{ DefaultForAz: true }, { DefaultForAz: true }, { DefaultForAz: true }] },
    () => ({ SubnetIds: ["subnet-xyz"] }),
    `InvalidSubnetID.Malformed: Invalid id: "subnet-xyz" (expecting "subnet-...")`,
  ),
  row(
    "ModifySubnetAttribute",
    (w) => {
      const SubnetId = w.subnet(w.vpc());
      w.call("ModifySubnetAttribute", { SubnetId, MapPublicIpOnLaunch: { Value: true } });
      return w.call("DescribeSubnets", { SubnetIds: [SubnetId] });
    },
    { Subnets: [{ MapPublicIpOnLaunch: true }] },
    (w) => ({ SubnetId: w.subnet(w.vpc()), AssignIpv6AddressOnCreation: { Value: true } }),
    "InvalidParameterValue",
  ),
  row(
    "AssociateSubnetCidrBlock",
    (w) => {
      const { VpcId, block } = ipv6Vpc(w);
      return w.call("AssociateSubnetCidrBlock", { SubnetId: w.subnet(VpcId), Ipv6CidrBlock: block });
    },
    { Ipv6CidrBlockAssociation: { Ipv6CidrBlockState: { State: "associating" } } },
    (w) => ({ SubnetId: w.subnet(w.vpc()), Ipv6CidrBlock: "2001:db8::/64" }),
    "InvalidSubnet.Range: The CIDR '2001:db8::/64' is invalid.",
  ),
  row(
    "DisassociateSubnetCidrBlock",
    (w) => {
      const { VpcId, block } = ipv6Vpc(w);
      const SubnetId = w.subnet(VpcId);
      const answer = w.call("AssociateSubnetCidrBlock", { SubnetId, Ipv6CidrBlock: block });
      const AssociationId = at(answer, "Ipv6CidrBlockAssociation.AssociationId");
      w.call("DisassociateSubnetCidrBlock", { AssociationId });
      return w.call("DescribeSubnets", { SubnetIds: [SubnetId] });
    },
    { Subnets: [{ Ipv6CidrBlockAssociationSet: [] }] },
    () => ({ AssociationId: none("subnet-cidr-assoc") }),
    "InvalidSubnetCidrBlockAssociationID.NotFound",
  ),
  row(
    "CreateDhcpOptions",
    (w) => w.call("CreateDhcpOptions", options),
    { DhcpOptions: { DhcpConfigurations: [{ Key: "domain-name", Values: [{ Value: "example.com" }] }] } },
    () => ({ DhcpConfigurations: [{ Key: "ntp-servers", Values: ["1", "2", "3", "4", "5"] }] }),
    "InvalidParameterValue",
  ),
  row(
    "AssociateDhcpOptions",
    (w) => {
      const VpcId = w.vpc();
      w.call("AssociateDhcpOptions", { VpcId, DhcpOptionsId: "default" });
      return w.call("DescribeVpcs", { VpcIds: [VpcId] });
    },
    { Vpcs: [{ DhcpOptionsId: "default" }] },
    (w) => ({ VpcId: w.vpc(), DhcpOptionsId: none("dopt") }),
    `InvalidDhcpOptionID.NotFound: The dhcpOption ID '${none("dopt")}' does not exist`,
  ),
  row(
    "DeleteDhcpOptions",
    (w) => {
      const DhcpOptionsId = at(w.call("CreateDhcpOptions", options), "DhcpOptions.DhcpOptionsId");
      w.call("DeleteDhcpOptions", { DhcpOptionsId });
      return w.call("DescribeDhcpOptions", { Filters: [{ Name: "value", Values: ["example.com"] }] });
    },
    { DhcpOptions: [] },
    () => ({ DhcpOptionsId: "foo-abcd1234" }),
    "InvalidDhcpOptionsId.Malformed",
  ),
  row(
    "DescribeDhcpOptions",
    (w) => w.call("DescribeDhcpOptions", { Filters: [{ Name: "key", Values: ["domain-name"] }] }),
    { DhcpOptions: [{ DhcpConfigurations: [{ Key: "domain-name" }, { Key: "domain-name-servers" }] }] },
    () => ({ DhcpOptionsIds: [none("dopt")] }),
    "InvalidDhcpOptionID.NotFound",
  ),
  row(
    "CreateVpcEndpoint",
    (w) => w.call("DescribeVpcEndpoints", { VpcEndpointIds: [endpoint(w)] }),
    { VpcEndpoints: [{ VpcEndpointType: "Gateway", State: "available" }] },
    (w) => ({ VpcId: w.vpc(), ServiceName: "com.example" }),
    "InvalidServiceName: The Vpc Endpoint Service 'com.example' does not exist",
  ),
  row(
    "ModifyVpcEndpoint",
    (w) => {
      const VpcEndpointId = endpoint(w);
      const VpcId = at(w.call("DescribeVpcEndpoints"), "VpcEndpoints.0.VpcId");
      const table = w.routeTable(VpcId);
      w.call("ModifyVpcEndpoint", { VpcEndpointId, AddRouteTableIds: [table] });
      return w.call("DescribeRouteTables", { RouteTableIds: [table] });
    },
    { RouteTables: [{ Routes: [{ GatewayId: "local" }, { State: "active" }] }] },
    () => ({ VpcEndpointId: none("vpce") }),
    "InvalidVpcEndpointId.NotFound",
  ),
  row(
    "DeleteVpcEndpoints",
    (w) => {
      w.call("DeleteVpcEndpoints", { VpcEndpointIds: [endpoint(w)] });
      return w.call("DescribeVpcEndpoints");
    },
    { VpcEndpoints: [] },
    () => ({}),
    "MissingParameter: The request must contain the parameter vpcEndpointIds",
  ),
  row(
    "DescribeVpcEndpoints",
    (w) => w.call("DescribeVpcEndpoints", { VpcEndpointIds: [endpoint(w)] }),
    { VpcEndpoints: [{ ServiceName: "com.amazonaws.eu-central-1.s3" }] },
    () => ({ VpcEndpointIds: [none("vpce")] }),
    "InvalidVpcEndpointId.NotFound",
  ),
  row(
    "DescribeVpcEndpointServices",
    (w) => w.call("DescribeVpcEndpointServices", { ServiceNames: ["com.amazonaws.eu-central-1.eks"] }),
    { ServiceDetails: [{ ServiceType: [{ ServiceType: "Interface" }], Owner: "amazon" }] },
    () => ({ ServiceNames: ["com.example"] }),
    "InvalidServiceName",
  ),
];
