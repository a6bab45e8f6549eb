// LT-S009: Data that goes with its claim.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** Data that goes with its claim. */
export const reclaimDelete: Check = defineCheck({
  id: "LT-S009",
  title: "Data that goes with its claim",
  area: "storage",
  severity: "warning",
  why: "With the reclaim policy Delete the EBS volume is deleted with the claim: one kubectl delete, or a deleted namespace.",
  docs: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/",
  remedy: "Use a class with reclaimPolicy: Retain for data that matters, or keep snapshots.",
  cluster: async (facts) => {
    const sets = (await facts.list("statefulSets")).filter(({ spec }) => (spec.volumeClaimTemplates ?? []).length > 0);
    const names = new Set(sets.map(({ metadata }) => metadata.namespace));
    return inKind(facts, "persistentVolumes", ({ spec }) => {
      const { namespace, name } = spec?.claimRef ?? {};
      const stateful = names.has(namespace) && sets.some(({ metadata }) => name?.includes(metadata.name));
      return (
        stateful &&
        spec?.persistentVolumeReclaimPolicy === "Delete" &&
        `The volume of claim ${namespace}/${name} goes with it`
      );
    });
  },
});
