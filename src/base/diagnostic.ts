// One finding, in the form every room returns it: what is wrong, where, why, and what to do about it.

/** An error forbids to go on; a warning is to be thought about. */
export type Severity = "error" | "warning" | "info";

/** A place in a user's file. Lines and columns count from 1. */
export interface SourceLocation {
  file?: string;
  line?: number;
  column?: number;
  /** Path of the value, as in `managedNodeGroups[0].minSize`. */
  path?: string;
}

/**
 * Diagnostics are collected, not thrown: a file with five mistakes gives five of them.
 * `code` is `room/short-kebab`, never reused, and stands in that room's table (`errors.ts`; `aws/codes.ts`),
 * which `docs/reference/errors.md` is made of.
 */
export interface Diagnostic {
  code: string;
  severity: Severity;
  /** Sentence case, no full stop, includes the offending value. */
  title: string;
  detail?: string;
  /** What to do next; a command to copy where there is one. */
  remedy?: string;
  at?: SourceLocation;
  /** ARN or Kubernetes object that the finding is about. */
  subject?: string;
  /** Machine-readable facts behind the text. */
  data?: Record<string, unknown>;
}

/** Who has to act: the person at the keyboard, AWS, the cluster, or lotse itself. */
export type Blame = "user" | "aws" | "cluster" | "lotse";

/** True when at least one of the findings is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

/** `file:line:column` of a location, with what is known of it; empty when nothing is. */
export function formatLocation(at: SourceLocation | undefined): string {
  if (!at) return "";
  return [at.file ?? "", at.line, at.column].filter((part) => part !== undefined && part !== "").join(":");
}
