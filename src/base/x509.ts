// X.509 certificates on P-256 (RFC 5280, RFC 5758), written as DER by hand: node:crypto signs but makes none, and an
// emulated operation can't wait for a library that works by promises.
import type { KeyObject } from "node:crypto";
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/** A certificate and its key, both PEM; times are epoch milliseconds of wall time, which is what clients check. */
export interface KeyedCertificate {
  certificate: string;
  privateKey: string;
  notBefore: number;
  notAfter: number;
}

/** What a certificate is to be good for. */
export interface LeafRequest {
  commonName: string;
  /** Kubernetes reads a client's groups from here. */
  organizations?: readonly string[];
  /** Host names and addresses of a server. */
  names?: readonly string[];
  usage: "server" | "client";
  /** Default ten years: the cluster it is for has no other life than this machine's. */
  days?: number;
}

const day = 24 * 3600 * 1000;
const decade = 3650;

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

function nameOf(commonName: string, organizations: readonly string[] = []): Buffer {
  const attribute = (type: string, value: string): Buffer =>
    der(0x31, sequence(oid(type), der(0x0c, Buffer.from(value))));
  return sequence(...organizations.map((each) => attribute("55040a", each)), attribute("550403", commonName));
}

const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
/** Of authorities that other programs made. */
const rsaWithSha256 = sequence(oid("2a864886f70d01010b"), der(0x05));
const algorithmOf = (signer: KeyObject): Buffer =>
  signer.asymmetricKeyType === "rsa" ? rsaWithSha256 : ecdsaWithSha256;
/** digitalSignature, keyEncipherment and, for an authority, keyCertSign. */
const keyUsage = (bits: string): Buffer => sequence(oid("551d0f"), yes, octets(der(0x03, hex(bits))));
const extendedKeyUsage = { server: "2b06010505070301", client: "2b06010505070302" } as const;

function address(name: string): Buffer {
  if (isIP(name) === 4) return Buffer.from(name.split(".").map(Number));
  const [head = "", tail] = name.split("::");
  const words = (text = ""): string[] => (text === "" ? [] : text.split(":"));
  const missing = tail === undefined ? 0 : 8 - words(head).length - words(tail).length;
  const all = [...words(head), ...Array.from({ length: missing }, () => "0"), ...words(tail)];
  return Buffer.from(all.map((word) => word.padStart(4, "0")).join(""), "hex");
}

function alternativeNames(names: readonly string[]): Buffer {
  const general = names.map((name) => (isIP(name) === 0 ? der(0x82, Buffer.from(name)) : der(0x87, address(name))));
  return sequence(oid("551d11"), octets(sequence(...general)));
}

const keyIdOf = (publicKey: Uint8Array): Buffer => createHash("sha1").update(publicKey).digest();
const subjectKeyId = (publicKey: Uint8Array): Buffer => sequence(oid("551d0e"), octets(octets(keyIdOf(publicKey))));

interface Body {
  issuer: Buffer;
  subject: Buffer;
  publicKey: Buffer;
  notBefore: number;
  notAfter: number;
  extensions: readonly Buffer[];
  signer: KeyObject;
}

function certificateOf(body: Body): string {
  // A serial number is positive: its first byte must not have the sign bit.
  const serial = Buffer.concat([hex("01"), randomBytes(15)]);
  const tbs = sequence(
    der(0xa0, der(0x02, hex("02"))),
    der(0x02, serial),
    algorithmOf(body.signer),
    body.issuer,
    sequence(time(body.notBefore), time(body.notAfter)),
    body.subject,
    body.publicKey,
    der(0xa3, sequence(...body.extensions)),
  );
  const signature = sign("sha256", tbs, body.signer);
  const text = sequence(tbs, algorithmOf(body.signer), der(0x03, hex("00"), signature)).toString("base64");
  const lines = text.replaceAll(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function newPair(): { publicKey: Buffer; privateKey: KeyObject } {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { publicKey: pair.publicKey.export({ type: "spki", format: "der" }), privateKey: pair.privateKey };
}

const pem = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

/** A certificate that signs itself, with a new key, valid from a day before `now`. */
function signedByItself(
  commonName: string,
  more: readonly Buffer[],
  { now, days }: { now: number; days: number },
): KeyedCertificate {
  const { publicKey, privateKey } = newPair();
  const name = nameOf(commonName);
  const validity = { notBefore: now - day, notAfter: now + days * day };
  const certificate = certificateOf({
    issuer: name,
    subject: name,
    publicKey,
    ...validity,
    extensions: [
      sequence(oid("551d13"), yes, octets(sequence(yes))),
      // digitalSignature, keyEncipherment and keyCertSign.
      keyUsage("02a4"),
      subjectKeyId(publicKey),
      ...more,
    ],
    signer: privateKey,
  });
  return { certificate, privateKey: pem(privateKey), ...validity };
}

/** A new self-signed authority, valid from a day before `now` for so many days, by default ten years. */
export function newAuthority(commonName: string, now: number, days: number = decade): KeyedCertificate {
  return signedByItself(commonName, [], { now, days });
}

/** Where an element's content begins and where it ends. */
function extent(bytes: Buffer, at: number): { from: number; to: number } {
  const first = bytes[at + 1] ?? 0;
  const count = first & 0x80 ? first & 0x7f : 0;
  const from = at + 2 + count;
  return { from, to: from + (count === 0 ? first : bytes.readUIntBE(at + 2, count)) };
}

/** The DER of the subject of a certificate, to be repeated as the issuer of what it signs, byte by byte. */
function subjectOf({ raw }: X509Certificate): Buffer {
  // Certificate { TBSCertificate { [0] version, serial number, algorithm, issuer, validity, subject, … }, … }
  let at = extent(raw, extent(raw, 0).from).from;
  for (let i = 0; i < 5; i += 1) at = extent(raw, at).to;
  return raw.subarray(at, extent(raw, at).to);
}

/** Names the key of whoever signs, as its certificate calls it; nothing where it doesn't: a wrong name breaks the chain. */
function authorityKeyId({ raw }: X509Certificate): Buffer[] {
  const at = raw.indexOf(oid("551d0e"));
  if (at < 0) return [];
  const { from, to } = extent(raw, extent(raw, at + 5).from);
  return [sequence(oid("551d23"), octets(sequence(der(0x80, raw.subarray(from, to)))))];
}

/**
 * A certificate signed by an authority, of {@link newAuthority} or another program's on ECDSA or RSA, with a new key.
 *
 * @example issueCertificate(ca, { commonName: "kubernetes-admin", organizations: ["system:masters"], usage: "client" }, Date.now())
 */
export function issueCertificate(
  authority: Pick<KeyedCertificate, "certificate" | "privateKey">,
  request: LeafRequest,
  now: number,
): KeyedCertificate {
  const { publicKey, privateKey } = newPair();
  const issuer = new X509Certificate(authority.certificate);
  const validity = { notBefore: now - day, notAfter: now + (request.days ?? decade) * day };
  const certificate = certificateOf({
    issuer: subjectOf(issuer),
    subject: nameOf(request.commonName, request.organizations),
    publicKey,
    ...validity,
    extensions: [
      sequence(oid("551d13"), yes, octets(sequence())),
      keyUsage("05a0"),
      sequence(oid("551d25"), octets(sequence(oid(extendedKeyUsage[request.usage])))),
      subjectKeyId(publicKey),
      ...authorityKeyId(issuer),
      ...(request.names?.length ? [alternativeNames(request.names)] : []),
    ],
    signer: createPrivateKey(authority.privateKey),
  });
  return { certificate, privateKey: pem(privateKey), ...validity };
}

/**
 * A server's certificate that is its own authority: what clients are given to trust is the certificate itself.
 *
 * @param names host names and addresses
 */
export function selfSignedCertificate(
  commonName: string,
  names: readonly string[],
  now: number,
  days: number = decade,
): KeyedCertificate {
  const server = sequence(oid("551d25"), octets(sequence(oid(extendedKeyUsage.server))));
  return signedByItself(commonName, [server, alternativeNames(names)], { now, days });
}
