// What bears on a request in IAM, as far as it was read: roles with their policies, providers of tokens, the resource.
import type { Known } from "../explanation.ts";

/** A policy by the name people know it by. */
export interface PolicyText {
  /** `inline policy read-data`, `arn:aws:iam::aws:policy/ReadOnlyAccess`. */
  name: string;
  text: Known<string>;
  /** Of a managed policy. */
  arn?: string;
  /** Of an inline one. */
  inline?: string;
}

/** A role of IAM. */
export interface RoleFacts {
  /** With its path. */
  arn: string;
  /** `AROA…`. */
  id?: string;
  /** JSON. */
  trust: string;
  policies: Known<readonly PolicyText[]>;
  boundary?: PolicyText;
  tags: Known<Readonly<Record<string, string>>>;
  /** Epoch milliseconds. */
  created?: number;
}

/** An OpenID Connect provider of an account. */
export interface ProviderFacts {
  arn: string;
  /** Without `https://`. */
  url: string;
  audiences: readonly string[];
}

/** The thing that a request is about. */
export interface ResourceFacts {
  /** Who owns it. */
  account: Known<string>;
  /** Undefined: it has none. */
  policy: Known<PolicyText | undefined>;
  /** Nobody gets in without the resource's policy: KMS keys, roles that are to be assumed. */
  mustAllow: boolean;
}

/** Looks up a role by ARN; undefined when there is none. */
export type RoleLookup = (arn: string) => Known<RoleFacts | undefined>;

/** Name of a role: the last part of its ARN. */
export function roleName(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** The account in an ARN; empty where it has none, as buckets' ARNs. */
export function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}
