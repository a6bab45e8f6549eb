// Looking up updates, and the one kind that can be cancelled.
import type {
  CancelUpdateRequest,
  CancelUpdateResponse,
  DescribeUpdateRequest,
  DescribeUpdateResponse,
  ListUpdatesRequest,
  ListUpdatesResponse,
} from "@aws-sdk/client-eks";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import type { Resource } from "../define.ts";
import { eksOperation } from "../define.ts";
import { invalidRequest, notFound } from "../errors.ts";
import { childKey, page, requireAddon, requireCluster, requireNodegroup, subject } from "../lookup.ts";
import type { UpdateRow } from "../state.ts";
import { capabilities, clusters, updates } from "../state.ts";
import { updateOf } from "../updates.ts";

interface Owned {
  name: string;
  nodegroupName?: string | undefined;
  addonName?: string | undefined;
  capabilityName?: string | undefined;
}

/** Whose update is meant: the child's when one is named, which must exist. */
function ownerOf(ctx: Context, input: Owned): { owner: string; subject: string } {
  const { name, nodegroupName, addonName, capabilityName } = input;
  requireCluster(ctx, name);
  if (nodegroupName) {
    requireNodegroup(ctx, name, nodegroupName);
    return { owner: `nodegroup/${nodegroupName}`, subject: subject("nodegroup", name, nodegroupName) };
  }
  if (addonName) {
    requireAddon(ctx, name, addonName);
    return { owner: `addon/${addonName}`, subject: subject("addon", name, addonName) };
  }
  if (capabilityName) {
    if (!ctx.table(capabilities).has(childKey(name, capabilityName)))
      throw notFound(`No capability found with name: ${capabilityName} in cluster: ${name}`, { clusterName: name });
    return { owner: `capability/${capabilityName}`, subject: subject("capability", name, capabilityName) };
  }
  return { owner: "", subject: subject("cluster", name) };
}

/** Kinds of the children that a request names: their updates are theirs. */
function owners({ nodegroupName, addonName, capabilityName }: Owned): Resource[] {
  return [
    ...(nodegroupName ? (["nodegroup"] as const) : []),
    ...(addonName ? (["addon"] as const) : []),
    ...(capabilityName ? (["capability"] as const) : []),
  ];
}

function find(ctx: Context, name: string, updateId: string, owner: string): Readonly<UpdateRow> {
  const row = ctx.table(updates).get(`${name}/${updateId}`);
  if (!row || row.owner !== owner) throw notFound(`No update found for ID: ${updateId}`, { clusterName: name });
  return row;
}

function describe(input: Sent<DescribeUpdateRequest>, ctx: Context): DescribeUpdateResponse {
  const { owner, subject: observed } = ownerOf(ctx, input);
  const row = find(ctx, input.name, input.updateId, owner);
  if (row.status === "InProgress") ctx.observe(observed);
  return { update: updateOf(find(ctx, input.name, input.updateId, owner)) };
}

function list(input: Sent<ListUpdatesRequest>, ctx: Context): ListUpdatesResponse {
  const { owner } = ownerOf(ctx, input);
  const ids = ctx
    .table(updates)
    .by("owner", `${input.name}/${owner}`)
    .map((row) => row.id);
  const { items, nextToken } = page(ids, input, "ListUpdates");
  return { updateIds: items, ...(nextToken === undefined ? {} : { nextToken }) };
}

/** Only the rollback of an Auto Mode cluster can be called back, while its nodes go back and the control plane hasn't begun. */
function cancel(input: Sent<CancelUpdateRequest>, ctx: Context): CancelUpdateResponse {
  const { name, updateId } = input;
  requireCluster(ctx, name);
  const row = find(ctx, name, updateId, "");
  if (row.status === "Cancelled") return { update: updateOf(row) };
  if (row.status !== "InProgress" || !row.cancel || ctx.now() >= row.cancel.until)
    throw invalidRequest(`Update ${row.id} of type ${row.type} in status ${row.status} cannot be cancelled`, {
      clusterName: name,
    });
  ctx.cancel(row.cancel.timer);
  ctx.table(clusters).update(name, { status: "ACTIVE" });
  const cancelled = ctx
    .table(updates)
    .update(`${name}/${updateId}`, { status: "Cancelled", cancellation: { status: "Successful" } });
  return { update: updateOf(cancelled) };
}

export const updateOperations: Readonly<Record<string, Operation>> = {
  DescribeUpdate: eksOperation<DescribeUpdateRequest, DescribeUpdateResponse>("DescribeUpdate", {
    on: "cluster",
    also: owners,
    run: describe,
  }),
  ListUpdates: eksOperation<ListUpdatesRequest, ListUpdatesResponse>("ListUpdates", {
    on: "cluster",
    also: owners,
    run: list,
  }),
  CancelUpdate: eksOperation<CancelUpdateRequest, CancelUpdateResponse>("CancelUpdate", { on: "cluster", run: cancel }),
};
