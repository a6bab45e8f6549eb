// What every operation on a bucket begins with: the bucket's row or S3's error, and the permission on its ARN.
import type { Context, Permission } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import type { BucketRow, ObjectRow } from "./state.ts";
import { buckets, objectId, objects } from "./state.ts";

/** @throws AwsError NoSuchBucket */
export function bucketOf(ctx: Context, name: string | undefined): Readonly<BucketRow> {
  const bucket = ctx.table(buckets).get(name ?? "");
  if (bucket) return bucket;
  const options = { status: 404, members: { BucketName: name ?? "" } };
  throw new AwsError("NoSuchBucket", "The specified bucket does not exist", options);
}

/** @throws AwsError NoSuchBucket, NoSuchKey */
export function objectOf(ctx: Context, bucket: string | undefined, key: string | undefined): Readonly<ObjectRow> {
  bucketOf(ctx, bucket);
  const object = ctx.table(objects).get(objectId(bucket ?? "", key ?? ""));
  if (object) return object;
  throw new AwsError("NoSuchKey", "The specified key does not exist.", { status: 404, members: { Key: key ?? "" } });
}

type OnBucket = { Bucket?: string | undefined };
type OnObject = OnBucket & { Key?: string | undefined };

/** Asks for `s3:<action>` on the bucket. */
export function onBucket(action: string): (input: OnBucket, ctx: Context) => readonly Permission[] {
  return ({ Bucket = "" }, ctx) => [{ action: `s3:${action}`, resource: `arn:${ctx.partition}:s3:::${Bucket}` }];
}

/** Asks for `s3:<action>` on the object. */
export function onObject(action: string): (input: OnObject, ctx: Context) => readonly Permission[] {
  return ({ Bucket = "", Key = "" }, ctx) => [
    { action: `s3:${action}`, resource: `arn:${ctx.partition}:s3:::${Bucket}/${Key}` },
  ];
}
