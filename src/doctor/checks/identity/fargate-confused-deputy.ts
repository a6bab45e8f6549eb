// LT-I028: The Fargate role can be used for other clusters.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** The Fargate role can be used for other clusters. */
export const fargateConfusedDeputy: Check = defineCheck({
  id: "LT-I028",
  title: "The Fargate role can be used for other clusters",
  area: "identity",
  severity: "info",
  why: "Without a condition on aws:SourceArn, Fargate may assume the role for any cluster of any account that names it.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html",
  remedy: "Add ArnLike aws:SourceArn arn:aws:eks:REGION:ACCOUNT:fargateprofile/CLUSTER/* to the trust policy.",
  account: async (account) => {
    const roles = (await account.read("roles")).filter(({ uses }) => uses.includes("fargate"));
    return inList(
      "Role",
      roles,
      ({ arn }) => arn,
      ({ trust }) => {
        const open = (trust.Statement ?? []).some(
          ({ Condition = {} }) =>
            !Object.values(Condition).some((keys) =>
              Object.keys(keys).some((key) => key.toLowerCase() === "aws:sourcearn"),
            ),
        );
        return open && "Its trust policy has no condition on aws:SourceArn";
      },
    );
  },
});
