// Updates: the record of every change that takes a while, of a cluster or of one of its children.
import type { Update, UpdateParam, UpdateType } from "@aws-sdk/client-eks";
import type { Context } from "../../core/index.ts";
import { resourceInUse } from "./errors.ts";
import type { UpdateRow } from "./state.ts";
import { updates } from "./state.ts";

/** An update as the API shows it. */
export function updateOf(row: Readonly<UpdateRow>): Update {
  const { id, status, type, params = [], createdAt, errors = [], cancellation } = row;
  const shown = { id, status, type, params, createdAt: new Date(createdAt), errors };
  return cancellation ? { ...shown, cancellation } : shown;
}

/** Values as the API writes them into `params`: text as it is, all else as JSON; what is undefined is left out. */
export function updateParams(values: Readonly<Record<string, unknown>>): UpdateParam[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([type, value]) => ({
      type: type as NonNullable<UpdateParam["type"]>,
      value: typeof value === "string" ? value : JSON.stringify(value),
    }));
}

export interface UpdateDraft {
  cluster: string;
  /** `` or `nodegroup/name`, `addon/name`, `capability/name`. */
  owner?: string;
  type: UpdateType;
  params: UpdateParam[];
  token?: string | undefined;
}

/** Records an update that has begun. */
export function beginUpdate(ctx: Context, draft: UpdateDraft): Readonly<UpdateRow> {
  const id = ctx.ids.uuid();
  return ctx.table(updates).put(`${draft.cluster}/${id}`, {
    id,
    cluster: draft.cluster,
    owner: draft.owner ?? "",
    status: "InProgress",
    type: draft.type,
    params: draft.params,
    createdAt: ctx.now(),
    errors: [],
    ...(draft.token === undefined ? {} : { token: draft.token }),
  });
}

/** Ends an update: with errors it has failed. */
export function endUpdate(ctx: Context, cluster: string, id: string, errors: UpdateRow["errors"] = []): void {
  const key = `${cluster}/${id}`;
  if (!ctx.table(updates).has(key)) return;
  ctx.table(updates).update(key, { status: errors?.length ? "Failed" : "Successful", errors });
}

/** The update a repeated request began: same owner, same client token. */
export function repeatedUpdate(
  ctx: Context,
  cluster: string,
  owner: string,
  token: string | undefined,
): Readonly<UpdateRow> | undefined {
  if (token === undefined) return undefined;
  return ctx
    .table(updates)
    .by("owner", `${cluster}/${owner}`)
    .find((row) => row.token === token);
}

/** Refuses a change while another of the same cluster is under way: AWS does one at a time. */
export function refuseSecondUpdate(ctx: Context, cluster: string, type: string): void {
  const running = ctx
    .table(updates)
    .by("owner", `${cluster}/`)
    .find((row) => row.status === "InProgress");
  if (running)
    throw resourceInUse(`Cannot ${type} because cluster ${cluster} currently has update ${running.id} in progress`, {
      clusterName: cluster,
    });
}
