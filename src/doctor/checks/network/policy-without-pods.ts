// LT-N024: A network policy that chooses no pod.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { fits, workloadsOf } from "../../objects/workloads.ts";
import { inKind } from "../../sight.ts";

/** A network policy that chooses no pod. */
export const policyWithoutPods: Check = defineCheck({
  id: "LT-N024",
  title: "A network policy that chooses no pod",
  area: "network",
  severity: "info",
  why: "A selector with a mistake leaves the pods open that it was meant for.",
  docs: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  remedy: "Correct the selector, or delete the policy.",
  objects: async (facts) => {
    const workloads = await workloadsOf(facts);
    return inKind(
      facts,
      "networkPolicies",
      ({ metadata, spec }) => {
        const selector = spec?.podSelector ?? {};
        const there = workloads.filter(({ namespace }) => namespace === (metadata.namespace ?? "default"));
        if (Object.keys(selector).length === 0 || there.length === 0) return undefined;
        return (
          !there.some(({ labels }) => fits(selector, labels)) &&
          `${JSON.stringify(selector)} fits no workload of the namespace`
        );
      },
      "spec.podSelector",
    );
  },
});
