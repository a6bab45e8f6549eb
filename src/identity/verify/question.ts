// From a bearer token to the one question that settles it: which GET to send to STS. Sending it is the caller's.
import { partitionById } from "../../facts/index.ts";
import { judgeStsHost } from "../sts-host.ts";
import { clusterHeader } from "../token/presign.ts";
import { checkParameters, checkSignature, readParameters } from "./parameters.ts";
import type { Refusal } from "./refusal.ts";
import { isRefusal, refuse } from "./refusal.ts";
import type { TokenUrl } from "./token-url.ts";
import { readTokenUrl } from "./token-url.ts";

/** Whose tokens are read. */
export interface VerifierOptions {
  /** Name or id of the cluster: goes into the signed header, so that tokens for other clusters fail at STS. */
  cluster: string;
  /** `aws` by default. */
  partition?: string | undefined;
  /** The verifier's own region. */
  region?: string | undefined;
  /**
   * Places that answer for STS besides AWS, as `http://127.0.0.1:4566` of a sandbox. Whoever answers there decides
   * who everybody is, so there are none unless they are named.
   */
  extraEndpoints?: readonly string[] | undefined;
}

/** The request to make: GET, 10 s at most, redirects not followed, no headers but these. */
export interface IdentityQuestion {
  readonly url: string;
  /** What stands behind the url's question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly host: string;
  /** Region of the host, `global` for sts.amazonaws.com; for metrics and texts. */
  readonly region: string;
  readonly accessKeyId: string;
  /** Epoch ms. */
  readonly signedAt: number;
}

/** The region that signatures for sts.amazonaws.com are scoped to. */
const globalRegion = "us-east-1";

/** Endpoints are few and stay the same, and parsing one takes longer than the rest of judging a place. */
const originsKept = 64;
const origins = new Map<string, string>();

function originOf(endpoint: string): string {
  const known = origins.get(endpoint);
  if (known !== undefined) return known;
  const { origin } = new URL(endpoint);
  if (origins.size < originsKept) origins.set(endpoint, origin);
  return origin;
}

/** Scheme, host and path (checks 5 to 7). Returns the region of the host; undefined for an extra endpoint. */
function judgePlace(url: TokenUrl, options: VerifierOptions): { region: string | undefined } | Refusal {
  const origin = `${url.scheme}://${url.authority}`;
  const extra = options.extraEndpoints?.some((endpoint) => originOf(endpoint) === origin) ?? false;
  let region: string | undefined;
  if (!extra) {
    if (url.scheme !== "https")
      return refuse("format", `unexpected scheme ${JSON.stringify(url.scheme)} in pre-signed URL`);
    if (url.authority.includes("@")) return refuse("format", "unexpected user information in pre-signed URL");
    const partition = partitionById(options.partition ?? "aws");
    if (!partition) return refuse("format", `partition ${options.partition} is not one of AWS's`);
    const verdict = judgeStsHost(url.authority, partition, options.region);
    if (!verdict.ok) return refuse("format", verdict.problem);
    ({ region } = verdict);
  }
  if (url.path !== "/") return refuse("format", "unexpected path in pre-signed URL");
  if (url.fragment !== undefined) return refuse("format", "unexpected fragment in pre-signed URL");
  return { region };
}

/**
 * Reads a token as far as that goes without asking anybody.
 *
 * @param now epoch ms
 * @throws TypeError when one of `extraEndpoints` is no URL
 */
export function readToken(token: string, options: VerifierOptions, now: number): IdentityQuestion | Refusal {
  const url = readTokenUrl(token);
  if (isRefusal(url)) return url;
  const place = judgePlace(url, options);
  if (isRefusal(place)) return place;
  const parameters = readParameters(url.query);
  if (isRefusal(parameters)) return parameters;
  const signedAt = checkParameters(parameters, now);
  if (typeof signedAt !== "number") return signedAt;
  const accessKeyId = checkSignature(parameters, place.region === "global" ? globalRegion : place.region);
  if (typeof accessKeyId !== "string") return accessKeyId;
  return {
    url: `${url.scheme}://${url.authority}/?${url.query}`,
    query: url.query,
    headers: { [clusterHeader]: options.cluster, accept: "application/json" },
    host: url.authority,
    region: place.region ?? parameters.get("x-amz-credential")?.split("/")[2] ?? "",
    accessKeyId,
    signedAt,
  };
}
