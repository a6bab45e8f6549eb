// The STS client and the operations of it that lotse calls; loaded on first use.
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("sts", STSClient, {
  AssumeRole: AssumeRoleCommand,
  GetCallerIdentity: GetCallerIdentityCommand,
});
