// LT-U007: An API that goes, or is gone.
import { eksVersions, minorOf, removedApi } from "../../../facts/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { placed, subjectOf } from "../../objects/workloads.ts";

/** What a person means without saying a version: everything that any supported version lacks. */
/** The newest minor that EKS offers: what no version is known for is judged by it. */
const newest = (): number => Math.max(...eksVersions().map(({ version }) => minorOf(version)));
/** Kinds that had other versions, and are written by people. */
const kinds = [
  "deployments",
  "statefulSets",
  "daemonSets",
  "cronJobs",
  "ingresses",
  "disruptionBudgets",
  "autoscalers",
  "networkPolicies",
  "storageClasses",
  "roles",
  "roleBindings",
  "clusterRoles",
  "clusterRoleBindings",
  "validatingWebhooks",
  "mutatingWebhooks",
  "priorityClasses",
] as const;

/** An API that goes, or is gone. */
export const removedApis: Check = defineCheck({
  id: "LT-U007",
  title: "An API that goes, or is gone",
  area: "upgrades",
  severity: "warning",
  why: "What a version of Kubernetes doesn't serve any more can't be applied or read after the upgrade.",
  docs: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
  remedy: "Write it in the version that takes its place; kubectl convert helps.",

  objects: async (facts, { file, account }) => {
    const version =
      (await facts.version()) ??
      file?.config.metadata.version ??
      (account ? (await account.read("cluster")).version : undefined);
    const judge = (
      apiVersion: string,
      kind: string,
    ): { text: string; severity: "error" | "warning"; evidence: object & Record<string, unknown> } | undefined => {
      const row = removedApi(apiVersion, kind);
      // LT-U017 tells of these, for nothing takes their place.
      if (!row || kind === "PodSecurityPolicy") return undefined;
      const gone =
        version === undefined ? minorOf(row.removedIn) <= newest() : minorOf(row.removedIn) <= minorOf(version) + 1;
      const text = `${apiVersion} ${kind} is gone from Kubernetes ${row.removedIn} on${row.replacement === undefined ? "" : `; write ${row.replacement}`}`;
      return {
        text,
        severity: gone ? "error" : "warning",
        evidence: { apiVersion, removedIn: row.removedIn, replacement: row.replacement },
      };
    };
    const written = facts.written().flatMap((object) => {
      const sight = judge(object.apiVersion, object.kind);
      return sight ? [{ subject: subjectOf(object), ...placed(facts.at(object, "apiVersion")), ...sight }] : [];
    });
    if (facts.written().length > 0) return written;
    const lists = await Promise.all(kinds.map(async (kind) => facts.list(kind)));
    return lists.flat().flatMap((object) => {
      const old = (object.metadata.managedFields ?? []).find(
        ({ apiVersion, manager }) =>
          apiVersion !== undefined && !/^kube-|^k3s/.test(manager ?? "") && judge(apiVersion, object.kind),
      );
      const sight = old && judge(old.apiVersion ?? "", object.kind);
      return sight
        ? [{ subject: subjectOf(object, old.manager), ...sight, text: `${old.manager} writes it as ${sight.text}` }]
        : [];
    });
  },
});
