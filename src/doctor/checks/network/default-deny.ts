// LT-N022: A namespace without a default-deny policy.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { placed, workloadsOf } from "../../objects/workloads.ts";

/** A namespace without a default-deny policy. */
export const defaultDeny: Check = defineCheck({
  id: "LT-N022",
  title: "A namespace without a default-deny policy",
  area: "network",
  severity: "warning",
  why: "Without a policy that chooses all pods, each pod may talk to each other, over all namespaces.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/network-security.html",
  remedy: "Add a NetworkPolicy with an empty podSelector and policyTypes Ingress (and Egress) to the namespace.",
  objects: async (facts) => {
    const [policies, workloads, namespaces] = await Promise.all([
      facts.list("networkPolicies"),
      workloadsOf(facts),
      facts.list("namespaces"),
    ]);
    const closed = new Set(
      policies
        .filter(({ spec }) => Object.keys(spec?.podSelector ?? {}).length === 0 && (spec?.ingress ?? []).length === 0)
        .map(({ metadata }) => metadata.namespace ?? "default"),
    );
    const open = new Set(
      workloads.map(({ namespace }) => namespace).filter((name) => !name.startsWith("kube-") && !closed.has(name)),
    );
    const known = new Map(namespaces.map((each) => [each.metadata.name, each]));
    return [...open].map((name) => ({
      subject: { kind: "Namespace", name },
      text: "Every pod of the cluster may talk to those of the namespace",
      ...placed(known.has(name) ? facts.at(known.get(name) as NonNullable<ReturnType<typeof known.get>>) : undefined),
    }));
  },
});
