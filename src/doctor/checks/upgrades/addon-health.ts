// LT-U006: An add-on isn't well.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** An add-on isn't well. */
export const addonHealth: Check = defineCheck({
  id: "LT-U006",
  title: "An add-on isn't well",
  area: "upgrades",
  severity: "error",
  why: "An add-on that is degraded or failed may be half updated.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/managing-add-ons.html",
  remedy: "See the issue; update the add-on with resolveConflicts: overwrite when fields were changed by hand.",
  account: async (account) =>
    inList(
      "Addon",
      await account.read("addons"),
      ({ addonName }) => addonName,
      ({ status, health }) => {
        const issue = health?.issues?.[0];
        if (issue) return `${issue.code}: ${issue.message}`;
        return (status === "DEGRADED" || status?.endsWith("FAILED")) && `Its status is ${status}`;
      },
    ),
});
