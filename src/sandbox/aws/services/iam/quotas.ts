// Quotas of an account that AWS raises on request, or that a sandbox may lower.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
import type { Quota } from "../../core/index.ts";

export const iamQuotas: Readonly<
  Record<
    | "roles"
    | "users"
    | "groups"
    | "policies"
    | "instanceProfiles"
    | "oidcProviders"
    | "policiesPerRole"
    | "policiesPerUser"
    | "policiesPerGroup",
    Quota
  >
> = {
  roles: { default: 1000, of: "IAM roles" },
  users: { default: 5000, of: "IAM users" },
  groups: { default: 300, of: "IAM groups" },
  policies: { default: 1500, of: "customer managed policies" },
  instanceProfiles: { default: 1000, of: "instance profiles" },
  oidcProviders: { default: 100, of: "OpenID Connect providers" },
  policiesPerRole: { default: 10, of: "managed policies of a role" },
  policiesPerUser: { default: 10, of: "managed policies of a user" },
  policiesPerGroup: { default: 10, of: "managed policies of a group" },
};
