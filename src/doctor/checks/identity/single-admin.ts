// LT-I001: A single person can administer the cluster.
import { readAwsAuth } from "../../../identity/index.ts";
import type { AccountFacts, AccountParts } from "../../account/facts.ts";
import type { Seen } from "../../check.ts";
import type { ObjectFacts } from "../../objects/facts.ts";
import { Unread } from "../../unread.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster, ofFile } from "../../sight.ts";

/** Where only aws-auth counts: whoever made the cluster is an administrator beside these, and EKS tells nobody who that was. */
async function ofAwsAuth(account: AccountFacts, cluster: ObjectFacts): Promise<readonly Seen[]> {
  const map = (await cluster.list("configMaps")).find(
    ({ metadata }) => metadata.name === "aws-auth" && metadata.namespace === "kube-system",
  );
  const { roles, users } = readAwsAuth(map?.data ?? {});
  const admins = [...roles, ...users].filter(({ groups }) => groups.includes("system:masters")).map(({ arn }) => arn);
  const evidence = { admins };
  if (admins.length === 0)
    return ofCluster(account, {
      text: "Only whoever made the cluster administers it: aws-auth puts nobody into system:masters",
      severity: "error",
      evidence,
    });
  return ofCluster(
    account,
    admins.every((arn) => arn.includes(":user/")) && {
      text: `Only users administer the cluster, no role: ${admins.join(", ")}`,
      severity: "error",
      evidence,
    },
  );
}

/** True where access entries don't count. */
const isMapped = ({ accessConfig }: AccountParts["cluster"]): boolean =>
  (accessConfig?.authenticationMode ?? "CONFIG_MAP") === "CONFIG_MAP";

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
  together: async (account, cluster) => (isMapped(await account.read("cluster")) ? ofAwsAuth(account, cluster) : []),
  account: async (account, { cluster }) => {
    if (isMapped(await account.read("cluster"))) {
      if (cluster) return [];
      throw new Unread("Who administers the cluster stands in aws-auth, and the API server isn't asked");
    }
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
