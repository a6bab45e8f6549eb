// Instance types against what AWS publishes.
import { instanceType, instanceTypes } from "../../facts/index.ts";
import { nearest } from "../check/nearest.ts";
import { defineRule, groupsOf } from "./rule.ts";
import type { Rule } from "./rule.ts";

const knownTypes: Rule = defineRule({
  code: "config/instance-type-unknown",
  severity: "warning",
  demands: "Instance types are ones that lotse knows.",
  remedy: "Check the name; `aws ec2 describe-instance-types` lists those of your region",
  *check(context) {
    for (const { group, path } of groupsOf(context)) {
      const lists: [(string | number)[], string | undefined][] = [
        [[...path, "instanceType"], group.instanceType],
        ...(group.instanceTypes ?? []).map((type, index): [(string | number)[], string] => [
          [...path, "instanceTypes", index],
          type,
        ]),
        ...(group.instancesDistribution?.instanceTypes ?? []).map((type, index): [(string | number)[], string] => [
          [...path, "instancesDistribution", "instanceTypes", index],
          type,
        ]),
      ];
      for (const [at, type] of lists) {
        if (!type || type === "mixed" || instanceType(type)) continue;
        const near = nearest(
          type,
          instanceTypes().map((facts) => facts.name),
        );
        yield {
          path: at,
          title: `instance type ${JSON.stringify(type)} is not one that lotse knows`,
          ...(near ? { remedy: `Did you mean ${near}?`, data: { value: type, nearest: near } } : {}),
        };
      }
    }
  },
});

export const instanceTypeRules: readonly Rule[] = [knownTypes];
