// The cluster file as checks look at it.
import type { SourceLocation } from "../base/index.ts";
import type { Cluster, ClusterConfig, ConfigPath, ManagedNodeGroup, NodeGroup } from "../config/index.ts";
import type { Subject } from "./check.ts";

/** A valid cluster file. */
export interface ClusterFile {
  /** As it was loaded: for those who reckon with the whole of it. */
  cluster: Cluster;
  config: ClusterConfig;
  written: ClusterConfig;
  at(path: ConfigPath): SourceLocation;
}

/** The file of a loaded cluster. */
export function clusterFile(cluster: Cluster): ClusterFile {
  return { cluster, config: cluster.config, written: cluster.written, at: (path) => cluster.locate(path) };
}

/** The cluster that the file describes, as what a finding is about. */
export const fileCluster = ({ config }: ClusterFile, part?: string): Subject => ({
  kind: "Cluster",
  name: config.metadata.name,
  ...(part === undefined ? {} : { part }),
});

/** A node group of the file, with where it stands. */
export interface FileGroup {
  group: ManagedNodeGroup & NodeGroup;
  managed: boolean;
  path: ConfigPath;
  subject: Subject;
}

/** All node groups of the file, managed ones first. */
export function groupsOf({ config }: ClusterFile): FileGroup[] {
  const list = (key: "managedNodeGroups" | "nodeGroups", managed: boolean): FileGroup[] =>
    (config[key] ?? []).map((group, i) => ({
      group: group as ManagedNodeGroup & NodeGroup,
      managed,
      path: [key, i],
      subject: { kind: "NodeGroup", name: group.name },
    }));
  return [...list("managedNodeGroups", true), ...list("nodeGroups", false)];
}

/** Instance types that a group may have. */
export function typesOf({ group }: FileGroup): readonly string[] {
  const several = group.instanceTypes ?? group.instancesDistribution?.instanceTypes ?? [];
  return several.length > 0
    ? several
    : group.instanceType === undefined || group.instanceType === "mixed"
      ? []
      : [group.instanceType];
}
