// LT-U019: A rollout doesn't wait.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { Deployment, StatefulSet } from "../../objects/kinds.ts";
import { isSystem } from "../../objects/workloads.ts";
import { inKind } from "../../sight.ts";

/** A rollout doesn't wait. */
export const minReadySeconds: Check = defineCheck({
  id: "LT-U019",
  title: "A rollout doesn't wait",
  area: "upgrades",
  severity: "warning",
  why: "Without minReadySeconds a pod counts as available at its first readiness, and a rollout goes on over pods that fall over a second later.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cluster-upgrades.html",
  remedy: "Set minReadySeconds, for example 10.",
  objects: async (facts) => {
    // Add-ons of EKS are as EKS makes them.
    const look = ({ kind, metadata, spec }: Deployment | StatefulSet): string | false =>
      !isSystem({ kind, ...metadata }) && (spec.replicas ?? 1) > 1 && !spec.minReadySeconds && "minReadySeconds is 0";
    return [
      ...(await inKind(facts, "deployments", look, "spec")),
      ...(await inKind(facts, "statefulSets", look, "spec")),
    ];
  },
});
