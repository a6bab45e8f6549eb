// LT-D003: Root volumes are unencrypted or old.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inGroup } from "../../fixes.ts";
import { inFileGroups, inList } from "../../sight.ts";

/** Root volumes are unencrypted or old. */
export const rootVolumes: Check = defineCheck({
  id: "LT-D003",
  title: "Root volumes are unencrypted or old",
  area: "nodes",
  severity: "warning",
  why: "Images and logs of pods, and their secrets on disk, stand on the root volume; gp3 is cheaper and faster than gp2.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/data-encryption-and-secrets-management.html",
  remedy: "Set volumeEncrypted: true and volumeType: gp3.",
  fix: (found) => inGroup(found, { volumeEncrypted: true, volumeType: "gp3" }, { encrypted: true, volumeType: "gp3" }),
  file: (file) =>
    inFileGroups(
      file,
      ({ group }) => {
        const faults = [
          ...(group.volumeEncrypted === true || group.launchTemplate !== undefined ? [] : ["not encrypted"]),
          ...(group.volumeType === "gp2" ? ["gp2"] : []),
        ];
        return faults.length > 0 && `The root volume is ${faults.join(" and ")}`;
      },
      "volumeEncrypted",
    ),
  account: async (account) => {
    const [templates, byDefault] = await Promise.all([
      account.read("launchTemplates"),
      account.read("ebsEncryptionByDefault"),
    ]);
    return inList(
      "NodeGroup",
      templates,
      ({ group }) => group,
      ({ data }) => {
        const root = data.BlockDeviceMappings?.[0]?.Ebs;
        const faults = [
          ...(root?.Encrypted === true || byDefault ? [] : ["not encrypted"]),
          ...(root?.VolumeType === "gp2" ? ["gp2"] : []),
        ];
        return faults.length > 0 && `The root volume is ${faults.join(" and ")}`;
      },
    );
  },
});
