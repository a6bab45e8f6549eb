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
  objects: async (facts, { account }) => {
    // What is said needs no look at the account.
    const isSilent = (await facts.list("storageClasses")).some(
      ({ provisioner, parameters }) => provisioner === "ebs.csi.aws.com" && parameters?.["encrypted"] === undefined,
    );
    const byDefault = !isSilent || account === undefined || (await account.read("ebsEncryptionByDefault"));
    return inKind(
      facts,
      "storageClasses",
      ({ provisioner, parameters = {} }) =>
        provisioner === "ebs.csi.aws.com" &&
        (parameters["encrypted"] === "false"
          ? "encrypted is false"
          : parameters["encrypted"] === undefined &&
            !byDefault &&
            "encrypted isn't said, and the region doesn't encrypt by default"),
      "parameters",
    );
  },
  account: async (account) =>
    inList(
      "Volume",
      await account.read("volumes"),
      ({ VolumeId }) => VolumeId,
      ({ Encrypted, Size }) => Encrypted !== true && { text: `${Size} GiB aren't encrypted`, evidence: { size: Size } },
    ),
});
