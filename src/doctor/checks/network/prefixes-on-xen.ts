// LT-N007: Prefix delegation on instances that can't.
import { instanceType } from "../../../facts/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { cniOf } from "../../objects/cni.ts";
import { inKind } from "../../sight.ts";

/** Prefix delegation on instances that can't. */
export const prefixesOnXen: Check = defineCheck({
  id: "LT-N007",
  title: "Prefix delegation on instances that can't",
  area: "network",
  severity: "warning",
  why: "Only instances of the Nitro system take /28 prefixes; others stay with single addresses.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/prefix-mode-linux.html",
  remedy: "Move the group to types of the Nitro system.",
  cluster: async (facts) => {
    const cni = await cniOf(facts);
    if (cni?.env["ENABLE_PREFIX_DELEGATION"] !== "true") return [];
    return inKind(facts, "nodes", ({ metadata }) => {
      const type = metadata.labels?.["node.kubernetes.io/instance-type"] ?? "";
      return instanceType(type)?.hypervisor === "xen" && `${type} isn't of the Nitro system and takes no prefixes`;
    });
  },
});
