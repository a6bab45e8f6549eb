// The S3 client and the operations of it that lotse calls; loaded on first use.
import { GetBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("s3", S3Client, { GetBucketPolicy: GetBucketPolicyCommand });
