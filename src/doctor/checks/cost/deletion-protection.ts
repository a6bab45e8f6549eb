// LT-C007: The cluster can be deleted by one call.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** The cluster can be deleted by one call. */
export const deletionProtection: Check = defineCheck({
  id: "LT-C007",
  title: "The cluster can be deleted by one call",
  area: "cost",
  severity: "warning",
  why: "With deletion protection a cluster has to be unlocked before it can be deleted.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html",
  remedy: "Switch it on: aws eks update-cluster-config --deletion-protection.",
  fix: () => [{ do: "protect-from-deletion" }],
  account: async (account) => {
    const { name, deletionProtection } = await account.read("cluster");
    return ofCluster(
      account,
      deletionProtection !== true && {
        text: "Deletion protection is off",
        command: `aws eks update-cluster-config --name ${name} --deletion-protection`,
      },
    );
  },
});
