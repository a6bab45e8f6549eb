// LT-D013: The cluster autoscaler knows its groups by name.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inContainers } from "../../sight.ts";

/** The cluster autoscaler knows its groups by name. */
export const autoscalerDiscovery: Check = defineCheck({
  id: "LT-D013",
  title: "The cluster autoscaler knows its groups by name",
  area: "nodes",
  severity: "info",
  why: "Groups that are named one by one are forgotten when a new one is added.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cas.html",
  remedy:
    "Use --node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/CLUSTER.",
  objects: async (facts) =>
    inContainers(
      facts,
      ({ image = "", args = [], command = [] }) =>
        /cluster-autoscaler[:@]/.test(image) &&
        ![...args, ...command].some((word) => word.includes("--node-group-auto-discovery")) &&
        "--node-group-auto-discovery isn't given",
    ),
});
