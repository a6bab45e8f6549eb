// The aws-auth ConfigMap as EKS reads it (backend EKSConfigMap). Roles are neither canonicalised nor is their path
// stripped: an entry with a path, or one for a session, never fits.
import { stripPath } from "../arn.ts";
import type { AuthMapping, AwsAuthData } from "../aws-auth/model.ts";
import { readAwsAuth } from "../aws-auth/read.ts";
import type { Identity } from "../verify/answer.ts";
import type { Mapper, Mapping } from "./mapper.ts";

/** The rule of an item, for people. */
export function ruleOf({ key, index }: AuthMapping, source = "aws-auth"): string {
  return `${source} ${key}[${index}]`;
}

const mappingOf = (item: AuthMapping): Mapping => ({
  username: item.username,
  groups: item.groups,
  rule: ruleOf(item),
});

/** Mappings of the ConfigMap; undefined is a cluster without it, which maps nobody. */
export function awsAuthMapper(data: AwsAuthData | undefined): Mapper {
  const { roles, users, accounts } = readAwsAuth(data);
  // The last item with an ARN counts.
  const byRole = new Map(roles.filter(({ arn }) => arn !== "").map((item) => [item.arn.toLowerCase(), item]));
  const byUser = new Map(users.map((item) => [item.arn.toLowerCase(), item]));
  const allowed = new Set(accounts);
  return {
    name: "EKSConfigMap",
    find: ({ canonicalArn }) => {
      const item = byRole.get(canonicalArn.toLowerCase()) ?? byUser.get(canonicalArn.toLowerCase());
      return item && mappingOf(item);
    },
    allowsAccount: (accountId) => allowed.has(accountId),
    nearMiss: (identity: Identity) => {
      const wanted = identity.canonicalArn.toLowerCase();
      const item = roles.find(({ arn }) => stripPath(arn).toLowerCase() === wanted);
      return item && `${ruleOf(item)} names it with a path, ${item.arn}, which never matches`;
    },
  };
}
