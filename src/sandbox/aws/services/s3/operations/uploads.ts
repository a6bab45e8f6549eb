// Multipart uploads: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
import type {
  AbortMultipartUploadRequest,
  CompleteMultipartUploadOutput,
  CompleteMultipartUploadRequest,
  CreateMultipartUploadOutput,
  CreateMultipartUploadRequest,
  ListMultipartUploadsOutput,
  ListMultipartUploadsRequest,
  ListPartsOutput,
  ListPartsRequest,
  UploadPartOutput,
  UploadPartRequest,
} from "@aws-sdk/client-s3";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { bucketOf, onBucket, onObject } from "../bucket.ts";
import { checksumOf } from "../checksums.ts";
import { encryptionFor, encryptionMembers } from "../encryption.ts";
import type { Checksum, UploadRow } from "../state.ts";
import { uploads } from "../state.ts";
import { parseTagging } from "../tags.ts";
import { storeObject, versionMember } from "../versions.ts";
import { ownerOf } from "./acls.ts";
import { byBytes, encoder } from "./listing.ts";
import { md5 } from "./objects.ts";

const highestPart = 10_000;
/** All parts but the last hold at least 5 MiB. */
const smallestPart = 5 * 1024 * 1024;

function uploadOf(
  ctx: Context,
  input: { Bucket?: string | undefined; UploadId?: string | undefined; Key?: string | undefined },
): Readonly<UploadRow> {
  bucketOf(ctx, input.Bucket);
  const upload = ctx.table(uploads).get(input.UploadId ?? "");
  // Rights were judged on the bucket and key of the request: they must be the upload's.
  if (upload && upload.bucket === input.Bucket && upload.key === input.Key) return upload;
  throw new AwsError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    { status: 404, members: { UploadId: input.UploadId ?? "" } },
  );
}

/** A part's sum says nothing of the whole. */
function partChecksum(checksum: Checksum | undefined): Record<string, string> {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value } : {};
}

export const uploadOperations: Readonly<Record<string, Operation>> = {
  CreateMultipartUpload: operation<CreateMultipartUploadRequest, CreateMultipartUploadOutput>({
    permissions: onObject("PutObject"),
    run: (input, ctx) => {
      const { Bucket = "", Key = "", ContentType, Metadata } = input;
      const encryption = encryptionFor(ctx, Bucket, input);
      const id = ctx.ids.hex(64);
      const contentType = ContentType === undefined ? {} : { contentType: ContentType };
      const row = {
        id,
        bucket: Bucket,
        key: Key,
        startedAt: ctx.now(),
        metadata: Metadata ?? {},
        parts: {},
        tags: parseTagging(input.Tagging),
        ...contentType,
        ...encryption,
      };
      ctx.table(uploads).put(id, row);
      return { Bucket, Key, UploadId: id, ...encryptionMembers(row) };
    },
  }),

  UploadPart: operation<UploadPartRequest, UploadPartOutput>({
    permissions: onObject("PutObject"),
    run: (input, ctx) => {
      const upload = uploadOf(ctx, input);
      const number = input.PartNumber ?? 0;
      if (number < 1 || number > highestPart) {
        throw new AwsError("InvalidArgument", `Part number must be an integer between 1 and ${highestPart}, inclusive`);
      }
      const bytes = (input.Body ?? new Uint8Array()) as Uint8Array;
      const part = {
        body: Buffer.from(bytes).toString("base64"),
        size: bytes.byteLength,
        md5: md5(bytes),
        modifiedAt: ctx.now(),
      };
      ctx.table(uploads).put(upload.id, { ...upload, parts: { ...upload.parts, [number]: part } });
      return { ETag: `"${part.md5}"`, ...encryptionMembers(upload), ...partChecksum(checksumOf(input, bytes)) };
    },
  }),

  CompleteMultipartUpload: operation<CompleteMultipartUploadRequest, CompleteMultipartUploadOutput>({
    permissions: onObject("PutObject"),
    run: (input, ctx) => {
      const upload = uploadOf(ctx, input);
      const asked = input.MultipartUpload?.Parts ?? [];
      const parts = asked.map(({ PartNumber = 0, ETag = "" }, i) => {
        const part = upload.parts[PartNumber];
        if (!part || `"${part.md5}"` !== `"${ETag.replaceAll('"', "")}"`) {
          throw new AwsError("InvalidPart", "One or more of the specified parts could not be found.");
        }
        if (i > 0 && PartNumber <= (asked[i - 1]?.PartNumber ?? 0)) {
          throw new AwsError("InvalidPartOrder", "The list of parts was not in ascending order.");
        }
        if (i < asked.length - 1 && part.size < smallestPart) {
          throw new AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
        }
        return { ...part, bytes: Buffer.from(part.body, "base64") };
      });
      if (parts.length === 0) throw new AwsError("InvalidRequest", "You must specify at least one part");
      const body = Buffer.concat(parts.map((part) => part.bytes));
      const { bucket, key, metadata, contentType, kmsKey } = upload;
      const etag = `"${md5(Buffer.concat(parts.map((part) => Buffer.from(part.md5, "hex"))))}-${parts.length}"`;
      const row = storeObject(ctx, {
        bucket,
        key,
        metadata,
        tags: upload.tags ?? [],
        ...(kmsKey === undefined ? {} : { kmsKey }),
        body: body.toString("base64"),
        size: body.byteLength,
        etag,
        ...(contentType === undefined ? {} : { contentType }),
      });
      ctx.table(uploads).delete(upload.id);
      return {
        Bucket: bucket,
        Key: key,
        ETag: etag,
        Location: `http://${bucket}.s3.amazonaws.com/${key}`,
        ...encryptionMembers(row),
        ...versionMember(ctx, row),
      };
    },
  }),

  AbortMultipartUpload: operation<AbortMultipartUploadRequest, object>({
    permissions: onObject("AbortMultipartUpload"),
    run: (input, ctx) => {
      ctx.table(uploads).delete(uploadOf(ctx, input).id);
      return {};
    },
  }),

  ListParts: operation<ListPartsRequest, ListPartsOutput>({
    permissions: onObject("ListMultipartUploadParts"),
    run: (input, ctx) => {
      const upload = uploadOf(ctx, input);
      const Parts = Object.entries(upload.parts).map(([number, part]) => ({
        PartNumber: Number(number),
        ETag: `"${part.md5}"`,
        Size: part.size,
        LastModified: new Date(part.modifiedAt),
      }));
      return {
        Bucket: upload.bucket,
        Key: upload.key,
        UploadId: upload.id,
        Parts,
        IsTruncated: false,
        MaxParts: 1000,
        StorageClass: "STANDARD",
        Owner: ownerOf(ctx),
        Initiator: { ID: ctx.principal.arn, DisplayName: ctx.principal.name },
      };
    },
  }),

  ListMultipartUploads: operation<ListMultipartUploadsRequest, ListMultipartUploadsOutput>({
    permissions: onBucket("ListBucketMultipartUploads"),
    run: ({ Bucket = "", Prefix = "", EncodingType }, ctx) => {
      bucketOf(ctx, Bucket);
      const encode = encoder(EncodingType);
      const rows = [...ctx.table(uploads).by("bucket", Bucket)].filter((row) => row.key.startsWith(Prefix));
      return {
        Bucket,
        Prefix,
        KeyMarker: "",
        UploadIdMarker: "",
        MaxUploads: 1000,
        IsTruncated: false,
        Uploads: rows
          .toSorted((a, b) => byBytes(a.key, b.key) || a.startedAt - b.startedAt)
          .map((row) => ({
            UploadId: row.id,
            Key: encode(row.key),
            Initiated: new Date(row.startedAt),
            StorageClass: "STANDARD",
            Owner: ownerOf(ctx),
          })),
      };
    },
  }),
};
