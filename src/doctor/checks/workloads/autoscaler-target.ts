// LT-W021: A HorizontalPodAutoscaler that doesn't help.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { workloadsOf } from "../../objects/workloads.ts";
import { inKind } from "../../sight.ts";

/** A HorizontalPodAutoscaler that doesn't help. */
export const autoscalerTarget: Check = defineCheck({
  id: "LT-W021",
  title: "A HorizontalPodAutoscaler that doesn't help",
  area: "workloads",
  severity: "warning",
  why: "Without its target it does nothing; with a minimum of 1 the workload has one replica at night; with equal bounds it never scales.",
  docs: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
  remedy: "Correct scaleTargetRef, minReplicas and maxReplicas.",
  objects: async (facts, { manifests }) => {
    const workloads = await workloadsOf(facts);
    return inKind(
      facts,
      "autoscalers",
      ({ metadata, spec }) => {
        if (!spec) return undefined;
        const { kind, name } = spec.scaleTargetRef;
        const namespace = metadata.namespace ?? "default";
        // A folder may hold autoscalers alone; their targets may be elsewhere then.
        const partial = facts === manifests && !workloads.some((each) => each.namespace === namespace);
        const known = kind === "Deployment" || kind === "StatefulSet";
        if (
          known &&
          !workloads.some(
            (each) => each.kind === kind && each.name === name && each.namespace === (metadata.namespace ?? "default"),
          )
        )
          return {
            text: `There is no ${kind} ${name}${partial ? " among these manifests" : ""}`,
            severity: partial ? ("info" as const) : ("error" as const),
          };
        if ((spec.minReplicas ?? 1) >= spec.maxReplicas)
          return `minReplicas and maxReplicas are both ${spec.maxReplicas}`;
        return (spec.minReplicas ?? 1) < 2 && "minReplicas is 1";
      },
      "spec",
    );
  },
});
