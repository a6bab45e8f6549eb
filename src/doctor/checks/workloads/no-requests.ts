// LT-W006: No requests or no memory limit.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inContainers } from "../../sight.ts";

/** No requests or no memory limit. */
export const noRequests: Check = defineCheck({
  id: "LT-W006",
  title: "No requests or no memory limit",
  area: "workloads",
  severity: "warning",
  why: "The scheduler and autoscalers place by requests; a container without a memory limit takes its neighbours' memory.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/application.html",
  remedy: "Set requests for cpu and memory, and a limit for memory.",
  objects: async (facts) =>
    inContainers(facts, ({ resources }) => {
      const missing = [
        ...(resources?.requests?.["cpu"] === undefined ? ["requests.cpu"] : []),
        ...(resources?.requests?.["memory"] === undefined && resources?.limits?.["memory"] === undefined
          ? ["requests.memory"]
          : []),
        ...(resources?.limits?.["memory"] === undefined ? ["limits.memory"] : []),
      ];
      return missing.length > 0 && { text: `${missing.join(", ")} missing`, evidence: { missing } };
    }),
});
