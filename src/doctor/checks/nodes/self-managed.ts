// LT-D009: A self-managed node group.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inFileGroups, inList } from "../../sight.ts";

/** A self-managed node group. */
export const selfManaged: Check = defineCheck({
  id: "LT-D009",
  title: "A self-managed node group",
  area: "nodes",
  severity: "info",
  why: "EKS drains nodes of managed groups at updates, mends them and keeps their images; of others nobody does.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html",
  remedy: "Use managedNodeGroups, Auto Mode or Karpenter.",
  file: (file) => inFileGroups(file, ({ managed }) => !managed && "It stands under nodeGroups"),
  account: async (account) =>
    inList(
      "AutoScalingGroup",
      await account.read("scalingGroups"),
      ({ name }) => name,
      ({ managed }) => !managed && "EKS doesn't manage it",
    ),
});
