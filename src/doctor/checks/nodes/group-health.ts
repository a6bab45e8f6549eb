// LT-D004: A node group isn't well.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** A node group isn't well. */
export const groupHealth: Check = defineCheck({
  id: "LT-D004",
  title: "A node group isn't well",
  area: "nodes",
  severity: "error",
  why: "EKS tells what keeps a group from having its nodes: a missing role, subnets without addresses, launch failures.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html",
  remedy: "Do what the issue says; lotse status shows them all.",
  account: async (account) =>
    inList(
      "NodeGroup",
      await account.read("nodeGroups"),
      ({ nodegroupName }) => nodegroupName,
      ({ health, status }) => {
        const issues = health?.issues ?? [];
        if (issues.length > 0)
          return {
            text: issues.map(({ code, message }) => `${code}: ${message}`).join("; "),
            evidence: { codes: issues.map(({ code }) => code) },
          };
        return (status === "DEGRADED" || status?.endsWith("FAILED")) && `Its status is ${status}`;
      },
    ),
});
