// A cluster's certificate authority: a self-signed X.509 certificate on P-256 (RFC 5280, RFC 5758), written as DER by
// hand because node:crypto signs but makes no certificates.
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import type { Context } from "../../core/index.ts";
import type { AuthorityRow, OidcKeyRow } from "./state.ts";
import { authorities, oidcKeys } from "./state.ts";

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const size = body.length;
  const bytes = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), body]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const hex = (text: string): Buffer => Buffer.from(text, "hex");
const oid = (text: string): Buffer => der(0x06, hex(text));
const octets = (part: Uint8Array): Buffer => der(0x04, part);
const yes = der(0x01, hex("ff"));

/** `YYMMDDHHMMSSZ` until 2049, then with four digits of the year. */
function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return Number(text.slice(0, 4)) < 2050 ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text));
}

const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
const basicConstraints = sequence(oid("551d13"), yes, octets(sequence(yes)));
/** digitalSignature, keyEncipherment, keyCertSign. */
const keyUsage = sequence(oid("551d0f"), yes, octets(der(0x03, hex("02a4"))));

function subjectKeyId(publicKey: Uint8Array): Buffer {
  return sequence(oid("551d0e"), octets(octets(createHash("sha1").update(publicKey).digest())));
}

/** A new authority named `kubernetes`, as EKS names its own, valid from a day ago for ten years of wall time. */
function newAuthority(now: number): AuthorityRow {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = pair.publicKey.export({ type: "spki", format: "der" });
  const name = sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from("kubernetes")))));
  const notBefore = now - 24 * 3600 * 1000;
  const notAfter = now + 3650 * 24 * 3600 * 1000;
  const serial = createHash("sha256").update(publicKey).digest().subarray(0, 15);
  const tbs = sequence(
    der(0xa0, der(0x02, hex("02"))),
    der(0x02, hex("01"), serial),
    ecdsaWithSha256,
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    publicKey,
    der(0xa3, sequence(basicConstraints, keyUsage, subjectKeyId(publicKey))),
  );
  const signature = sign("sha256", tbs, pair.privateKey);
  const text = sequence(tbs, ecdsaWithSha256, der(0x03, hex("00"), signature)).toString("base64");
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${text.replaceAll(/.{64}/g, "$&\n").trimEnd()}\n-----END CERTIFICATE-----\n`,
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    notBefore,
    notAfter,
  };
}

/** The cluster's authority, made when first asked for. */
export function authority(ctx: Context, cluster: string): Readonly<AuthorityRow> {
  // A real kube-apiserver and its clients check certificates against wall time, not against the virtual clock.
  return ctx.table(authorities).get(cluster) ?? ctx.table(authorities).put(cluster, newAuthority(Date.now()));
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
    kid: createHash("sha256").update(publicKey).digest("hex").slice(0, 40),
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
  });
}
