import type { CliCase } from "./case.ts";

/** VPC, subnets, routing, security groups, addresses. */
export const network: readonly CliCase[] = [
  { aws: "ec2 describe-regions --region-names eu-central-1", out: { Regions: [{ RegionName: "eu-central-1" }] } },
  {
    aws: "ec2 describe-availability-zones --query AvailabilityZones[].ZoneName",
    out: /eu-central-1a[\s\S]*eu-central-1b/,
  },
  { aws: "ec2 create-vpc --cidr-block 10.0.0.0/8", exit: 255, err: /InvalidVpc\.Range/ },
  { aws: "ec2 create-vpc --cidr-block nonsense", exit: 255, err: /InvalidParameterValue/ },
  {
    aws: "ec2 create-vpc --cidr-block 10.7.0.0/16 --tag-specifications ResourceType=vpc,Tags=[{Key=Name,Value=harbour}]",
    out: { Vpc: { CidrBlock: "10.7.0.0/16", State: "pending", Tags: [{ Key: "Name", Value: "harbour" }] } },
    keep: { vpc: "Vpc.VpcId" },
  },
  { aws: "ec2 wait vpc-available --vpc-ids {vpc}" },
  { aws: "ec2 describe-vpcs --filters Name=tag:Name,Values=harb*", out: { Vpcs: [{ State: "available" }] } },
  {
    aws: "ec2 describe-vpcs --vpc-ids vpc-0123456789abcdef0",
    exit: 255,
    err: /InvalidVpcID\.NotFound.*'vpc-0123456789abcdef0' does not exist/,
  },
  { aws: "ec2 modify-vpc-attribute --vpc-id {vpc} --enable-dns-hostnames" },
  {
    aws: "ec2 describe-vpc-attribute --vpc-id {vpc} --attribute enableDnsHostnames",
    out: { EnableDnsHostnames: { Value: true } },
  },
  {
    aws: "ec2 create-subnet --vpc-id {vpc} --cidr-block 10.7.0.0/24 --availability-zone eu-central-1a",
    out: { Subnet: { AvailableIpAddressCount: 251, AvailabilityZone: "eu-central-1a" } },
    keep: { a: "Subnet.SubnetId" },
  },
  { aws: "ec2 create-subnet --vpc-id {vpc} --cidr-block 10.7.0.128/25", exit: 255, err: /InvalidSubnet\.Conflict/ },
  { aws: "ec2 create-subnet --vpc-id {vpc} --cidr-block 10.8.0.0/24", exit: 255, err: /InvalidSubnet\.Range/ },
  {
    aws: "ec2 create-subnet --vpc-id {vpc} --cidr-block 10.7.9.0/24 --availability-zone eu-central-1z",
    exit: 255,
    err: /InvalidParameterValue.*eu-central-1z/,
  },
  {
    aws: "ec2 create-subnet --vpc-id {vpc} --cidr-block 10.7.1.0/24 --availability-zone eu-central-1b",
    keep: { b: "Subnet.SubnetId" },
  },
  { aws: "ec2 describe-subnets --filters Name=vpc-id,Values={vpc} --query length(Subnets[])", out: /^2$/m },
  { aws: "ec2 describe-subnets --filters Name=no-such-filter,Values=x", exit: 255, err: /InvalidParameterValue/ },
  { aws: "ec2 describe-subnets --filters Name=vpc-id,Values={vpc} --max-items 1", out: /NextToken/ },
  { aws: "ec2 describe-subnets --filters Name=vpc-id,Values={vpc} --page-size 5 --output text", out: /SUBNETS/ },
  { aws: "ec2 modify-subnet-attribute --subnet-id {a} --map-public-ip-on-launch" },
  { aws: "ec2 describe-subnets --subnet-ids {a} --query Subnets[0].MapPublicIpOnLaunch", out: /true/ },
  { aws: "ec2 create-internet-gateway", keep: { igw: "InternetGateway.InternetGatewayId" } },
  { aws: "ec2 attach-internet-gateway --internet-gateway-id {igw} --vpc-id {vpc}" },
  {
    aws: "ec2 attach-internet-gateway --internet-gateway-id {igw} --vpc-id {vpc}",
    exit: 255,
    err: /Resource\.AlreadyAssociated/,
  },
  { aws: "ec2 create-route-table --vpc-id {vpc}", keep: { rtb: "RouteTable.RouteTableId" } },
  {
    aws: "ec2 create-route --route-table-id {rtb} --destination-cidr-block 0.0.0.0/0 --gateway-id {igw}",
    out: { Return: true },
  },
  {
    aws: "ec2 create-route --route-table-id {rtb} --destination-cidr-block 0.0.0.0/0 --gateway-id {igw}",
    exit: 255,
    err: /RouteAlreadyExists/,
  },
  { aws: "ec2 associate-route-table --route-table-id {rtb} --subnet-id {a}", keep: { assoc: "AssociationId" } },
  { aws: "ec2 allocate-address --domain vpc", keep: { eip: "AllocationId" } },
  {
    aws: "ec2 create-nat-gateway --subnet-id {a} --allocation-id {eip}",
    out: { NatGateway: { State: "pending" } },
    keep: { nat: "NatGateway.NatGatewayId" },
  },
  { aws: "ec2 wait nat-gateway-available --nat-gateway-ids {nat}" },
  { aws: "ec2 release-address --allocation-id {eip}", exit: 255, err: /InvalidIPAddress\.InUse/ },
  { aws: "ec2 create-security-group --group-name web --description web --vpc-id {vpc}", keep: { sg: "GroupId" } },
  {
    aws: "ec2 create-security-group --group-name web --description web --vpc-id {vpc}",
    exit: 255,
    err: /InvalidGroup\.Duplicate/,
  },
  {
    aws: "ec2 authorize-security-group-ingress --group-id {sg} --protocol tcp --port 443 --cidr 0.0.0.0/0",
    out: { Return: true },
  },
  {
    aws: "ec2 authorize-security-group-ingress --group-id {sg} --protocol tcp --port 443 --cidr 0.0.0.0/0",
    exit: 255,
    err: /InvalidPermission\.Duplicate/,
  },
  {
    aws: "ec2 describe-security-group-rules --filters Name=group-id,Values={sg} --query length(SecurityGroupRules[])",
    out: /^2$/m,
  },
  { aws: "ec2 delete-vpc --vpc-id {vpc}", exit: 255, err: /DependencyViolation/ },
  { aws: "ec2 delete-subnet --subnet-id {a}", exit: 255, err: /DependencyViolation/ },
  { aws: "ec2 create-tags --resources {vpc} {a} --tags Key=team,Value=platform" },
  { aws: "ec2 describe-tags --filters Name=key,Values=team --query length(Tags[])", out: /^2$/m },
  { aws: "ec2 create-tags --resources {vpc} --tags Key=aws:mine,Value=x", exit: 255, err: /InvalidParameterValue/ },
  { aws: "ec2 delete-vpc --vpc-id {vpc} --dry-run", exit: 255, err: /DryRunOperation/ },
  { aws: "ec2 describe-transit-gateways", exit: 255, err: /DescribeTransitGateways.*not emulated/ },
];

export const networkEnd: readonly CliCase[] = [
  { aws: "ec2 delete-nat-gateway --nat-gateway-id {nat}" },
  { aws: "ec2 wait nat-gateway-deleted --nat-gateway-ids {nat}" },
  { aws: "ec2 release-address --allocation-id {eip}" },
  { aws: "ec2 disassociate-route-table --association-id {assoc}" },
  { aws: "ec2 delete-route-table --route-table-id {rtb}" },
  { aws: "ec2 detach-internet-gateway --internet-gateway-id {igw} --vpc-id {vpc}" },
  { aws: "ec2 delete-internet-gateway --internet-gateway-id {igw}" },
  { aws: "ec2 delete-security-group --group-id {sg}" },
  { aws: "ec2 delete-subnet --subnet-id {a}" },
  { aws: "ec2 delete-subnet --subnet-id {b}" },
  { aws: "ec2 delete-vpc --vpc-id {vpc}" },
  { aws: "ec2 describe-vpcs --vpc-ids {vpc}", exit: 255, err: /InvalidVpcID\.NotFound/ },
];
