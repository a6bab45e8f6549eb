// What kube-apiserver learns of somebody who was let in.
import type { MappedUser } from "../mapping/decide.ts";
import type { Identity } from "../verify/answer.ts";

/** `status.user` of a TokenReview, `spec` of a SubjectAccessReview. */
export interface UserInfo {
  username: string;
  uid?: string;
  groups?: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}

/** Under which EKS and the authenticator tell the unique id in `extra`. */
export const principalIdKey = "sigs.k8s.io/aws-iam-authenticator/principalId";

const uidPrefix = "aws-iam-authenticator";

/** `uid` of somebody: stays the same over sessions, and differs for a principal that was made anew. */
export function uidOf({ accountId, principalId }: Pick<Identity, "accountId" | "principalId">): string {
  return `${uidPrefix}:${accountId}:${principalId}`;
}

/**
 * The user info of somebody who is mapped.
 *
 * @param scrubbedAccounts accounts whose members' ARNs and keys stay out of audit logs
 */
export function userInfo(
  identity: Identity,
  { username, groups }: Pick<MappedUser, "username" | "groups">,
  scrubbedAccounts: readonly string[] = [],
): UserInfo {
  if (scrubbedAccounts.includes(identity.accountId))
    return { username, uid: `${uidPrefix}:administrative:${username}`, groups };
  return {
    username,
    uid: uidOf(identity),
    groups,
    extra: {
      arn: [identity.arn],
      canonicalArn: [identity.canonicalArn],
      sessionName: [identity.sessionName],
      accessKeyId: [identity.accessKeyId],
      principalId: [identity.principalId],
      [principalIdKey]: [identity.principalId],
    },
  };
}
