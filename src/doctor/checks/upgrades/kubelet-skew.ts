// LT-U003: Kubelets aren't of the control plane's version.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";
import { minorIn } from "../../versions.ts";

/** Kubelets aren't of the control plane's version. */
export const kubeletSkew: Check = defineCheck({
  id: "LT-U003",
  title: "Kubelets aren't of the control plane's version",
  area: "upgrades",
  severity: "warning",
  why: "A kubelet may be up to three minors older than the API server, and never newer; the control plane's next step counts.",
  docs: "https://kubernetes.io/releases/version-skew-policy/",
  remedy: "Upgrade the node groups: lotse upgrade nodegroup.",
  cluster: async (facts) => {
    const server = minorIn(await facts.version());
    return inKind(facts, "nodes", ({ status }) => {
      const kubelet = minorIn(status?.nodeInfo?.kubeletVersion);
      const behind = server - kubelet;
      if (!Number.isFinite(behind) || behind === 0) return undefined;
      const severity = behind < 0 || behind >= 3 ? "error" : "warning";
      return { text: `Its kubelet is 1.${kubelet}, the API server 1.${server}`, severity, evidence: { behind } };
    });
  },
});
