// The IAM client and the operations of it that lotse calls; loaded on first use.
import {
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetUserCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
} from "@aws-sdk/client-iam";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("iam", IAMClient, {
  CreateOpenIDConnectProvider: CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProvider: DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProvider: GetOpenIDConnectProviderCommand,
  GetRole: GetRoleCommand,
  GetUser: GetUserCommand,
  ListOpenIDConnectProviders: ListOpenIDConnectProvidersCommand,
});
