// Grants: permissions on a key for one principal, which count as if they stood in the key's policy.
import type {
  CreateGrantRequest,
  CreateGrantResponse,
  GrantListEntry,
  ListGrantsRequest,
  ListGrantsResponse,
  ListRetirableGrantsRequest,
  RetireGrantRequest,
  RevokeGrantRequest,
} from "@aws-sdk/client-kms";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { changeable, findKeyById, keyArn, notFound, onKey, usable, validation } from "../lookup.ts";
import { page } from "../page.ts";
import type { GrantRow } from "../state.ts";
import { grants } from "../state.ts";

function entryOf(ctx: Context, row: Readonly<GrantRow>): GrantListEntry {
  return {
    KeyId: keyArn(ctx, row.keyId),
    GrantId: row.id,
    ...(row.name === undefined ? {} : { Name: row.name }),
    CreationDate: new Date(row.createdAt),
    GranteePrincipal: row.grantee,
    ...(row.retiring === undefined ? {} : { RetiringPrincipal: row.retiring }),
    IssuingAccount: row.issuer,
    Operations: [...row.operations],
    ...(row.constraints === undefined ? {} : { Constraints: row.constraints }),
  };
}

/** Principals that a policy could name; a grant to anything else would make the key's policy unreadable. */
function checkPrincipal(principal: string): void {
  if (/\.amazonaws\.com(\.cn)?$/.test(principal) && !principal.includes(":")) return;
  if (/^arn:[^:]+:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)\/[\w+=,.@/-]+)$/.test(principal))
    return;
  throw new AwsError("InvalidArnException", `ARN does not refer to a valid principal: ${principal}`);
}

function create(input: Sent<CreateGrantRequest>, ctx: Context): CreateGrantResponse {
  checkPrincipal(input.GranteePrincipal ?? "");
  if (input.RetiringPrincipal !== undefined) checkPrincipal(input.RetiringPrincipal);
  if (input.Operations.length === 0) throw validation("A grant must allow at least one operation.");
  const key = usable(findKeyById(ctx, input.KeyId));
  // The same name with the same grantee gives the same grant again.
  const same = ctx
    .table(grants)
    .by("key", key.id)
    .find((row) => input.Name !== undefined && row.name === input.Name && row.grantee === input.GranteePrincipal);
  if (same) return { GrantId: same.id, GrantToken: same.token };
  const id = ctx.ids.hex(64);
  const row = ctx.table(grants).put(id, {
    id,
    token: Buffer.from(ctx.ids.hex(96), "hex").toString("base64"),
    keyId: key.id,
    grantee: input.GranteePrincipal ?? "",
    ...(input.RetiringPrincipal === undefined ? {} : { retiring: input.RetiringPrincipal }),
    issuer: `arn:${ctx.partition}:iam::${ctx.account}:root`,
    operations: [...input.Operations],
    ...(input.Constraints === undefined ? {} : { constraints: input.Constraints }),
    ...(input.Name === undefined ? {} : { name: input.Name }),
    createdAt: ctx.now(),
  });
  return { GrantId: row.id, GrantToken: row.token };
}

function remove(ctx: Context, test: (row: Readonly<GrantRow>) => boolean, what: string): object {
  const row = ctx.table(grants).find(test);
  if (!row) throw notFound(`Grant ID ${what} not found`);
  ctx.table(grants).delete(row.id);
  return {};
}

export const grantOperations: Readonly<Record<string, Operation>> = {
  CreateGrant: operation<Sent<CreateGrantRequest>, CreateGrantResponse>({
    run: create,
    permissions: onKey("CreateGrant"),
  }),
  ListGrants: operation<Sent<ListGrantsRequest>, ListGrantsResponse>({
    permissions: onKey("ListGrants"),
    run: (input, ctx) => {
      const key = findKeyById(ctx, input.KeyId);
      const rows = ctx
        .table(grants)
        .by("key", key.id)
        .filter((row) => input.GrantId === undefined || row.id === input.GrantId)
        .filter((row) => input.GranteePrincipal === undefined || row.grantee === input.GranteePrincipal)
        .map((row) => entryOf(ctx, row));
      const { items, ...rest } = page(rows, input, "ListGrants");
      return { Grants: items, ...rest };
    },
  }),
  ListRetirableGrants: operation<Sent<ListRetirableGrantsRequest>, ListGrantsResponse>((input, ctx) => {
    const rows = ctx
      .table(grants)
      .list((row) => row.retiring === input.RetiringPrincipal)
      .map((row) => entryOf(ctx, row));
    const { items, ...rest } = page(rows, input, "ListRetirableGrants");
    return { Grants: items, ...rest };
  }),
  RevokeGrant: operation<Sent<RevokeGrantRequest>, object>({
    permissions: onKey("RevokeGrant"),
    run: (input, ctx) => {
      const key = changeable(findKeyById(ctx, input.KeyId));
      return remove(ctx, (row) => row.id === input.GrantId && row.keyId === key.id, input.GrantId);
    },
  }),
  RetireGrant: operation<Sent<RetireGrantRequest>, object>({
    permissions: (input, ctx) => {
      // The one that the grant names to retire it needs no other right.
      const grant = ctx.table(grants).find((row) => row.token === input.GrantToken || row.id === input.GrantId);
      const { arn, roleArn } = ctx.principal;
      if (grant?.retiring !== undefined && [arn, roleArn].includes(grant.retiring)) return [];
      return [{ action: "kms:RetireGrant", resource: grant ? keyArn(ctx, grant.keyId) : "*" }];
    },
    run: (input, ctx) => {
      const { GrantToken: token, GrantId: id, KeyId } = input;
      if (token === undefined && (id === undefined || KeyId === undefined))
        throw validation("Either GrantToken or GrantId and KeyId must be given");
      if (token !== undefined) return remove(ctx, (row) => row.token === token, "by token");
      const key = findKeyById(ctx, KeyId ?? "");
      return remove(ctx, (row) => row.id === id && row.keyId === key.id, id ?? "");
    },
  }),
};
