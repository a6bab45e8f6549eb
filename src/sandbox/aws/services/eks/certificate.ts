// Keys of a cluster: its certificate authority, and what signs its service-account tokens.
import { createHash, generateKeyPairSync } from "node:crypto";
import { newAuthority } from "../../../../base/index.ts";
import type { Context } from "../../core/index.ts";
import type { AuthorityRow, OidcKeyRow } from "./state.ts";
import { authorities, oidcKeys } from "./state.ts";

/** The cluster's authority, made when first asked for. */
export function authority(ctx: Context, cluster: string): Readonly<AuthorityRow> {
  // Named as EKS names its own. A real kube-apiserver and its clients check certificates against wall time, not against the virtual clock.
  return (
    ctx.table(authorities).get(cluster) ?? ctx.table(authorities).put(cluster, newAuthority("kubernetes", Date.now()))
  );
}

/** The key that signs a cluster's service-account tokens, made when first asked for: RSA takes a tenth of a second. */
export function oidcKey(ctx: Context, cluster: string, issuer: string): Readonly<OidcKeyRow> {
  const known = ctx.table(oidcKeys).get(cluster);
  if (known && known.issuer === issuer) return known;
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const publicKey = pair.publicKey.export({ type: "spki", format: "der" });
  return ctx.table(oidcKeys).put(cluster, {
    cluster,
    issuer,
    // As kube-apiserver names the key in the tokens it signs (pkg/serviceaccount/jwt.go).
    kid: createHash("sha256").update(publicKey).digest("base64url"),
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
  });
}
