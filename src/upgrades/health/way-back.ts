// The way back from an upgrade: EKS takes the control plane one minor back within seven days of an in-place upgrade.
// https://docs.aws.amazon.com/eks/latest/userguide/rollback-cluster.html
import type { Aws } from "../../aws/index.ts";
import { allPages } from "../../aws/index.ts";
import { minorOf } from "../../facts/index.ts";

const windowDays = 7;

/** How a cluster's control plane goes back. */
export interface WayBack {
  /** The minor that it goes back to. */
  version: string;
  /** Until when, UTC: `2026-11-28T09:30:00.000Z`. */
  until: string;
  /** Managed node groups that are newer than that and go first: a kubelet may never be newer than the API server. */
  nodeGroups: readonly string[];
}

/** When the control plane was moved to a version; undefined when it wasn't, or longer ago than EKS remembers. */
async function movedAt(aws: Aws, name: string, version: string): Promise<Date | undefined> {
  const ids = await allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListUpdates", { name, ...(nextToken ? { nextToken } : {}) });
    return { items: page.updateIds, next: page.nextToken };
  });
  const found = await Promise.all(
    ids.map(async (updateId) => (await aws.call("eks", "DescribeUpdate", { name, updateId })).update),
  );
  return found
    .filter((update) => update?.type === "VersionUpdate" && update.status === "Successful")
    .filter((update) => update?.params?.some(({ type, value }) => type === "Version" && value === version))
    .flatMap((update) => update?.createdAt ?? [])
    .toSorted((a, b) => b.getTime() - a.getTime())[0];
}

/** The way back; undefined where the control plane hasn't been upgraded in place to its version. @throws LotseError `aws/…` */
export async function readWayBack(aws: Aws, cluster: string): Promise<WayBack | undefined> {
  const { version = "" } = (await aws.call("eks", "DescribeCluster", { name: cluster })).cluster ?? {};
  const moved = await movedAt(aws, cluster, version);
  if (!moved) return undefined;
  const target = `1.${minorOf(version) - 1}`;
  const groups = await allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListNodegroups", {
      clusterName: cluster,
      ...(nextToken ? { nextToken } : {}),
    });
    return { items: page.nodegroups, next: page.nextToken };
  });
  const described = await Promise.all(
    groups.map(
      async (nodegroupName) =>
        (await aws.call("eks", "DescribeNodegroup", { clusterName: cluster, nodegroupName })).nodegroup,
    ),
  );
  const nodeGroups = described
    .filter((group) => minorOf(group?.version ?? "") > minorOf(target))
    .flatMap((group) => group?.nodegroupName ?? []);
  return {
    version: target,
    until: new Date(moved.getTime() + windowDays * 86_400_000).toISOString(),
    nodeGroups,
  };
}
