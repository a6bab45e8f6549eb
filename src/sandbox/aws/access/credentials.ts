// What access keys stand for: keys of users in IAM, keys of sessions in STS.
import type { Call, Context, Credential, Principal } from "../core/index.ts";
import { accessKeys, everywhere, roles, users } from "../services/iam/state.ts";
import { sessions } from "../services/sts/state.ts";

/** The credential behind a key; undefined for keys that don't exist. */
export function findCredential(accessKeyId: string, ctx: Context): Credential | undefined {
  return accessKeyId.startsWith("ASIA") ? sessionCredential(accessKeyId, ctx) : userCredential(accessKeyId, ctx);
}

function sessionCredential(accessKeyId: string, ctx: Context): Credential | undefined {
  const row = ctx.table(sessions, everywhere).get(accessKeyId);
  if (!row) return undefined;
  return { secretAccessKey: row.secret, sessionToken: row.token, expires: row.expires, principal: row.principal };
}

function userCredential(accessKeyId: string, ctx: Context): Credential | undefined {
  const key = ctx.table(accessKeys, everywhere).get(accessKeyId);
  if (!key) return undefined;
  const user = ctx.table(users, { account: key.account }).get(key.user);
  if (!user) return undefined;
  const { account } = key;
  const principal: Principal = {
    type: "IAMUser",
    account,
    arn: user.arn,
    principalId: user.id,
    name: user.name,
    accessKeyId,
  };
  return { secretAccessKey: key.secret, principal, ...(key.status === "Active" ? {} : { inactive: true }) };
}

/** Last use is written down once a minute: AWS's own record lags by hours. */
const noteInterval = 60_000;

/** Notes the last use of a key or role. */
export function noteUse(call: Call, ctx: Context): void {
  const { principal } = ctx;
  const now = ctx.now();
  if (principal.administrator === true || principal.accessKeyId === undefined) return;
  if (principal.type === "AssumedRole") {
    const table = ctx.table(roles, { account: principal.account });
    const id = principal.name.toLowerCase();
    const role = table.get(id);
    if (role && now - (role.lastUsed?.at ?? -Infinity) >= noteInterval) {
      table.update(id, { lastUsed: { at: now, region: ctx.region } });
    }
    return;
  }
  const table = ctx.table(accessKeys, everywhere);
  const key = table.get(principal.accessKeyId);
  if (!key) return;
  const service = call.service;
  if (now - (key.lastUsed?.at ?? -Infinity) < noteInterval && key.lastUsed?.service === service) return;
  table.update(key.id, { lastUsed: { at: now, region: ctx.region, service } });
}
