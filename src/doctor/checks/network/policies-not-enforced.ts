// LT-N023: Network policies that nobody enforces.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { cniOf } from "../../objects/cni.ts";
import { ofObject } from "../../sight.ts";

/** Network policies that nobody enforces. */
export const policiesNotEnforced: Check = defineCheck({
  id: "LT-N023",
  title: "Network policies that nobody enforces",
  area: "network",
  severity: "error",
  why: "The VPC CNI heeds NetworkPolicy objects only when enableNetworkPolicy is on; otherwise they are text.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html",
  remedy: "Set enableNetworkPolicy in the add-on vpc-cni's configuration, or install a policy engine.",
  cluster: async (facts) => {
    const [policies, daemons, cni] = await Promise.all([
      facts.list("networkPolicies"),
      facts.list("daemonSets"),
      cniOf(facts),
    ]);
    if (policies.length === 0 || !cni) return [];
    const engine = daemons.some(({ metadata }) => /calico|cilium|antrea|kube-router/.test(metadata.name));
    const on = cni.args.some((word) => word === "--enable-network-policy=true");
    return ofObject(
      facts,
      cni.object,
      !engine &&
        !on && { text: `${policies.length} network policies have no effect`, evidence: { policies: policies.length } },
    );
  },
});
