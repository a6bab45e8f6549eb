// LT-S011: Volumes that nobody uses.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** Volumes that nobody uses. */
export const orphanedVolumes: Check = defineCheck({
  id: "LT-S011",
  title: "Volumes that nobody uses",
  area: "storage",
  severity: "info",
  why: "A volume is paid for by its size, attached or not.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cost-opt-storage.html",
  remedy: "Keep a snapshot if in doubt, then delete the volume.",
  account: async (account) =>
    inList(
      "Volume",
      await account.read("volumes"),
      ({ VolumeId }) => VolumeId,
      ({ State, Size, VolumeId }) =>
        State === "available" && {
          text: `${Size} GiB are attached nowhere`,
          command: `aws ec2 delete-volume --volume-id ${VolumeId}`,
        },
    ),
});
