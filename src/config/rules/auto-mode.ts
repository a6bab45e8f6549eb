// EKS Auto Mode.
import { defineRule, isAutoMode, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const autoModeGroups: Rule = defineRule({
  code: "config/auto-mode",
  severity: "error",
  demands: "A cluster that begins with Auto Mode has no node groups and no core networking add-ons.",
  remedy: "Remove them and add them after the cluster is made, or switch Auto Mode off",
  *check(context) {
    if (!isAutoMode(context)) return;
    const { config } = context;
    for (const kind of ["nodeGroups", "managedNodeGroups"] as const)
      if (isSet(config[kind]))
        yield {
          path: [kind],
          title:
            "creation of managed or self-managed nodegroups is not supported during cluster creation when Auto Mode is enabled",
        };
    if (config.outpost) yield { path: ["autoModeConfig"], title: "Auto Mode is not supported on Outposts" };
    if (isSet(config.fargateProfiles) || config.remoteNetworkConfig) return;
    for (const [index, addon] of (config.addons ?? []).entries())
      if (["vpc-cni", "kube-proxy", "coredns"].includes(addon.name))
        yield {
          path: ["addons", index, "name"],
          title: `core networking addons are not required on a cluster using Auto Mode: ${addon.name}`,
        };
  },
});

const autoModeRole: Rule = defineRule({
  code: "config/auto-mode-role",
  severity: "error",
  demands: "The node role of Auto Mode is given, or bounded, or not needed.",
  remedy: "Keep one of nodeRoleARN and permissionsBoundaryARN, and only with node pools",
  *check({ written }) {
    const mode = written.autoModeConfig;
    if (!mode) return;
    const path = ["autoModeConfig"];
    const given = (["nodeRoleARN", "permissionsBoundaryARN"] as const).filter((key) => mode[key]);
    if (!mode.enabled) {
      if (given.length > 0 || isSet(mode.nodePools))
        yield {
          path,
          title:
            "cannot set autoModeConfig.nodeRoleARN, autoModeConfig.permissionBoundaryARN, or autoModeConfig.nodePools when Auto Mode is disabled",
          remedy: "Add enabled: true",
        };
      return;
    }
    if (mode.nodePools?.length === 0)
      for (const key of given)
        yield {
          path: [...path, key],
          title: `cannot specify autoModeConfig.${key} when autoModeConfig.nodePools is empty`,
        };
    if (given.length === 2)
      yield {
        path: [...path, "permissionsBoundaryARN"],
        title: "cannot specify autoModeConfig.permissionsBoundaryARN when autoModeConfig.nodeRoleARN is set",
      };
    for (const [index, pool] of (mode.nodePools ?? []).entries())
      if (mode.nodePools?.indexOf(pool) !== index)
        yield { path: [...path, "nodePools", index], title: `found duplicate node pool: ${JSON.stringify(pool)}` };
  },
});

export const autoModeRules: readonly Rule[] = [autoModeGroups, autoModeRole];
