// LT-W003: Replicas may all stand on one node.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inWorkloads } from "../../sight.ts";

/** Replicas may all stand on one node. */
export const noSpread: Check = defineCheck({
  id: "LT-W003",
  title: "Replicas may all stand on one node",
  area: "workloads",
  severity: "warning",
  why: "Without a spread over nodes and zones the scheduler may put all replicas where one fault takes them.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/application.html",
  remedy: "Add topologySpreadConstraints over topology.kubernetes.io/zone and kubernetes.io/hostname.",
  objects: async (facts) =>
    inWorkloads(
      facts,
      ({ replicas = 0, spec }) =>
        replicas > 1 &&
        (spec.topologySpreadConstraints ?? []).length === 0 &&
        spec.affinity?.podAntiAffinity === undefined &&
        "It has neither topologySpreadConstraints nor podAntiAffinity",
    ),
});
