// The Inspector client and the operations of it that lotse calls; loaded on first use.
import { BatchGetAccountStatusCommand, Inspector2Client } from "@aws-sdk/client-inspector2";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("inspector2", Inspector2Client, {
  BatchGetAccountStatus: BatchGetAccountStatusCommand,
});
