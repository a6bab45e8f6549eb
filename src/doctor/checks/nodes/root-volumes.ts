// LT-D003: Root volumes are unencrypted or old.
import type { Check, FixCase, World } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { groupsOf } from "../../file.ts";
import { inGroup } from "../../fixes.ts";
import { inFileGroups, inList } from "../../sight.ts";

/** Whether a group's root volume is a gp2 that may become a gp3; io1 and io2 have somebody who pays for them. */
async function isGp2({ source, resource: { name } }: FixCase, { file, account }: World): Promise<boolean> {
  if (source === "file")
    return file !== undefined && groupsOf(file).some(({ group }) => group.name === name && group.volumeType === "gp2");
  const template = (await account?.read("launchTemplates"))?.find(({ group }) => group === name);
  // EC2 takes gp2 where a mapping names no type.
  return (template?.data.BlockDeviceMappings?.[0]?.Ebs?.VolumeType ?? "gp2") === "gp2";
}

/** Root volumes are unencrypted or old. */
export const rootVolumes: Check = defineCheck({
  id: "LT-D003",
  title: "Root volumes are unencrypted or old",
  area: "nodes",
  severity: "warning",
  why: "Images and logs of pods, and their secrets on disk, stand on the root volume; gp3 is cheaper and faster than gp2.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/data-encryption-and-secrets-management.html",
  remedy: "Set volumeEncrypted: true and volumeType: gp3.",
  fix: async (found, world) => {
    const type = (await isGp2(found, world)) ? ({ volumeType: "gp3" } as const) : {};
    return inGroup(found, { volumeEncrypted: true, ...type }, { encrypted: true, ...type });
  },
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
