// LT-S004: Volumes aren't encrypted.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind, inList } from "../../sight.ts";

/** Volumes aren't encrypted. */
export const unencryptedVolumes: Check = defineCheck({
  id: "LT-S004",
  title: "Volumes aren't encrypted",
  area: "storage",
  severity: "warning",
  why: "Encryption of EBS costs nothing and can't be switched on for a volume that exists.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/data-encryption-and-secrets-management.html",
  remedy: 'Say encrypted: "true" in storage classes, and switch on encryption by default for the region.',
  objects: async (facts) =>
    inKind(
      facts,
      "storageClasses",
      ({ provisioner, parameters = {} }) =>
        provisioner === "ebs.csi.aws.com" && parameters["encrypted"] === "false" && "encrypted is false",
      "parameters",
    ),
  account: async (account) =>
    inList(
      "Volume",
      await account.read("volumes"),
      ({ VolumeId }) => VolumeId,
      ({ Encrypted, Size }) => Encrypted !== true && { text: `${Size} GiB aren't encrypted`, evidence: { size: Size } },
    ),
});
