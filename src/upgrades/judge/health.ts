// Nodes and workloads that aren't well before an upgrade begins, or in the middle of one that was stopped.
import { signsOf } from "../health/signs.ts";
import type { UpgradeFinding } from "../judgement.ts";
import type { UpgradeWorld } from "../world.ts";

/** Judges the inside; what EKS says of its parts the doctor's checks tell. */
export function judgeHealth({ inside, cluster, to }: UpgradeWorld): UpgradeFinding[] {
  if (!("value" in inside)) return [];
  // The control plane has moved already: what isn't well now may be the upgrade's doing.
  const isUnderWay = cluster.version === to;
  return signsOf({ parts: [], inside: inside.value }).map(({ kind, subject, text }): UpgradeFinding => {
    const isNode = kind === "node";
    return {
      code: isNode ? "upgrades/node-not-ready" : "upgrades/workload-not-ready",
      severity: isNode || isUnderWay ? "error" : "warning",
      subject,
      title: `${text.charAt(0).toUpperCase()}${text.slice(1)}`,
      remedy: isNode
        ? "Replace the node, or see why its kubelet doesn't report, before others are drained."
        : "Mend it first: afterwards nobody can tell whether the upgrade broke it.",
    };
  });
}
