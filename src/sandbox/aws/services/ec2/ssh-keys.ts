// Key pairs' material: the forms in which public keys are imported, private keys handed out, and both are known by.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html
import type { KeyObject } from "node:crypto";
import { createHash, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { AwsError } from "../../core/index.ts";
import type { KeyPair } from "./state.ts";

type KeyType = KeyPair["type"];

/** A public key in the form that OpenSSH sends over the wire. */
export interface PublicKey {
  type: KeyType;
  blob: Buffer;
}

/** A fresh key pair. RSA keys come as PKCS#1, ED25519 keys in OpenSSH's own form: others can't be used with ssh. */
export function newKey(type: KeyType): { publicKey: string; material: string; fingerprint: string } {
  if (type === "ed25519") {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const blob = blobOf(publicKey);
    const seed = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
    return { publicKey: textOf("ed25519", blob), material: openSshKey(blob, seed), fingerprint: sha256(blob) };
  }
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
  return {
    publicKey: textOf("rsa", blobOf(publicKey)),
    material: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
    fingerprint: colons(createHash("sha1").update(pkcs8).digest("hex")),
  };
}

/** How an imported key is known: MD5 of an RSA key's DER form, SHA-256 of an ED25519 key as ssh-keygen prints it. */
export function importedFingerprint({ type, blob }: PublicKey): string {
  if (type === "ed25519") return sha256(blob);
  const [, exponent = Buffer.alloc(0), modulus = Buffer.alloc(0)] = parts(blob);
  const jwk = { kty: "RSA", n: unsigned(modulus).toString("base64url"), e: unsigned(exponent).toString("base64url") };
  const der = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "der" });
  return colons(createHash("md5").update(der).digest("hex"));
}

/**
 * Reads `ssh-rsa AAAA… comment`, the block of RFC 4716, or DER in base64.
 *
 * @throws AwsError InvalidKey.Format
 */
export function parsePublicKey(text: string): PublicKey {
  const trimmed = text.trim();
  const body = trimmed.startsWith("---- BEGIN SSH2 PUBLIC KEY ----")
    ? rfc4716Body(trimmed)
    : trimmed.startsWith("ssh-")
      ? (trimmed.split(/\s+/)[1] ?? "")
      : trimmed.replaceAll(/\s/g, "");
  const blob = Buffer.from(body, "base64");
  const algorithm = parts(blob)[0]?.toString();
  if (algorithm === "ssh-rsa" && parts(blob).length === 3) return { type: "rsa", blob };
  if (algorithm === "ssh-ed25519" && parts(blob)[1]?.length === 32) return { type: "ed25519", blob };
  const der = derKey(blob);
  if (der) return der;
  throw new AwsError("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
}

/** The lines between the markers, without headers and their continuations. */
function rfc4716Body(text: string): string {
  const lines = text.split(/\r?\n/).slice(1, -1);
  let continued = false;
  const body = lines.filter((line) => {
    const header = continued || line.includes(":");
    continued = header && line.endsWith("\\");
    return !header;
  });
  return body.join("");
}

function derKey(der: Buffer): PublicKey | undefined {
  try {
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    return key.asymmetricKeyType === "rsa" ? { type: "rsa", blob: blobOf(key) } : undefined;
  } catch {
    return undefined; // not DER either: the caller refuses it
  }
}

function textOf(type: KeyType, blob: Buffer): string {
  return `ssh-${type} ${blob.toString("base64")}`;
}

function blobOf(key: KeyObject): Buffer {
  const { n, e, x } = key.export({ format: "jwk" });
  if (x !== undefined) return Buffer.concat([sshString("ssh-ed25519"), sshString(Buffer.from(x, "base64url"))]);
  const positive = (part = ""): Buffer => Buffer.concat([Buffer.from([0]), Buffer.from(part, "base64url")]);
  return Buffer.concat([sshString("ssh-rsa"), sshString(Buffer.from(e ?? "", "base64url")), sshString(positive(n))]);
}

/** `-----BEGIN OPENSSH PRIVATE KEY-----`, not encrypted: PROTOCOL.key of OpenSSH. */
function openSshKey(blob: Buffer, seed: Buffer): string {
  const point = parts(blob)[1] ?? Buffer.alloc(0);
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, blob, sshString(Buffer.concat([seed, point])), sshString("")]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...["none", "none", ""].map(sshString),
    one,
    sshString(blob),
    sshString(Buffer.concat([secret, padding])),
  ]);
  const lines = whole.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

function sshString(value: string | Buffer): Buffer {
  const body = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** The strings of a blob; none when it isn't made of whole ones. */
function parts(blob: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < blob.length;) {
    if (at + 4 > blob.length) return [];
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return [];
    found.push(blob.subarray(at + 4, end));
    at = end;
  }
  return found;
}

const unsigned = (number: Buffer): Buffer => (number[0] === 0 ? number.subarray(1) : number);
const sha256 = (blob: Buffer): string => createHash("sha256").update(blob).digest("base64");
const colons = (hex: string): string => (hex.match(/../g) ?? []).join(":");
