// Policy documents after reading: IAM's JSON grammar with every "string or list" made a list and patterns compiled.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
import type { Pattern } from "./pattern.ts";

export type PolicyVersion = "2008-10-17" | "2012-10-17";

/** What a document is attached to decides which elements it must and must not have. */
export type PolicyKind = "identity" | "boundary" | "session" | "serviceControl" | "resource" | "trust";

/** What a statement does with what it fits. */
export type Effect = "Allow" | "Deny";

/** `Action` or `NotAction`, `Resource` or `NotResource`. */
export interface PatternElement {
  not: boolean;
  patterns: readonly Pattern[];
}

/** Kinds of principals in a `Principal` element. `*` alone is read as `AWS: "*"`, with which it is equal. */
export type PrincipalType = "AWS" | "Service" | "Federated" | "CanonicalUser";

/** One principal that a statement names. */
export interface PrincipalEntry {
  type: PrincipalType;
  value: string;
}

/** `Principal` or `NotPrincipal`. */
export interface PrincipalElement {
  not: boolean;
  entries: readonly PrincipalEntry[];
}

/** One key of the `Condition` element: all of them must hold. */
export interface Condition {
  /** As written, e.g. `ForAllValues:StringLikeIfExists`. */
  operator: string;
  /** Without qualifiers, e.g. `StringLike`. */
  test: string;
  set?: "ForAllValues" | "ForAnyValue";
  ifExists: boolean;
  /** As written. */
  key: string;
  /** Lower case: names of condition keys are compared without case. */
  lookup: string;
  values: readonly Pattern[];
}

/** A statement, parsed. */
export interface Statement {
  /** Position in the document, from 0. */
  index: number;
  sid?: string;
  effect: Effect;
  actions: PatternElement;
  /** Absent in trust policies. */
  resources?: PatternElement;
  principals?: PrincipalElement;
  conditions: readonly Condition[];
}

/** A policy that has been read. */
export interface PolicyDocument {
  version: PolicyVersion;
  id?: string;
  statements: readonly Statement[];
}

/** A document with the name under which traces mention it: an ARN, `inline:name`, `trust`. */
export interface NamedPolicy {
  name: string;
  document: PolicyDocument;
}
