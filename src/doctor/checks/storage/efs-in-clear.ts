// LT-S007: EFS without TLS.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** EFS without TLS. */
export const efsInClear: Check = defineCheck({
  id: "LT-S007",
  title: "EFS without TLS",
  area: "storage",
  severity: "warning",
  why: "NFS without TLS can be read by whoever is on the way.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/data-encryption-and-secrets-management.html",
  remedy: "Leave encryptInTransit at its default (true), and mount by access points.",
  objects: async (facts) =>
    inKind(
      facts,
      "persistentVolumes",
      ({ spec }) =>
        spec?.csi?.driver === "efs.csi.aws.com" &&
        spec.csi.volumeAttributes?.["encryptInTransit"] === "false" &&
        "encryptInTransit is false",
      "spec.csi",
    ),
});
