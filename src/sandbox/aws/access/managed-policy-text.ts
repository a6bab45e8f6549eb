// A managed policy's text by ARN, for services that take policy ARNs.
import type { Context } from "../core/index.ts";
import { defaultDocument, findPolicy } from "../services/iam/documents.ts";

/** The version in force; undefined when there is no such policy. */
export function managedPolicyText(ctx: Context, arn: string): string | undefined {
  const policy = findPolicy(ctx, arn);
  return policy && defaultDocument(policy);
}
