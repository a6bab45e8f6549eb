// LT-C005: Traffic between zones.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { fits, workloadsOf } from "../../objects/workloads.ts";
import { inKind } from "../../sight.ts";

/** Traffic between zones. */
export const zoneTraffic: Check = defineCheck({
  id: "LT-C005",
  title: "Traffic between zones",
  area: "cost",
  severity: "info",
  why: "Each GB between zones costs twice $0.01; a service without trafficDistribution sends two thirds of its traffic to other zones.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cost-opt-networking.html",
  remedy: "Set spec.trafficDistribution: PreferClose on services with replicas in every zone.",
  objects: async (facts) => {
    const workloads = await workloadsOf(facts);
    return inKind(
      facts,
      "services",
      ({ metadata, spec }) => {
        const { selector, trafficDistribution, type } = spec ?? {};
        if (
          !selector ||
          trafficDistribution !== undefined ||
          type === "ExternalName" ||
          metadata.annotations?.["service.kubernetes.io/topology-mode"] !== undefined
        )
          return undefined;
        const many = workloads.some(
          ({ namespace, labels, replicas = 0 }) =>
            namespace === (metadata.namespace ?? "default") && replicas >= 6 && fits({ matchLabels: selector }, labels),
        );
        return many && "It has six replicas or more and no trafficDistribution";
      },
      "spec",
    );
  },
});
