// The way back from an upgrade: EKS takes the control plane one minor back within seven days of an in-place upgrade.
// https://docs.aws.amazon.com/eks/latest/userguide/rollback-cluster.html
import type { Aws } from "../../aws/index.ts";
import { allPages } from "../../aws/index.ts";
import { minorOf, rollbackDays } from "../../facts/index.ts";
import { offersOf } from "../read/account.ts";

/** How a cluster's control plane goes back. */
export interface WayBack {
  /** The minor that it goes back to. */
  version: string;
  /** Until when, UTC: `2026-11-28T09:30:00.000Z`. */
  until: string;
  /** Managed node groups that are newer than that and go first: a kubelet may never be newer than the API server. */
  nodeGroups: readonly string[];
  /** Add-ons whose version isn't offered for that minor, and the newest that is offered for both; undefined where none is. */
  addons: readonly { name: string; version: string | undefined }[];
}

/** When the control plane was upgraded to its version; undefined when it wasn't, has gone back to it, or longer ago than EKS remembers. */
async function movedAt(aws: Aws, name: string): Promise<Date | undefined> {
  const ids = await allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListUpdates", { name, ...(nextToken ? { nextToken } : {}) });
    return { items: page.updateIds, next: page.nextToken };
  });
  const found = await Promise.all(
    ids.map(async (updateId) => (await aws.call("eks", "DescribeUpdate", { name, updateId })).update),
  );
  const [last] = found
    .filter((update) => update?.status === "Successful" && /^Version(?:Update|Rollback)$/.test(update.type ?? ""))
    .toSorted((a, b) => (b?.createdAt?.getTime() ?? 0) - (a?.createdAt?.getTime() ?? 0));
  return last?.type === "VersionUpdate" ? last.createdAt : undefined;
}

/** Add-ons that an older control plane doesn't take: kube-proxy may never be newer than the API server. */
async function addonsThatGo(aws: Aws, clusterName: string, from: string, to: string): Promise<WayBack["addons"]> {
  const names = await allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListAddons", { clusterName, ...(nextToken ? { nextToken } : {}) });
    return { items: page.addons, next: page.nextToken };
  });
  if (names.length === 0) return [];
  const [now, then, described] = await Promise.all([
    offersOf(aws, from),
    offersOf(aws, to),
    Promise.all(
      names.map(async (addonName) => (await aws.call("eks", "DescribeAddon", { clusterName, addonName })).addon),
    ),
  ]);
  return described.flatMap((addon) => {
    const { addonName: name = "", addonVersion: version = "" } = addon ?? {};
    const offered = then.get(name) ?? [];
    if (offered.some((each) => each.version === version)) return [];
    const both = offered.find((each) => now.get(name)?.some((other) => other.version === each.version));
    return [{ name, version: both?.version }];
  });
}

/**
 * The way back; undefined where the control plane hasn't been upgraded in place to its version, or too long ago.
 *
 * @param now by the account's clock
 * @throws LotseError `aws/…`
 */
export async function readWayBack(aws: Aws, cluster: string, now: Date): Promise<WayBack | undefined> {
  const { version = "" } = (await aws.call("eks", "DescribeCluster", { name: cluster })).cluster ?? {};
  const moved = await movedAt(aws, cluster);
  if (!moved) return undefined;
  const until = new Date(moved.getTime() + rollbackDays * 86_400_000);
  if (until <= now) return undefined;
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
    until: until.toISOString(),
    nodeGroups,
    addons: await addonsThatGo(aws, cluster, version, target),
  };
}
