// Updates and repair of managed node groups.
import { defineRule, groupsOf } from "./rule.ts";
import type { Rule } from "./rule.ts";

const updates: Rule = defineRule({
  code: "config/update-config",
  severity: "error",
  demands: "updateConfig says a number or a percentage, and no more than there are nodes.",
  remedy: "Keep one of maxUnavailable and maxUnavailablePercentage",
  *check(context) {
    for (const { group, managed, path } of groupsOf(context)) {
      const update = group.updateConfig;
      if (!update || !managed) continue;
      const { maxUnavailable: count, maxUnavailablePercentage: percentage } = update;
      const at = [...path, "updateConfig"];
      if (count === undefined && percentage === undefined)
        yield { path: at, title: "invalid UpdateConfig: maxUnavailable or maxUnavailablePercentage must be defined" };
      if (count !== undefined && percentage !== undefined)
        yield {
          path: at,
          title: `cannot use maxUnavailable=${count} and maxUnavailablePercentage=${percentage} at the same time`,
        };
      if ((count ?? 0) > (group.maxSize ?? 0))
        yield {
          path: [...at, "maxUnavailable"],
          title: `maxUnavailable=${count} cannot be greater than maxSize=${group.maxSize}`,
          remedy: "Lower it",
        };
    }
  },
});

const updatesUnused: Rule = defineRule({
  code: "config/update-config-unused",
  severity: "warning",
  demands: "updateConfig is for managed groups.",
  remedy: "Remove it",
  *check(context) {
    for (const { written, managed, path } of groupsOf(context))
      if (!managed && written.updateConfig)
        yield { path: [...path, "updateConfig"], title: "updateConfig has no effect on self-managed node groups" };
  },
});

const repair: Rule = defineRule({
  code: "config/node-repair",
  severity: "error",
  demands: "Limits of node repair are given as a number or a percentage.",
  remedy: "Keep one of the two",
  *check(context) {
    for (const { group, path } of groupsOf(context))
      for (const [count, percentage] of [
        ["maxUnhealthyNodeThresholdCount", "maxUnhealthyNodeThresholdPercentage"],
        ["maxParallelNodesRepairedCount", "maxParallelNodesRepairedPercentage"],
      ] as const) {
        const config = group.nodeRepairConfig;
        if (config?.[count] !== undefined && config[percentage] !== undefined)
          yield {
            path: [...path, "nodeRepairConfig", percentage],
            title: `cannot use ${count} and ${percentage} at the same time`,
          };
      }
  },
});

export const nodeUpdateRules: readonly Rule[] = [updates, updatesUnused, repair];
