// What every operation on a bucket begins with: the bucket's row or S3's error, and the permission on its ARN.
import type { Context, Permission } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import type { BucketRow } from "./state.ts";
import { buckets, objectId, objects } from "./state.ts";

/** @throws AwsError NoSuchBucket */
export function bucketOf(ctx: Context, name: string | undefined): Readonly<BucketRow> {
  const bucket = ctx.table(buckets).get(name ?? "");
  if (bucket) return bucket;
  const options = { status: 404, members: { BucketName: name ?? "" } };
  throw new AwsError("NoSuchBucket", "The specified bucket does not exist", options);
}

/**
 * What every bucket has since 2023: encryption, nothing public, no access control lists.
 * https://aws.amazon.com/blogs/aws/heads-up-amazon-s3-security-changes-are-coming-in-april-of-2023/
 */
export const bornWith: Readonly<Record<string, object>> = {
  BucketEncryption: {
    Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false }],
  },
  PublicAccessBlock: {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  },
  BucketOwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
};

type OnBucket = { Bucket?: string | undefined };
type OnObject = OnBucket & { Key?: string | undefined };

type Values = Readonly<Record<string, unknown>>;

/** Condition keys that S3 makes of a request's members. */
const requestKeys: readonly [member: string, key: string][] = [
  ["Prefix", "s3:prefix"],
  ["Delimiter", "s3:delimiter"],
  ["MaxKeys", "s3:max-keys"],
  ["VersionId", "s3:VersionId"],
  ["ServerSideEncryption", "s3:x-amz-server-side-encryption"],
  ["SSEKMSKeyId", "s3:x-amz-server-side-encryption-aws-kms-key-id"],
  ["ACL", "s3:x-amz-acl"],
  ["StorageClass", "s3:x-amz-storage-class"],
  ["CopySource", "s3:x-amz-copy-source"],
];

function conditionsOf(input: Values): Record<string, string | readonly string[]> {
  const tags = new URLSearchParams(typeof input["Tagging"] === "string" ? input["Tagging"] : "");
  return {
    ...Object.fromEntries(
      requestKeys.flatMap(([member, key]) => {
        const value = input[member];
        return typeof value === "string" || typeof value === "number" ? [[key, String(value)]] : [];
      }),
    ),
    ...Object.fromEntries([...tags].map(([key, value]) => [`s3:RequestObjectTag/${key}`, value])),
    ...([...tags].length === 0 ? {} : { "s3:RequestObjectTagKeys": [...tags.keys()] }),
  };
}

/** Asks for `s3:<action>` on the bucket. */
export function onBucket(action: string): (input: OnBucket, ctx: Context) => readonly Permission[] {
  return (input, ctx) => [
    {
      action: `s3:${action}`,
      resource: `arn:${ctx.partition}:s3:::${input.Bucket ?? ""}`,
      conditions: conditionsOf(input as Values),
    },
  ];
}

/** The ARN of an object, whether or not it is there. */
export function objectArn(ctx: Context, bucket: string | undefined, key: string | undefined): string {
  return `arn:${ctx.partition}:s3:::${bucket ?? ""}/${key ?? ""}`;
}

/**
 * Asks for `s3:<action>` on the object, or for the action's sister where one version is named: `GetObject` becomes
 * `GetObjectVersion`, `GetObjectTagging` `GetObjectVersionTagging`.
 */
export function onObject(action: string): (input: OnObject, ctx: Context) => readonly Permission[] {
  return (input, ctx) => {
    const { Bucket = "", Key = "" } = input;
    const version = "VersionId" in input && input.VersionId !== undefined;
    const existing = ctx.table(objects).get(objectId(Bucket, Key))?.tags ?? [];
    const conditions = {
      ...conditionsOf(input as Values),
      ...Object.fromEntries(existing.map((tag) => [`s3:ExistingObjectTag/${tag.Key}`, tag.Value])),
    };
    const resource = objectArn(ctx, Bucket, Key);
    const name = version ? action.replace(/Object/, "ObjectVersion") : action;
    const tagged = "Tagging" in input && typeof input.Tagging === "string" && action === "PutObject";
    return [
      { action: `s3:${name}`, resource, conditions },
      ...(tagged ? [{ action: "s3:PutObjectTagging", resource, conditions }] : []),
    ];
  };
}
