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

/** Something that isn't as it should be. */
export interface Problem {
  part: "cluster" | "stack" | "nodeGroup" | "addon" | "fargateProfile";
  /** Of that part. */
  name: string;
  /** Of a health issue, as EKS calls it. */
  code?: string;
  /** The whole sentence. */
  text: string;
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
  /** The same, for programs. */
  details: Problem[];
}

const healthy = /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE|IMPORT_COMPLETE|ACTIVE)$/;

interface Health {
  issues?: readonly { code?: string | undefined; message?: string | undefined }[] | undefined;
}

const words: Readonly<Record<Problem["part"], string>> = {
  cluster: "Cluster",
  stack: "Stack",
  nodeGroup: "Node group",
  addon: "Add-on",
  fargateProfile: "Fargate profile",
};

function problemsOf(
  part: Problem["part"],
  name: string,
  {
    status = "",
    reason,
    health,
  }: { status?: string | undefined; reason?: string | undefined; health?: Health | undefined },
): Problem[] {
  const what = `${words[part]} ${name}`;
  const issues = (health?.issues ?? []).map(({ code, message }): Problem => ({
    part,
    name,
    ...(code !== undefined && { code }),
    text: `${what}: ${code}: ${message}`,
  }));
  const text = `${what} is in ${status}${reason === undefined ? "" : `: ${reason}`}`;
  return [...(healthy.test(status) ? [] : [{ part, name, text }]), ...issues];
}

/** Node groups that somebody has deleted behind their stacks. */
function vanished({ stacks, nodeGroups, autoScalingGroups }: Found): Problem[] {
  return [...stacks.values()].flatMap(({ name: stack, status, tags }): Problem[] => {
    const name = tags["alpha.eksctl.io/nodegroup-name"];
    if (name === undefined || !healthy.test(status) || nodeGroups.has(name) || autoScalingGroups.has(name)) return [];
    return [{ part: "nodeGroup", name, text: `Node group ${name} is gone although its stack ${stack} is there` }];
  });
}

function problemsIn(found: Found): Problem[] {
  const { cluster, name } = found;
  const stacks = [...found.stacks.values()];
  const missing = stacks.length > 0 ? `, but ${stacks.length} of its stacks do` : "";
  return [
    ...(cluster
      ? problemsOf("cluster", name, { status: cluster.status, health: cluster.health })
      : [{ part: "cluster" as const, name, text: `Cluster ${name} doesn't exist${missing}` }]),
    ...stacks.flatMap(({ name: stack, status, statusReason: reason }) =>
      problemsOf("stack", stack, { status, reason }),
    ),
    ...(cluster ? vanished(found) : []),
    ...[...found.nodeGroups].flatMap(([group, { status, health }]) =>
      problemsOf("nodeGroup", group, { status, health }),
    ),
    ...[...found.addons].flatMap(([addon, { status, health }]) => problemsOf("addon", addon, { status, health })),
    ...[...found.fargateProfiles].flatMap(([profile, { status, health }]) =>
      problemsOf("fargateProfile", profile, { status, health }),
    ),
  ];
}

/** Summary of what was found. Pure. */
function statusOf(found: Found): ClusterStatus {
  const { cluster } = found;
  const stacks = [...found.stacks.values()];
  const details = problemsIn(found);
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
    problems: details.map(({ text }) => text),
    details,
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
