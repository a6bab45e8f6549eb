// The SubjectAccessReview webhook of access policies without its socket: a body in, a status and a body out.
import type { AccessEntryRecord } from "../mapping/access-entries.ts";
import { entryOf } from "../mapping/access-entries.ts";
import type { ClusterAccess } from "../mapping/cluster-access.ts";
import type { AccessAttributes, PolicyOpinion } from "../policies/allow.ts";
import { policyAllows } from "../policies/allow.ts";
import type { UserInfo } from "./user-info.ts";
import { principalIdKey, uidOf } from "./user-info.ts";

const group = "authorization.k8s.io";
const versions: readonly string[] = [`${group}/v1beta1`, `${group}/v1`];

/** `spec` of a SubjectAccessReview; v1beta1 calls the groups `group`, which plays no part here. */
export interface AccessReviewSpec extends AccessAttributes {
  user?: string;
  uid?: string;
  extra?: UserInfo["extra"];
}

/** A review that asks whether somebody may do something. */
export interface AccessReviewRequest {
  spec: AccessReviewSpec;
  apiVersion: string;
}

/** Reads a request; undefined when it is no SubjectAccessReview. */
export function readAccessReview(body: string): AccessReviewRequest | undefined {
  let review: { apiVersion?: unknown; spec?: unknown } | null;
  try {
    review = JSON.parse(body) as typeof review;
  } catch {
    // Told to whoever sent it, by the caller.
    return undefined;
  }
  const spec: unknown = review?.spec;
  if (typeof spec !== "object" || spec === null || Array.isArray(spec)) return undefined;
  const asked = review?.apiVersion;
  const apiVersion = typeof asked === "string" && versions.includes(asked) ? asked : `${group}/v1`;
  return { spec: specOf(spec as Readonly<Record<string, unknown>>), apiVersion };
}

/** The texts of an object; whatever else it holds is left out. */
function texts(value: unknown): Record<string, string> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}

/** A spec of which every part is what it should be: the body comes from whoever reaches the webhook. */
function specOf(spec: Readonly<Record<string, unknown>>): AccessReviewSpec {
  const { user, uid } = texts(spec) ?? {};
  const extra = Object.entries(spec["extra"] ?? {}).flatMap(([key, value]): [string, string[]][] =>
    Array.isArray(value) ? [[key, value.filter((item) => typeof item === "string")]] : [],
  );
  const resourceAttributes = texts(spec["resourceAttributes"]);
  const nonResourceAttributes = texts(spec["nonResourceAttributes"]);
  return {
    ...(user === undefined ? {} : { user }),
    ...(uid === undefined ? {} : { uid }),
    extra: Object.fromEntries(extra),
    ...(resourceAttributes ? { resourceAttributes } : {}),
    ...(nonResourceAttributes ? { nonResourceAttributes } : {}),
  };
}

/**
 * The entry of whoever asks, known by what the authenticator put into uid and `extra`. An impersonated user has
 * neither, so `--as` loses the rights of policies, as on EKS.
 */
function entryOfUser(entries: readonly AccessEntryRecord[], spec: AccessReviewSpec): AccessEntryRecord | undefined {
  const principalId = spec.extra?.[principalIdKey.toLowerCase()]?.[0] ?? spec.extra?.[principalIdKey]?.[0];
  const canonicalArn = spec.extra?.["canonicalarn"]?.[0] ?? spec.extra?.["canonicalArn"]?.[0];
  if (principalId === undefined || canonicalArn === undefined) return undefined;
  const accountId = canonicalArn.split(":")[4] ?? "";
  if (spec.uid !== uidOf({ accountId, principalId })) return undefined;
  return entryOf(entries, { principalId, canonicalArn });
}

/** What the access policies of whoever asks say. In mode CONFIG_MAP there are none. */
export function judgeAccess(
  access: Pick<ClusterAccess, "authenticationMode" | "entries">,
  spec: AccessReviewSpec,
): PolicyOpinion {
  const entry = access.authenticationMode === "CONFIG_MAP" ? undefined : entryOfUser(access.entries, spec);
  return entry ? policyAllows(entry.policies ?? [], spec) : { allowed: false };
}

/** The answer for kube-apiserver: allowed, or no opinion, so that the next authorizer decides. */
export function accessAnswer({ apiVersion }: AccessReviewRequest, opinion: PolicyOpinion): string {
  const status = opinion.allowed ? { allowed: true, reason: opinion.reason } : { allowed: false };
  return `${JSON.stringify({ kind: "SubjectAccessReview", apiVersion, status })}\n`;
}
