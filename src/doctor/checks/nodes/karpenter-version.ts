// LT-D015: Karpenter is too old for the cluster.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { tagOf } from "../../objects/workloads.ts";
import { inContainers } from "../../sight.ts";
import { isOlder, minorIn } from "../../versions.ts";

/** The oldest version for each minor of Kubernetes: https://karpenter.sh/docs/upgrading/compatibility/ */
const oldestOf: Readonly<Record<number, string>> = {
  30: "0.37",
  31: "1.0.5",
  32: "1.2",
  33: "1.5",
  34: "1.6",
  35: "1.9",
  36: "1.13",
};
const newest = Math.max(...Object.keys(oldestOf).map(Number));

/** Karpenter is too old for the cluster. */
export const karpenterVersion: Check = defineCheck({
  id: "LT-D015",
  title: "Karpenter is too old for the cluster",
  area: "nodes",
  severity: "error",
  why: "Each minor of Kubernetes has an oldest version of Karpenter that works with it: 1.9 for 1.35, 1.13 for 1.36.",
  docs: "https://karpenter.sh/docs/upgrading/compatibility/",
  remedy: "Upgrade Karpenter before the cluster.",
  cluster: async (facts) => {
    const version = await facts.version();
    // What the newest known minor needs is the least that a newer one does.
    const oldest = oldestOf[Math.min(minorIn(version), newest)];
    return inContainers(facts, ({ image = "" }) => {
      const tag = tagOf(image) ?? "";
      if (!/karpenter\/controller[:@]/.test(image) || oldest === undefined || !/^v?\d+\.\d+/.test(tag))
        return undefined;
      return (
        isOlder(tag, oldest) && {
          text: `${image} is older than ${oldest}, which Kubernetes ${version} needs`,
          evidence: { version: tag, oldest },
        }
      );
    });
  },
});
