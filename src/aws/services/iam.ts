// The IAM client and the operations of it that lotse calls; loaded on first use.
import {
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetInstanceProfileCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListOpenIDConnectProvidersCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("iam", IAMClient, {
  CreateOpenIDConnectProvider: CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProvider: DeleteOpenIDConnectProviderCommand,
  GetInstanceProfile: GetInstanceProfileCommand,
  GetOpenIDConnectProvider: GetOpenIDConnectProviderCommand,
  GetPolicy: GetPolicyCommand,
  GetPolicyVersion: GetPolicyVersionCommand,
  GetRole: GetRoleCommand,
  GetRolePolicy: GetRolePolicyCommand,
  GetUser: GetUserCommand,
  ListAttachedRolePolicies: ListAttachedRolePoliciesCommand,
  ListOpenIDConnectProviders: ListOpenIDConnectProvidersCommand,
  ListRolePolicies: ListRolePoliciesCommand,
  ListRoles: ListRolesCommand,
});
