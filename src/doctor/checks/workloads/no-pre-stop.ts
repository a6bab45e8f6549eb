// LT-W030: Connections are cut at the end.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { fits } from "../../objects/workloads.ts";
import { inWorkloads } from "../../sight.ts";

/** Connections are cut at the end. */
export const noPreStop: Check = defineCheck({
  id: "LT-W030",
  title: "Connections are cut at the end",
  area: "workloads",
  severity: "warning",
  why: "A load balancer takes seconds to deregister a pod, which by then may have ended: a preStop pause bridges them.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/load-balancing.html",
  remedy: "Add lifecycle.preStop with a sleep of about 15 seconds.",
  objects: async (facts) => {
    const services = (await facts.list("services")).filter(({ spec }) => spec?.type === "LoadBalancer");
    return inWorkloads(facts, ({ namespace, labels, spec }) => {
      const behind = services.some(
        (each) =>
          (each.metadata.namespace ?? "default") === namespace &&
          fits({ matchLabels: each.spec?.selector ?? { "": "" } }, labels),
      );
      return (
        behind &&
        !spec.containers.some(({ lifecycle }) => lifecycle?.preStop) &&
        "It stands behind a load balancer and has no preStop"
      );
    });
  },
});
