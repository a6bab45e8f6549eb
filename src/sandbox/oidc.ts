// The documents of clusters' OIDC issuers: discovery and keys, as AWS serves them at https://oidc.eks.REGION.amazonaws.com/id/ID.
import { createPublicKey } from "node:crypto";
import type { Cloud } from "./aws/core/index.ts";
import { servicePrincipal } from "./aws/core/index.ts";
import { oidcKey } from "./aws/services/eks/certificate.ts";
import type { ClusterRow } from "./aws/services/eks/state.ts";
import { clusters } from "./aws/services/eks/state.ts";
import type { WireResponse } from "./aws/wire/index.ts";

/** Where they stand at the sandbox's own endpoint: `/_lotse/oidc/REGION/ID/…`. */
export const oidcPrefix = "/_lotse/oidc/";

interface Found {
  account: string;
  region: string;
  name: string;
  issuer: string;
}

/** The cluster whose issuer it is; ids are unique over accounts. */
function clusterOf(cloud: Cloud, region: string, id: string): Found | undefined {
  for (const { table, place, id: name, row } of cloud.store.dump()) {
    if (table !== clusters.name || !row || !place.endsWith(`/${region}`)) continue;
    const issuer = (row as ClusterRow).identity?.oidc?.issuer;
    if (issuer?.endsWith(`/id/${id}`)) return { account: place.split("/")[0] ?? "", region, name, issuer };
  }
  return undefined;
}

/** What clients of the issuer look for; the claims are those of EKS's own document. */
function discovery({ issuer }: Found): object {
  return {
    issuer,
    jwks_uri: `${issuer}/keys`,
    authorization_endpoint: "urn:kubernetes:programmatic_authorization",
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    claims_supported: ["sub", "iss"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
}

function keys(cloud: Cloud, { account, region, name, issuer }: Found): object {
  const ctx = cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
  const key = cloud.store.transaction(() => oidcKey(ctx, name, issuer));
  const jwk = createPublicKey(key.publicKey).export({ format: "jwk" });
  return { keys: [{ use: "sig", kty: jwk.kty, kid: key.kid, alg: "RS256", n: jwk.n, e: jwk.e }] };
}

const documents: Readonly<Record<string, (cloud: Cloud, found: Found) => object>> = {
  ".well-known/openid-configuration": (_, found) => discovery(found),
  keys,
};

function json(status: number, body: object): WireResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/**
 * Answers a request for a document of an issuer.
 *
 * @param path what follows `/_lotse/oidc/`: `eu-central-1/0123…/keys`
 */
export function answerOidc(cloud: Cloud, path: string): WireResponse {
  const [region = "", id = "", ...rest] = path.split("/");
  const name = rest.join("/");
  const make = Object.hasOwn(documents, name) ? documents[name] : undefined;
  const found = make && clusterOf(cloud, region, id);
  return make && found ? json(200, make(cloud, found)) : json(404, { message: "Not Found" });
}
