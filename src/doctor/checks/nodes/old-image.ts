// LT-D007: Nodes start from an old image.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";
import { daysBetween } from "../../versions.ts";

/** `1.35.2-20261114` → `2026-11-14`; releases of Bottlerocket bear no date. */
function dateOf(release: string): string | undefined {
  const match = /-(\d{4})(\d{2})(\d{2})$/.exec(release);
  return match ? `${match[1]}-${match[2]}-${match[3]}` : undefined;
}

/** Nodes start from an old image. */
export const oldImage: Check = defineCheck({
  id: "LT-D007",
  title: "Nodes start from an old image",
  area: "nodes",
  severity: "warning",
  why: "New images bring the kernel's, containerd's and the kubelet's fixes; a group keeps its release until somebody updates it.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/update-managed-node-group.html",
  remedy: "Update the group to the newest release of its minor.",
  account: async (account, { today }) => {
    const [{ name }, groups, newest] = await Promise.all([
      account.read("cluster"),
      account.read("nodeGroups"),
      account.read("nodeReleases"),
    ]);
    return inList(
      "NodeGroup",
      groups,
      ({ nodegroupName }) => nodegroupName,
      ({ nodegroupName, amiType, version, releaseVersion }) => {
        const latest = newest.get(`${amiType}/${version}`);
        if (latest === undefined || releaseVersion === undefined || releaseVersion === latest) return undefined;
        const date = dateOf(releaseVersion);
        const days = date === undefined ? undefined : daysBetween(date, today);
        if (days !== undefined && days <= 90) return undefined;
        return {
          text: `Its release is ${releaseVersion}${days === undefined ? "" : `, ${days} days old`}; the newest is ${latest}`,
          severity: days === undefined ? "info" : "warning",
          evidence: { releaseVersion, latest, days },
          command: `aws eks update-nodegroup-version --cluster-name ${name} --nodegroup-name ${nodegroupName} --release-version ${latest}`,
        };
      },
    );
  },
});
