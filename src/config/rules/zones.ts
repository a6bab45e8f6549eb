// Availability zones and local zones.
import { eksRegions } from "../../facts/index.ts";
import { defineRule, groupsOf, isIpv6, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const zones: Rule = defineRule({
  code: "config/zones",
  severity: "error",
  demands: "A cluster needs two different availability zones.",
  remedy: "Name at least two different zones, or none to let lotse choose",
  *check({ config }) {
    const names = config.availabilityZones ?? [];
    const path = ["availabilityZones"];
    if (names.length === 1) yield { path, title: `only 1 zone(s) specified [${names.join(" ")}], 2 are required` };
    else if (names.length > 1 && new Set(names).size < 2)
      yield {
        path,
        title: `availabilityZones names only one zone, ${names[0]}; EKS needs subnets in two different ones`,
      };
  },
});

const zoneOfRegion: Rule = defineRule({
  code: "config/zone-region",
  severity: "error",
  demands: "Zones belong to the cluster's region.",
  remedy: "Use zones of the region, such as eu-central-1a in eu-central-1",
  *check(context) {
    const { region } = context.config.metadata;
    if (!eksRegions.includes(region)) return;
    const lists: [readonly (string | number)[], readonly string[] | undefined][] = [
      [["availabilityZones"], context.config.availabilityZones],
      [["localZones"], context.config.localZones],
    ];
    for (const { group, path } of groupsOf(context)) {
      lists.push([[...path, "availabilityZones"], group.availabilityZones]);
      if (group.localZones) lists.push([[...path, "localZones"], group.localZones]);
    }
    for (const [path, names] of lists)
      for (const [index, name] of (names ?? []).entries())
        if (!name.startsWith(region))
          yield {
            path: [...path, index],
            title: `zone ${JSON.stringify(name)} is not in region ${region}`,
            data: { value: name },
          };
  },
});

const groupZones: Rule = defineRule({
  code: "config/node-group-zones",
  severity: "error",
  demands: "The zones of a node group are zones of the cluster.",
  remedy: "Add the zone to availabilityZones of the cluster, or remove it here",
  *check(context) {
    const ofCluster = context.config.availabilityZones ?? [];
    const local = context.config.localZones ?? [];
    for (const { group, path } of groupsOf(context)) {
      for (const [index, name] of (group.availabilityZones ?? []).entries())
        if (ofCluster.length > 0 && !ofCluster.includes(name))
          yield {
            path: [...path, "availabilityZones", index],
            title: `zone ${name} of node group ${group.name} is not one of the cluster's (${ofCluster.join(", ")})`,
          };
      for (const [index, name] of (group.localZones ?? []).entries())
        if (!local.includes(name))
          yield {
            path: [...path, "localZones", index],
            title: `local zone ${name} of node group ${group.name} is not in localZones of the cluster`,
          };
    }
  },
});

const zonesOrSubnets: Rule = defineRule({
  code: "config/zones-and-subnets",
  severity: "error",
  demands: "The cluster's network is given by zones or by subnets, not both.",
  remedy: "Remove availabilityZones; the subnets say which zones",
  *check({ config }) {
    if (isSet(config.availabilityZones) && (isSet(config.vpc?.subnets?.private) || isSet(config.vpc?.subnets?.public)))
      yield { path: ["availabilityZones"], title: "vpc.subnets and availabilityZones cannot be set at the same time" };
  },
});

const tooManyZones: Rule = defineRule({
  code: "config/too-many-subnets",
  severity: "error",
  demands: "A VPC that is made has at most eight zones, local zones included: two subnets each, 16 in all.",
  remedy: "Use fewer zones",
  *check({ config }) {
    const count = (config.availabilityZones?.length ?? 0) + (config.localZones?.length ?? 0);
    if (count > 8 && !config.vpc?.id)
      yield { path: ["availabilityZones"], title: `cannot create more than 16 subnets, ${count * 2} requested` };
  },
});

const localZones: Rule = defineRule({
  code: "config/local-zones",
  severity: "error",
  demands: "Local zones need a VPC that is made, with at most one NAT gateway.",
  remedy: "Remove localZones, or the setting that excludes them",
  *check(context) {
    const { config } = context;
    if (!isSet(config.localZones)) return;
    const path = ["localZones"];
    if (config.vpc?.id) yield { path, title: "localZones are not supported with a pre-existing VPC" };
    if (config.vpc?.nat?.gateway === "HighlyAvailable")
      yield { path, title: "HighlyAvailable NAT gateway is not supported for localZones" };
    if (config.privateCluster?.enabled) yield { path, title: "localZones cannot be used in a fully-private cluster" };
    if (isIpv6(context)) yield { path, title: "localZones are not supported with IPv6" };
  },
});

export const zoneRules: readonly Rule[] = [zones, zoneOfRegion, groupZones, zonesOrSubnets, tooManyZones, localZones];
