// Google as far as logins use it: an issuer, tokens for service accounts, and groups of the Directory API in pages.
// https://developers.google.com/workspace/admin/directory/reference/rest/v1/groups/list
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import type { StandInAnswer, StandInRequest } from "./https-server.ts";
import type { OidcServer } from "./oidc-server.ts";
import { startOidc } from "./oidc-server.ts";

export interface GoogleServer extends OidcServer {
  /** The service account's key file. */
  keyFile: string;
  /** Addresses of groups, by user. */
  groups: Map<string, readonly string[]>;
  /** How often the service account asked for a token; the last one is the one that counts. */
  tokensGiven: number;
}

const perPage = 200;

/** Starts one. */
export async function startGoogle(admin: string): Promise<GoogleServer> {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const world = { groups: new Map<string, readonly string[]>(), tokensGiven: 0, keyFile: "" };
  const decode = (part = ""): Record<string, unknown> =>
    JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
  const giveToken = ({ form }: StandInRequest): StandInAnswer => {
    const [head, body, signature] = (form.get("assertion") ?? "").split(".");
    const good = verify(
      "sha256",
      Buffer.from(`${head}.${body}`),
      createPublicKey(pair.publicKey.export({ type: "spki", format: "pem" })),
      Buffer.from(signature ?? "", "base64url"),
    );
    const { sub, scope, aud } = decode(body);
    const wanted = "https://www.googleapis.com/auth/admin.directory.group.readonly";
    if (!good || sub !== admin || scope !== wanted || aud !== `${server.url}/sa-token`)
      return { status: 401, json: { error: "unauthorized_client", error_description: "not delegated" } };
    server.tokensGiven += 1;
    return { json: { access_token: `directory-token-${server.tokensGiven}`, expires_in: 3600, token_type: "Bearer" } };
  };
  const list = ({ url, headers }: StandInRequest): StandInAnswer => {
    if (headers.authorization !== `Bearer directory-token-${server.tokensGiven}`)
      return { status: 401, json: { error: { code: 401 } } };
    const all = server.groups.get(url.searchParams.get("userKey") ?? "") ?? [];
    const from = Number(url.searchParams.get("pageToken") ?? 0);
    const next = from + perPage < all.length ? { nextPageToken: String(from + perPage) } : {};
    const groups = all.slice(from, from + perPage).map((email) => ({ kind: "admin#directory#group", email }));
    // Whoever is in no group gets no list at all.
    return { json: { kind: "admin#directory#groups", ...(groups.length > 0 ? { groups } : {}), ...next } };
  };
  const oidc = await startOidc((request) => {
    if (request.url.pathname === "/sa-token") return giveToken(request);
    return request.url.pathname === "/admin/directory/v1/groups" ? list(request) : undefined;
  });
  const server: GoogleServer = Object.assign(oidc, world);
  server.keyFile = JSON.stringify({
    type: "service_account",
    client_email: "lotse@project.iam.gserviceaccount.com",
    private_key_id: "k1",
    private_key: pair.privateKey.export({ type: "pkcs8", format: "pem" }),
    token_uri: `${server.url}/sa-token`,
  });
  return server;
}
