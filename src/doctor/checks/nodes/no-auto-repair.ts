// LT-D022: Nobody mends broken nodes.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { set } from "../../fixes.ts";
import { inFileGroups, inList } from "../../sight.ts";

/** Nobody mends broken nodes. */
export const noAutoRepair: Check = defineCheck({
  id: "LT-D022",
  title: "Nobody mends broken nodes",
  area: "nodes",
  severity: "info",
  why: "With node auto repair EKS replaces nodes that stay NotReady, or whose monitoring agent reports a fault.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/node-health.html",
  remedy: "Set nodeRepairConfig.enabled: true and install eks-node-monitoring-agent.",
  fix: ({ source, resource, path }) =>
    source === "file"
      ? [set([...(path ?? []), "nodeRepairConfig", "enabled"], true)]
      : [{ do: "repair-nodes", nodeGroup: resource.name }],
  file: (file) =>
    inFileGroups(
      file,
      ({ group, managed }) => managed && group.nodeRepairConfig?.enabled !== true && "nodeRepairConfig is off",
    ),
  account: async (account) =>
    inList(
      "NodeGroup",
      await account.read("nodeGroups"),
      ({ nodegroupName }) => nodegroupName,
      ({ nodeRepairConfig }) => nodeRepairConfig?.enabled !== true && "nodeRepairConfig is off",
    ),
});
