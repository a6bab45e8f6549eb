// Multipart uploads: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
import type {
  AbortMultipartUploadRequest,
  CompleteMultipartUploadOutput,
  CompleteMultipartUploadRequest,
  CreateMultipartUploadOutput,
  CreateMultipartUploadRequest,
  ListPartsOutput,
  ListPartsRequest,
  UploadPartOutput,
  UploadPartRequest,
} from "@aws-sdk/client-s3";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { bucketOf, onObject } from "../bucket.ts";
import type { UploadRow } from "../state.ts";
import { uploads } from "../state.ts";
import { md5, storeObject } from "./objects.ts";

const highestPart = 10_000;
/** All parts but the last hold at least 5 MiB. */
const smallestPart = 5 * 1024 * 1024;

function uploadOf(
  ctx: Context,
  input: { UploadId?: string | undefined; Key?: string | undefined },
): Readonly<UploadRow> {
  const upload = ctx.table(uploads).get(input.UploadId ?? "");
  if (upload && upload.key === input.Key) return upload;
  throw new AwsError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    { status: 404 },
  );
}

export const uploadOperations: Readonly<Record<string, Operation>> = {
  CreateMultipartUpload: operation<CreateMultipartUploadRequest, CreateMultipartUploadOutput>({
    permissions: onObject("PutObject"),
    run: ({ Bucket = "", Key = "", ContentType, Metadata }, ctx) => {
      bucketOf(ctx, Bucket);
      const id = ctx.ids.hex(64);
      const contentType = ContentType === undefined ? {} : { contentType: ContentType };
      const row = {
        id,
        bucket: Bucket,
        key: Key,
        startedAt: ctx.now(),
        metadata: Metadata ?? {},
        parts: {},
        ...contentType,
      };
      ctx.table(uploads).put(id, row);
      return { Bucket, Key, UploadId: id };
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
      return { ETag: `"${part.md5}"` };
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
      const { bucket, key, metadata, contentType } = upload;
      const etag = `"${md5(Buffer.concat(parts.map((part) => Buffer.from(part.md5, "hex"))))}-${parts.length}"`;
      storeObject(ctx, {
        bucket,
        key,
        metadata,
        tags: [],
        body: body.toString("base64"),
        size: body.byteLength,
        etag,
        ...(contentType === undefined ? {} : { contentType }),
      });
      ctx.table(uploads).delete(upload.id);
      return { Bucket: bucket, Key: key, ETag: etag, Location: `http://${bucket}.s3.amazonaws.com/${key}` };
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
      return { Bucket: upload.bucket, Key: upload.key, UploadId: upload.id, Parts, IsTruncated: false };
    },
  }),
};
