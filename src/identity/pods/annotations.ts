// Annotations of service accounts and pods that say which role a pod gets and how.
import { parseGoBool, parseGoCsvRecord, parseGoInt } from "./go-values.ts";
import type { WebhookSettings } from "./settings.ts";
import { maxTokenExpiration, minTokenExpiration } from "./settings.ts";

export type Annotations = Readonly<Record<string, string>>;

/** What a service account asks for; undefined members leave the matter to the webhook's flags. */
export interface ServiceAccountIdentity {
  /** Empty: its pods are left alone. */
  roleArn: string;
  audience?: string;
  regionalSts?: boolean;
  /** Seconds, within limits. */
  tokenExpiration?: number;
}

/** True for what the webhook takes for a role's ARN without a word of warning. */
export function isRoleArn(text: string): boolean {
  return /^arn:aws[a-z0-9-]*:iam::\d{12}:role\/[\w\-/.@+=,]+$/.test(text);
}

/** Seconds that an annotation asks for; undefined when it says none. */
function expirationOf(text: string | undefined): number | undefined {
  const seconds = text === undefined ? undefined : parseGoInt(text);
  if (seconds === undefined) return undefined;
  return Math.min(Math.max(seconds, minTokenExpiration), maxTokenExpiration);
}

/** `arn:aws:iam::123456789012:role/app` of `app`, where the webhook completes names. */
function roleOf(text: string, { composeRoleArn: place }: WebhookSettings): string {
  if (text === "" || !place || text.startsWith("arn:")) return text;
  return `arn:${place.partition}:iam::${place.account}:role/${text}`;
}

/** Reads a service account's annotations. */
export function readServiceAccount(annotations: Annotations, settings: WebhookSettings): ServiceAccountIdentity {
  const value = (name: string): string | undefined => annotations[`${settings.annotationPrefix}/${name}`];
  const audience = value("audience");
  const regionalSts = parseGoBool(value("sts-regional-endpoints") ?? "");
  const tokenExpiration = expirationOf(value("token-expiration"));
  return {
    roleArn: roleOf(value("role-arn") ?? "", settings),
    ...(audience === undefined ? {} : { audience }),
    ...(regionalSts === undefined ? {} : { regionalSts }),
    ...(tokenExpiration === undefined ? {} : { tokenExpiration }),
  };
}

/** What a pod says itself. */
export interface PodWishes {
  tokenExpiration?: number;
  /** Names of containers to leave alone. */
  skip: ReadonlySet<string>;
}

/** Reads a pod's annotations. A list that Go's CSV reader refuses skips nothing. */
export function readPodWishes(annotations: Annotations, settings: WebhookSettings): PodWishes {
  const value = (name: string): string | undefined => annotations[`${settings.annotationPrefix}/${name}`];
  const tokenExpiration = expirationOf(value("token-expiration"));
  return {
    skip: new Set(parseGoCsvRecord(value("skip-containers") ?? "")),
    ...(tokenExpiration === undefined ? {} : { tokenExpiration }),
  };
}
