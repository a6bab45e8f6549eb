// LT-U008: EKS's own insights find something.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** EKS's own insights find something. */
export const readinessInsights: Check = defineCheck({
  id: "LT-U008",
  title: "EKS's own insights find something",
  area: "upgrades",
  severity: "warning",
  why: "EKS looks at the audit log and at versions once a day, and says what stands against the next upgrade.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-insights.html",
  remedy: "See aws eks describe-insight.",
  account: async (account) => {
    const insights = (await account.read("insights")).filter(({ category }) => category === "UPGRADE_READINESS");
    return inList(
      "Insight",
      insights,
      ({ name }) => name,
      ({ insightStatus }) => {
        const { status, reason = "" } = insightStatus ?? {};
        if (status !== "ERROR" && status !== "WARNING") return undefined;
        return {
          text: reason === "" ? `It is ${status}` : reason,
          severity: status === "ERROR" ? ("error" as const) : ("warning" as const),
        };
      },
    );
  },
});
