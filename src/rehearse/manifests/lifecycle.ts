// Which of the manifests a version of Kubernetes doesn't serve, said before a server is asked.
import type { Diagnostic } from "../../base/index.ts";
import { apiFate } from "../../facts/index.ts";
import type { Manifest } from "./document.ts";
import { nameOf } from "./document.ts";

/**
 * Findings for a cluster of one version that is to become another: what neither serves, what the upgrade takes away, and
 * what goes later.
 *
 * @param from `1.34`
 * @param to the last version of the rehearsal; the same as `from` without an upgrade
 */
export function lifecycleFindings(manifests: readonly Manifest[], from: string, to: string): Diagnostic[] {
  return manifests.flatMap((manifest): Diagnostic[] => {
    const { object, at } = manifest;
    const found = apiFate(object.apiVersion, object.kind, from, to);
    if (!found) return [];
    const { row, fate } = found;
    const place = { file: at.file, line: manifest.lineOf("apiVersion") };
    const remedy = row.replacement
      ? `Write it as apiVersion: ${row.replacement}; \`kubectl convert\` helps.`
      : "Nothing takes its place: take it out.";
    const facts = {
      apiVersion: row.apiVersion,
      kind: row.kind,
      removedIn: row.removedIn,
      replacement: row.replacement,
    };
    if (fate !== "deprecated") {
      const when = fate === "gone" ? `Kubernetes ${from} doesn't serve` : `the upgrade to ${to} takes away`;
      return [
        {
          code: "rehearse/removed-api",
          severity: "error",
          title: `${nameOf(object)}: ${when} ${row.apiVersion} ${row.kind}`,
          detail: `It is gone since ${row.removedIn}.`,
          remedy,
          at: place,
          data: facts,
        },
      ];
    }
    return [
      {
        code: "rehearse/deprecated-api",
        severity: "warning",
        title: `${nameOf(object)}: ${row.apiVersion} ${row.kind} goes with Kubernetes ${row.removedIn}`,
        remedy,
        at: place,
        data: facts,
      },
    ];
  });
}
