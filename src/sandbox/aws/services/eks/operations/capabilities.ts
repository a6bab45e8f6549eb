// EKS capabilities (ACK, Argo CD, kro): their records and states; what they do inside a cluster isn't emulated.
import type {
  Capability,
  CreateCapabilityRequest,
  CreateCapabilityResponse,
  DeleteCapabilityRequest,
  DeleteCapabilityResponse,
  DescribeCapabilityRequest,
  DescribeCapabilityResponse,
  ListCapabilitiesRequest,
  ListCapabilitiesResponse,
  UpdateCapabilityRequest,
  UpdateCapabilityResponse,
} from "@aws-sdk/client-eks";
import type { Context, Operation, Sent, TimerDefinition } from "../../../core/index.ts";
import { defineTimer } from "../../../core/index.ts";
import { changedConfiguration, newConfiguration } from "../capability-config.ts";
import { eksOperation } from "../define.ts";
import { notFound, resourceInUse } from "../errors.ts";
import { latency } from "../latency.ts";
import { childKey, eksArn, observeLeaving, page, requireCluster, requireUsableCluster, subject } from "../lookup.ts";
import { checkServiceRole } from "../rules/roles.ts";
import { checkEnum, checkName, checkTags } from "../rules/text.ts";
import type { CapabilityRow } from "../state.ts";
import { capabilities } from "../state.ts";
import { isRepeated, tokenOf } from "../tokens.ts";
import { beginUpdate, endUpdate, repeatedUpdate, updateOf, updateParams } from "../updates.ts";

function capabilityOf(row: Readonly<CapabilityRow>): Capability {
  const { token: _, ...shown } = row;
  return { ...shown, createdAt: new Date(row.createdAt), modifiedAt: new Date(row.modifiedAt) };
}

function find(ctx: Context, cluster: string, name: string): Readonly<CapabilityRow> {
  requireCluster(ctx, cluster);
  const row = ctx.table(capabilities).get(childKey(cluster, name));
  if (!row) throw notFound(`No capability found with name: ${name} in cluster: ${cluster}`, { clusterName: cluster });
  return row;
}

interface CapabilityChange {
  cluster: string;
  name: string;
  gone?: boolean;
  updateId?: string;
}

export const capabilityChanged: TimerDefinition<CapabilityChange> = defineTimer<CapabilityChange>(
  "eks/capability-changed",
  ({ cluster, name, gone, updateId }, ctx) => {
    const key = childKey(cluster, name);
    if (!ctx.table(capabilities).has(key)) return;
    if (gone) ctx.table(capabilities).delete(key);
    else ctx.table(capabilities).update(key, { status: "ACTIVE", modifiedAt: ctx.now() });
    if (updateId !== undefined) endUpdate(ctx, cluster, updateId);
  },
);

function later(ctx: Context, change: CapabilityChange): void {
  ctx.schedule(capabilityChanged, latency.capability, subject("capability", change.cluster, change.name), change);
}

function create(input: Sent<CreateCapabilityRequest>, ctx: Context): CreateCapabilityResponse {
  const { clusterName, capabilityName: name, type, roleArn } = input;
  requireUsableCluster(ctx, clusterName, ["ACTIVE", "UPDATING"]);
  checkName(name, "Capability", 100);
  checkEnum(type, ["ACK", "ARGOCD", "KRO"], "type");
  checkEnum(input.deletePropagationPolicy, ["RETAIN"], "deletePropagationPolicy");
  checkTags(input.tags);
  const rows = ctx.table(capabilities).by("cluster", clusterName);
  const made = rows.find((row) => row.capabilityName === name && isRepeated(row, input));
  if (made) return { capability: capabilityOf(made) };
  if (rows.some((row) => row.capabilityName === name))
    throw resourceInUse(`Capability already exists with name: ${name}`, { clusterName });
  if (rows.some((row) => row.type === type))
    throw resourceInUse(`Cluster ${clusterName} already has a capability of type ${type}`, { clusterName });
  checkServiceRole(ctx, roleArn, "capabilities.eks.amazonaws.com", "roleArn");
  const configuration = newConfiguration(type, input.configuration);
  const row = ctx.table(capabilities).put(childKey(clusterName, name), {
    capabilityName: name,
    arn: eksArn(ctx, `capability/${clusterName}/${type.toLowerCase()}/${name}/${ctx.ids.uuid()}`),
    clusterName,
    type,
    roleArn,
    status: "CREATING",
    version: "1.0.0",
    ...(configuration ? { configuration } : {}),
    tags: { ...input.tags },
    health: { issues: [] },
    createdAt: ctx.now(),
    modifiedAt: ctx.now(),
    deletePropagationPolicy: input.deletePropagationPolicy,
    ...tokenOf(input),
  });
  later(ctx, { cluster: clusterName, name });
  return { capability: capabilityOf(row) };
}

function update(input: Sent<UpdateCapabilityRequest>, ctx: Context): UpdateCapabilityResponse {
  const { clusterName, capabilityName: name, roleArn, clientRequestToken: token } = input;
  const row = find(ctx, clusterName, name);
  const owner = `capability/${name}`;
  const repeated = repeatedUpdate(ctx, clusterName, owner, token);
  if (repeated) return { update: updateOf(repeated) };
  if (row.status !== "ACTIVE") throw resourceInUse(`Capability ${name} is in status ${row.status}`, { clusterName });
  if (roleArn !== undefined) checkServiceRole(ctx, roleArn, "capabilities.eks.amazonaws.com", "roleArn");
  const { deletePropagationPolicy } = input;
  checkEnum(deletePropagationPolicy, ["RETAIN"], "deletePropagationPolicy");
  const configuration = changedConfiguration(row.configuration, input.configuration);
  const begun = beginUpdate(ctx, {
    cluster: clusterName,
    owner,
    type: "CapabilityUpdate",
    params: updateParams({ RoleArn: roleArn }),
    token,
  });
  ctx.table(capabilities).update(childKey(clusterName, name), {
    status: "UPDATING",
    modifiedAt: ctx.now(),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(configuration ? { configuration } : {}),
    ...(deletePropagationPolicy === undefined ? {} : { deletePropagationPolicy }),
  });
  later(ctx, { cluster: clusterName, name, updateId: begun.id });
  return { update: updateOf(begun) };
}

export const capabilityOperations: Readonly<Record<string, Operation>> = {
  CreateCapability: eksOperation<CreateCapabilityRequest, CreateCapabilityResponse>("CreateCapability", {
    on: "cluster",
    makes: "capability",
    run: create,
    passes: (input) => [input.roleArn],
  }),
  DescribeCapability: eksOperation<DescribeCapabilityRequest, DescribeCapabilityResponse>("DescribeCapability", {
    on: "capability",
    run: ({ clusterName, capabilityName }, ctx) => {
      ctx.observe(subject("capability", clusterName, capabilityName));
      return { capability: capabilityOf(find(ctx, clusterName, capabilityName)) };
    },
  }),
  UpdateCapability: eksOperation<UpdateCapabilityRequest, UpdateCapabilityResponse>("UpdateCapability", {
    on: "capability",
    run: update,
    passes: (input) => [input.roleArn],
  }),
  DeleteCapability: eksOperation<DeleteCapabilityRequest, DeleteCapabilityResponse>("DeleteCapability", {
    on: "capability",
    run: ({ clusterName, capabilityName: name }, ctx) => {
      const row = find(ctx, clusterName, name);
      if (row.status === "DELETING") return { capability: capabilityOf(row) };
      const deleting = ctx.table(capabilities).update(childKey(clusterName, name), { status: "DELETING" });
      later(ctx, { cluster: clusterName, name, gone: true });
      return { capability: capabilityOf(deleting) };
    },
  }),
  ListCapabilities: eksOperation<ListCapabilitiesRequest, ListCapabilitiesResponse>("ListCapabilities", {
    on: "cluster",
    run: (input, ctx) => {
      const { clusterName } = input;
      requireCluster(ctx, clusterName);
      const own = (): readonly Readonly<CapabilityRow>[] => ctx.table(capabilities).by("cluster", clusterName);
      const leaving = own().map((row) => ({ name: [clusterName, row.capabilityName], status: row.status }));
      observeLeaving(ctx, "capability", leaving);
      const rows = own().map(capabilityOf);
      const summaries = rows.map(({ capabilityName, arn, type, status, version, createdAt, modifiedAt }) => ({
        capabilityName,
        arn,
        type,
        status,
        version,
        createdAt,
        modifiedAt,
      }));
      const { items, nextToken } = page(summaries, input, "ListCapabilities");
      return { capabilities: items, ...(nextToken === undefined ? {} : { nextToken }) };
    },
  }),
};
