// LT-W001: One replica.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inWorkloads } from "../../sight.ts";

/** One replica. */
export const oneReplica: Check = defineCheck({
  id: "LT-W001",
  title: "One replica",
  area: "workloads",
  severity: "warning",
  why: "Whenever its node is drained or fails, the workload is away.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/application.html",
  remedy: "Set replicas to 2 or more.",
  objects: async (facts) =>
    inWorkloads(
      facts,
      ({ kind, replicas }) => (kind === "Deployment" || kind === "StatefulSet") && replicas === 1 && "replicas is 1",
    ),
});
