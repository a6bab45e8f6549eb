// LT-D027: Fargate profiles that choose the same pods.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList, ofFile } from "../../sight.ts";

interface Choice {
  namespace?: string | undefined;
  labels?: Record<string, string> | undefined;
}

/** True when a pod can fit both: the same namespace, and no label that they want differently. */
function overlap(a: Choice, b: Choice): boolean {
  return (
    a.namespace === b.namespace &&
    Object.entries(a.labels ?? {}).every(([key, value]) => (b.labels?.[key] ?? value) === value)
  );
}

/** Fargate profiles that choose the same pods. */
export const fargateOverlap: Check = defineCheck({
  id: "LT-D027",
  title: "Fargate profiles that choose the same pods",
  area: "nodes",
  severity: "warning",
  why: "When several profiles fit a pod EKS takes one of them, by their names.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html",
  remedy: "Let selectors exclude each other.",

  file: (file) => {
    const profiles = file.config.fargateProfiles ?? [];
    return profiles.flatMap((each, i) => {
      const other = profiles
        .slice(0, i)
        .find((before) => (before.selectors ?? []).some((a) => (each.selectors ?? []).some((b) => overlap(a, b))));
      return ofFile(file, ["fargateProfiles", i], other && `${each.name} and ${other.name} choose the same pods`);
    });
  },
  account: async (account) => {
    const profiles = await account.read("fargateProfiles");
    return inList(
      "FargateProfile",
      profiles,
      ({ fargateProfileName }) => fargateProfileName,
      (each) => {
        const before = profiles.slice(0, profiles.indexOf(each));
        const other = before.find(({ selectors = [] }) =>
          selectors.some((a) => (each.selectors ?? []).some((b) => overlap(a, b))),
        );
        return other && `${other.fargateProfileName} chooses the same pods`;
      },
    );
  },
});
