// LT-U001: The Kubernetes version's support ends.
import { eksVersion, versionStatus } from "../../../facts/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster, ofFile } from "../../sight.ts";
import { daysBetween } from "../../versions.ts";

function judged(
  version: string,
  today: string,
): { text: string; severity: "error" | "warning" | "info"; evidence: Record<string, unknown> } | undefined {
  const row = eksVersion(version);
  const status = versionStatus(version, today);
  if (!row || status === "UNKNOWN") return undefined;
  const evidence = {
    version,
    status,
    endOfStandardSupport: row.endOfStandardSupport,
    endOfExtendedSupport: row.endOfExtendedSupport,
  };
  if (status === "UNSUPPORTED")
    return { text: `${version} is out of support since ${row.endOfExtendedSupport}`, severity: "error", evidence };
  const forced = daysBetween(today, row.endOfExtendedSupport);
  if (forced < 30)
    return {
      text: `EKS upgrades ${version} by itself on ${row.endOfExtendedSupport}, in ${forced} days`,
      severity: "error",
      evidence,
    };
  if (status === "EXTENDED_SUPPORT")
    return {
      text: `${version} is in extended support since ${row.endOfStandardSupport}, until ${row.endOfExtendedSupport}`,
      severity: "warning",
      evidence,
    };
  const left = daysBetween(today, row.endOfStandardSupport);
  return left < 90
    ? {
        text: `Standard support of ${version} ends on ${row.endOfStandardSupport}, in ${left} days`,
        severity: "info",
        evidence,
      }
    : undefined;
}

/** The Kubernetes version's support ends. */
export const versionSupport: Check = defineCheck({
  id: "LT-U001",
  title: "The Kubernetes version's support ends",
  area: "upgrades",
  severity: "warning",
  why: "After 14 months a version is in extended support, which costs six times as much; 12 months later EKS upgrades by itself.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
  remedy: "Upgrade, one minor at a time: lotse upgrade cluster.",

  file: (file, { today }) => ofFile(file, ["metadata", "version"], judged(file.config.metadata.version ?? "", today)),
  account: async (account, { today }) =>
    ofCluster(account, judged((await account.read("cluster")).version ?? "", today)),
});
