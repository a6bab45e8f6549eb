// LT-U002: Extended support by default.
import { eksVersion } from "../../../facts/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster, ofFile } from "../../sight.ts";
import { daysBetween } from "../../versions.ts";

/** Extended support by default. */
export const supportPolicy: Check = defineCheck({
  id: "LT-U002",
  title: "Extended support by default",
  area: "upgrades",
  severity: "info",
  why: "A cluster whose policy is EXTENDED isn't upgraded at the end of standard support, and then costs $0.60 an hour instead of $0.10.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/view-upgrade-policy.html",
  remedy: "Set upgradePolicy.supportType: STANDARD, or plan the upgrade.",
  file: (file) =>
    ofFile(
      file,
      ["upgradePolicy"],
      file.written.upgradePolicy?.supportType === undefined && "upgradePolicy says nothing, which is EXTENDED",
    ),
  account: async (account, { today }) => {
    const { version = "", upgradePolicy } = await account.read("cluster");
    const left = daysBetween(today, eksVersion(version)?.endOfStandardSupport ?? "9999-12-31");
    return ofCluster(
      account,
      upgradePolicy?.supportType === "EXTENDED" &&
        left < 90 && {
          text: `Extended support of ${version} begins ${left < 0 ? `${-left} days ago` : `in ${left} days`} and is agreed to`,
          evidence: { left },
        },
    );
  },
});
