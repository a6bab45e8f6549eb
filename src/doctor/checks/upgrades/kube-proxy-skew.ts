// LT-U014: kube-proxy isn't of the cluster's version.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { tagOf } from "../../objects/workloads.ts";
import { inContainers } from "../../sight.ts";
import { minorIn } from "../../versions.ts";

/** kube-proxy isn't of the cluster's version. */
export const kubeProxySkew: Check = defineCheck({
  id: "LT-U014",
  title: "kube-proxy isn't of the cluster's version",
  area: "upgrades",
  severity: "warning",
  why: "kube-proxy may be up to three minors older than the API server.",
  docs: "https://kubernetes.io/releases/version-skew-policy/",
  remedy: "Update the add-on kube-proxy.",
  cluster: async (facts) => {
    const server = minorIn(await facts.version());
    return await inContainers(facts, ({ image = "" }, { kind, namespace, name }) => {
      if (kind !== "DaemonSet" || name !== "kube-proxy" || namespace !== "kube-system") return undefined;
      const behind = server - minorIn(tagOf(image));
      if (!Number.isFinite(behind) || behind === 0) return undefined;
      return {
        text: `${image} runs on Kubernetes 1.${server}`,
        severity: behind > 3 || behind < 0 ? ("error" as const) : ("warning" as const),
        evidence: { behind },
      };
    });
  },
});
