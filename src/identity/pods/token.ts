// What a service account's projected token says of itself. Whether it is genuine only its issuer's keys can tell.
// https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens

/** Claims of a token that an API server signed; times are epoch seconds. */
export interface PodToken {
  issuer: string;
  /** `system:serviceaccount:NAMESPACE:NAME` */
  subject: string;
  audiences: readonly string[];
  namespace: string;
  serviceAccount: string;
  /** The pod it is bound to; tokens made by hand have none. */
  pod?: { name: string; uid: string };
  issued?: number;
  notBefore?: number;
  expires?: number;
}

/** Everything a token may consist of: the agent and EKS refuse other characters before they look inside. */
export const podTokenPattern: RegExp = /^[A-Za-z0-9\-_=]+\.[A-Za-z0-9\-_=]+\.[A-Za-z0-9\-_=]+$/;

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function payload(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, middle] = token.split(".");
  try {
    const value: unknown = JSON.parse(Buffer.from(middle ?? "", "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    // Not JSON: not such a token.
    return undefined;
  }
}

const time = (name: "issued" | "notBefore" | "expires", value: unknown): Partial<PodToken> =>
  typeof value === "number" && Number.isFinite(value) ? { [name]: value } : {};

/** Reads the claims without judging them; undefined when it is no service account's token. */
export function readPodToken(token: string): PodToken | undefined {
  if (!podTokenPattern.test(token)) return undefined;
  const claims = payload(token);
  if (!claims) return undefined;
  const { iss: issuer, sub: subject } = claims;
  if (typeof issuer !== "string" || typeof subject !== "string") return undefined;
  const [, namespace, serviceAccount] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(subject) ?? [];
  if (namespace === undefined || serviceAccount === undefined) return undefined;
  const { name, uid } = record(record(claims["kubernetes.io"])["pod"]);
  return {
    issuer,
    subject,
    audiences: [claims["aud"]].flat().filter((each): each is string => typeof each === "string"),
    namespace,
    serviceAccount,
    ...(typeof name === "string" && typeof uid === "string" ? { pod: { name, uid } } : {}),
    ...time("issued", claims["iat"]),
    ...time("notBefore", claims["nbf"]),
    ...time("expires", claims["exp"]),
  };
}
