// A VPC of the cluster's own, IPv4: subnets, route tables, the way to the internet.
import type { Context } from "../context.ts";
import { zoneSuffix } from "../names.ts";
import { ref } from "../template.ts";
import type { TemplateBuilder, TemplateValue } from "../template.ts";
import { addNat, natMode } from "./nat.ts";
import { planSubnets } from "./subnets.ts";
import type { SubnetPlan } from "./subnets.ts";

/** Tags by which load balancer controllers find subnets (AWS Load Balancer Controller, subnet discovery). */
const loadBalancerTag = { Public: "kubernetes.io/role/elb", Private: "kubernetes.io/role/internal-elb" } as const;

/** Where all addresses go that no other route takes. */
const anywhere = "0.0.0.0/0";

function addSubnet(template: TemplateBuilder, subnet: SubnetPlan, hostnameType: string | undefined): void {
  const suffix = zoneSuffix(subnet.zone);
  const isPublic = subnet.topology === "Public";
  const routeTable = isPublic ? "PublicRouteTable" : `PrivateRouteTable${suffix}`;
  if (!isPublic) template.add(routeTable, "AWS::EC2::RouteTable", { VpcId: ref("VPC") });
  template.add(subnet.logicalId, "AWS::EC2::Subnet", {
    AvailabilityZone: subnet.zone,
    CidrBlock: subnet.cidr,
    MapPublicIpOnLaunch: isPublic ? true : undefined,
    PrivateDnsNameOptionsOnLaunch: hostnameType ? { HostnameType: hostnameType } : undefined,
    Tags: [{ Key: loadBalancerTag[subnet.topology], Value: "1" }],
    VpcId: ref("VPC"),
  });
  template.add(`RouteTableAssociation${subnet.topology}${suffix}`, "AWS::EC2::SubnetRouteTableAssociation", {
    RouteTableId: ref(routeTable),
    SubnetId: ref(subnet.logicalId),
  });
}

function addInternetAccess(template: TemplateBuilder): void {
  const gateway = template.add("InternetGateway", "AWS::EC2::InternetGateway", {});
  template.add("VPCGatewayAttachment", "AWS::EC2::VPCGatewayAttachment", {
    InternetGatewayId: gateway,
    VpcId: ref("VPC"),
  });
  const routeTable = template.add("PublicRouteTable", "AWS::EC2::RouteTable", { VpcId: ref("VPC") });
  template.add(
    "PublicSubnetRoute",
    "AWS::EC2::Route",
    { DestinationCidrBlock: anywhere, GatewayId: gateway, RouteTableId: routeTable },
    { DependsOn: ["VPCGatewayAttachment"] },
  );
}

const joined = (ids: readonly string[]): TemplateValue => ({ "Fn::Join": [",", ids.map(ref)] });

/** Adds VPC, subnets, routing and their outputs; returns the subnets. */
export function addVpc(template: TemplateBuilder, context: Context): SubnetPlan[] {
  const { vpc } = context.config;
  const subnets = planSubnets(context.vpcCidr, context.cutZones);
  template.add("VPC", "AWS::EC2::VPC", {
    CidrBlock: context.vpcCidr,
    EnableDnsHostnames: true,
    EnableDnsSupport: true,
  });
  addInternetAccess(template);
  for (const subnet of subnets) addSubnet(template, subnet, vpc?.hostnameType);
  addNat(template, context.zones, natMode(vpc));
  template.output("VPC", ref("VPC"), true);
  template.output("FeatureNATMode", natMode(vpc), false);
  for (const topology of ["Private", "Public"] as const) {
    const ids = subnets.filter((subnet) => subnet.topology === topology).map((subnet) => subnet.logicalId);
    template.output(`Subnets${topology}`, joined(ids), true);
  }
  return subnets;
}
