// LT-D008: Nodes of Amazon Linux 2.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inFileGroups, inKind, inList } from "../../sight.ts";

/** Nodes of Amazon Linux 2. */
export const amazonLinux2: Check = defineCheck({
  id: "LT-D008",
  title: "Nodes of Amazon Linux 2",
  area: "nodes",
  severity: "error",
  why: "EKS makes no images of Amazon Linux 2 since 2025-11-26, and none for Kubernetes 1.33 and later: nodes get no fixes.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html",
  remedy: "Move to AmazonLinux2023 or Bottlerocket.",
  file: (file) =>
    inFileGroups(file, ({ group }) => group.amiFamily === "AmazonLinux2" && "amiFamily is AmazonLinux2", "amiFamily"),
  account: async (account) =>
    inList(
      "NodeGroup",
      await account.read("nodeGroups"),
      ({ nodegroupName }) => nodegroupName,
      ({ amiType }) => amiType?.startsWith("AL2_") === true && `amiType is ${amiType}`,
    ),
  cluster: async (facts) =>
    inKind(facts, "nodes", ({ status }) => status?.nodeInfo?.osImage === "Amazon Linux 2" && "It runs Amazon Linux 2"),
});
