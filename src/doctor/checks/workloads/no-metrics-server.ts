// LT-W022: Autoscalers without metrics.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** Autoscalers without metrics. */
export const noMetricsServer: Check = defineCheck({
  id: "LT-W022",
  title: "Autoscalers without metrics",
  area: "workloads",
  severity: "error",
  why: "A HorizontalPodAutoscaler by CPU or memory asks metrics-server, which EKS doesn't install by itself.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/metrics-server.html",
  remedy: "Install the add-on metrics-server.",
  cluster: async (facts) => {
    const there = (await facts.list("deployments")).some(({ metadata }) => /metrics-server/.test(metadata.name));
    return inKind(facts, "autoscalers", () => !there && "metrics-server doesn't run");
  },
});
