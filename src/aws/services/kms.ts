// The KMS client and the operations of it that lotse calls; loaded on first use.
import { GetKeyPolicyCommand, DescribeKeyCommand, GetKeyRotationStatusCommand, KMSClient } from "@aws-sdk/client-kms";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("kms", KMSClient, {
  GetKeyPolicy: GetKeyPolicyCommand,
  GetKeyRotationStatus: GetKeyRotationStatusCommand,
  DescribeKey: DescribeKeyCommand,
});
