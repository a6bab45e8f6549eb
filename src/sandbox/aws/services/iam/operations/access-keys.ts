// Access keys of users. The secret is shown once, by CreateAccessKey.
import type {
  CreateAccessKeyRequest,
  CreateAccessKeyResponse,
  DeleteAccessKeyRequest,
  GetAccessKeyLastUsedRequest,
  GetAccessKeyLastUsedResponse,
  ListAccessKeysRequest,
  ListAccessKeysResponse,
  UpdateAccessKeyRequest,
} from "@aws-sdk/client-iam";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { getUser } from "../entities.ts";
import { noSuchEntity, quotaExceeded, validationError } from "../errors.ts";
import type { AccessKeyRow } from "../state.ts";
import { accessKeys, everywhere, users } from "../state.ts";
import { page } from "../values.ts";
import { userOrCaller } from "./users.ts";

const keysPerUser = 2;
const secretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A key of the user named (or of the caller). */
function getKey(ctx: Context, id: string | undefined, userName: string | undefined): Readonly<AccessKeyRow> {
  const user = getUser(ctx, userOrCaller(ctx, userName));
  const row = ctx.table(accessKeys, everywhere).get(id ?? "");
  if (row?.account !== ctx.account || row.user !== user.name.toLowerCase()) {
    throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  }
  return row;
}

export const accessKeyOperations: Readonly<Record<string, Operation>> = {
  CreateAccessKey: operation<CreateAccessKeyRequest, CreateAccessKeyResponse>((input, ctx) => {
    const user = getUser(ctx, userOrCaller(ctx, input.UserName));
    const table = ctx.table(accessKeys, everywhere);
    if (table.by("user", `${ctx.account}/${user.name.toLowerCase()}`).length >= keysPerUser) {
      throw quotaExceeded("AccessKeysPerUser", keysPerUser);
    }
    const id = ctx.ids.iam("AKIA");
    const row = table.put(id, {
      id,
      account: ctx.account,
      secret: ctx.ids.random.text(secretAlphabet, 40),
      user: user.name.toLowerCase(),
      status: "Active",
      createdAt: ctx.now(),
    });
    return {
      AccessKey: {
        UserName: user.name,
        AccessKeyId: row.id,
        Status: row.status,
        SecretAccessKey: row.secret,
        CreateDate: new Date(row.createdAt),
      },
    };
  }),

  ListAccessKeys: operation<ListAccessKeysRequest, ListAccessKeysResponse>((input, ctx) => {
    const { administrator, name, accessKeyId } = ctx.principal;
    if (administrator === true && (input.UserName ?? name) === name && accessKeyId !== undefined) {
      // The sandbox's administrator has one fixed key and no row of its own.
      const key = { UserName: name, AccessKeyId: accessKeyId, Status: "Active" as const, CreateDate: new Date(0) };
      return { AccessKeyMetadata: [key], IsTruncated: false };
    }
    const user = getUser(ctx, userOrCaller(ctx, input.UserName));
    const rows = ctx.table(accessKeys, everywhere).by("user", `${ctx.account}/${user.name.toLowerCase()}`);
    const result = page("keys", rows, input, `ListAccessKeys/${user.name}`);
    return {
      AccessKeyMetadata: result.keys.map((row) => ({
        UserName: user.name,
        AccessKeyId: row.id,
        Status: row.status,
        CreateDate: new Date(row.createdAt),
      })),
      IsTruncated: result.IsTruncated,
      ...(result.Marker === undefined ? {} : { Marker: result.Marker }),
    };
  }),

  UpdateAccessKey: operation<UpdateAccessKeyRequest, object>((input, ctx) => {
    const row = getKey(ctx, input.AccessKeyId, input.UserName);
    const { Status: status } = input;
    if (status !== "Active" && status !== "Inactive") {
      throw validationError(status, "status", "Member must satisfy enum value set: [Active, Inactive]");
    }
    ctx.table(accessKeys, everywhere).update(row.id, { status });
    return {};
  }),

  DeleteAccessKey: operation<DeleteAccessKeyRequest, object>((input, ctx) => {
    ctx.table(accessKeys, everywhere).delete(getKey(ctx, input.AccessKeyId, input.UserName).id);
    return {};
  }),

  GetAccessKeyLastUsed: operation<GetAccessKeyLastUsedRequest, GetAccessKeyLastUsedResponse>((input, ctx) => {
    const row = ctx.table(accessKeys, everywhere).get(input.AccessKeyId ?? "");
    if (row?.account !== ctx.account)
      throw noSuchEntity(`The Access Key with id ${input.AccessKeyId} cannot be found.`);
    const { lastUsed } = row;
    return {
      UserName: ctx.table(users).get(row.user)?.name ?? row.user,
      AccessKeyLastUsed: lastUsed
        ? { LastUsedDate: new Date(lastUsed.at), ServiceName: lastUsed.service, Region: lastUsed.region }
        : ({ ServiceName: "N/A", Region: "N/A" } as GetAccessKeyLastUsedResponse["AccessKeyLastUsed"]),
    };
  }),
};
