// LT-D026: A Fargate profile has failed.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** A Fargate profile has failed. */
export const fargateStatus: Check = defineCheck({
  id: "LT-D026",
  title: "A Fargate profile has failed",
  area: "nodes",
  severity: "error",
  why: "Pods that the profile chooses stay Pending.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html",
  remedy: "Delete the profile and make it again.",
  account: async (account) =>
    inList(
      "FargateProfile",
      await account.read("fargateProfiles"),
      ({ fargateProfileName }) => fargateProfileName,
      ({ status, health }) =>
        /FAILED/.test(status ?? "") ? `Its status is ${status}` : (health?.issues ?? [])[0]?.message,
    ),
});
