// Nodes by what faults need of them: the busiest, their instances and zones.
import type { Rehearsal } from "../rehearsal.ts";
import type { Node } from "../scene/objects.ts";
import type { Scene } from "../scene/scene.ts";

/** `i-…` behind a node; undefined for Fargate's. */
export function instanceOf({ spec }: Node): string | undefined {
  const id = spec?.providerID?.split("/").at(-1);
  return id?.startsWith("i-") ? id : undefined;
}

/** Zone of a node. */
export const zoneOf = ({ metadata }: Node): string => metadata.labels?.["topology.kubernetes.io/zone"] ?? "";

/** Name without the region's domain. */
export const shortName = ({ metadata }: Node): string => metadata.name.split(".")[0] ?? metadata.name;

/** Instances with the most pods first, DaemonSets' aside; the same on every run. */
export function busiest(scene: Scene, nodes: readonly Node[]): Node[] {
  const count = ({ metadata }: Node): number =>
    scene
      .all("pods")
      .filter(
        ({ spec, metadata: pod }) =>
          spec.nodeName === metadata.name && !pod.ownerReferences?.some(({ kind }) => kind === "DaemonSet"),
      ).length;
  return nodes
    .filter((node) => instanceOf(node) !== undefined)
    .toSorted((a, b) => count(b) - count(a) || a.metadata.name.localeCompare(b.metadata.name));
}

/** Ends instances as AWS would. */
export function terminate({ account }: Rehearsal, nodes: readonly Node[]): void {
  const ids = nodes.flatMap((node) => instanceOf(node) ?? []);
  if (ids.length > 0) account("ec2", "TerminateInstances", { InstanceIds: ids });
}
