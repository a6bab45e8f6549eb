// Trust policies remember whom they named: AWS stores the unique id of a user or role, not its name.
import type { Context } from "../../core/index.ts";
import { invalidPrincipalText, parsePolicy } from "../../../../iam/index.ts";
import { malformed } from "./errors.ts";
import type { RoleRow } from "./state.ts";
import { administratorOf } from "../../administrator.ts";
import { roles, users } from "./state.ts";
import { checkDocument, checkTrustSize } from "./values.ts";

const entityArn = /^arn:aws[a-z-]*:iam::(\d{12}):(user|role)\/(?:.*\/)?([^/]+)$/;

/** Unique id of the user or role with that ARN; undefined when there is none, or when it isn't one. */
function uniqueIdOf(ctx: Context, arn: string): string | undefined {
  const match = entityArn.exec(arn);
  if (!match) return undefined;
  const [, account = "", type, name = ""] = match;
  const table = type === "role" ? ctx.table(roles, { account }) : ctx.table(users, { account });
  const row = table.get(name.toLowerCase());
  if (row?.arn === arn) return row.id;
  // The administrator that the account is born with has no row.
  const administrator = administratorOf(account, ctx.partition);
  return administrator.arn === arn ? administrator.principalId : undefined;
}

/** True when the sandbox knows anybody in that account: principals of other accounts can't be checked. */
function isEmulated(ctx: Context, account: string): boolean {
  return account === ctx.account || ctx.table(roles, { account }).size > 0 || ctx.table(users, { account }).size > 0;
}

/**
 * Reads and checks a trust policy.
 *
 * @returns unique ids of the users and roles it names, by ARN
 * @throws MalformedPolicyDocument, also when a principal doesn't exist
 */
export function checkTrust(ctx: Context, text: string | undefined): Pick<RoleRow, "trust" | "trustedIds"> {
  const trust = checkDocument(text, "trust");
  checkTrustSize(trust);
  const trustedIds: Record<string, string> = {};
  for (const value of awsPrincipals(trust)) {
    const match = entityArn.exec(value);
    if (!match || !isEmulated(ctx, match[1] as string)) continue;
    const id = uniqueIdOf(ctx, value);
    if (id === undefined) throw malformed(invalidPrincipalText("AWS", value));
    trustedIds[value] = id;
  }
  return { trust, trustedIds };
}

function awsPrincipals(trust: string): string[] {
  const parsed = parsePolicy(trust, "trust");
  if ("problem" in parsed) return [];
  return parsed.document.statements.flatMap((statement) =>
    (statement.principals?.entries ?? []).flatMap((entry) => (entry.type === "AWS" ? [entry.value] : [])),
  );
}

/** The trust policy as it holds now: principals that are gone, even if others took their names, show as their ids. */
export function currentTrust(ctx: Context, role: Readonly<RoleRow>): string {
  let text = role.trust;
  for (const [arn, id] of Object.entries(role.trustedIds)) {
    if (uniqueIdOf(ctx, arn) !== id) text = text.replaceAll(JSON.stringify(arn), JSON.stringify(id));
  }
  return text;
}
