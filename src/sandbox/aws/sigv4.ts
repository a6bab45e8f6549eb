// Checks Signature Version 4, in headers and in presigned URLs.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHmac, hash } from "node:crypto";
import { chunksMatch, sameSignature } from "./signed-parts.ts";
import type { WireRequest } from "./wire/index.ts";

/** What a request says about its signature, from the Authorization header or from a presigned URL. */
export interface Authorization {
  accessKeyId: string;
  /** `20261121`. */
  date: string;
  region: string;
  service: string;
  signedHeaders: readonly string[];
  signature: string;
  sessionToken: string | undefined;
  /** `20261121T144123Z`. */
  time: string;
  /** Presigned URLs: seconds that it is valid. */
  expires: number | undefined;
}

const algorithm = "AWS4-HMAC-SHA256";

function parameterOf(query: string, name: string): string | undefined {
  const at = query.startsWith(`${name}=`) ? 0 : query.indexOf(`&${name}=`) + 1;
  if (at === 0 && !query.startsWith(`${name}=`)) return undefined;
  const end = query.indexOf("&", at);
  return decodePart(query.slice(at + name.length + 1, end < 0 ? query.length : end));
}

/** Value of one field of the Authorization header; fields stand behind a space or a comma. */
function fieldOf(header: string, name: string): string {
  for (let at = header.indexOf(name); at > 0; at = header.indexOf(name, at + 1)) {
    const before = header[at - 1];
    if (before !== " " && before !== ",") continue;
    const start = at + name.length;
    const end = header.indexOf(",", start);
    return header.slice(start, end < 0 ? header.length : end).trim();
  }
  return "";
}

function decodePart(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // A malformed escape can't have been signed by any client: left as it is, it will not match.
    return text;
  }
}

function fromCredential(
  credential: string,
  rest: Omit<Authorization, "accessKeyId" | "date" | "region" | "service">,
): Authorization | undefined {
  const [accessKeyId, date, region, service, terminator, more] = credential.split("/");
  if (!accessKeyId || !date || !region || !service || terminator !== "aws4_request" || more !== undefined) {
    return undefined;
  }
  return { accessKeyId, date, region, service, ...rest };
}

/**
 * Reads what a request says about its signature.
 *
 * @returns `undefined` for an anonymous request, `"malformed"` when there is something that can't be read
 */
export function readAuthorization(request: WireRequest): Authorization | "malformed" | undefined {
  const header = request.headers["authorization"];
  if (header !== undefined) {
    if (!header.startsWith(algorithm)) return "malformed";
    const signature = fieldOf(header, "Signature=");
    const signedHeaders = fieldOf(header, "SignedHeaders=");
    if (!signature || !signedHeaders) return "malformed";
    const time = request.headers["x-amz-date"] ?? basicTime(request.headers["date"]);
    const sessionToken = request.headers["x-amz-security-token"];
    const rest = { signature, signedHeaders: signedHeaders.split(";"), sessionToken, time, expires: undefined };
    return fromCredential(fieldOf(header, "Credential="), rest) ?? "malformed";
  }
  const { query } = request;
  if (!query.includes("X-Amz-Credential=")) return undefined;
  const signature = parameterOf(query, "X-Amz-Signature");
  const signedHeaders = parameterOf(query, "X-Amz-SignedHeaders");
  const expires = Number(parameterOf(query, "X-Amz-Expires") ?? "");
  if (parameterOf(query, "X-Amz-Algorithm") !== algorithm || !signature || !signedHeaders) return "malformed";
  if (!Number.isInteger(expires) || expires < 0 || expires > 604_800) return "malformed";
  const rest = {
    signature,
    signedHeaders: signedHeaders.split(";"),
    sessionToken: parameterOf(query, "X-Amz-Security-Token"),
    time: parameterOf(query, "X-Amz-Date") ?? "",
    expires,
  };
  return fromCredential(parameterOf(query, "X-Amz-Credential") ?? "", rest) ?? "malformed";
}

function basicTime(date: string | undefined): string {
  const time = new Date(date ?? "");
  return Number.isNaN(time.getTime()) ? "" : time.toISOString().replaceAll(/[-:]|\.\d+/g, "");
}

/** Epoch ms of `20261121T144123Z`; NaN when it isn't one. */
export function signatureTime(time: string): number {
  if (!/^\d{8}T\d{6}Z$/.test(time)) return Number.NaN;
  const part = (from: number, to: number): number => Number(time.slice(from, to));
  const [month, day, hour, minute, second] = [part(4, 6), part(6, 8), part(9, 11), part(11, 13), part(13, 15)];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return Number.NaN;
  return Date.UTC(part(0, 4), month - 1, day, hour, minute, second);
}

/** Percent-encoding of everything but RFC 3986's unreserved characters. */
function encode(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Forms of the path that may have been signed. */
function canonicalPaths(path: string, service: string): readonly string[] {
  if (path === "/") return [path];
  // Everything but S3 encodes what is encoded already a second time.
  if (service !== "s3") return [path.split("/").map(encode).join("/")];
  const strict = path
    .split("/")
    .map((part) => encode(decodePart(part)))
    .join("/");
  // Clients that send `:` or `(` as they are sign them so, or encoded.
  return strict === path ? [path] : [strict, path];
}

function canonicalQuery(query: string): string {
  if (query === "") return "";
  return query
    .split("&")
    .filter((part) => part !== "" && !part.startsWith("X-Amz-Signature="))
    .map((part) => {
      const at = part.indexOf("=");
      const name = at < 0 ? part : part.slice(0, at);
      return [encode(decodePart(name)), at < 0 ? "" : encode(decodePart(part.slice(at + 1)))] as const;
    })
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function canonicalHeaders(request: WireRequest, names: readonly string[]): string {
  let text = "";
  for (const name of names) {
    const value = (request.headers[name] ?? "").trim();
    text += `${name}:${value.includes("  ") ? value.replaceAll(/ +/g, " ") : value}\n`;
  }
  return text;
}

const emptyHash = hash("sha256", "");

function sha256(body: Uint8Array): string {
  return body.byteLength === 0 ? emptyHash : hash("sha256", body);
}

/** Hash of the body as the client signed it; undefined when the client states a hash that is wrong. */
function payloadHash(request: WireRequest, authorization: Authorization): string | undefined {
  const stated = request.headers["x-amz-content-sha256"];
  if (stated === undefined) {
    return authorization.expires !== undefined && authorization.service === "s3"
      ? "UNSIGNED-PAYLOAD"
      : sha256(request.body);
  }
  // S3 alone takes bodies that are not signed, or signed in chunks; the others hash what they received.
  const loose = stated === "UNSIGNED-PAYLOAD" || stated.startsWith("STREAMING-");
  if (loose && authorization.service.startsWith("s3")) return stated;
  return stated === sha256(request.body) ? stated : undefined;
}

/** Derived signing keys by scope: four HMACs saved on nearly every request. */
export class SigningKeys {
  readonly #keys: Map<string, Buffer> = new Map();

  key(secret: string, { date, region, service }: Authorization): Buffer {
    const id = `${secret}/${date}/${region}/${service}`;
    const known = this.#keys.get(id);
    if (known) return known;
    const step = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
    const key = step(step(step(step(`AWS4${secret}`, date), region), service), "aws4_request");
    if (this.#keys.size >= 512) this.#keys.clear();
    this.#keys.set(id, key);
    return key;
  }
}

/** True when the signature is the one that `secret` gives; of a framed body, those of its chunks as well. */
export function signatureMatches(
  given: WireRequest,
  authorization: Authorization,
  secret: string,
  keys: SigningKeys,
): boolean {
  const { date, region, service, signedHeaders, time, signature } = authorization;
  if (!signedHeaders.includes("host")) return false;
  const request = given.framing?.sent ?? given;
  const payload = payloadHash(request, authorization);
  if (payload === undefined) return false;
  const query = canonicalQuery(request.query);
  const headers = canonicalHeaders(request, signedHeaders);
  const head = canonicalPaths(request.path, service).some((path) => {
    const canonical = `${request.method}\n${path}\n${query}\n${headers}\n${signedHeaders.join(";")}\n${payload}`;
    const text = `${algorithm}\n${time}\n${date}/${region}/${service}/aws4_request\n${hash("sha256", canonical)}`;
    const expected = createHmac("sha256", keys.key(secret, authorization)).update(text).digest("hex");
    return sameSignature(expected, signature);
  });
  return head && chunksMatch(given, authorization, keys.key(secret, authorization));
}
