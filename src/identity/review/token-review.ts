// The TokenReview webhook without its socket: a body in, a status and a body out.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication
import type { UserInfo } from "./user-info.ts";

const group = "authentication.k8s.io";
const versions: readonly string[] = [`${group}/v1beta1`, `${group}/v1`];

/** Bytes of a request that are read: a token of 4 KiB and what stands around it, and not what somebody pours in. */
export const maxReviewBytes = 16_384;

/** A review that asks about a token. */
export interface TokenReviewRequest {
  token: string;
  /** Of the request, for the answer; v1beta1 when it has none. */
  apiVersion: string;
}

/** An HTTP answer. */
export interface ReviewAnswer {
  status: number;
  contentType: string;
  body: string;
}

const plain = (status: number, body: string): ReviewAnswer => ({
  status,
  contentType: "text/plain; charset=utf-8",
  body: `${body}\n`,
});

/**
 * Reads a request.
 *
 * @param body undefined when there is none
 * @param longest bytes that are read: id tokens with many groups are larger than those of EKS
 * @returns the refusal, when it is no TokenReview
 */
export function readTokenReview(
  method: string,
  body: string | undefined,
  longest: number = maxReviewBytes,
): TokenReviewRequest | ReviewAnswer {
  if (method !== "POST") return plain(405, "expected POST");
  if (body === undefined) return plain(400, "expected a request body");
  const wrong = plain(400, "expected a request body to be a TokenReview");
  if (Buffer.byteLength(body, "utf8") > longest) return plain(413, "request body is too large");
  let review: { apiVersion?: unknown; spec?: { token?: unknown } | null } | null;
  try {
    review = JSON.parse(body) as typeof review;
  } catch {
    // Told to whoever sent it.
    return wrong;
  }
  if (typeof review !== "object" || review === null || Array.isArray(review)) return wrong;
  const token = review.spec?.token ?? "";
  if (typeof token !== "string") return wrong;
  const asked = review.apiVersion;
  return { token, apiVersion: typeof asked === "string" && versions.includes(asked) ? asked : `${group}/v1beta1` };
}

/** Tells a refusal from a request. */
export function isReviewAnswer(value: TokenReviewRequest | ReviewAnswer): value is ReviewAnswer {
  return "status" in value;
}

/** Why somebody isn't let in. */
export interface Denial {
  reason: string;
  /** `throttled` and `unavailable` are worth another try; kube-apiserver makes it and caches nothing. */
  kind: "decided" | "throttled" | "unavailable";
}

function answer(status: number, request: TokenReviewRequest, reviewStatus: object): ReviewAnswer {
  const review = { kind: "TokenReview", apiVersion: request.apiVersion, status: reviewStatus };
  return { status, contentType: "application/json; charset=UTF-8", body: `${JSON.stringify(review)}\n` };
}

/** Let in. */
export function admitted(request: TokenReviewRequest, user: UserInfo): ReviewAnswer {
  return answer(200, request, { authenticated: true, user });
}

/** How denials are said. */
export interface DenialOptions {
  /** Statuses of aws-iam-authenticator (403, 429), which lose the reason: kube-apiserver reads it from a 200 only. */
  peerStatusCodes?: boolean;
}

const statuses: Readonly<Record<Denial["kind"], number>> = { decided: 200, throttled: 429, unavailable: 503 };

/** Not let in. The reason shows up in kube-apiserver's log. */
export function denied(request: TokenReviewRequest, denial: Denial, options: DenialOptions = {}): ReviewAnswer {
  const peer = denial.kind === "throttled" ? 429 : 403;
  const status = options.peerStatusCodes ? peer : statuses[denial.kind];
  return answer(status, request, { authenticated: false, error: denial.reason });
}
