// How eksctl cuts a VPC into subnets: one public and one private block per zone, all of a size, public ones first.
import { LotseError, formatCidr, parseCidr, splitCidr } from "../../base/index.ts";
import { zoneSuffix } from "../names.ts";

export interface SubnetPlan {
  readonly zone: string;
  readonly cidr: string;
  readonly topology: "Public" | "Private";
  /** `SubnetPublicEUCENTRAL1A`. */
  readonly logicalId: string;
}

/** Logical id of a zone's subnet. */
export function subnetId(topology: SubnetPlan["topology"], zone: string): string {
  return `Subnet${topology}${zoneSuffix(zone)}`;
}

/**
 * The subnets of a VPC: public ones of all zones, then private ones. Up to four zones get blocks three bits longer than the
 * VPC's prefix, up to eight zones four bits. A zone that is named twice takes a place twice and keeps the last, as in eksctl.
 *
 * @throws LotseError `stacks/too-many-zones` above eight zones, `stacks/cidr` when the VPC's range is none or too small.
 */
export function planSubnets(vpcCidr: string, zones: readonly string[]): SubnetPlan[] {
  const vpc = parseCidr(vpcCidr);
  if (vpc?.family !== 4)
    throw new LotseError("stacks/cidr", {
      title: `vpc.cidr ${vpcCidr} is no IPv4 range`,
      remedy: "Give a range such as 192.168.0.0/16",
    });
  if (zones.length > 8)
    throw new LotseError("stacks/too-many-zones", {
      title: `${zones.length} zones need more than the 16 subnets a VPC is cut into`,
      remedy: "List at most 8 zones in availabilityZones",
    });
  const prefix = vpc.prefix + (zones.length <= 4 ? 3 : 4);
  if (prefix > 28)
    throw new LotseError("stacks/cidr", {
      title: `vpc.cidr ${vpcCidr} is too small: its subnets would be /${prefix}, AWS takes none smaller than /28`,
      remedy: "Take a VPC range between /16 and /24",
    });
  const blocks = splitCidr(vpc, prefix, zones.length * 2).map(formatCidr);
  const subnets = (["Public", "Private"] as const).flatMap((topology, half) =>
    zones.map((zone, i) => ({
      zone,
      topology,
      cidr: blocks[half * zones.length + i] ?? "",
      logicalId: subnetId(topology, zone),
    })),
  );
  return [...new Map(subnets.map((subnet) => [subnet.logicalId, subnet])).values()];
}
