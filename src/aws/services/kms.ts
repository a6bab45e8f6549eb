// The KMS client and the operations of it that lotse calls; loaded on first use.
import {
  EnableKeyRotationCommand,
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListGrantsCommand,
} from "@aws-sdk/client-kms";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("kms", KMSClient, {
  EnableKeyRotation: EnableKeyRotationCommand,
  GetKeyPolicy: GetKeyPolicyCommand,
  ListGrants: ListGrantsCommand,
  GetKeyRotationStatus: GetKeyRotationStatusCommand,
  DescribeKey: DescribeKeyCommand,
});
