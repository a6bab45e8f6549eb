// How a cluster is, in one look: what is there, in which state, and what is wrong with it.
import type { Aws } from "../../aws/index.ts";
import type { Found } from "../found.ts";
import { readFound } from "../read/found.ts";
import { requireCluster } from "./clusters.ts";

/** A part of a cluster and its state in AWS's word. */
export interface Part {
  name: string;
  status: string;
}

/** What there is of a cluster, and how it does. */
export interface ClusterStatus {
  name: string;
  region: string;
  account: string;
  /** State of the control plane; `MISSING` when EKS knows none. */
  status: string;
  version?: string;
  platformVersion?: string;
  endpoint?: string;
  stacks: (Part & { reason?: string })[];
  nodeGroups: (Part & { version?: string; minSize: number; maxSize: number; desiredSize: number })[];
  addons: (Part & { version: string })[];
  fargateProfiles: Part[];
  /** Sentences about whatever isn't as it should be; empty for a healthy cluster. */
  problems: string[];
}

const healthy = /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE|IMPORT_COMPLETE|ACTIVE)$/;

interface Health {
  issues?: readonly { code?: string | undefined; message?: string | undefined }[] | undefined;
}

function problemsOf(what: string, status: string, reason: string | undefined, health?: Health): string[] {
  const issues = (health?.issues ?? []).map(({ code, message }) => `${what}: ${code}: ${message}`);
  return [
    ...(healthy.test(status) ? [] : [`${what} is in ${status}${reason === undefined ? "" : `: ${reason}`}`]),
    ...issues,
  ];
}

/** Node groups that somebody has deleted behind their stacks. */
function vanished({ stacks, nodeGroups, autoScalingGroups }: Found): string[] {
  return [...stacks.values()].flatMap(({ name: stack, status, tags }) => {
    const group = tags["alpha.eksctl.io/nodegroup-name"];
    if (group === undefined || !healthy.test(status) || nodeGroups.has(group) || autoScalingGroups.has(group))
      return [];
    return [`Node group ${group} is gone although its stack ${stack} is there`];
  });
}

/** Summary of what was found. Pure. */
function statusOf(found: Found): ClusterStatus {
  const { cluster } = found;
  const stacks = [...found.stacks.values()];
  const selfManaged = [...found.autoScalingGroups].filter(([name]) => !found.nodeGroups.has(name));
  return {
    name: found.name,
    region: found.region,
    account: found.account,
    status: cluster?.status ?? "MISSING",
    ...(cluster?.version !== undefined && { version: cluster.version }),
    ...(cluster?.platformVersion !== undefined && { platformVersion: cluster.platformVersion }),
    ...(cluster?.endpoint !== undefined && { endpoint: cluster.endpoint }),
    stacks: stacks.map(({ name, status, statusReason }) => ({
      name,
      status,
      ...(statusReason !== undefined && { reason: statusReason }),
    })),
    nodeGroups: [
      ...[...found.nodeGroups].map(([name, group]) => ({
        name,
        status: group.status ?? "",
        ...(group.version !== undefined && { version: group.version }),
        minSize: group.scalingConfig?.minSize ?? 0,
        maxSize: group.scalingConfig?.maxSize ?? 0,
        desiredSize: group.scalingConfig?.desiredSize ?? 0,
      })),
      ...selfManaged.map(([name, { minSize, maxSize, desiredSize }]) => ({
        name,
        status: "ACTIVE",
        minSize,
        maxSize,
        desiredSize,
      })),
    ],
    addons: [...found.addons].map(([name, addon]) => ({
      name,
      status: addon.status ?? "",
      version: addon.addonVersion ?? "",
    })),
    fargateProfiles: [...found.fargateProfiles].map(([name, profile]) => ({ name, status: profile.status ?? "" })),
    problems: [
      ...(cluster
        ? problemsOf(`Cluster ${found.name}`, cluster.status ?? "", undefined, cluster.health)
        : stacks.length > 0
          ? [`Cluster ${found.name} doesn't exist, but ${stacks.length} of its stacks do`]
          : [`Cluster ${found.name} doesn't exist`]),
      ...stacks.flatMap(({ name, status, statusReason }) => problemsOf(`Stack ${name}`, status, statusReason)),
      ...(cluster ? vanished(found) : []),
      ...[...found.nodeGroups].flatMap(([name, group]) =>
        problemsOf(`Node group ${name}`, group.status ?? "", undefined, group.health),
      ),
      ...[...found.addons].flatMap(([name, addon]) =>
        problemsOf(`Add-on ${name}`, addon.status ?? "", undefined, addon.health),
      ),
      ...[...found.fargateProfiles].flatMap(([name, profile]) =>
        problemsOf(`Fargate profile ${name}`, profile.status ?? "", undefined, profile.health),
      ),
    ],
  };
}

/**
 * Reads and summarises.
 *
 * @throws LotseError `plan/no-cluster` when there is nothing of that name at all
 */
export async function getStatus(aws: Aws, cluster: string): Promise<ClusterStatus> {
  const found = await readFound(aws, cluster, { templates: false });
  if (!found.cluster && found.stacks.size === 0) await requireCluster(aws, cluster);
  return statusOf(found);
}
