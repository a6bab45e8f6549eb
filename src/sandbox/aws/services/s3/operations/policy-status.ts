// Whether a bucket's policy lets anybody in: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html
import type { GetBucketPolicyStatusOutput, GetBucketPolicyStatusRequest } from "@aws-sdk/client-s3";
import type { Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { bucketOf, onBucket } from "../bucket.ts";
import { isPublic, readBucketPolicy } from "../policy.ts";

export const policyStatusOperations: Readonly<Record<string, Operation>> = {
  GetBucketPolicyStatus: operation<GetBucketPolicyStatusRequest, GetBucketPolicyStatusOutput>({
    permissions: onBucket("GetBucketPolicyStatus"),
    run: ({ Bucket = "" }, ctx) => {
      const policy = bucketOf(ctx, Bucket).settings["BucketPolicy"];
      if (typeof policy !== "string")
        throw new AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", {
          status: 404,
          members: { BucketName: Bucket },
        });
      return { PolicyStatus: { IsPublic: isPublic(readBucketPolicy(policy, Bucket)) } };
    },
  }),
};
