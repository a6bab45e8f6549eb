// Which subnets a node group's instances run in, as literal ids of the cluster stack's subnets.
import { LotseError } from "../../base/index.ts";
import type { Binder } from "../binder.ts";
import { subnetId } from "../cluster/subnets.ts";
import type { Context } from "../context.ts";
import type { Group } from "./group.ts";

function zonesOf(context: Context, group: Group): readonly string[] {
  const { availabilityZones = [] } = group.spec;
  const strange = availabilityZones.find((zone) => !context.zones.includes(zone));
  if (strange !== undefined)
    throw new LotseError("stacks/unknown-zone", {
      title: `Node group ${group.name} names zone ${strange}, where the cluster has no subnet`,
      detail: `The cluster's zones are ${context.zones.join(", ")}.`,
      remedy: `List ${strange} in availabilityZones of the cluster, or choose another zone`,
    });
  if (availabilityZones.length > 0) return availabilityZones;
  const offered = context.known.offeredZones?.[group.name];
  return offered ? context.zones.filter((zone) => offered.includes(zone)) : context.zones;
}

/** Subnet ids of a node group, in the order of zones; unknown ones as `<LogicalId>`. */
export function nodeSubnets(context: Context, group: Group, binder: Binder): string[] {
  const topology = group.spec.privateNetworking ? "Private" : "Public";
  const idIn = (zone: string): string => binder.physicalId(subnetId(topology, zone));
  const { subnets = [] } = group.spec;
  if (subnets.length === 0) return zonesOf(context, group).map(idIn);
  return subnets.map((subnet) => {
    if (subnet.startsWith("subnet-")) return subnet;
    if (context.zones.includes(subnet)) return idIn(subnet);
    throw new LotseError("stacks/unknown-subnet", {
      title: `Node group ${group.name} names subnet ${subnet}, which the cluster doesn't have`,
      detail: `Its VPC has one ${topology.toLowerCase()} subnet in each of ${context.zones.join(", ")}.`,
      remedy: "Name one of these zones, or a subnet id",
    });
  });
}
