// A key's policy as IAM sees it: the policy itself, and what its grants add to it.
// https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
import type { Context, Permission, ResourcePolicy } from "../../core/index.ts";
import type { GrantRow } from "./state.ts";
import { grants, keys } from "./state.ts";

/** Texts by policy and grants: rows are replaced when anything changes, so what was made of them stays good. */
const made = new WeakMap<object, { grants: readonly GrantRow[]; document: string }>();

function conditionOf({ constraints }: Readonly<GrantRow>): object {
  const { EncryptionContextEquals: all, EncryptionContextSubset: some } = constraints ?? {};
  const pairs = Object.entries(all ?? some ?? {});
  if (pairs.length === 0) return {};
  const StringEquals = Object.fromEntries(pairs.map(([key, value]) => [`kms:EncryptionContext:${key}`, value]));
  if (!all) return { Condition: { StringEquals } };
  const keysOf = { "kms:EncryptionContextKeys": Object.keys(all) };
  return { Condition: { StringEquals, "ForAllValues:StringEquals": keysOf } };
}

function withGrants(policy: string, rows: readonly GrantRow[]): string {
  const document = JSON.parse(policy) as { Statement: object | object[] };
  const statements = rows.map((row) => ({
    Effect: "Allow",
    Principal: row.grantee.endsWith(".amazonaws.com") ? { Service: row.grantee } : { AWS: row.grantee },
    // ReEncryptFrom, Decrypt … are named in grants as in policies.
    Action: row.operations.map((name) => `kms:${name}`),
    Resource: "*",
    ...conditionOf(row),
  }));
  return JSON.stringify({ ...document, Statement: [document.Statement, statements].flat() });
}

/** The policy of the key that a permission is about: without it nobody gets in, not even the key's account. */
export function keyPolicy(permission: Permission, ctx: Context): ResourcePolicy | undefined {
  const key = ctx.table(keys).get(permission.resource.split(":key/")[1] ?? "");
  if (!key) return undefined;
  const rows = ctx.table(grants).by("key", key.id);
  if (rows.length === 0) return { document: key.policy, account: ctx.account, mustAllow: true };
  const known = made.get(key);
  const fresh = known && known.grants.length === rows.length && known.grants.every((row, i) => row === rows[i]);
  const document = fresh ? known.document : withGrants(key.policy, rows);
  if (!fresh) made.set(key, { grants: rows, document });
  return { document, account: ctx.account, mustAllow: true };
}
