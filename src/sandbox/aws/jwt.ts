// Reads and verifies the tokens of OpenID Connect issuers, for STS and EKS Auth: JWTs signed with RSA or ECDSA.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
import { createPublicKey, verify } from "node:crypto";
import type { JsonWebKey, KeyObject } from "node:crypto";

export interface Jwt {
  algorithm: string;
  keyId: string | undefined;
  claims: Readonly<Record<string, unknown>>;
  /** What is signed. */
  content: string;
  signature: Buffer;
}

function readPart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Not JSON: not a JWT.
    return undefined;
  }
}

/** The parts of a token; undefined when it is no JWT. */
export function readJwt(token: string): Jwt | undefined {
  const parts = token.split(".");
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload || !signature) return undefined;
  const head = readPart(header);
  const claims = readPart(payload);
  const algorithm = head?.["alg"];
  const keyId = head?.["kid"];
  if (!head || !claims || typeof algorithm !== "string") return undefined;
  return {
    algorithm,
    keyId: typeof keyId === "string" ? keyId : undefined,
    claims,
    content: `${header}.${payload}`,
    signature: Buffer.from(signature, "base64url"),
  };
}

/** Algorithms that STS takes. */
const algorithms: Readonly<Record<string, { hash: string; type: "rsa" | "ec" }>> = {
  RS256: { hash: "sha256", type: "rsa" },
  RS384: { hash: "sha384", type: "rsa" },
  RS512: { hash: "sha512", type: "rsa" },
  ES256: { hash: "sha256", type: "ec" },
  ES384: { hash: "sha384", type: "ec" },
  ES512: { hash: "sha512", type: "ec" },
};

function keyOf(key: Readonly<Record<string, string>>): KeyObject | undefined {
  try {
    return createPublicKey({ key: key as JsonWebKey, format: "jwk" });
  } catch {
    // A key that can't be read verifies nothing.
    return undefined;
  }
}

/** True when one of the issuer's keys made the signature. */
export function isSignedBy(jwt: Jwt, keys: readonly Readonly<Record<string, string>>[]): boolean {
  const algorithm = algorithms[jwt.algorithm];
  if (!algorithm) return false;
  const candidates = jwt.keyId === undefined ? keys : keys.filter((key) => key["kid"] === jwt.keyId);
  return candidates.some((candidate) => {
    const key = keyOf(candidate);
    if (key?.asymmetricKeyType !== algorithm.type) return false;
    return verify(algorithm.hash, Buffer.from(jwt.content), { key, dsaEncoding: "ieee-p1363" }, jwt.signature);
  });
}
