// Who asks, and whether a Principal element means them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import type { PrincipalElement, PrincipalEntry } from "./document.ts";

/** The one who makes a request, with every name a policy may call them by. */
export interface Requester {
  type: "Root" | "IAMUser" | "AssumedRole" | "FederatedUser" | "WebIdentity" | "AWSService" | "Anonymous";
  /** Empty for anonymous and web identity callers. */
  account: string;
  /** User, session or root ARN, as GetCallerIdentity gives it. */
  arn: string;
  /** ARN of the role behind an assumed-role session. */
  roleArn?: string;
  /** `AIDA…`, `AROA…:session`: deleted principals live on in policies under this id. */
  uniqueId?: string;
  /** `eks.amazonaws.com` for a service. */
  service?: string;
  /** ARN of the identity provider behind a web identity. */
  provider?: string;
}

/**
 * How closely a Principal element names the requester. It decides which other policies a grant may skip:
 * `self` = the very user or session, or everyone; `role` = the role behind the session; `account` = merely the account.
 */
export type Closeness = "self" | "role" | "account";

const accountRoot = /^arn:[^:]+:iam::(\d{12}):root$/;

/** How an entry means the requester; undefined when it doesn't. */
function meaning(entry: PrincipalEntry, who: Requester): Closeness | undefined {
  if (entry.type === "Service") return who.type === "AWSService" && who.service === entry.value ? "self" : undefined;
  if (entry.type === "Federated") return who.provider === entry.value ? "self" : undefined;
  if (entry.type === "CanonicalUser") return undefined;
  if (entry.value === "*") return "self";
  if (who.type === "AWSService" || who.type === "Anonymous" || who.type === "WebIdentity") return undefined;
  if (entry.value === who.account || accountRoot.exec(entry.value)?.[1] === who.account) {
    return who.type === "Root" ? "self" : "account";
  }
  if (entry.value === who.arn) return "self";
  if (entry.value === who.roleArn) return "role";
  const [id] = (who.uniqueId ?? "").split(":");
  if (id === "" || id !== entry.value) return undefined;
  return who.type === "AssumedRole" ? "role" : "self";
}

const order: readonly Closeness[] = ["self", "role", "account"];

/** Evaluates `Principal` or `NotPrincipal`; undefined when the statement doesn't apply to the requester. */
export function principalApplies(element: PrincipalElement, who: Requester): Closeness | undefined {
  const found = new Set(element.entries.map((entry) => meaning(entry, who)));
  if (!element.not) return order.find((closeness) => found.has(closeness));
  return isExempt(element.entries, who) ? undefined : "self";
}

/**
 * NotPrincipal spares only those whose every level is listed: the account, and the user, or the role and its session.
 * A list that leaves one out still hits them, as AWS warns.
 */
function isExempt(entries: readonly PrincipalEntry[], who: Requester): boolean {
  const listed = (values: readonly (string | undefined)[]): boolean =>
    entries.some((entry) => entry.type === "AWS" && values.includes(entry.value));
  if (entries.some((entry) => entry.type === "AWS" && entry.value === "*")) return true;
  if (who.type === "AWSService" || who.type === "WebIdentity" || who.type === "Anonymous") {
    return entries.some((entry) => meaning(entry, who) !== undefined);
  }
  const account = entries.some((entry) => accountRoot.exec(entry.value)?.[1] === who.account) || listed([who.account]);
  if (who.type === "Root") return account;
  const [id] = (who.uniqueId ?? "").split(":");
  if (who.type !== "AssumedRole") return account && listed(id ? [who.arn, id] : [who.arn]);
  return account && listed(id ? [who.roleArn, id] : [who.roleArn]) && listed([who.arn]);
}
