// Objects: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html and neighbours.
import { createHash } from "node:crypto";
import type {
  CopyObjectOutput,
  CopyObjectRequest,
  DeleteObjectOutput,
  DeleteObjectRequest,
  DeleteObjectsOutput,
  DeleteObjectsRequest,
  GetObjectOutput,
  GetObjectRequest,
  GetObjectTaggingOutput,
  GetObjectTaggingRequest,
  HeadObjectOutput,
  HeadObjectRequest,
  PutObjectOutput,
  PutObjectRequest,
  PutObjectTaggingRequest,
} from "@aws-sdk/client-s3";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { bucketOf, objectOf, onBucket, onObject } from "../bucket.ts";
import type { ObjectRow } from "../state.ts";
import { objectId, objects } from "../state.ts";

export const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

/** Keys hold at most 1,024 bytes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const longestKey = 1024;

function headersOf(row: Readonly<ObjectRow>): HeadObjectOutput {
  return {
    AcceptRanges: "bytes",
    ETag: row.etag,
    LastModified: new Date(row.modifiedAt),
    ContentLength: row.size,
    ContentType: row.contentType ?? "binary/octet-stream",
    Metadata: { ...row.metadata },
    ...(row.contentEncoding === undefined ? {} : { ContentEncoding: row.contentEncoding }),
    ...(row.cacheControl === undefined ? {} : { CacheControl: row.cacheControl }),
    ...(row.contentDisposition === undefined ? {} : { ContentDisposition: row.contentDisposition }),
    ...(row.tags.length === 0 ? {} : { TagCount: row.tags.length }),
  };
}

interface Conditions {
  IfMatch?: string | undefined;
  IfNoneMatch?: string | undefined;
  IfModifiedSince?: Date | undefined;
  IfUnmodifiedSince?: Date | undefined;
}

const sameTag = (row: Readonly<ObjectRow>, tag: string): boolean =>
  tag === "*" || tag === row.etag || `"${tag}"` === row.etag;

function checkConditions(row: Readonly<ObjectRow>, when: Conditions): void {
  const modified = Math.floor(row.modifiedAt / 1000);
  const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
  if (
    when.IfMatch !== undefined
      ? !sameTag(row, when.IfMatch)
      : when.IfUnmodifiedSince && modified > seconds(when.IfUnmodifiedSince)
  ) {
    throw new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
      status: 412,
    });
  }
  if (
    when.IfNoneMatch !== undefined
      ? sameTag(row, when.IfNoneMatch)
      : when.IfModifiedSince && modified <= seconds(when.IfModifiedSince)
  ) {
    throw new AwsError("NotModified", "Not Modified", { status: 304 });
  }
}

/** The asked part of a body; S3 understands one range and ignores what it can't read. */
function slice(body: Uint8Array, range: string | undefined): { body: Uint8Array; contentRange?: string } {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return { body };
  const size = body.byteLength;
  const start = match[1] === "" ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === "" || match[2] === "" ? size - 1 : Math.min(size - 1, Number(match[2]));
  if (start > end) throw new AwsError("InvalidRange", "The requested range is not satisfiable", { status: 416 });
  return { body: body.subarray(start, end + 1), contentRange: `bytes ${start}-${end}/${size}` };
}

/** Stores an object and returns its row. */
export function storeObject(ctx: Context, row: Omit<ObjectRow, "modifiedAt">): Readonly<ObjectRow> {
  return ctx.table(objects).put(objectId(row.bucket, row.key), { ...row, modifiedAt: ctx.now() });
}

const text = <K extends string>(key: K, value: string | undefined): { [key in K]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { [key in K]?: string };

function parseTagging(tagging: string | undefined): ObjectRow["tags"] {
  return [...new URLSearchParams(tagging ?? "")].map(([Key, Value]) => ({ Key, Value }));
}

export const objectOperations: Readonly<Record<string, Operation>> = {
  PutObject: operation<PutObjectRequest, PutObjectOutput>({
    permissions: onObject("PutObject"),
    run: (input, ctx) => {
      const { Bucket = "", Key = "" } = input;
      bucketOf(ctx, Bucket);
      if (Buffer.byteLength(Key) > longestKey) throw new AwsError("KeyTooLongError", "Your key is too long");
      const existing = ctx.table(objects).get(objectId(Bucket, Key));
      if (input.IfNoneMatch === "*" && existing) {
        throw new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
          status: 412,
        });
      }
      const bytes = (input.Body ?? new Uint8Array()) as Uint8Array;
      if (input.ContentMD5 !== undefined && Buffer.from(md5(bytes), "hex").toString("base64") !== input.ContentMD5) {
        throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.");
      }
      const row = storeObject(ctx, {
        bucket: Bucket,
        key: Key,
        body: Buffer.from(bytes).toString("base64"),
        size: bytes.byteLength,
        etag: `"${md5(bytes)}"`,
        metadata: input.Metadata ?? {},
        tags: parseTagging(input.Tagging),
        ...text("contentType", input.ContentType),
        ...text("contentEncoding", input.ContentEncoding === "aws-chunked" ? undefined : input.ContentEncoding),
        ...text("cacheControl", input.CacheControl),
        ...text("contentDisposition", input.ContentDisposition),
      });
      return { ETag: row.etag };
    },
  }),

  GetObject: operation<GetObjectRequest, GetObjectOutput>({
    permissions: onObject("GetObject"),
    run: (input, ctx) => {
      const row = objectOf(ctx, input.Bucket, input.Key);
      checkConditions(row, input);
      const { body, contentRange } = slice(Buffer.from(row.body, "base64"), input.Range);
      return {
        ...headersOf(row),
        ContentLength: body.byteLength,
        ...(contentRange === undefined ? {} : { ContentRange: contentRange }),
        Body: body as never,
      };
    },
  }),

  HeadObject: operation<HeadObjectRequest, HeadObjectOutput>({
    permissions: onObject("GetObject"),
    run: (input, ctx) => {
      const row = objectOf(ctx, input.Bucket, input.Key);
      checkConditions(row, input);
      return headersOf(row);
    },
  }),

  CopyObject: operation<CopyObjectRequest, CopyObjectOutput>({
    permissions: (input, ctx) => {
      const source = decodeURIComponent(input.CopySource ?? "").replace(/^\//, "");
      return [
        { action: "s3:GetObject", resource: `arn:${ctx.partition}:s3:::${source}` },
        { action: "s3:PutObject", resource: `arn:${ctx.partition}:s3:::${input.Bucket}/${input.Key}` },
      ];
    },
    run: (input, ctx) => {
      const source = decodeURIComponent((input.CopySource ?? "").split("?")[0] ?? "").replace(/^\//, "");
      const cut = source.indexOf("/");
      const from = objectOf(ctx, source.slice(0, cut), source.slice(cut + 1));
      bucketOf(ctx, input.Bucket);
      const replace = input.MetadataDirective === "REPLACE";
      const row = storeObject(ctx, {
        ...from,
        bucket: input.Bucket ?? "",
        key: input.Key ?? "",
        ...(replace ? { metadata: input.Metadata ?? {}, ...text("contentType", input.ContentType) } : {}),
        ...(input.TaggingDirective === "REPLACE" ? { tags: parseTagging(input.Tagging) } : {}),
      });
      return { CopyObjectResult: { ETag: row.etag, LastModified: new Date(row.modifiedAt) } };
    },
  }),

  DeleteObject: operation<DeleteObjectRequest, DeleteObjectOutput>({
    permissions: onObject("DeleteObject"),
    run: ({ Bucket = "", Key = "" }, ctx) => {
      bucketOf(ctx, Bucket);
      ctx.table(objects).delete(objectId(Bucket, Key));
      return {};
    },
  }),

  DeleteObjects: operation<DeleteObjectsRequest, DeleteObjectsOutput>({
    permissions: ({ Bucket = "" }, ctx) => [
      { action: "s3:DeleteObject", resource: `arn:${ctx.partition}:s3:::${Bucket}/*` },
    ],
    run: ({ Bucket = "", Delete }, ctx) => {
      bucketOf(ctx, Bucket);
      const keys = (Delete?.Objects ?? []).map(({ Key = "" }) => Key);
      // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html: up to 1,000 keys.
      if (keys.length === 0 || keys.length > 1000) {
        throw new AwsError(
          "MalformedXML",
          "The XML you provided was not well-formed or did not validate against our published schema",
        );
      }
      for (const key of keys) ctx.table(objects).delete(objectId(Bucket, key));
      return Delete?.Quiet ? {} : { Deleted: keys.map((Key) => ({ Key })) };
    },
  }),

  PutObjectTagging: operation<PutObjectTaggingRequest, object>({
    permissions: onObject("PutObjectTagging"),
    run: ({ Bucket, Key, Tagging }, ctx) => {
      const row = objectOf(ctx, Bucket, Key);
      const tags = (Tagging?.TagSet ?? []).map(({ Key: name = "", Value = "" }) => ({ Key: name, Value }));
      if (tags.length > 10) throw new AwsError("BadRequest", "Object tags cannot be greater than 10");
      ctx.table(objects).put(objectId(row.bucket, row.key), { ...row, tags });
      return {};
    },
  }),

  GetObjectTagging: operation<GetObjectTaggingRequest, GetObjectTaggingOutput>({
    permissions: onObject("GetObjectTagging"),
    run: ({ Bucket, Key }, ctx) => ({ TagSet: [...objectOf(ctx, Bucket, Key).tags] }),
  }),

  GetBucketAcl: operation<{ Bucket?: string }, object>({
    permissions: onBucket("GetBucketAcl"),
    run: ({ Bucket }, ctx) => {
      bucketOf(ctx, Bucket);
      const owner = { ID: ctx.account.padEnd(64, "0"), DisplayName: ctx.account };
      return { Owner: owner, Grants: [{ Grantee: { ...owner, Type: "CanonicalUser" }, Permission: "FULL_CONTROL" }] };
    },
  }),
};
