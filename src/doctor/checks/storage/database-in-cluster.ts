// LT-S012: A database in the cluster.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** A database in the cluster. */
export const databaseInCluster: Check = defineCheck({
  id: "LT-S012",
  title: "A database in the cluster",
  area: "storage",
  severity: "info",
  why: "What has to be backed up, failed over and upgraded by somebody is done by RDS, ElastiCache and the like.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cost-opt-storage.html",
  remedy: "Think about a managed service; else see to snapshots and to nodes in the volume's zone.",
  objects: async (facts) =>
    inKind(facts, "statefulSets", ({ spec }) => {
      const image = spec.template.spec.containers
        .map((each) => each.image ?? "")
        .find((each) => /(^|\/)(postgres|mysql|mariadb|redis|mongo|elasticsearch|kafka)(:|@|$)/.test(each));
      return (
        image !== undefined &&
        (spec.volumeClaimTemplates ?? []).length > 0 &&
        `${image} keeps its data on volumes of the cluster`
      );
    }),
});
