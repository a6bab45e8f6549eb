// LT-D005: The cluster isn't well.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** The cluster isn't well. */
export const clusterHealth: Check = defineCheck({
  id: "LT-D005",
  title: "The cluster isn't well",
  area: "nodes",
  severity: "error",
  why: "EKS tells what keeps the control plane from working: subnets, security groups, roles or keys that are gone.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html",
  remedy: "Do what the issue says.",
  account: async (account) => {
    const { health, status } = await account.read("cluster");
    const issues = health?.issues ?? [];
    const text = issues.map(({ code, message }) => `${code}: ${message}`).join("; ");
    return ofCluster(account, text !== "" ? text : status === "FAILED" && "Its status is FAILED");
  },
});
