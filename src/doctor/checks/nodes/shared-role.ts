// LT-D028: One role for nodes and for Fargate.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** One role for nodes and for Fargate. */
export const sharedRole: Check = defineCheck({
  id: "LT-D028",
  title: "One role for nodes and for Fargate",
  area: "nodes",
  severity: "error",
  why: "EKS makes one access entry for a role, of one type: nodes and Fargate pods with the same role lock each other out.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html",
  remedy: "Give each its own role.",
  account: async (account) =>
    inList(
      "Role",
      await account.read("roles"),
      ({ arn }) => arn,
      ({ uses }) => uses.length > 1 && { text: `It is the role of ${uses.join(" and ")}`, evidence: { uses } },
    ),
});
