// LT-I012: The CNI works with the role of nodes.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { groupsOf } from "../../file.ts";
import { inList, ofFile } from "../../sight.ts";

/** The CNI works with the role of nodes. */
export const cniWithNodeRole: Check = defineCheck({
  id: "LT-I012",
  title: "The CNI works with the role of nodes",
  area: "identity",
  severity: "warning",
  why: "AmazonEKS_CNI_Policy lets its holder change interfaces of every instance; on the nodes' role every pod has it.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html",
  remedy: "Give the add-on vpc-cni a role of its own, and take AmazonEKS_CNI_Policy from the nodes.",
  file: (file) => {
    const { addons = [], addonsConfig, iam, autoModeConfig } = file.config;
    const i = addons.findIndex(({ name }) => name === "vpc-cni");
    const addon = addons[i];
    const pods = [
      ...(iam?.serviceAccounts ?? []).map(({ metadata }) => metadata?.name),
      ...(iam?.podIdentityAssociations ?? []).map((each) => each.serviceAccountName),
    ];
    const own =
      addon?.serviceAccountRoleARN ??
      addon?.attachPolicyARNs ??
      addon?.wellKnownPolicies ??
      addon?.attachPolicy ??
      (addon?.useDefaultPodIdentityAssociations ||
        (addon?.podIdentityAssociations ?? []).length > 0 ||
        addonsConfig?.autoApplyPodIdentityAssociations ||
        iam?.withOIDC ||
        pods.includes("aws-node") ||
        undefined);
    const none = groupsOf(file).length === 0 || autoModeConfig?.enabled === true;
    return ofFile(file, i < 0 ? [] : ["addons", i], own === undefined && !none && "vpc-cni has no role of its own");
  },
  account: async (account) => {
    const [addons, associations, roles] = await Promise.all([
      account.read("addons"),
      account.read("associations"),
      account.read("roles"),
    ]);
    const own =
      addons.some(
        ({ addonName, serviceAccountRoleArn }) => addonName === "vpc-cni" && serviceAccountRoleArn !== undefined,
      ) || associations.some(({ serviceAccount }) => serviceAccount === "aws-node");
    const nodes = roles.filter(
      ({ uses, attached }) => uses.includes("node") && attached.some((arn) => arn.endsWith("/AmazonEKS_CNI_Policy")),
    );
    return inList(
      "Role",
      nodes,
      ({ arn }) => arn,
      () =>
        own
          ? "AmazonEKS_CNI_Policy is still attached, although the CNI has a role"
          : "AmazonEKS_CNI_Policy is attached: the CNI and every pod have it",
    );
  },
});
