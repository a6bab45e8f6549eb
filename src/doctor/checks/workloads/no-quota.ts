// LT-W018: A namespace without a quota.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { workloadsOf } from "../../objects/workloads.ts";
import { inKind } from "../../sight.ts";

/** A namespace without a quota. */
export const noQuota: Check = defineCheck({
  id: "LT-W018",
  title: "A namespace without a quota",
  area: "workloads",
  severity: "info",
  why: "One namespace can take all capacity, or all addresses.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  remedy: "Add a ResourceQuota and a LimitRange.",
  cluster: async (facts) => {
    const [quotas, workloads] = await Promise.all([facts.list("resourceQuotas"), workloadsOf(facts)]);
    const limited = new Set(quotas.map(({ metadata }) => metadata.namespace));
    const used = new Set(workloads.map(({ namespace }) => namespace));
    return inKind(
      facts,
      "namespaces",
      ({ metadata }) =>
        used.has(metadata.name) &&
        !metadata.name.startsWith("kube-") &&
        !limited.has(metadata.name) &&
        "It has no ResourceQuota",
    );
  },
});
