// LT-I001: A single person can administer the cluster.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster, ofFile } from "../../sight.ts";

/** A single person can administer the cluster. */
export const singleAdmin: Check = defineCheck({
  id: "LT-I001",
  title: "A single person can administer the cluster",
  area: "identity",
  severity: "warning",
  why: "The user that makes a cluster is its administrator; when that is the only one, the cluster is lost with the account of a person who leaves.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  remedy: "Add an access entry with AmazonEKSClusterAdminPolicy for a role: lotse create accessentry.",
  file: (file) => {
    const { accessEntries = [], bootstrapClusterCreatorAdminPermissions } = file.config.accessConfig ?? {};
    const admins = accessEntries.filter(({ accessPolicies = [] }) =>
      accessPolicies.some(({ policyARN }) => policyARN?.endsWith("ClusterAdminPolicy")),
    );
    const masters = (file.config.iamIdentityMappings ?? []).filter(({ groups = [] }) =>
      groups.includes("system:masters"),
    );
    const count = admins.length + masters.length;
    const text =
      count === 0 ? "Only whoever makes the cluster will administer it" : "One principal alone administers the cluster";
    const alone = count === 0 || (count === 1 && bootstrapClusterCreatorAdminPermissions === false);
    return ofFile(file, ["accessConfig"], alone && { text, evidence: { admins: count } });
  },
  account: async (account) => {
    const { accessConfig } = await account.read("cluster");
    if (accessConfig?.authenticationMode === "CONFIG_MAP") return [];
    const entries = await account.read("entries");
    const admins = entries
      .filter(({ policies }) => policies.includes("AmazonEKSClusterAdminPolicy"))
      .map(({ arn }) => arn);
    const users = admins.filter((arn) => arn.includes(":user/"));
    const evidence = { admins };
    if (admins.length === 0)
      return ofCluster(account, { text: "No access entry administers the cluster", severity: "error", evidence });
    if (users.length === admins.length)
      return ofCluster(account, {
        text: `Only users administer the cluster, no role: ${users.join(", ")}`,
        severity: "error",
        evidence,
      });
    return ofCluster(account, admins.length === 1 && { text: `${admins[0]} alone administers the cluster`, evidence });
  },
});
