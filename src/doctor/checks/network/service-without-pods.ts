// LT-N031: A service that leads nowhere.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { fits, workloadsOf } from "../../objects/workloads.ts";
import { inKind } from "../../sight.ts";

/** A service that leads nowhere. */
export const serviceWithoutPods: Check = defineCheck({
  id: "LT-N031",
  title: "A service that leads nowhere",
  area: "network",
  severity: "error",
  why: "A service without pods behind it refuses every connection; a target port that no container names does the same.",
  docs: "https://kubernetes.io/docs/concepts/services-networking/service/",
  remedy: "Correct selector and targetPort.",
  objects: async (facts, { manifests }) => {
    const workloads = await workloadsOf(facts);
    return inKind(
      facts,
      "services",
      ({ metadata, spec }) => {
        const { selector, ports = [] } = spec ?? {};
        if (!selector || Object.keys(selector).length === 0) return undefined;
        const there = workloads.filter(({ namespace }) => namespace === (metadata.namespace ?? "default"));
        const behind = there.filter(({ labels }) => fits({ matchLabels: selector }, labels));
        // A folder may hold services alone; what they lead to may be elsewhere then.
        if (facts === manifests && there.length === 0)
          return {
            text: `No workload among these manifests has the labels ${JSON.stringify(selector)}`,
            severity: "info" as const,
          };
        if (behind.length === 0) return `No workload has the labels ${JSON.stringify(selector)}`;
        const names = new Set(
          behind.flatMap(({ spec: pod }) =>
            pod.containers.flatMap((each) => (each.ports ?? []).map(({ name }) => name)),
          ),
        );
        const lost = ports.find(
          ({ targetPort }) => typeof targetPort === "string" && !/^\d+$/.test(targetPort) && !names.has(targetPort),
        );
        return lost && `No container names the port ${JSON.stringify(lost.targetPort)}`;
      },
      "spec.selector",
    );
  },
});
