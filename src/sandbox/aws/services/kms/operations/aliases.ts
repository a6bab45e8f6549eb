// Aliases of keys.
import type {
  CreateAliasRequest,
  DeleteAliasRequest,
  ListAliasesRequest,
  ListAliasesResponse,
  UpdateAliasRequest,
} from "@aws-sdk/client-kms";
import type { Context, Operation, Permission, Sent } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { aliasArn, changeable, findKey, findKeyById, notFound, resourceOf, validation } from "../lookup.ts";
import { page } from "../page.ts";
import type { AliasRow } from "../state.ts";
import { aliases } from "../state.ts";

function checkName(name: string): void {
  if (!name.startsWith("alias/"))
    throw new AwsError(
      "ValidationException",
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  if (name.startsWith("alias/aws/")) throw new AwsError("NotAuthorizedException", "");
  if (!/^alias\/[a-zA-Z0-9/_-]{1,250}$/.test(name))
    throw validation(
      `1 validation error detected: Value '${name}' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$`,
    );
}

function find(ctx: Context, name: string): Readonly<AliasRow> {
  const row = ctx.table(aliases).get(name);
  if (!row) throw notFound(`Alias ${aliasArn(ctx, name)} is not found.`);
  return row;
}

/** The alias and the key behind it are both judged. */
const both =
  (action: string) =>
  (input: { AliasName?: string; TargetKeyId?: string }, ctx: Context): Permission[] => {
    const name = input.AliasName ?? "";
    const key = input.TargetKeyId ?? ctx.table(aliases).get(name)?.keyId;
    return [
      { action: `kms:${action}`, resource: aliasArn(ctx, name) },
      ...(key === undefined ? [] : [{ action: `kms:${action}`, resource: resourceOf(ctx, key) }]),
    ];
  };

export const aliasOperations: Readonly<Record<string, Operation>> = {
  CreateAlias: operation<Sent<CreateAliasRequest>, object>({
    permissions: both("CreateAlias"),
    run: ({ AliasName: name, TargetKeyId }, ctx) => {
      checkName(name);
      const key = changeable(findKeyById(ctx, TargetKeyId));
      if (ctx.table(aliases).has(name))
        throw new AwsError("AlreadyExistsException", `An alias with the name ${aliasArn(ctx, name)} already exists`);
      ctx
        .table(aliases)
        .put(name, { name, arn: aliasArn(ctx, name), keyId: key.id, createdAt: ctx.now(), updatedAt: ctx.now() });
      return {};
    },
  }),
  UpdateAlias: operation<Sent<UpdateAliasRequest>, object>({
    permissions: both("UpdateAlias"),
    run: ({ AliasName: name, TargetKeyId }, ctx) => {
      checkName(name);
      find(ctx, name);
      const key = changeable(findKeyById(ctx, TargetKeyId));
      ctx.table(aliases).update(name, { keyId: key.id, updatedAt: ctx.now() });
      return {};
    },
  }),
  DeleteAlias: operation<Sent<DeleteAliasRequest>, object>({
    permissions: both("DeleteAlias"),
    run: ({ AliasName: name }, ctx) => {
      checkName(name);
      find(ctx, name);
      ctx.table(aliases).delete(name);
      return {};
    },
  }),
  ListAliases: operation<Sent<ListAliasesRequest>, ListAliasesResponse>((input, ctx) => {
    const keyId = input.KeyId === undefined ? undefined : findKey(ctx, input.KeyId).id;
    const rows = ctx
      .table(aliases)
      .list((row) => keyId === undefined || row.keyId === keyId)
      .map((row) => ({
        AliasName: row.name,
        AliasArn: row.arn,
        TargetKeyId: row.keyId,
        CreationDate: new Date(row.createdAt),
        LastUpdatedDate: new Date(row.updatedAt),
      }));
    const { items, ...rest } = page(rows, input, "ListAliases");
    return { Aliases: items, ...rest };
  }),
};
