// Mappings as `get iamidentitymapping` lists them.
import { sameArn } from "../arn.ts";
import type { AuthMapping, AwsAuth } from "./model.ts";

/** One mapping, by eksctl's names: one of `rolearn`, `userarn` and `account` is there. */
export interface IdentityRow {
  rolearn?: string;
  userarn?: string;
  username?: string;
  groups?: readonly string[];
  account?: string;
}

function rowOf({ key, arn, username, groups, sso }: AuthMapping): IdentityRow {
  const name = sso ? `sso/${sso.accountID}/${sso.permissionSetName}` : arn;
  return {
    ...(key === "mapRoles" ? { rolearn: name } : { userarn: name }),
    ...(username === "" ? {} : { username }),
    ...(groups.length === 0 ? {} : { groups }),
  };
}

/** All mappings, or those of one ARN: roles, users, accounts. */
export function identityRows({ roles, users, accounts }: AwsAuth, arn?: string): IdentityRow[] {
  const mappings = [...roles, ...users].filter((mapping) => arn === undefined || sameArn(mapping.arn, arn));
  return [...mappings.map(rowOf), ...(arn === undefined ? accounts.map((account) => ({ account })) : [])];
}
