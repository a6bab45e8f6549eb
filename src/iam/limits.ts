// How large policies may be. IAM doesn't count white space.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

/** Characters, white space not counted. */
export const policySizeLimits: Readonly<{
  managed: number;
  roleInline: number;
  userInline: number;
  groupInline: number;
  trust: number;
  sessionPlain: number;
}> = {
  managed: 6144,
  /** All inline policies of a role together. */
  roleInline: 10_240,
  userInline: 2048,
  groupInline: 5120,
  /** Default; can be raised to 4,096. */
  trust: 2048,
  /** One session policy, white space counted; session policies and tags are also packed together. */
  sessionPlain: 2048,
};

/** Size of a document as IAM counts it. */
export function policySize(text: string): number {
  return text.replaceAll(/\s/g, "").length;
}

/**
 * Share of the packed binary form that session policies and tags take, in per cent; above 100 the call is refused
 * with PackedPolicyTooLarge. AWS doesn't publish the packing; this is an estimate by plain size.
 */
export function packedPolicySize(policies: readonly string[], tags: Readonly<Record<string, string>>): number {
  const characters =
    policies.reduce((sum, policy) => sum + policySize(policy), 0) +
    Object.entries(tags).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return characters === 0 ? 0 : Math.max(1, Math.ceil((characters / 4096) * 100));
}
