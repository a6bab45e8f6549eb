// Signed tokens (RFC 7515, RFC 7519) in compact form: parts and signatures. Nothing here decides what a claim means.
import type { KeyObject } from "node:crypto";
import { constants, verify } from "node:crypto";
import type { Fields } from "../core/shape.ts";
import { isFields } from "../core/shape.ts";

/** A token's parts; its signature is not judged yet. */
export interface Jwt {
  alg: string;
  kid: string | undefined;
  claims: Fields;
  /** What is signed. */
  signed: string;
  signature: Buffer;
}

/** Tokens of Entra with 200 groups stay below. */
export const longestJwt: number = 16 * 1024;

const part = /^[A-Za-z0-9_-]+$/;

function fieldsIn(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    return isFields(value) ? value : undefined;
  } catch {
    // No JSON: then it is no token.
    return undefined;
  }
}

/** True for what has a token's three parts. */
export function looksLikeJwt(token: string): boolean {
  const parts = token.split(".");
  return parts.length === 3 && parts.every((each) => part.test(each)) && token.startsWith("ey");
}

/** A token's parts; undefined when it is none, is too long or wants something that nobody here knows (`crit`). */
export function readJwt(token: string): Jwt | undefined {
  if (token.length > longestJwt || !looksLikeJwt(token)) return undefined;
  const [head = "", body = "", signature = ""] = token.split(".");
  const [header, claims] = [fieldsIn(head), fieldsIn(body)];
  if (!header || !claims || typeof header["alg"] !== "string" || header["crit"] !== undefined) return undefined;
  const kid = header["kid"];
  return {
    alg: header["alg"],
    kid: typeof kid === "string" ? kid : undefined,
    claims,
    signed: `${head}.${body}`,
    signature: Buffer.from(signature, "base64url"),
  };
}

/** What a signature algorithm asks of its key, and how it is checked. */
interface Algorithm {
  fits(key: KeyObject): boolean;
  hash: string | null;
  options: { padding?: number; saltLength?: number; dsaEncoding?: "ieee-p1363" };
}

const rsa = (key: KeyObject): boolean =>
  key.asymmetricKeyType === "rsa" && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
const pkcs1 = (hash: string): Algorithm => ({
  fits: rsa,
  hash,
  options: { padding: constants.RSA_PKCS1_PADDING },
});
const pss = (hash: string): Algorithm => ({
  fits: rsa,
  hash,
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
});
const ecdsa = (hash: string, curve: string): Algorithm => ({
  fits: (key) => key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === curve,
  hash,
  options: { dsaEncoding: "ieee-p1363" },
});

/**
 * Algorithms of RFC 7518 and RFC 8037 with a public key. `none` and the HS family aren't among them: whoever knows the public
 * key could sign with it.
 */
const algorithms: ReadonlyMap<string, Algorithm> = new Map([
  ["RS256", pkcs1("sha256")],
  ["RS384", pkcs1("sha384")],
  ["RS512", pkcs1("sha512")],
  ["PS256", pss("sha256")],
  ["PS384", pss("sha384")],
  ["PS512", pss("sha512")],
  ["ES256", ecdsa("sha256", "prime256v1")],
  ["ES384", ecdsa("sha384", "secp384r1")],
  ["ES512", ecdsa("sha512", "secp521r1")],
  ["EdDSA", { fits: (key) => key.asymmetricKeyType === "ed25519", hash: null, options: {} }],
]);

/** Names of the algorithms that can be allowed. */
export const signatureAlgorithms: readonly string[] = [...algorithms.keys()];

/** True when a key signed the token. The key must be of the kind that the algorithm asks for. */
export function signedBy({ alg, signed, signature }: Jwt, key: KeyObject): boolean {
  const algorithm = algorithms.get(alg);
  if (!algorithm?.fits(key)) return false;
  try {
    return verify(algorithm.hash, Buffer.from(signed), { key, ...algorithm.options }, signature);
  } catch {
    // A signature that isn't even one of its kind.
    return false;
  }
}
