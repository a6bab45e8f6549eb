// NAT gateways: the private subnets' way out. One for all, one per zone, or none.
import type { ClusterVPC } from "../../config/index.ts";
import { zoneSuffix } from "../names.ts";
import { getAtt, ref } from "../template.ts";
import type { TemplateBuilder } from "../template.ts";

export type NatMode = "Single" | "HighlyAvailable" | "Disable";

/** `vpc.nat.gateway`, `Single` when the file doesn't say. */
export function natMode(vpc: ClusterVPC | undefined): NatMode {
  return (vpc?.nat?.gateway ?? "Single") as NatMode;
}

function addGateway(template: TemplateBuilder, suffix: string, zone: string): void {
  template.add(`NATIP${suffix}`, "AWS::EC2::EIP", { Domain: "vpc" });
  template.add(`NATGateway${suffix}`, "AWS::EC2::NatGateway", {
    AllocationId: getAtt(`NATIP${suffix}`, "AllocationId"),
    SubnetId: ref(`SubnetPublic${zoneSuffix(zone)}`),
  });
}

/** Adds gateways and the private subnets' default routes. A single gateway stands in the first zone. */
export function addNat(template: TemplateBuilder, zones: readonly string[], mode: NatMode): void {
  const [first] = zones;
  if (mode === "Disable" || first === undefined) return;
  if (mode === "Single") addGateway(template, "", first);
  for (const zone of zones) {
    const suffix = zoneSuffix(zone);
    if (mode === "HighlyAvailable") addGateway(template, suffix, zone);
    template.add(`NATPrivateSubnetRoute${suffix}`, "AWS::EC2::Route", {
      DestinationCidrBlock: "0.0.0.0/0",
      NatGatewayId: ref(mode === "Single" ? "NATGateway" : `NATGateway${suffix}`),
      RouteTableId: ref(`PrivateRouteTable${suffix}`),
    });
  }
}
