// One issuer of id tokens (OpenID Connect Core 1.0 §3.1.3.7, Discovery 1.0): its keys, and whether a token is its own, for us
// and of now.
import type { Api } from "../core/http.ts";
import { secureUrl, successOf } from "../core/http.ts";
import { denial, outage } from "../core/refusal.ts";
import type { Fields } from "../core/shape.ts";
import { fieldsOf, textOf } from "../core/shape.ts";
import { readJwt, signedBy } from "./jwt.ts";
import { keyRing } from "./keys.ts";

/** What is known of an issuer beforehand. */
export interface IssuerOptions {
  /** Exactly as tokens name it. */
  issuer: string;
  /** Where its discovery document stands, when that isn't below the issuer. */
  discovery?: URL;
  /** Who tokens may be for; empty: anybody. */
  audiences: readonly string[];
  algorithms: readonly string[];
  api: Api;
  now(): number;
}

/** An issuer. */
export interface Issuer {
  /** The claims of a token. @throws LoginRefusal */
  verify(token: string, signal: AbortSignal): Promise<Fields>;
}

/** Clocks of two hosts differ by some seconds. */
const leeway = 30;
/** Keys are fetched for everybody who waits: the patience of the first in the row doesn't count. */
const patience = 10_000;

const secondsOf = (claims: Fields, name: string): number | undefined => {
  const value = claims[name];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
};

/** The mistake in what a token says of itself; undefined when there is none. */
export function claimsProblem(
  claims: Fields,
  { issuer, audiences }: Pick<IssuerOptions, "issuer" | "audiences">,
  nowMs: number,
): string | undefined {
  const now = nowMs / 1000;
  if (claims["iss"] !== issuer) return `the token is from another issuer than ${issuer}`;
  const given = claims["aud"];
  const aud: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (audiences.length > 0 && !aud.some((each) => typeof each === "string" && audiences.includes(each)))
    return `the token is for somebody else than ${audiences.join(", ")}`;
  const exp = secondsOf(claims, "exp");
  if (exp === undefined) return "the token has no expiry";
  if (now >= exp + leeway) return `the token expired at ${new Date(exp * 1000).toISOString()}`;
  for (const name of ["nbf", "iat"]) {
    const from = secondsOf(claims, name);
    if (from === undefined && claims[name] !== undefined) return `the token's ${name} is no time`;
    if (from !== undefined && from > now + leeway) return `the token's ${name} is in the future`;
  }
  return undefined;
}

/** Where an issuer's discovery document stands. */
export const discoveryUrl = (issuer: string): URL =>
  secureUrl(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);

/** Opens an issuer; nothing is asked before the first token. */
export function openIssuer(options: IssuerOptions): Issuer {
  const { issuer, algorithms, api, now } = options;
  const load = async (url: URL, what: string): Promise<Fields> => {
    const answer = await api.ask({ url, signal: AbortSignal.timeout(patience) });
    return fieldsOf(successOf(answer, { what, quotaIsPersonal: false, ours: true, now: now() }), what);
  };
  const ring = keyRing(async () => {
    const what = `failed to discover ${issuer}`;
    const document = await load(options.discovery ?? discoveryUrl(issuer), what);
    if (document["issuer"] !== issuer) throw outage(`${what}: the document is about another issuer`);
    return load(secureUrl(textOf(document["jwks_uri"]) ?? ""), `failed to load the keys of ${issuer}`);
  }, now);
  return {
    async verify(token, signal) {
      const jwt = readJwt(token);
      if (!jwt) throw denial("the token is no id token");
      if (!algorithms.includes(jwt.alg))
        throw denial(`tokens signed by ${JSON.stringify(jwt.alg.slice(0, 20))} aren't taken`);
      // What is cheap first: nobody makes us fetch keys with a token that would be refused anyway.
      const problem = claimsProblem(jwt.claims, options, now());
      if (problem !== undefined) throw denial(problem);
      const keys = await ring.candidates(jwt.alg, jwt.kid);
      signal.throwIfAborted();
      if (!keys.some(({ key }) => signedBy(jwt, key))) throw denial("the token's signature is by no key of its issuer");
      return jwt.claims;
    },
  };
}

/** Epoch milliseconds of `exp`, which {@link Issuer.verify} has seen to be there. */
export const expiryOf = (claims: Fields): number => (secondsOf(claims, "exp") ?? 0) * 1000;

/** The issuer that a token names, unchecked: to choose who may be shown it. */
export const namedIssuer = (token: string): string | undefined => textOf(readJwt(token)?.claims["iss"]);
