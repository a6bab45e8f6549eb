// LT-N006: An instance takes too few pods.
import { tableMaxPods } from "../../../capacity/index.ts";
import { instanceType } from "../../../facts/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { typesOf } from "../../file.ts";
import { inFileGroups } from "../../sight.ts";

/** Undefined for types that nobody knows. */
function podsOf(name: string): number | undefined {
  const type = instanceType(name);
  return type && tableMaxPods(type);
}

/** An instance takes too few pods. */
export const smallInstances: Check = defineCheck({
  id: "LT-N006",
  title: "An instance takes too few pods",
  area: "network",
  severity: "warning",
  why: "The number of interfaces and their addresses bounds the pods of a node; aws-node, kube-proxy and other agents of every node count too.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/vpc-cni.html",
  remedy: "Choose a larger type, or prefix delegation with a raised maxPodsPerNode.",
  file: (file) =>
    inFileGroups(
      file,
      (each) => {
        const small = typesOf(each).filter((name) => (podsOf(name) ?? 99) < 12);
        if (small.length === 0 || each.group.maxPodsPerNode !== undefined) return undefined;
        const [name = ""] = small;
        return {
          text: `${name} takes ${podsOf(name)} pods, agents of the node included`,
          evidence: { type: name, pods: podsOf(name) },
        };
      },
      "instanceType",
    ),
});
