// The SSM client and the operations of it that lotse calls; loaded on first use.
import { GetParameterCommand, GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("ssm", SSMClient, {
  GetParameter: GetParameterCommand,
  GetParameters: GetParametersCommand,
});
