// LT-D006: A launch template has a newer version.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** A launch template has a newer version. */
export const pendingTemplate: Check = defineCheck({
  id: "LT-D006",
  title: "A launch template has a newer version",
  area: "nodes",
  severity: "warning",
  why: "Nodes keep the version that the group names; what was changed in the template reaches none of them.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/update-managed-node-group.html",
  remedy: "Move the group to the newest version: aws eks update-nodegroup-version.",
  account: async (account) =>
    inList(
      "NodeGroup",
      await account.read("launchTemplates"),
      ({ group }) => group,
      ({ version, latest, id }) =>
        /^\d+$/.test(version) &&
        version !== latest && {
          text: `The group uses version ${version} of ${id}, ${latest} is the newest`,
          evidence: { version, latest },
        },
    ),
});
