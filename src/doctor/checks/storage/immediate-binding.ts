// LT-S005: Volumes are made before the zone is known.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** Volumes are made before the zone is known. */
export const immediateBinding: Check = defineCheck({
  id: "LT-S005",
  title: "Volumes are made before the zone is known",
  area: "storage",
  severity: "warning",
  why: "With Immediate binding a volume may be made in a zone in which its pod can't run.",
  docs: "https://kubernetes.io/docs/concepts/storage/storage-classes/",
  remedy: "Set volumeBindingMode: WaitForFirstConsumer.",
  objects: async (facts) =>
    inKind(
      facts,
      "storageClasses",
      ({ provisioner, volumeBindingMode }) =>
        /ebs/.test(provisioner) &&
        volumeBindingMode !== "WaitForFirstConsumer" &&
        `volumeBindingMode is ${volumeBindingMode ?? "Immediate"}`,
      "volumeBindingMode",
    ),
});
