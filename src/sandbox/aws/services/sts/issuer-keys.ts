// Public keys of token issuers: EKS clusters publish theirs in EKS's state, other issuers in IAM's table of keys.
import { createPublicKey } from "node:crypto";
import type { Context } from "../../core/index.ts";
import { oidcKeys as clusterKeys } from "../eks/state.ts";
import { everywhere, oidcKeys } from "../iam/state.ts";

export type IssuerKey = Readonly<Record<string, string>>;

const eksIssuer = /^oidc\.eks\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?\/id\//;

/** Keys of an EKS cluster's issuer, whose region is in its URL, in one of the accounts at hand. */
function keysOfCluster(ctx: Context, issuer: string, accounts: readonly string[]): IssuerKey[] {
  const region = eksIssuer.exec(issuer)?.[1];
  if (region === undefined) return [];
  return accounts
    .flatMap((account) => ctx.table(clusterKeys, { account, region }).by("issuer", `https://${issuer}`))
    .map((row) => ({
      ...(createPublicKey(row.publicKey).export({ format: "jwk" }) as Record<string, string>),
      kid: row.kid,
    }));
}

/**
 * Keys that an issuer publishes; empty when nobody runs it here.
 *
 * @param issuer without `https://`
 * @param account of the role that is to be assumed
 */
export function issuerKeys(ctx: Context, issuer: string, account: string): readonly IssuerKey[] {
  const published = ctx.table(oidcKeys, everywhere).get(issuer)?.keys ?? [];
  return [...published, ...keysOfCluster(ctx, issuer, [...new Set([account, ctx.account])])];
}
