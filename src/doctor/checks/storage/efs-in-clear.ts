// LT-S007: EFS without TLS.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** EFS without TLS. */
export const efsInClear: Check = defineCheck({
  id: "LT-S007",
  title: "EFS without TLS or without an access point",
  area: "storage",
  severity: "warning",
  why: "NFS without TLS can be read by whoever is on the way; without an access point a pod sees the whole file system, as the user that it chooses.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/data-encryption-and-secrets-management.html",
  remedy: "Leave encryptInTransit at its default (true), and mount by access points.",
  objects: async (facts) =>
    inKind(
      facts,
      "persistentVolumes",
      ({ spec }) => {
        if (spec?.csi?.driver !== "efs.csi.aws.com") return undefined;
        const { volumeAttributes = {}, volumeHandle } = spec.csi;
        if (volumeAttributes["encryptInTransit"] === "false") return "encryptInTransit is false";
        return (
          volumeHandle !== undefined &&
          !volumeHandle.includes("::fsap-") &&
          `${volumeHandle} names no access point: fs-…::fsap-…`
        );
      },
      "spec.csi",
    ),
});
