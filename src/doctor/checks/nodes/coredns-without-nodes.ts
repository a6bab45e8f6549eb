// LT-D025: CoreDNS waits for nodes that won't come.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofObject } from "../../sight.ts";

/** CoreDNS waits for nodes that won't come. */
export const corednsWithoutNodes: Check = defineCheck({
  id: "LT-D025",
  title: "CoreDNS waits for nodes that won't come",
  area: "nodes",
  severity: "error",
  why: "CoreDNS is made for EC2; in a cluster of Fargate alone it stays Pending until the add-on's computeType is fargate.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/fargate-getting-started.html",
  remedy: "Set computeType: fargate in the add-on coredns' configuration.",
  cluster: async (facts) => {
    const [nodes, deployments] = await Promise.all([facts.list("nodes"), facts.list("deployments")]);
    const coredns = deployments.find(
      ({ metadata }) => metadata.name === "coredns" && metadata.namespace === "kube-system",
    );
    const ec2 = nodes.some(({ metadata }) => metadata.labels?.["eks.amazonaws.com/compute-type"] !== "fargate");
    if (!coredns || ec2) return [];
    const type = coredns.spec.template.metadata?.annotations?.["eks.amazonaws.com/compute-type"];
    return ofObject(facts, coredns, type !== "fargate" && "There is no node of EC2, and CoreDNS isn't for Fargate");
  },
});
