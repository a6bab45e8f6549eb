// LT-U006: An add-on isn't well.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList, ofObject } from "../../sight.ts";

/** An add-on isn't well. */
export const addonHealth: Check = defineCheck({
  id: "LT-U006",
  title: "An add-on isn't well, or nobody manages it",
  area: "upgrades",
  severity: "error",
  why: "An add-on that is degraded or failed may be half updated.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/managing-add-ons.html",
  remedy:
    "See the issue; what was changed by hand is carried over in configurationValues before resolveConflicts: overwrite takes it away.",
  together: async (account, cluster) => {
    const [{ name, computeConfig }, addons, daemons, deployments] = await Promise.all([
      account.read("cluster"),
      account.read("addons"),
      cluster.list("daemonSets"),
      cluster.list("deployments"),
    ]);
    if (computeConfig?.enabled === true) return [];
    const parts = { "aws-node": "vpc-cni", "kube-proxy": "kube-proxy", coredns: "coredns" } as const;
    return [...daemons, ...deployments].flatMap((object) => {
      const { metadata } = object;
      const addon = metadata.namespace === "kube-system" ? parts[metadata.name as keyof typeof parts] : undefined;
      const managed = addons.some(({ addonName }) => addonName === addon);
      return ofObject(
        cluster,
        object,
        addon !== undefined &&
          !managed && {
            text: `EKS doesn't manage it: nobody updates ${addon} with the cluster; what was changed by hand goes into --configuration-values first`,
            severity: "info" as const,
            command: `aws eks create-addon --cluster-name ${name} --addon-name ${addon} --resolve-conflicts NONE`,
          },
      );
    });
  },
  account: async (account) =>
    inList(
      "Addon",
      await account.read("addons"),
      ({ addonName }) => addonName,
      ({ status, health }) => {
        const issue = health?.issues?.[0];
        if (issue) return `${issue.code}: ${issue.message}`;
        return (status === "DEGRADED" || status?.endsWith("FAILED")) && `Its status is ${status}`;
      },
    ),
});
