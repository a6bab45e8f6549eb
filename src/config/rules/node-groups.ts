// Node groups: names, sizes, places.
import { nearest } from "../check/nearest.ts";
import { defineRule, groupsOf, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const names: Rule = defineRule({
  code: "config/node-group-name",
  severity: "error",
  demands: "Node groups have different names of letters, digits and dashes; managed ones at most 63 characters.",
  remedy: "Use letters, digits and dashes",
  *check(context) {
    const seen = new Map<string, string>();
    const cluster = context.config.metadata.name ?? "";
    for (const { group, kind, managed, path } of groupsOf(context)) {
      const { name } = group;
      const at = [...path, "name"];
      const first = seen.get(name);
      if (first)
        yield {
          path: at,
          title: `${kind}[${path[1]}].name ${JSON.stringify(name)} is not unique`,
          remedy: `${first} has the same name; rename one`,
        };
      seen.set(name, first ?? `${kind}[${path[1]}]`);
      const pattern = managed ? /^[a-zA-Z0-9][-a-zA-Z0-9]*$/ : /^[-a-zA-Z0-9]+$/;
      if (!pattern.test(name))
        yield {
          path: at,
          title: `validation for ${JSON.stringify(name)} failed, name must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
        };
      else if (managed && name.length > 63)
        yield {
          path: at,
          title: `node group name ${name} has ${name.length} characters; EKS allows 63`,
          remedy: "Shorten it",
        };
      else if (`eksctl-${cluster}-nodegroup-${name}`.length > 128)
        yield {
          path: at,
          title: `the stack name eksctl-${cluster}-nodegroup-${name} would be longer than CloudFormation's 128 characters`,
          remedy: "Shorten it",
        };
    }
  },
});

const sizes: Rule = defineRule({
  code: "config/node-group-size",
  severity: "error",
  demands: "minSize ≤ desiredCapacity ≤ maxSize.",
  remedy: "Set minSize ≤ desiredCapacity ≤ maxSize",
  *check(context) {
    for (const { group, written, managed, path } of groupsOf(context)) {
      const { minSize: min = 0, maxSize: max = 0, desiredCapacity: desired } = group;
      const at = (key: "minSize" | "maxSize" | "desiredCapacity"): (string | number)[] => [
        ...path,
        ...(written[key] === undefined ? [] : [key]),
      ];
      const defaulted =
        written.minSize === undefined && written.desiredCapacity === undefined
          ? "; minSize is 2 unless you say otherwise"
          : "";
      if (min > max)
        yield {
          path: at("maxSize"),
          title: `minSize ${min} is above maxSize ${max} (cannot use --nodes-min=${min} and --nodes-max=${max} at the same time)${defaulted}`,
        };
      else if (desired !== undefined && desired < min)
        yield {
          path: at("desiredCapacity"),
          title: `desiredCapacity ${desired} is below minSize ${min} (cannot use --nodes-min=${min} and --nodes=${desired} at the same time)`,
        };
      else if (desired !== undefined && desired > max)
        yield {
          path: at("desiredCapacity"),
          title: `desiredCapacity ${desired} is above maxSize ${max} (cannot use --nodes-max=${max} and --nodes=${desired} at the same time)`,
        };
      if (managed && written.maxSize === 0)
        yield {
          path: at("maxSize"),
          title: "maxSize 0 of a managed node group; EKS wants at least 1",
          remedy: "Use minSize: 0 and maxSize: 1",
        };
    }
  },
});

const places: Rule = defineRule({
  code: "config/node-group-place",
  severity: "error",
  demands: "A node group names zones or subnets, not both; with EFA one only.",
  remedy: "Keep one of them",
  *check(context) {
    for (const { group, kind, path } of groupsOf(context)) {
      const name = `${kind}[${path[1]}]`;
      if (isSet(group.availabilityZones) && isSet(group.subnets))
        yield {
          path: [...path, "subnets"],
          title: `only one of ${name}.subnets or ${name}.availabilityZones should be set`,
        };
      if (isSet(group.localZones) && isSet(group.availabilityZones))
        yield { path: [...path, "localZones"], title: "cannot specify both localZones and availabilityZones" };
      if (group.efaEnabled && ((group.availabilityZones?.length ?? 0) > 1 || (group.subnets?.length ?? 0) > 1))
        yield {
          path: [...path, "efaEnabled"],
          title: `${name}.efaEnabled nodegroups must have only one subnet or one availability zone`,
        };
      if (group.placement && !group.placement.groupName)
        yield {
          path: [...path, "placement"],
          title: `${name}.placement.groupName must be set and non-empty`,
          remedy: "Name an existing placement group",
        };
    }
  },
});

const subnetNames: Rule = defineRule({
  code: "config/node-group-subnet",
  severity: "error",
  demands: "A node group's subnets are ids, or keys or zones of vpc.subnets.",
  remedy: "Use a key of vpc.subnets or a subnet id",
  *check(context) {
    const { subnets } = context.config.vpc ?? {};
    if (!isSet(subnets?.private) && !isSet(subnets?.public)) return;
    const known = new Set<string>();
    for (const kind of [subnets?.private, subnets?.public])
      for (const [key, { az, id }] of Object.entries(kind ?? {}))
        for (const name of [key, az, id]) if (name) known.add(name);
    for (const { group, path } of groupsOf(context))
      for (const [index, name] of (group.subnets ?? []).entries()) {
        if (name.startsWith("subnet-") || known.has(name)) continue;
        const near = nearest(name, known);
        yield {
          path: [...path, "subnets", index],
          title: `subnet ${JSON.stringify(name)} of node group ${group.name} is neither an id nor a key of vpc.subnets`,
          ...(near ? { remedy: `Did you mean ${near}?` } : {}),
        };
      }
  },
});

export const nodeGroupRules: readonly Rule[] = [names, sizes, places, subnetNames];
