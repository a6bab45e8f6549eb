// One node group of the file with what both kinds share: name, labels, tags, taints, the name of its nodes.
import type { ConfigPath, ManagedNodeGroup, NodeGroup, NodeGroupTaint } from "../../config/index.ts";
import type { Context } from "../context.ts";
import { stackNames, tagKeys } from "../names.ts";

interface GroupFacts {
  readonly name: string;
  readonly stackName: string;
  /** `["nodeGroups", 0]`. */
  readonly path: ConfigPath;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Required<NodeGroupTaint>[];
  /** Tags of its instances, volumes and interfaces beside `Name`, the cluster's tags among them. */
  readonly tags: Readonly<Record<string, string>>;
  /** Value of the instances' `Name` tag. */
  readonly nodeName: string;
}

export type SelfManagedGroup = GroupFacts & { readonly managed: false; readonly spec: NodeGroup };
export type ManagedGroup = GroupFacts & { readonly managed: true; readonly spec: ManagedNodeGroup };
export type Group = SelfManagedGroup | ManagedGroup;

/** Taints of the file, which writes them as a list, or for self-managed groups as `key: "value:Effect"`. */
function taintsOf(taints: NodeGroup["taints"]): Required<NodeGroupTaint>[] {
  if (!taints) return [];
  if (Array.isArray(taints)) return taints.map(({ key = "", value = "", effect = "" }) => ({ key, value, effect }));
  return Object.entries(taints as Readonly<Record<string, string>>)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => {
      const [value = "", effect = ""] = text.includes(":") ? text.split(":") : ["", text];
      return { key, value, effect };
    });
}

function facts(context: Context, spec: NodeGroup | ManagedNodeGroup, managed: boolean, index: number): GroupFacts {
  const list = managed ? "managedNodeGroups" : "nodeGroups";
  const { name } = spec;
  const prefix = spec.instancePrefix ? `${spec.instancePrefix}-` : "";
  const kind = managed ? { [tagKeys.nodeGroupName]: name, [tagKeys.nodeGroupType]: "managed" } : {};
  return {
    name,
    stackName: stackNames.nodeGroup(context.name, name),
    path: [list, index],
    labels: { ...spec.labels, [tagKeys.clusterName]: context.name, [tagKeys.nodeGroupName]: name },
    taints: taintsOf(spec.taints),
    tags: { ...context.config.metadata.tags, ...spec.tags, ...kind },
    nodeName: `${prefix}${spec.instanceName || `${context.name}-${name}-Node`}`,
  };
}

/** The self-managed groups of the file. */
export function selfManagedGroups(context: Context): SelfManagedGroup[] {
  const groups = context.config.nodeGroups ?? [];
  return groups.map((spec, i) => ({ ...facts(context, spec, false, i), managed: false, spec }));
}

/** The managed groups of the file. */
export function managedGroups(context: Context): ManagedGroup[] {
  const groups = context.config.managedNodeGroups ?? [];
  return groups.map((spec, i) => ({ ...facts(context, spec, true, i), managed: true, spec }));
}

/** True when the self-managed group runs several instance types under one policy. */
export function isMixed(group: SelfManagedGroup): boolean {
  return (group.spec.instancesDistribution?.instanceTypes.length ?? 0) > 0;
}

/** Instance types a group may run. */
export function instanceTypesOf(group: Group): readonly string[] {
  const { spec } = group;
  if (group.managed) {
    if (group.spec.instanceTypes?.length) return group.spec.instanceTypes;
  } else if (isMixed(group)) {
    return group.spec.instancesDistribution?.instanceTypes ?? [];
  }
  return [spec.instanceType ?? "m5.large"];
}

/** Labels and taints as the tags by which the cluster autoscaler learns of them before a node exists. */
export function autoscalerTags(group: Group): Record<string, string> {
  const template = "k8s.io/cluster-autoscaler/node-template";
  return Object.fromEntries([
    ...Object.entries(group.labels).map(([key, value]) => [`${template}/label/${key}`, value]),
    ...group.taints.map(({ key, value }) => [`${template}/taint/${key}`, value]),
  ]) as Record<string, string>;
}
