// APIs that the new version doesn't serve, wherever somebody writes them: live objects, Helm releases, manifests.
import { apiFate } from "../../facts/index.ts";
import type { UpgradeFinding } from "../judgement.ts";
import type { ApiUse, UpgradeWorld } from "../world.ts";

const places: Readonly<Record<ApiUse["source"], (by: string) => string>> = {
  live: (by) => `${by} writes it as`,
  helm: (by) => `Helm release ${by} holds it as`,
  manifest: () => "The manifest has",
};

function findingOf(use: ApiUse, { cluster, to }: UpgradeWorld): UpgradeFinding[] {
  const { source, apiVersion, kind, namespace, name, by = "somebody", at } = use;
  const found = apiFate(apiVersion, kind, cluster.version, to);
  if (!found) return [];
  const { row, fate } = found;
  // Nobody can write what isn't served: the mark in a live object is of another time.
  if (fate === "gone" && source === "live") return [];
  const isRemoved = fate !== "deprecated";
  const helm =
    source === "helm" ? " Helm can't change a release whose stored manifest isn't served: see helm mapkubeapis." : "";
  return [
    {
      code: isRemoved ? "upgrades/removed-api" : "upgrades/deprecated-api",
      severity: isRemoved ? "error" : "warning",
      subject: `${kind.toLowerCase()}/${namespace === undefined ? "" : `${namespace}/`}${name}`,
      title: `${places[source](by)} ${apiVersion} ${kind}, which is gone from Kubernetes ${row.removedIn} on`,
      remedy:
        (row.replacement === undefined ? "Nothing takes its place: take it out." : `Write it as ${row.replacement}.`) +
        helm,
      data: { source, apiVersion, removedIn: row.removedIn, replacement: row.replacement },
      ...(at ? { at } : {}),
    },
  ];
}

/** Judges APIs. */
export function judgeApis(world: UpgradeWorld): UpgradeFinding[] {
  const { live, helm, manifests } = world;
  const uses = [...manifests, ...("value" in helm ? helm.value : []), ...("value" in live ? live.value : [])];
  return uses.flatMap((use) => findingOf(use, world));
}
