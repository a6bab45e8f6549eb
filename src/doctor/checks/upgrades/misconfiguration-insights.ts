// LT-U009: EKS's insights find a misconfiguration.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** EKS's insights find a misconfiguration. */
export const misconfigurationInsights: Check = defineCheck({
  id: "LT-U009",
  title: "EKS's insights find a misconfiguration",
  area: "upgrades",
  severity: "warning",
  why: "Insights of the category MISCONFIGURATION tell what keeps parts of the cluster from working, as hybrid networks.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-insights.html",
  remedy: "See aws eks describe-insight.",
  account: async (account) => {
    const insights = (await account.read("insights")).filter(({ category }) => category === "MISCONFIGURATION");
    return inList(
      "Insight",
      insights,
      ({ name }) => name,
      ({ insightStatus }) =>
        (insightStatus?.status === "ERROR" || insightStatus?.status === "WARNING") &&
        (insightStatus.reason ?? `It is ${insightStatus.status}`),
    );
  },
});
