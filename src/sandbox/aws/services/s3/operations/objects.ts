// Objects: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html and neighbours.
import { createHash } from "node:crypto";
import type {
  CopyObjectOutput,
  CopyObjectRequest,
  GetObjectAttributesOutput,
  GetObjectAttributesRequest,
  GetObjectOutput,
  GetObjectRequest,
  HeadObjectOutput,
  HeadObjectRequest,
  PutObjectOutput,
  PutObjectRequest,
} from "@aws-sdk/client-s3";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, NotEmulatedError, operation } from "../../../core/index.ts";
import { bucketOf, objectArn, onObject } from "../bucket.ts";
import { checksumMembers, checksumOf } from "../checksums.ts";
import { checkDecryption, encryptionFor, encryptionMembers } from "../encryption.ts";
import type { ObjectRow } from "../state.ts";
import { objectId, objects } from "../state.ts";
import { parseTagging } from "../tags.ts";
import { objectOf, storeObject, versionMember } from "../versions.ts";

export const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

/** Keys hold at most 1,024 bytes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const longestKey = 1024;

function headersOf(ctx: Context, row: Readonly<ObjectRow>, input: HeadObjectRequest): HeadObjectOutput {
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
    ...encryptionMembers(row),
    ...versionMember(ctx, row),
    ...(row.storageClass === undefined ? {} : { StorageClass: row.storageClass as never }),
    ...(input.ChecksumMode === "ENABLED" ? checksumMembers(row.checksum) : {}),
    ...overrides(input),
  };
}

/** Headers that a signed caller may ask for in the answer; a line break would end the header and begin another. */
function overrides(input: HeadObjectRequest): HeadObjectOutput {
  const asked: Record<string, string | Date | undefined> = {
    ContentType: input.ResponseContentType,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    CacheControl: input.ResponseCacheControl,
  };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    if (/[\u0000-\u001f\u007f]/.test(String(value)))
      throw new AwsError("InvalidArgument", `Header value cannot be represented: response ${name}`);
  }
  return Object.fromEntries(given);
}

/** `?versionId=…` behind a source that is percent-encoded as a whole. */
function sourceOf(text: string | undefined): { Bucket: string; Key: string; VersionId?: string } {
  const [path = "", query = ""] = (text ?? "").split("?");
  let source: string;
  try {
    source = decodeURIComponent(path).replace(/^\//, "");
  } catch {
    // A broken escape names nothing.
    source = "";
  }
  const cut = source.indexOf("/");
  if (cut < 1 || cut === source.length - 1) {
    throw new AwsError("InvalidArgument", "Invalid copy source object key", {
      members: { ArgumentName: "x-amz-copy-source", ArgumentValue: text ?? "" },
    });
  }
  const version = new URLSearchParams(query).get("versionId");
  return {
    Bucket: source.slice(0, cut),
    Key: source.slice(cut + 1),
    ...(version === null ? {} : { VersionId: version }),
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

const text = <K extends string>(key: K, value: string | undefined): { [key in K]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { [key in K]?: string };

/** Classes that answer at once; those that must be restored first aren't here. */
const storageClasses = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER_IR",
];

function storageClassOf(asked: string | undefined): Pick<ObjectRow, "storageClass"> {
  if (asked === undefined || asked === "STANDARD") return {};
  if (asked === "GLACIER" || asked === "DEEP_ARCHIVE") throw new NotEmulatedError(`s3 storage class ${asked}`);
  if (storageClasses.includes(asked)) return { storageClass: asked };
  throw new AwsError("InvalidStorageClass", "The storage class you specified is not valid", {
    members: { StorageClassRequested: asked },
  });
}

function preconditionFailed(Condition: string): AwsError {
  return new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
    status: 412,
    members: { Condition },
  });
}

/** Writing only where nothing is, or over what the caller has seen. */
function checkWrite(input: PutObjectRequest, existing: Readonly<ObjectRow> | undefined): void {
  if (input.IfNoneMatch === "*" && existing) throw preconditionFailed("If-None-Match");
  if (input.IfMatch === undefined) return;
  if (!existing) {
    const members = { Key: input.Key ?? "" };
    throw new AwsError("NoSuchKey", "The specified key does not exist.", { status: 404, members });
  }
  if (!sameTag(existing, input.IfMatch)) throw preconditionFailed("If-Match");
}

export const objectOperations: Readonly<Record<string, Operation>> = {
  PutObject: operation<PutObjectRequest, PutObjectOutput>({
    permissions: onObject("PutObject"),
    run: (input, ctx) => {
      const { Bucket = "", Key = "" } = input;
      bucketOf(ctx, Bucket);
      if (Buffer.byteLength(Key) > longestKey) throw new AwsError("KeyTooLongError", "Your key is too long");
      checkWrite(input, ctx.table(objects).get(objectId(Bucket, Key)));
      const bytes = (input.Body ?? new Uint8Array()) as Uint8Array;
      if (input.ContentMD5 !== undefined && Buffer.from(md5(bytes), "hex").toString("base64") !== input.ContentMD5) {
        throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.");
      }
      const checksum = checksumOf(input, bytes);
      const row = storeObject(ctx, {
        bucket: Bucket,
        key: Key,
        body: Buffer.from(bytes).toString("base64"),
        size: bytes.byteLength,
        etag: `"${md5(bytes)}"`,
        metadata: input.Metadata ?? {},
        tags: parseTagging(input.Tagging),
        ...encryptionFor(ctx, Bucket, input),
        ...(checksum ? { checksum } : {}),
        ...text("contentType", input.ContentType),
        ...text("contentEncoding", input.ContentEncoding === "aws-chunked" ? undefined : input.ContentEncoding),
        ...text("cacheControl", input.CacheControl),
        ...text("contentDisposition", input.ContentDisposition),
        ...storageClassOf(input.StorageClass),
      });
      return { ETag: row.etag, ...encryptionMembers(row), ...versionMember(ctx, row), ...checksumMembers(checksum) };
    },
  }),

  GetObject: operation<GetObjectRequest, GetObjectOutput>({
    permissions: onObject("GetObject"),
    run: (input, ctx) => {
      const row = objectOf(ctx, input);
      checkConditions(row, input);
      checkDecryption(ctx, row);
      const { body, contentRange } = slice(Buffer.from(row.body, "base64"), input.Range);
      return {
        // The sum is of the whole: a part comes without.
        ...headersOf(ctx, row, contentRange === undefined ? input : { ...input, ChecksumMode: undefined }),
        ContentLength: body.byteLength,
        ...(contentRange === undefined ? {} : { ContentRange: contentRange }),
        Body: body as never,
      };
    },
  }),

  HeadObject: operation<HeadObjectRequest, HeadObjectOutput>({
    permissions: onObject("GetObject"),
    run: (input, ctx) => {
      const row = objectOf(ctx, input);
      checkConditions(row, input);
      return headersOf(ctx, row, input);
    },
  }),

  GetObjectAttributes: operation<GetObjectAttributesRequest, GetObjectAttributesOutput>({
    permissions: (input, ctx) => [...onObject("GetObject")(input, ctx), ...onObject("GetObjectAttributes")(input, ctx)],
    run: (input, ctx) => {
      const row = objectOf(ctx, input);
      const { Checksum: _, ...members } = {
        ETag: row.etag.replaceAll('"', ""),
        ObjectSize: row.size,
        StorageClass: (row.storageClass ?? "STANDARD") as "STANDARD",
        Checksum: undefined,
      };
      const wanted = (input.ObjectAttributes ?? []).map(String);
      const known = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];
      if (wanted.length === 0 || wanted.some((name) => !known.includes(name)))
        throw new AwsError("InvalidArgument", "Invalid attribute name specified.");
      return {
        ...Object.fromEntries(Object.entries(members).filter(([name]) => wanted.includes(name))),
        ...(wanted.includes("Checksum") && row.checksum ? { Checksum: checksumMembers(row.checksum) } : {}),
        LastModified: new Date(row.modifiedAt),
        ...versionMember(ctx, row),
      };
    },
  }),

  CopyObject: operation<CopyObjectRequest, CopyObjectOutput>({
    permissions: (input, ctx) => {
      const { Bucket, Key, VersionId } = sourceOf(input.CopySource);
      const action = VersionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion";
      return [{ action, resource: objectArn(ctx, Bucket, Key) }, ...onObject("PutObject")(input, ctx)];
    },
    run: (input, ctx) => {
      const source = sourceOf(input.CopySource);
      const from = objectOf(ctx, source);
      bucketOf(ctx, input.Bucket);
      checkDecryption(ctx, from);
      const replace = input.MetadataDirective === "REPLACE";
      const same = source.Bucket === input.Bucket && source.Key === input.Key && source.VersionId === undefined;
      if (same && !replace && input.ServerSideEncryption === undefined && input.StorageClass === undefined) {
        throw new AwsError(
          "InvalidRequest",
          "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        );
      }
      const { versionId: _, kmsKey: __, storageClass: ___, ...object } = from;
      const row = storeObject(ctx, {
        ...object,
        bucket: input.Bucket ?? "",
        key: input.Key ?? "",
        ...encryptionFor(ctx, input.Bucket ?? "", input),
        ...(replace ? { metadata: input.Metadata ?? {}, ...text("contentType", input.ContentType) } : {}),
        ...(input.TaggingDirective === "REPLACE" ? { tags: parseTagging(input.Tagging) } : {}),
        ...storageClassOf(input.StorageClass),
      });
      return {
        CopyObjectResult: {
          ETag: row.etag,
          LastModified: new Date(row.modifiedAt),
          ...checksumMembers(row.checksum),
        },
        ...encryptionMembers(row),
        ...versionMember(ctx, row),
        ...(from.versionId === undefined ? {} : { CopySourceVersionId: from.versionId }),
      };
    },
  }),
};
