// LT-L004: Logs of pods stay on their nodes.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";

/** Logs of pods stay on their nodes. */
export const noLogShipper: Check = defineCheck({
  id: "LT-L004",
  title: "Logs of pods stay on their nodes",
  area: "logging",
  severity: "info",
  why: "With the node go the logs of what ran on it.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/detective-controls.html",
  remedy: "Run fluent-bit, vector or the CloudWatch add-on on every node.",
  cluster: async (facts) => {
    const [daemons, nodes] = await Promise.all([facts.list("daemonSets"), facts.list("nodes")]);
    const there = daemons.some(({ metadata }) =>
      /fluent|vector|cloudwatch|promtail|alloy|filebeat|datadog|otel/.test(metadata.name),
    );
    return nodes.length > 0 && !there
      ? [{ subject: { kind: "DaemonSet", name: "(log shipper)" }, text: "No DaemonSet brings logs away" }]
      : [];
  },
});
