// Which instances a node group gets: types, mixes, spot, reservations.
import { defineRule, groupsOf, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const instanceChoice: Rule = defineRule({
  code: "config/instance-choice",
  severity: "error",
  demands: "Instance types are named in one way.",
  remedy: "Keep one of instanceType, instanceTypes, instancesDistribution and instanceSelector",
  *check(context) {
    for (const { written, managed, kind, path } of groupsOf(context)) {
      const name = `${kind}[${path[1]}]`;
      const type = written.instanceType;
      const selector = isSet(written.instanceSelector);
      if (managed && type && isSet(written.instanceTypes))
        yield {
          path: [...path, "instanceType"],
          title: `only one of instanceType or instanceTypes can be specified (${name})`,
        };
      if (managed && type && selector)
        yield {
          path: [...path, "instanceType"],
          title: `cannot set instanceType when instanceSelector is specified (${name})`,
        };
      if (managed && type === "mixed")
        yield {
          path: [...path, "instanceType"],
          title: "instanceType mixed is for nodeGroups with instancesDistribution",
          remedy: "Use instanceTypes",
        };
      if (managed && (written.instanceTypes?.length ?? 0) > 20)
        yield {
          path: [...path, "instanceTypes"],
          title: `${written.instanceTypes?.length} instance types; EKS allows 20`,
          remedy: "Use fewer",
        };
      if (!managed && type && type !== "mixed" && (selector || written.instancesDistribution))
        yield {
          path: [...path, "instanceType"],
          title: `instanceType should be "mixed" or unset when using the ${written.instancesDistribution ? "instances distribution" : "instance selector"} feature`,
        };
      if (!managed && type === "mixed" && !selector && !written.instancesDistribution)
        yield {
          path: [...path, "instanceType"],
          title: 'instanceType "mixed" needs instancesDistribution',
          remedy: "Add instancesDistribution with instanceTypes",
        };
    }
  },
});

const distribution: Rule = defineRule({
  code: "config/instances-distribution",
  severity: "error",
  demands: "A mix has 1 to 20 instance types, and pools only with the lowest-price strategy.",
  remedy: "See `lotse config explain nodeGroups[].instancesDistribution`",
  *check(context) {
    for (const { written, path } of groupsOf(context)) {
      const mix = written.instancesDistribution;
      if (!mix) continue;
      const at = [...path, "instancesDistribution"];
      const count = new Set(mix.instanceTypes ?? []).size;
      if (mix.instanceTypes && count === 0 && !isSet(written.instanceSelector))
        yield {
          path: [...at, "instanceTypes"],
          title: "at least two instance types have to be specified for mixed nodegroups",
        };
      if (count > 20)
        yield {
          path: [...at, "instanceTypes"],
          title: `mixed nodegroups should have between 1 and 20 different instance types, got ${count}`,
        };
      const strategy = mix.spotAllocationStrategy;
      if (mix.spotInstancePools !== undefined && strategy?.startsWith("capacity-optimized"))
        yield {
          path: [...at, "spotInstancePools"],
          title: `spotInstancePools cannot be specified when also specifying spotAllocationStrategy: ${strategy}`,
        };
    }
  },
});

const cpuCredits: Rule = defineRule({
  code: "config/cpu-credits",
  severity: "error",
  demands: "cpuCredits is for T instances.",
  remedy: "Remove cpuCredits",
  *check(context) {
    for (const { group, written, path } of groupsOf(context)) {
      const types = written.instancesDistribution
        ? (written.instancesDistribution.instanceTypes ?? [])
        : [group.instanceType ?? ""];
      if (written.cpuCredits && !types.some((type) => type.startsWith("t")))
        yield {
          path: [...path, "cpuCredits"],
          title: "cpuCredits option set for nodegroup, but it has no t2/t3 instance types",
        };
    }
  },
});

const reservations: Rule = defineRule({
  code: "config/capacity-reservation",
  severity: "error",
  demands: "A reservation is a preference or one target; a capacity block needs a target.",
  remedy: "See `lotse config explain managedNodeGroups[].capacityReservation`",
  *check(context) {
    for (const { group, path } of groupsOf(context)) {
      const target = group.capacityReservation?.capacityReservationTarget;
      const at = [...path, "capacityReservation"];
      if (group.capacityReservation?.capacityReservationPreference !== undefined && target)
        yield {
          path: at,
          title: "only one of CapacityReservationPreference or CapacityReservationTarget may be specified at a time",
        };
      if (target?.capacityReservationID !== undefined && target.capacityReservationResourceGroupARN !== undefined)
        yield {
          path: [...at, "capacityReservationTarget"],
          title: "only one of CapacityReservationID or CapacityReservationResourceGroupARN may be specified at a time",
        };
      if (group.instanceMarketOptions && !group.capacityReservation)
        yield {
          path: [...path, "instanceMarketOptions"],
          title: "instanceMarketOptions cannot be set without capacityReservation",
        };
      else if (group.instanceMarketOptions?.marketType && !target)
        yield {
          path: [...path, "instanceMarketOptions"],
          title: "instanceMarketOptions.marketType capacity-block needs capacityReservation.capacityReservationTarget",
        };
      if (group.spot && group.instanceMarketOptions?.marketType)
        yield {
          path: [...path, "spot"],
          title: "spot and instanceMarketOptions.marketType cannot be set at the same time",
        };
    }
  },
});

const spotVariety: Rule = defineRule({
  code: "config/spot-variety",
  severity: "warning",
  demands: "A spot group has several instance types.",
  remedy: "List several similar types in instanceTypes: fewer interruptions",
  *check(context) {
    for (const { group, managed, path } of groupsOf(context))
      if (
        managed &&
        group.spot &&
        !group.launchTemplate &&
        !isSet(group.instanceSelector) &&
        (group.instanceTypes?.length ?? 1) < 2
      )
        yield { path: [...path, "spot"], title: `spot node group ${group.name} has a single instance type` };
  },
});

export const instanceChoiceRules: readonly Rule[] = [
  instanceChoice,
  distribution,
  cpuCredits,
  reservations,
  spotVariety,
];
