// A small OpenID Connect provider: discovery, keys that rotate, and the authorization code flow with PKCE.
// https://openid.net/specs/openid-connect-core-1_0.html, RFC 7636
import type { KeyObject } from "node:crypto";
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { StandIn, StandInAnswer, StandInRequest } from "./https-server.ts";
import { startStandIn } from "./https-server.ts";

export type Claims = Readonly<Record<string, unknown>>;

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Keys of an issuer, and tokens by them. */
export interface Signer {
  /** The document behind `jwks_uri`. */
  keys(): object;
  sign(claims: Claims): string;
  /** From now on there is another key, and only that. */
  rotate(): void;
  /** Tokens that no honest issuer makes. */
  unsigned(claims: Claims): string;
  byPassword(claims: Claims): string;
  byStranger(claims: Claims): string;
}

export function createSigner(): Signer {
  const make = (): { kid: string; privateKey: KeyObject; publicKey: KeyObject } => ({
    kid: randomBytes(6).toString("hex"),
    ...generateKeyPairSync("rsa", { modulusLength: 2048 }),
  });
  let key = make();
  const signed = (claims: Claims, kid: string, privateKey: KeyObject): string => {
    const text = `${encode({ alg: "RS256", typ: "JWT", kid })}.${encode(claims)}`;
    return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
  };
  return {
    keys: () => ({ keys: [{ ...key.publicKey.export({ format: "jwk" }), kid: key.kid, use: "sig", alg: "RS256" }] }),
    sign: (claims) => signed(claims, key.kid, key.privateKey),
    rotate: () => (key = make()),
    unsigned: (claims) => `${encode({ alg: "none" })}.${encode(claims)}.`,
    byPassword(claims) {
      const text = `${encode({ alg: "HS256", kid: key.kid })}.${encode(claims)}`;
      const pem = key.publicKey.export({ type: "spki", format: "pem" });
      return `${text}.${createHmac("sha256", pem).update(text).digest("base64url")}`;
    },
    byStranger: (claims) => signed(claims, key.kid, make().privateKey),
  };
}

export interface OidcServer extends StandIn {
  issuer: string;
  signer: Signer;
  /** A token for `kubernetes`, with claims besides the usual ones. */
  token(more?: Claims): string;
  claims(more?: Claims): Claims;
  /** Who is logged in in the browser. */
  person: Claims;
}

interface Begun {
  challenge: string;
  redirect: string;
  client: string;
  nonce: string;
}

/** Starts one. */
export async function startOidc(
  more: (request: StandInRequest) => StandInAnswer | undefined = () => undefined,
): Promise<OidcServer> {
  const signer = createSigner();
  const codes = new Map<string, Begun>();
  const authorize = ({ url }: StandInRequest): StandInAnswer => {
    const asked = (name: string): string => url.searchParams.get(name) ?? "";
    if (asked("response_type") !== "code" || asked("code_challenge_method") !== "S256") return { status: 400 };
    const code = randomBytes(16).toString("hex");
    codes.set(code, {
      challenge: asked("code_challenge"),
      redirect: asked("redirect_uri"),
      client: asked("client_id"),
      nonce: asked("nonce"),
    });
    const back = new URL(asked("redirect_uri"));
    back.searchParams.set("code", code);
    back.searchParams.set("state", asked("state"));
    return { status: 302, headers: { location: back.href } };
  };
  const exchange = ({ form }: StandInRequest): StandInAnswer => {
    const begun = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const proof = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (!begun || begun.challenge !== proof || begun.redirect !== form.get("redirect_uri"))
      return { status: 400, json: { error: "invalid_grant" } };
    const idToken = server.token({ ...server.person, aud: begun.client, nonce: begun.nonce });
    return { json: { access_token: "opaque", token_type: "Bearer", expires_in: 600, id_token: idToken } };
  };
  const routes: Record<string, (request: StandInRequest) => StandInAnswer> = {
    "/.well-known/openid-configuration": () => ({
      json: {
        issuer: server.issuer,
        authorization_endpoint: `${server.url}/authorize`,
        token_endpoint: `${server.url}/token`,
        jwks_uri: `${server.url}/keys`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
      },
    }),
    "/keys": () => ({ json: signer.keys() }),
    "/authorize": authorize,
    "/token": exchange,
  };
  const standIn = await startStandIn((request) => {
    const { pathname } = request.url;
    return more(request) ?? routes[pathname]?.(request) ?? { status: 404 };
  });
  const server: OidcServer = Object.assign(standIn, {
    issuer: standIn.url,
    signer,
    person: { sub: "ann", email: "ann@example.com", groups: ["dev"] } as Claims,
    claims: (change: Claims = {}): Claims => {
      const now = Math.floor(Date.now() / 1000);
      return { iss: standIn.url, aud: "kubernetes", sub: "ann", iat: now, exp: now + 600, ...change };
    },
    token: (change: Claims = {}): string => signer.sign(server.claims(change)),
  });
  return server;
}
