// Access entries: who may reach the Kubernetes API, by IAM principal.
import type {
  AccessEntry,
  CreateAccessEntryRequest,
  CreateAccessEntryResponse,
  DeleteAccessEntryRequest,
  DeleteAccessEntryResponse,
  DescribeAccessEntryRequest,
  DescribeAccessEntryResponse,
  ListAccessEntriesRequest,
  ListAccessEntriesResponse,
  UpdateAccessEntryRequest,
  UpdateAccessEntryResponse,
} from "@aws-sdk/client-eks";
import { accessPolicyArn, nodeEntryIdentities } from "../../../../../facts/index.ts";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import { eksOperation } from "../define.ts";
import { invalidParameter, notFound, resourceInUse } from "../errors.ts";
import { childKey, eksArn, page } from "../lookup.ts";
import type { EntryPrincipal } from "../rules/access.ts";
import {
  checkEntryType,
  checkGroups,
  checkPrincipal,
  checkUsername,
  defaultUsername,
  requireApiMode,
} from "../rules/access.ts";
import { checkTags } from "../rules/text.ts";
import type { AccessEntryRow, ClusterRow } from "../state.ts";
import { accessEntries } from "../state.ts";
import { isRepeated, tokenOf } from "../tokens.ts";

function entryOf(row: Readonly<AccessEntryRow>): AccessEntry {
  const { clusterName, principalArn, kubernetesGroups, accessEntryArn, tags, username, type } = row;
  return {
    clusterName,
    principalArn,
    kubernetesGroups: [...kubernetesGroups],
    accessEntryArn,
    createdAt: new Date(row.createdAt),
    modifiedAt: new Date(row.modifiedAt),
    tags,
    username,
    type,
  };
}

/** The entry of a principal. @throws AwsError ResourceNotFoundException */
export function requireEntry(ctx: Context, cluster: string, principalArn: string): Readonly<AccessEntryRow> {
  requireApiMode(ctx, cluster);
  const row = ctx.table(accessEntries).get(childKey(cluster, principalArn));
  if (!row)
    throw notFound(
      `The specified principalArn could not be found. You can view your available access entries with ` +
        `'list-access-entries'. (${principalArn})`,
      { clusterName: cluster },
    );
  return row;
}

interface NewEntry {
  clusterName: string;
  principalArn: string;
  principal: EntryPrincipal;
  type: string;
  username?: string | undefined;
  groups?: readonly string[] | undefined;
  tags?: Record<string, string> | undefined;
  managed?: boolean;
  token?: string;
  /** Name of a policy over the whole cluster that comes with the entry. */
  policy?: string;
}

function clusterWide(ctx: Context, policy: string): AccessEntryRow["policies"][number] {
  const policyArn = accessPolicyArn(policy, ctx.partition);
  return {
    policyArn,
    accessScope: { type: "cluster", namespaces: [] },
    associatedAt: ctx.now(),
    modifiedAt: ctx.now(),
  };
}

function putEntry(ctx: Context, entry: NewEntry): Readonly<AccessEntryRow> {
  const { clusterName, principalArn, principal, type } = entry;
  const fixed = nodeEntryIdentities[type];
  return ctx.table(accessEntries).put(childKey(clusterName, principalArn), {
    clusterName,
    principalArn,
    ...(principal.id === undefined ? {} : { principalId: principal.id }),
    kubernetesGroups: fixed ? [...fixed.groups] : [...(entry.groups ?? [])],
    accessEntryArn: eksArn(
      ctx,
      `access-entry/${clusterName}/${principal.kind}/${principal.account}/${principal.name}/${ctx.ids.uuid()}`,
    ),
    createdAt: ctx.now(),
    modifiedAt: ctx.now(),
    tags: { ...entry.tags },
    username: fixed?.username ?? (entry.username || defaultUsername(principalArn, principal, ctx.partition)),
    type,
    policies: entry.policy === undefined ? [] : [clusterWide(ctx, entry.policy)],
    ...(entry.managed ? { managed: true } : {}),
    ...(entry.token === undefined ? {} : { token: entry.token }),
  });
}

/** The entry of whoever created the cluster: an administrator by AmazonEKSClusterAdminPolicy. */
export function addCreatorEntry(ctx: Context, cluster: Readonly<ClusterRow>): void {
  const principalArn = cluster.hidden.creatorArn;
  const match = /:iam::(\d{12}):(?:(role|user)\/(?:.+\/)?(.+)|root)$/.exec(principalArn);
  // A sandbox's own callers (a service, an administrator without a row in IAM) need not exist in IAM.
  const principal: EntryPrincipal = {
    kind: (match?.[2] as "role" | "user" | undefined) ?? "root",
    account: match?.[1] ?? ctx.account,
    name: match?.[3] ?? "root",
  };
  const policy = "AmazonEKSClusterAdminPolicy";
  putEntry(ctx, { clusterName: cluster.name, principalArn, principal, type: "STANDARD", policy });
}

/** The entry EKS makes for the role of managed nodes, Auto Mode's nodes (`EC2`) or Fargate pods; a principal that has one keeps it. */
export function addNodeEntry(ctx: Context, cluster: Readonly<ClusterRow>, roleArn: string, type: string): void {
  if ((cluster.accessConfig?.authenticationMode ?? "CONFIG_MAP") === "CONFIG_MAP") return;
  if (ctx.table(accessEntries).has(childKey(cluster.name, roleArn))) return;
  const principal = checkPrincipal(ctx, roleArn);
  const policy = type === "EC2" ? { policy: "AmazonEKSAutoNodePolicy" } : {};
  putEntry(ctx, { clusterName: cluster.name, principalArn: roleArn, principal, type, managed: true, ...policy });
}

/** Takes EKS's own entry of a role away once nothing managed uses it. */
export function removeNodeEntry(ctx: Context, cluster: string, roleArn: string): void {
  const key = childKey(cluster, roleArn);
  if (ctx.table(accessEntries).get(key)?.managed) ctx.table(accessEntries).delete(key);
}

function create(input: Sent<CreateAccessEntryRequest>, ctx: Context): CreateAccessEntryResponse {
  const { clusterName, principalArn, kubernetesGroups: groups, username, type = "STANDARD", tags } = input;
  requireApiMode(ctx, clusterName);
  checkTags(tags);
  checkEntryType(type, { username, groups });
  checkUsername(username);
  checkGroups(groups);
  const principal = checkPrincipal(ctx, principalArn);
  if (type !== "STANDARD" && (principal.kind !== "role" || principal.account !== ctx.account))
    throw invalidParameter(`An access entry of type ${type} needs an IAM role of the cluster's account`);
  const made = ctx.table(accessEntries).get(childKey(clusterName, principalArn));
  if (made && isRepeated(made, input)) return { accessEntry: entryOf(made) };
  if (made)
    throw resourceInUse("The specified access entry resource is already in use on this cluster.", { clusterName });
  return {
    accessEntry: entryOf(
      putEntry(ctx, { clusterName, principalArn, principal, type, username, groups, tags, ...tokenOf(input) }),
    ),
  };
}

function update(input: Sent<UpdateAccessEntryRequest>, ctx: Context): UpdateAccessEntryResponse {
  const row = requireEntry(ctx, input.clusterName, input.principalArn);
  const { kubernetesGroups: groups, username } = input;
  checkEntryType(row.type, { username, groups });
  checkUsername(username);
  checkGroups(groups);
  const changed = ctx.table(accessEntries).put(childKey(input.clusterName, input.principalArn), {
    ...row,
    modifiedAt: ctx.now(),
    ...(groups === undefined ? {} : { kubernetesGroups: [...groups] }),
    ...(username === undefined ? {} : { username }),
  });
  return { accessEntry: entryOf(changed) };
}

function list(input: Sent<ListAccessEntriesRequest>, ctx: Context): ListAccessEntriesResponse {
  requireApiMode(ctx, input.clusterName);
  const arns = ctx
    .table(accessEntries)
    .by("cluster", input.clusterName)
    .filter(
      (row) =>
        !input.associatedPolicyArn || row.policies.some((policy) => policy.policyArn === input.associatedPolicyArn),
    )
    .map((row) => row.principalArn);
  const { items, nextToken } = page(arns.toSorted(), input, "ListAccessEntries");
  return { accessEntries: items, ...(nextToken === undefined ? {} : { nextToken }) };
}

function remove(input: Sent<DeleteAccessEntryRequest>, ctx: Context): DeleteAccessEntryResponse {
  requireEntry(ctx, input.clusterName, input.principalArn);
  ctx.table(accessEntries).delete(childKey(input.clusterName, input.principalArn));
  return {};
}

export const accessEntryOperations: Readonly<Record<string, Operation>> = {
  CreateAccessEntry: eksOperation<CreateAccessEntryRequest, CreateAccessEntryResponse>("CreateAccessEntry", {
    on: "cluster",
    makes: "access-entry",
    run: create,
    // Nodes run as the role: EKS asks for the right to pass it (EC2_LINUX and EC2_WINDOWS).
    passes: (input) => [input.type === "EC2_LINUX" || input.type === "EC2_WINDOWS" ? input.principalArn : undefined],
  }),
  DescribeAccessEntry: eksOperation<DescribeAccessEntryRequest, DescribeAccessEntryResponse>("DescribeAccessEntry", {
    on: "access-entry",
    run: (input, ctx) => ({ accessEntry: entryOf(requireEntry(ctx, input.clusterName, input.principalArn)) }),
  }),
  UpdateAccessEntry: eksOperation<UpdateAccessEntryRequest, UpdateAccessEntryResponse>("UpdateAccessEntry", {
    on: "access-entry",
    run: update,
  }),
  DeleteAccessEntry: eksOperation<DeleteAccessEntryRequest, DeleteAccessEntryResponse>("DeleteAccessEntry", {
    on: "access-entry",
    run: remove,
  }),
  ListAccessEntries: eksOperation<ListAccessEntriesRequest, ListAccessEntriesResponse>("ListAccessEntries", {
    on: "cluster",
    run: list,
  }),
};
