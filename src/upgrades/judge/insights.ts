// EKS's own insights: it looks at the audit log and at versions once a day.
import { minorOf } from "../../facts/index.ts";
import type { UnknownPart, UpgradeFinding } from "../judgement.ts";
import type { UpgradeWorld } from "../world.ts";

/** Judges insights. Those about versions beyond the target don't stand against it. */
export function judgeInsights({ insights, cluster, to }: UpgradeWorld): {
  findings: UpgradeFinding[];
  unknown: UnknownPart[];
} {
  const all = "value" in insights ? insights.value : [];
  const concerns = ({ version }: { version: string }): boolean => !(minorOf(version) > minorOf(to));
  return {
    findings: all
      .filter(({ status }) => status === "ERROR" || status === "WARNING")
      .map((insight): UpgradeFinding => ({
        code: "upgrades/insight",
        severity: insight.status === "ERROR" && concerns(insight) ? "error" : "warning",
        subject: `insight/${insight.name}`,
        title: insight.reason === "" ? `It is ${insight.status}` : insight.reason,
        remedy: `aws eks describe-insight --cluster-name ${cluster.name} --id ${insight.id}`,
      })),
    unknown: all
      .filter((insight) => insight.status === "UNKNOWN" && concerns(insight))
      .map(({ name, reason }) => ({
        part: `EKS's insight ${name}`,
        reason: reason === "" ? "EKS can't tell" : reason,
      })),
  };
}
