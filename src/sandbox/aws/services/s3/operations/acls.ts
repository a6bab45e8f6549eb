// Access control lists. Buckets are born with them switched off (BucketOwnerEnforced, since April 2023), and stay so
// here: what there is to read is the owner's full control, and nothing else can be set.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, NotEmulatedError, operation } from "../../../core/index.ts";
import { bucketOf, onBucket, onObject } from "../bucket.ts";
import { objectOf } from "../versions.ts";

/** The account's canonical id. */
export function ownerOf(ctx: Context): { ID: string } {
  return { ID: ctx.account.padEnd(64, "0") };
}

function fullControl(ctx: Context): object {
  const Owner = ownerOf(ctx);
  return { Owner, Grants: [{ Grantee: { ...Owner, Type: "CanonicalUser" }, Permission: "FULL_CONTROL" }] };
}

interface AclInput {
  Bucket?: string;
  Key?: string;
  VersionId?: string;
  ACL?: string;
  AccessControlPolicy?: object;
}

function put(ctx: Context, input: AclInput): object {
  const { settings } = bucketOf(ctx, input.Bucket);
  const controls = settings["BucketOwnershipControls"] as { Rules?: { ObjectOwnership?: string }[] } | undefined;
  // These two say what holds anyway.
  if (input.ACL === "private" || input.ACL === "bucket-owner-full-control") return {};
  const ownership = controls?.Rules?.[0]?.ObjectOwnership;
  if (ownership !== undefined && ownership !== "BucketOwnerEnforced")
    throw new NotEmulatedError("s3 access control lists");
  throw new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs");
}

export const aclOperations: Readonly<Record<string, Operation>> = {
  GetBucketAcl: operation<AclInput, object>({
    permissions: onBucket("GetBucketAcl"),
    run: (input, ctx) => {
      bucketOf(ctx, input.Bucket);
      return fullControl(ctx);
    },
  }),
  PutBucketAcl: operation<AclInput, object>({
    permissions: onBucket("PutBucketAcl"),
    run: (input, ctx) => put(ctx, input),
  }),
  GetObjectAcl: operation<AclInput, object>({
    permissions: onObject("GetObjectAcl"),
    run: (input, ctx) => {
      objectOf(ctx, input);
      return fullControl(ctx);
    },
  }),
  PutObjectAcl: operation<AclInput, object>({
    permissions: onObject("PutObjectAcl"),
    run: (input, ctx) => {
      objectOf(ctx, input);
      return put(ctx, input);
    },
  }),
};
