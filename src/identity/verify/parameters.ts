// The query of a presigned GetCallerIdentity: which parameters it may have, and what they must say.
import { clusterHeader } from "../token/presign.ts";
import type { Refusal } from "./refusal.ts";
import { refuse } from "./refusal.ts";

/** All that a presigned GetCallerIdentity holds; anything more would turn it into another call. */
const allowed: ReadonlySet<string> = new Set([
  "action",
  "version",
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-security-token",
  "x-amz-signature",
  "x-amz-signedheaders",
]);

/** Values by lower-case name. */
export type Parameters = ReadonlyMap<string, string>;

/** Characters of a query by RFC 3986, without the semicolon, which servers split at or don't. */
const wellFormed = /^(?:[A-Za-z0-9\-._~!$&'()*+,=:@/?]|%[0-9A-Fa-f]{2})*$/;

function decode(text: string): string | undefined {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    // Bytes that are no UTF-8: the caller refuses the token.
    return undefined;
  }
}

function split(query: string): [name: string, value: string][] | undefined {
  if (!wellFormed.test(query)) return undefined;
  const pairs: [string, string][] = [];
  for (const part of query.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decode(equals === -1 ? part : part.slice(0, equals));
    const value = decode(equals === -1 ? "" : part.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    pairs.push([name, value]);
  }
  return pairs;
}

/** The query taken apart: decodable, no name twice in any spelling, nothing that doesn't belong (checks 8 to 11). */
export function readParameters(query: string): Parameters | Refusal {
  const pairs = split(query);
  if (!pairs) return refuse("format", "malformed query parameter");
  const values = new Map<string, string>();
  const spellings = new Map<string, string>();
  let foreign: string | undefined;
  let repeated = false;
  for (const [name, value] of pairs) {
    const lower = name.toLowerCase();
    const known = spellings.get(lower);
    if (known !== undefined && known !== name)
      return refuse("format", `duplicate query parameter found: ${JSON.stringify(name)}`);
    repeated ||= known !== undefined;
    if (!allowed.has(lower)) foreign ??= name;
    spellings.set(lower, name);
    values.set(lower, value);
  }
  if (foreign !== undefined) return refuse("format", `non-whitelisted query parameter ${JSON.stringify(foreign)}`);
  if (repeated) return refuse("format", "query parameter with multiple values not supported");
  return values;
}

/** Seconds that a presigned URL may claim to live. */
const maxExpires = 900;

/** Minutes that STS answers a presigned URL, whatever X-Amz-Expires says. */
const presignedMinutes = 15;

/** A clock may go wrong by that much before a date counts as crafted, ms. */
const clockSkew = 5 * 60_000;

/** Epoch ms of `20230428T000000Z`; undefined for what is no such moment. */
function parseDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const at = Date.parse(iso);
  // `20230231` would otherwise become a day in March.
  return Number.isNaN(at) || new Date(at).toISOString() !== iso ? undefined : at;
}

/** `2023-04-28 00:00:00 +0000 UTC`. */
const spoken = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} +0000 UTC`;

/** What the call is and when it was signed (checks 12 to 17). Returns the time of signing, epoch ms. */
export function checkParameters(parameters: Parameters, now: number): number | Refusal {
  if (parameters.get("action") !== "GetCallerIdentity")
    return refuse("format", "unexpected action parameter in pre-signed URL");
  const signed = (parameters.get("x-amz-signedheaders") ?? "").split(";").map((name) => name.toLowerCase());
  if (!signed.includes(clusterHeader))
    return refuse("format", `client did not sign the ${clusterHeader} header in the pre-signed URL`);
  const expires = parameters.get("x-amz-expires") ?? "";
  const seconds = /^[+-]?\d+$/.test(expires) ? Number(expires) : undefined;
  if (seconds === undefined || seconds < 0 || seconds > maxExpires)
    return refuse("format", `invalid X-Amz-Expires parameter in pre-signed URL: ${seconds ?? 0}`);
  const date = parameters.get("x-amz-date");
  if (!date) return refuse("format", "X-Amz-Date parameter must be present in pre-signed URL");
  const at = parseDate(date);
  if (at === undefined) {
    const form = "20060102T150405Z";
    return refuse(
      "format",
      `error parsing X-Amz-Date parameter ${date} into format ${form}: ${JSON.stringify(date)} is no such time`,
    );
  }
  if (now > at + presignedMinutes * 60_000)
    return refuse("format", `X-Amz-Date parameter is expired (${presignedMinutes} minute expiration) ${spoken(at)}`);
  if (at > now + clockSkew)
    return refuse("format", `X-Amz-Date parameter is in the future: ${spoken(at)}; is a clock wrong?`);
  return at;
}

/** Long-lived and temporary access keys. */
const accessKey = /^A(SIA|KIA)[A-Z0-9]{12,}$/;

/**
 * What no client gets wrong and nobody but STS would notice: version, algorithm, scope, signature.
 *
 * @param region region that the scope must name; undefined allows any
 * @returns the access key id
 */
export function checkSignature(parameters: Parameters, region: string | undefined): string | Refusal {
  if (parameters.get("version") !== "2011-06-15")
    return refuse("format", "unexpected version parameter in pre-signed URL");
  if (parameters.get("x-amz-algorithm") !== "AWS4-HMAC-SHA256")
    return refuse("format", "unexpected X-Amz-Algorithm parameter in pre-signed URL");
  if (!/^[0-9a-f]{64}$/.test(parameters.get("x-amz-signature") ?? ""))
    return refuse("format", "X-Amz-Signature parameter is missing or no signature in pre-signed URL");
  const [key = "", date, scope = "", ...service] = (parameters.get("x-amz-credential") ?? "").split("/");
  if (!accessKey.test(key))
    return refuse("format", "X-Amz-Credential parameter holds no access key id in pre-signed URL");
  const fits =
    date === parameters.get("x-amz-date")?.slice(0, 8) &&
    (region === undefined ? /^[A-Za-z0-9-]+$/.test(scope) : scope.toLowerCase() === region.toLowerCase()) &&
    service.join("/") === "sts/aws4_request";
  if (!fits) {
    const wanted = `${region ?? "<region>"}/sts/aws4_request`;
    return refuse(
      "format",
      `X-Amz-Credential parameter is not scoped to the day of X-Amz-Date and ${wanted} in pre-signed URL`,
    );
  }
  return key;
}
