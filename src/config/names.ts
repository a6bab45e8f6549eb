// Names that lotse makes up where the file has none.
import { createHash } from "node:crypto";

/**
 * Name of a node group that has none: `ng-` and eight hex digits from the cluster's name and the group's position. eksctl draws
 * them at random; here the same file must always mean the same group.
 */
export function unnamedNodeGroupName(cluster: string, kind: "nodeGroups" | "managedNodeGroups", index: number): string {
  return `ng-${createHash("sha256").update(`${cluster}/${kind}/${index}`).digest("hex").slice(0, 8)}`;
}
