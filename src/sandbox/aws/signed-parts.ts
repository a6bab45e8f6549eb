// What must be under a signature beside the head of a request: chunks of streamed bodies, and headers that steer it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
import { createHmac, hash, timingSafeEqual } from "node:crypto";
import type { Authorization } from "./sigv4.ts";
import type { WireRequest } from "./wire/index.ts";

/** True when both are the same; takes as long for the wrong one as for the right one. */
export function sameSignature(expected: string, signature: string): boolean {
  return expected.length === signature.length && timingSafeEqual(Buffer.from(expected), Buffer.from(signature));
}

const signedStream = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";

/** True unless the body came in signed chunks (or with a signed trailer) and one of the signatures is wrong. */
export function chunksMatch(request: WireRequest, authorization: Authorization, key: Buffer): boolean {
  const { framing } = request;
  const stated = framing?.sent.headers["x-amz-content-sha256"] ?? "";
  if (!stated.startsWith(signedStream)) return true;
  // A body that says it is signed in chunks and isn't framed at all has none of their signatures.
  if (!framing) return false;
  const { date, region, service, time } = authorization;
  let last = authorization.signature;
  const follows = (kind: string, digests: readonly string[], signature: string | undefined): boolean => {
    const scope = `${date}/${region}/${service}/aws4_request`;
    const text = [`AWS4-HMAC-SHA256-${kind}`, time, scope, last, ...digests].join("\n");
    last = createHmac("sha256", key).update(text).digest("hex");
    return sameSignature(last, signature ?? "");
  };
  for (const { data, signature } of framing.chunks) {
    if (!follows("PAYLOAD", [hash("sha256", ""), hash("sha256", data)], signature)) return false;
  }
  if (!stated.endsWith("-TRAILER")) return true;
  const text = framing.trailers.map(([name, value]) => `${name}:${value}\n`).join("");
  return follows("TRAILER", [hash("sha256", text)], framing.trailerSignature);
}

/** Clients add this one after signing a URL; it can only make the check of the body stricter. */
const mayBeUnsigned = "x-amz-content-sha256";

/**
 * A header that says what to do and is not under the signature. S3 refuses any `x-amz-` header so; elsewhere the one
 * that names the operation matters.
 */
export function unsignedHeader(request: WireRequest, { service, signedHeaders }: Authorization): string | undefined {
  const { headers } = request.framing?.sent ?? request;
  const unsigned = (name: string): boolean => headers[name] !== undefined && !signedHeaders.includes(name);
  if (!service.startsWith("s3")) return unsigned("x-amz-target") ? "x-amz-target" : undefined;
  return Object.keys(headers).find((name) => name.startsWith("x-amz-") && name !== mayBeUnsigned && unsigned(name));
}

/** True for a request to S3 that is signed in its head and in its address; elsewhere the head counts. */
export function isSignedTwice({ headers, query }: WireRequest, { service }: Authorization): boolean {
  if (!service.startsWith("s3")) return false;
  return headers["authorization"] !== undefined && /(?:^|&)X-Amz-(?:Algorithm|Signature)=/.test(query);
}
