// LT-S008: A claim without a volume.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** A claim without a volume. */
export const unboundClaims: Check = defineCheck({
  id: "LT-S008",
  title: "A claim without a volume, a volume without a claim",
  area: "storage",
  severity: "error",
  why: "A pod with a claim that is Pending or Lost doesn't start.",
  docs: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/",
  remedy: "See kubectl describe pvc: class, zone, or the driver's role is missing.",
  cluster: async (facts) => {
    const waiting = new Set(
      (await facts.list("storageClasses"))
        .filter(({ volumeBindingMode }) => volumeBindingMode === "WaitForFirstConsumer")
        .map(({ metadata }) => metadata.name),
    );
    const used = new Set(
      (await facts.list("pods")).flatMap(({ metadata, spec }) =>
        (spec.volumes ?? []).map((each) => `${metadata.namespace}/${each.persistentVolumeClaim?.claimName}`),
      ),
    );
    const volumes = await inKind(facts, "persistentVolumes", ({ status }) => {
      if (status?.phase === "Failed") return "Its phase is Failed: it couldn't be reclaimed";
      const idle = status?.phase === "Released" || status?.phase === "Available";
      return idle && { text: `Its phase is ${status?.phase}: nobody uses it`, severity: "warning" as const };
    });
    const claims = await inKind(facts, "persistentVolumeClaims", ({ metadata, spec, status }) => {
      if (status?.phase === "Lost") return "Its volume is lost";
      // A claim that nobody uses yet waits for its first consumer rightly.
      if (waiting.has(spec?.storageClassName ?? "") && !used.has(`${metadata.namespace}/${metadata.name}`))
        return undefined;
      return status?.phase === "Pending" && "It is Pending";
    });
    return [...claims, ...volumes];
  },
});
