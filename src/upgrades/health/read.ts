// Reads how a cluster is: EKS's own words about its parts, nodes and workloads by the API server.
import type { Aws } from "../../aws/index.ts";
import { allPages, isGone } from "../../aws/index.ts";
import { errorMessage, isLotseError } from "../../base/index.ts";
import type { Kube, KubeObject } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import type { HealthSeen, InsideSeen, NodeState, PartSeen, WorkloadState } from "./signs.ts";

interface Issue {
  code?: string | undefined;
  message?: string | undefined;
}

const part = (subject: string, status = "UNKNOWN", issues: readonly Issue[] = []): PartSeen => ({
  subject,
  status,
  issues: issues.map(({ code, message }) => `${code}: ${message}`),
});

/** What is there still: a part may be deleted between the list and the look at it. */
async function stillThere<T>(names: readonly string[], look: (name: string) => Promise<T>): Promise<T[]> {
  const found = await Promise.all(
    names.map(async (name): Promise<T[]> => {
      try {
        return [await look(name)];
      } catch (error) {
        if (isGone(error)) return [];
        throw error;
      }
    }),
  );
  return found.flat();
}

async function readParts(aws: Aws, clusterName: string): Promise<PartSeen[]> {
  const [{ cluster }, addons, groups] = await Promise.all([
    aws.call("eks", "DescribeCluster", { name: clusterName }),
    allPages(async (nextToken) => {
      const page = await aws.call("eks", "ListAddons", { clusterName, ...(nextToken ? { nextToken } : {}) });
      return { items: page.addons, next: page.nextToken };
    }),
    allPages(async (nextToken) => {
      const page = await aws.call("eks", "ListNodegroups", { clusterName, ...(nextToken ? { nextToken } : {}) });
      return { items: page.nodegroups, next: page.nextToken };
    }),
  ]);
  const [ofAddons, ofGroups] = await Promise.all([
    stillThere(addons, async (addonName) => {
      const { addon } = await aws.call("eks", "DescribeAddon", { clusterName, addonName });
      return part(`addon/${addonName}`, addon?.status, addon?.health?.issues);
    }),
    stillThere(groups, async (nodegroupName) => {
      const { nodegroup } = await aws.call("eks", "DescribeNodegroup", { clusterName, nodegroupName });
      return part(`nodegroup/${nodegroupName}`, nodegroup?.status, nodegroup?.health?.issues);
    }),
  ]);
  return [part(`cluster/${clusterName}`, cluster?.status, cluster?.health?.issues), ...ofAddons, ...ofGroups];
}

interface NodeObject extends KubeObject {
  status?: { conditions?: { type: string; status: string; reason?: string; message?: string }[] };
}

interface WorkloadObject extends KubeObject {
  metadata: KubeObject["metadata"] & { generation?: number };
  spec?: {
    replicas?: number;
    paused?: boolean;
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
  };
  status?: {
    observedGeneration?: number;
    availableReplicas?: number;
    readyReplicas?: number;
    updatedReplicas?: number;
    desiredNumberScheduled?: number;
    numberReady?: number;
    updatedNumberScheduled?: number;
  };
}

function nodeState({ metadata, status }: NodeObject): NodeState {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  const why = ready?.message ?? ready?.reason;
  return {
    name: metadata.name,
    ready: ready?.status === "True",
    reason: why === undefined ? undefined : `it isn't Ready: ${why}`,
  };
}

/** Counts of a workload; each kind has words of its own for them. */
const counts: Readonly<Record<string, (object: WorkloadObject) => Omit<WorkloadState, "subject" | "seen">>> = {
  deployment: ({ spec, status }) => {
    const wanted = spec?.replicas ?? 1;
    // A rollout that somebody holds stays where it is for as long as he likes.
    const updated = spec?.paused === true ? wanted : (status?.updatedReplicas ?? 0);
    return { wanted, ready: status?.availableReplicas ?? 0, updated };
  },
  statefulset: ({ spec, status }) => {
    const wanted = spec?.replicas ?? 1;
    // Pods that somebody replaces by hand stay of the old template for as long as he likes, as those below a partition do.
    const { type, rollingUpdate } = spec?.updateStrategy ?? {};
    const held = type === "OnDelete" ? wanted : (rollingUpdate?.partition ?? 0);
    const updated = Math.min(wanted, (status?.updatedReplicas ?? 0) + held);
    return { wanted, ready: status?.readyReplicas ?? 0, updated };
  },
  daemonset: ({ spec, status }) => {
    const wanted = status?.desiredNumberScheduled ?? 0;
    const updated = spec?.updateStrategy?.type === "OnDelete" ? wanted : (status?.updatedNumberScheduled ?? 0);
    return { wanted, ready: status?.numberReady ?? 0, updated };
  },
};

const workloadState =
  (kind: keyof typeof counts) =>
  (object: WorkloadObject): WorkloadState[] => {
    const { metadata, status } = object;
    const count = counts[kind]?.(object);
    if (!count) return [];
    const seen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
    return [{ subject: `${kind}/${metadata.namespace}/${metadata.name}`, ...count, seen }];
  };

/** Nodes and workloads. @throws LotseError `kube/…` */
export async function readInside(kube: Pick<Kube, "list">): Promise<InsideSeen> {
  const [nodes, deployments, statefulSets, daemonSets] = await Promise.all([
    kube.list<NodeObject>(resources.nodes),
    kube.list<WorkloadObject>(resources.deployments),
    kube.list<WorkloadObject>(resources.statefulSets),
    kube.list<WorkloadObject>(resources.daemonSets),
  ]);
  return {
    nodes: nodes.map(nodeState),
    workloads: [
      ...deployments.flatMap(workloadState("deployment")),
      ...statefulSets.flatMap(workloadState("statefulset")),
      ...daemonSets.flatMap(workloadState("daemonset")),
    ],
  };
}

async function inside(kube: Pick<Kube, "list">): Promise<HealthSeen["inside"]> {
  try {
    return await readInside(kube);
  } catch (error) {
    if (!isLotseError(error) || error.code === "aws/interrupted") throw error;
    return { unread: errorMessage(error).slice(0, 240) };
  }
}

/** Looks at a cluster. @throws LotseError `aws/…` */
export async function readHealth(aws: Aws, cluster: string, kube: Pick<Kube, "list">): Promise<HealthSeen> {
  const [parts, seen] = await Promise.all([readParts(aws, cluster), inside(kube)]);
  return { parts, inside: seen };
}
