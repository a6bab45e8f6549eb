// Finding what a request names, and the names of what is found: ARNs, subjects of the clock, pages.
import type { Context, Principal } from "../../core/index.ts";
import { servicePrincipal } from "../../core/index.ts";
import { paginate } from "../../query/index.ts";
import { invalidParameter, invalidRequest, notFound } from "./errors.ts";
import type { AddonRow, ClusterRow, FargateProfileRow, NodegroupRow } from "./state.ts";
import { addonTable, clusters, fargateProfiles, nodegroups } from "./state.ts";

/** EKS itself, acting by its service-linked role. */
export function asEks(ctx: Context): Context {
  return ctx.as(servicePrincipal("eks.amazonaws.com", ctx.account));
}

/** `arn:aws:eks:eu-central-1:123456789012:cluster/prod`; `path` begins with the resource's kind. */
export function eksArn(ctx: Context, path: string): string {
  return `arn:${ctx.partition}:eks:${ctx.region}:${ctx.account}:${path}`;
}

/** The clock's name for a resource: `cluster/prod`, `nodegroup/prod/ng-1` … */
export function subject(
  kind: "cluster" | "nodegroup" | "fargateprofile" | "addon" | "capability" | "idp",
  ...names: string[]
): string {
  return `eks/${kind}/${names.join("/")}`;
}

/**
 * A list shows what is being deleted until it is gone, and callers wait for that (eksctl lists Fargate profiles until one is
 * missing): so a list is a read of what is leaving, and moves time on.
 */
export function observeLeaving(
  ctx: Context,
  kind: Parameters<typeof subject>[0],
  rows: readonly { name: readonly string[]; status: string | undefined }[],
): void {
  for (const { name, status } of rows) if (status === "DELETING") ctx.observe(subject(kind, ...name));
}

/** Key of a cluster's child in its table. */
export function childKey(cluster: string, name: string): string {
  return `${cluster}/${name}`;
}

/**
 * A cluster by name.
 *
 * @throws AwsError ResourceNotFoundException
 */
export function requireCluster(ctx: Context, name: string): Readonly<ClusterRow> {
  const cluster = ctx.table(clusters).get(name);
  if (!cluster) throw notFound(`No cluster found for name: ${name}.`, { clusterName: name });
  return cluster;
}

/**
 * A cluster that can take changes of its children.
 *
 * @param states besides ACTIVE: add-ons, access entries and associations may be changed while the cluster is updated
 */
export function requireUsableCluster(
  ctx: Context,
  name: string,
  states: readonly string[] = ["ACTIVE"],
): Readonly<ClusterRow> {
  const cluster = requireCluster(ctx, name);
  if (!states.includes(cluster.status))
    throw invalidRequest(`Cluster '${name}' is not in ACTIVE status`, { clusterName: name });
  return cluster;
}

/**
 * A managed node group of a cluster.
 *
 * @throws AwsError ResourceNotFoundException for either
 */
export function requireNodegroup(ctx: Context, cluster: string, name: string): Readonly<NodegroupRow> {
  requireCluster(ctx, cluster);
  const row = ctx.table(nodegroups).get(childKey(cluster, name));
  if (!row) throw notFound(`No node group found for name: ${name}.`, { clusterName: cluster, nodegroupName: name });
  return row;
}

/**
 * A Fargate profile of a cluster.
 *
 * @throws AwsError ResourceNotFoundException for either
 */
export function requireFargateProfile(ctx: Context, cluster: string, name: string): Readonly<FargateProfileRow> {
  requireCluster(ctx, cluster);
  const row = ctx.table(fargateProfiles).get(childKey(cluster, name));
  if (!row)
    throw notFound(`No Fargate Profile found with name: ${name}.`, { clusterName: cluster, fargateProfileName: name });
  return row;
}

/**
 * An add-on of a cluster.
 *
 * @throws AwsError ResourceNotFoundException for either
 */
export function requireAddon(ctx: Context, cluster: string, name: string): Readonly<AddonRow> {
  requireCluster(ctx, cluster);
  const row = ctx.table(addonTable).get(childKey(cluster, name));
  if (!row) throw notFound(`No addon: ${name} found in cluster: ${cluster}`, { clusterName: cluster, addonName: name });
  return row;
}

/** The IAM entity behind a caller: the role of a session, else the caller. */
export function callerEntity(principal: Principal): string {
  return principal.roleArn ?? principal.arn;
}

/**
 * One page, as every EKS list gives it.
 *
 * @throws AwsError InvalidParameterException for a page size beyond 1–100 or a foreign token
 */
export function page<Item>(
  items: readonly Item[],
  input: { maxResults?: number | undefined; nextToken?: string | undefined },
  list: string,
): { items: Item[]; nextToken?: string } {
  const { maxResults, nextToken } = input;
  if (maxResults !== undefined && !(Number.isInteger(maxResults) && maxResults >= 1 && maxResults <= 100))
    throw invalidParameter(`maxResults must be between 1 and 100, got ${maxResults}`);
  const result = paginate(items, {
    token: nextToken,
    max: maxResults,
    pageSize: 100,
    scope: `eks/${list}`,
    keyOf: (item) => (typeof item === "string" ? item : ""),
    invalidToken: () => invalidParameter("The nextToken provided in the request is invalid"),
  });
  return { items: [...result.items], ...(result.nextToken === undefined ? {} : { nextToken: result.nextToken }) };
}
