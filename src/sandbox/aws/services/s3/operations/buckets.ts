// Buckets: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html and neighbours.
import type {
  CreateBucketOutput,
  CreateBucketRequest,
  DeleteBucketRequest,
  GetBucketLocationOutput,
  GetBucketLocationRequest,
  HeadBucketOutput,
  HeadBucketRequest,
  ListBucketsOutput,
  ListBucketsRequest,
} from "@aws-sdk/client-s3";
import type { Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { paginate } from "../../../query/index.ts";
import { bornWith, bucketOf, onBucket } from "../bucket.ts";
import { ownerOf } from "./acls.ts";
import { buckets, objects, uploads, versions } from "../state.ts";

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
const bucketName = /^(?!\d+\.\d+\.\d+\.\d+$)(?!xn--)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export const bucketOperations: Readonly<Record<string, Operation>> = {
  CreateBucket: operation<CreateBucketRequest, CreateBucketOutput>({
    permissions: onBucket("CreateBucket"),
    run: ({ Bucket = "", CreateBucketConfiguration }, ctx) => {
      if (!bucketName.test(Bucket)) throw new AwsError("InvalidBucketName", "The specified bucket is not valid.");
      const asked = CreateBucketConfiguration?.LocationConstraint;
      if (
        ctx.region === "us-east-1" ? (asked as string) === "us-east-1" : asked === undefined || asked !== ctx.region
      ) {
        const text = asked === undefined ? "unspecified" : asked;
        throw new AwsError(
          "IllegalLocationConstraintException",
          `The ${text} location constraint is incompatible for the region specific endpoint this request was sent to.`,
        );
      }
      // In its first region S3 takes a bucket made again by its owner for made.
      if (ctx.table(buckets).get(Bucket)?.region === "us-east-1" && ctx.region === "us-east-1") {
        return { Location: `/${Bucket}` };
      }
      if (ctx.table(buckets).has(Bucket)) {
        throw new AwsError(
          "BucketAlreadyOwnedByYou",
          "Your previous request to create the named bucket succeeded and you already own it.",
          { status: 409, members: { BucketName: Bucket } },
        );
      }
      ctx.table(buckets).put(Bucket, { name: Bucket, region: ctx.region, createdAt: ctx.now(), settings: bornWith });
      return { Location: ctx.region === "us-east-1" ? `/${Bucket}` : `http://${Bucket}.s3.amazonaws.com/` };
    },
  }),

  DeleteBucket: operation<DeleteBucketRequest, object>({
    permissions: onBucket("DeleteBucket"),
    run: ({ Bucket = "" }, ctx) => {
      bucketOf(ctx, Bucket);
      const versioned = ctx.table(versions).by("bucket", Bucket).length > 0;
      if (versioned || ctx.table(objects).by("bucket", Bucket).length > 0) {
        const options = { status: 409, members: { BucketName: Bucket } };
        const rest = versioned ? ". You must delete all versions in the bucket." : "";
        throw new AwsError("BucketNotEmpty", `The bucket you tried to delete is not empty${rest}`, options);
      }
      for (const upload of ctx.table(uploads).by("bucket", Bucket)) ctx.table(uploads).delete(upload.id);
      ctx.table(buckets).delete(Bucket);
      return {};
    },
  }),

  HeadBucket: operation<HeadBucketRequest, HeadBucketOutput>({
    permissions: onBucket("ListBucket"),
    run: ({ Bucket }, ctx) => ({ BucketRegion: bucketOf(ctx, Bucket).region }),
  }),

  ListBuckets: operation<ListBucketsRequest, ListBucketsOutput>({
    permissions: () => [{ action: "s3:ListAllMyBuckets", resource: "*" }],
    run: ({ Prefix = "", BucketRegion, ContinuationToken, MaxBuckets }, ctx) => {
      const rows = ctx
        .table(buckets)
        .list((row) => row.name.startsWith(Prefix) && (BucketRegion === undefined || row.region === BucketRegion))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const page = paginate(rows, {
        token: ContinuationToken,
        max: MaxBuckets,
        ceiling: 10_000,
        scope: "s3/ListBuckets",
      });
      return {
        Buckets: page.items.map((row) => ({
          Name: row.name,
          CreationDate: new Date(row.createdAt),
          BucketRegion: row.region,
          BucketArn: `arn:${ctx.partition}:s3:::${row.name}`,
        })),
        Owner: ownerOf(ctx),
        ...(page.nextToken === undefined ? {} : { ContinuationToken: page.nextToken }),
      };
    },
  }),

  GetBucketLocation: operation<GetBucketLocationRequest, GetBucketLocationOutput>({
    permissions: onBucket("GetBucketLocation"),
    run: ({ Bucket }, ctx) => {
      const { region } = bucketOf(ctx, Bucket);
      return region === "us-east-1" ? {} : { LocationConstraint: region as never };
    },
  }),
};
