// LT-N008: Prefix delegation without more pods.
import { tableMaxPods } from "../../../capacity/index.ts";
import { instanceType } from "../../../facts/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { cniOf } from "../../objects/cni.ts";
import { inKind } from "../../sight.ts";

/** Prefix delegation without more pods. */
export const prefixesUnused: Check = defineCheck({
  id: "LT-N008",
  title: "Prefix delegation without more pods",
  area: "network",
  severity: "warning",
  why: "The kubelet's limit of pods doesn't rise by itself when the CNI takes prefixes.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/prefix-mode-linux.html",
  remedy: "Set maxPodsPerNode to what the max-pods calculator says: 110 up to 30 vCPUs, 250 beyond.",
  cluster: async (facts) => {
    const cni = await cniOf(facts);
    if (cni?.env["ENABLE_PREFIX_DELEGATION"] !== "true") return [];
    return inKind(facts, "nodes", ({ metadata, status }) => {
      const type = instanceType(metadata.labels?.["node.kubernetes.io/instance-type"] ?? "");
      const [limit, pods] = [type && tableMaxPods(type), Number(status?.allocatable?.["pods"])];
      return limit !== undefined && limit < 110 && pods <= limit && `The node takes ${pods} pods, as without prefixes`;
    });
  },
});
