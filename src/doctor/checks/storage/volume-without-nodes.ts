// LT-S001: A volume in a zone without nodes.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** A volume in a zone without nodes. */
export const volumeWithoutNodes: Check = defineCheck({
  id: "LT-S001",
  title: "A volume in a zone without nodes",
  area: "storage",
  severity: "error",
  why: "An EBS volume can only be attached in its zone: a pod that needs it stays Pending where no node is.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cost-opt-storage.html",
  remedy: "Keep a node group in every zone that has volumes.",
  cluster: async (facts) => {
    const nodes = await facts.list("nodes");
    const usable = nodes.filter(
      ({ spec, status }) =>
        spec?.unschedulable !== true &&
        status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
    );
    const zones = new Set(usable.map(({ metadata }) => metadata.labels?.["topology.kubernetes.io/zone"]));
    return inKind(facts, "persistentVolumes", ({ spec, status }) => {
      // What nobody claims keeps no pod waiting.
      if (status?.phase !== undefined && status.phase !== "Bound") return undefined;
      const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
      const wanted = terms.flatMap(({ matchExpressions = [] }) =>
        matchExpressions.filter(({ key }) => key.endsWith("zone")).flatMap(({ values = [] }) => values),
      );
      return (
        wanted.length > 0 &&
        !wanted.some((zone) => zones.has(zone)) && {
          text: `No node that takes pods is in ${wanted.join(", ")}`,
          evidence: { zones: wanted },
        }
      );
    });
  },
});
