// LT-N029: A load balancer that doesn't say whom it is for.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** A load balancer that doesn't say whom it is for. */
export const accidentalInternet: Check = defineCheck({
  id: "LT-N029",
  title: "A load balancer that doesn't say whom it is for",
  area: "network",
  severity: "warning",
  why: "The in-tree controller makes a load balancer of the internet unless an annotation says internal.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/load-balancing.html",
  remedy:
    "Say service.beta.kubernetes.io/aws-load-balancer-scheme: internal or internet-facing, or give loadBalancerSourceRanges.",
  objects: async (facts) =>
    inKind(
      facts,
      "services",
      ({ metadata, spec }) => {
        const { annotations = {} } = metadata;
        const said = ["scheme", "internal"].some(
          (word) => annotations[`service.beta.kubernetes.io/aws-load-balancer-${word}`] !== undefined,
        );
        const open = spec?.type === "LoadBalancer" && !said && (spec.loadBalancerSourceRanges ?? []).length === 0;
        return open && "Neither scheme nor source ranges are said";
      },
      "spec.type",
    ),
});
