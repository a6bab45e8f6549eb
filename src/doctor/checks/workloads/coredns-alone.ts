// LT-W031: CoreDNS can't be lost.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";

/** CoreDNS can't be lost. */
export const corednsAlone: Check = defineCheck({
  id: "LT-W031",
  title: "CoreDNS can't be lost",
  area: "workloads",
  severity: "warning",
  why: "When all of CoreDNS stands on one node, DNS ends with it, and with DNS everything.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/scale-cluster-services.html",
  remedy: "Run two or more replicas, spread over nodes; let the add-on scale them (autoScaling).",
  cluster: async (facts) => {
    const [deployments, nodes] = await Promise.all([facts.list("deployments"), facts.list("nodes")]);
    const coredns = deployments.find(
      ({ metadata }) => metadata.name === "coredns" && metadata.namespace === "kube-system",
    );
    if (!coredns) return [];
    const { replicas = 1 } = coredns.spec;
    // Findings about the system's own add-ons are let off; the cluster's DNS isn't, so it is named as a service.
    const subject = { kind: "Service", namespace: "kube-system", name: "kube-dns" };
    if (replicas < 2) return [{ subject, text: `CoreDNS has ${replicas} replica` }];
    return nodes.length > 50 && replicas < 4
      ? [
          {
            subject,
            text: `CoreDNS has ${replicas} replicas for ${nodes.length} nodes`,
            evidence: { replicas, nodes: nodes.length },
          },
        ]
      : [];
  },
});
