// LT-W027: A controller without priority.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inWorkloads } from "../../sight.ts";

/** A controller without priority. */
export const noPriority: Check = defineCheck({
  id: "LT-W027",
  title: "A controller without priority",
  area: "workloads",
  severity: "info",
  why: "When room is short, pods of low priority go first: a controller of the cluster should stay.",
  docs: "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
  remedy: "Set priorityClassName: system-cluster-critical.",
  objects: async (facts) =>
    inWorkloads(
      facts,
      ({ name, spec }) =>
        /(ingress|gateway|cert-manager|external-dns|autoscaler|webhook)/.test(name) &&
        spec.priorityClassName === undefined &&
        "It has no priorityClassName",
    ),
});
