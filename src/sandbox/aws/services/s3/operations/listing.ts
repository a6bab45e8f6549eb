// ListObjects in both versions: prefix, delimiter, pages. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
import type {
  ListObjectsOutput,
  ListObjectsRequest,
  ListObjectsV2Output,
  ListObjectsV2Request,
} from "@aws-sdk/client-s3";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { bucketOf, onBucket } from "../bucket.ts";
import type { ObjectRow } from "../state.ts";
import { objects } from "../state.ts";
import { ownerOf } from "./acls.ts";

/** Keys and common prefixes of one page. */
interface Listing {
  contents: Readonly<ObjectRow>[];
  prefixes: string[];
  truncated: boolean;
  /** The last key or prefix of the page. */
  last: string;
}

export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function list(
  ctx: Context,
  bucket: string,
  query: { prefix: string; delimiter: string | undefined; after: string; max: number },
): Listing {
  const rows = ctx
    .table(objects)
    .by("bucket", bucket)
    .filter((row) => row.key.startsWith(query.prefix))
    .toSorted((a, b) => byBytes(a.key, b.key));
  const listing: Listing = { contents: [], prefixes: [], truncated: false, last: "" };
  for (const row of rows) {
    const cut = query.delimiter ? row.key.indexOf(query.delimiter, query.prefix.length) : -1;
    const name = cut < 0 ? row.key : row.key.slice(0, cut + (query.delimiter ?? "").length);
    if (query.after !== "" && byBytes(name, query.after) <= 0) continue;
    if (name === listing.last && cut >= 0) continue;
    if (listing.contents.length + listing.prefixes.length >= query.max) return { ...listing, truncated: query.max > 0 };
    if (cut < 0) listing.contents.push(row);
    else listing.prefixes.push(name);
    listing.last = name;
  }
  return listing;
}

/** Most keys in one page, and what is given when nothing is asked. */
const pageSize = 1000;

/** Keys as the answer writes them. */
export function encoder(encoding: string | undefined): (text: string) => string {
  if (encoding !== undefined && encoding !== "url")
    throw new AwsError("InvalidArgument", "Invalid Encoding Method specified in Request", {
      members: { ArgumentName: "encoding-type", ArgumentValue: encoding },
    });
  return encoding === "url" ? (text) => encodeURIComponent(text).replaceAll("%2F", "/") : (text) => text;
}

const content = (row: Readonly<ObjectRow>, encode: (text: string) => string): object => ({
  Key: encode(row.key),
  LastModified: new Date(row.modifiedAt),
  ETag: row.etag,
  Size: row.size,
  StorageClass: row.storageClass ?? "STANDARD",
  ...(row.checksum ? { ChecksumAlgorithm: [row.checksum.algorithm], ChecksumType: "FULL_OBJECT" } : {}),
});

function common(
  input: ListObjectsRequest | ListObjectsV2Request,
  found: Listing,
): ListObjectsOutput & ListObjectsV2Output {
  const encode = encoder(input.EncodingType);
  const { Bucket, Prefix = "", Delimiter, MaxKeys, EncodingType } = input;
  return {
    IsTruncated: found.truncated,
    Contents: found.contents.map((row) => content(row, encode)),
    CommonPrefixes: found.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    Name: Bucket,
    Prefix: encode(Prefix),
    MaxKeys: MaxKeys ?? pageSize,
    ...(Delimiter === undefined ? {} : { Delimiter: encode(Delimiter) }),
    ...(EncodingType === undefined ? {} : { EncodingType }),
  };
}

/** How many a page may hold at most. */
export function sizeOf(max: number | undefined): number {
  if (max !== undefined && max < 0)
    throw new AwsError("InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647");
  return Math.min(max ?? pageSize, pageSize);
}

export const listingOperations: Readonly<Record<string, Operation>> = {
  ListObjectsV2: operation<ListObjectsV2Request, ListObjectsV2Output>({
    permissions: onBucket("ListBucket"),
    run: (input, ctx) => {
      const bucket = bucketOf(ctx, input.Bucket).name;
      const after = input.ContinuationToken
        ? Buffer.from(input.ContinuationToken, "base64url").toString()
        : (input.StartAfter ?? "");
      const query = { prefix: input.Prefix ?? "", delimiter: input.Delimiter, after, max: sizeOf(input.MaxKeys) };
      const found = list(ctx, bucket, query);
      return {
        ...common(input, found),
        ...(input.FetchOwner === true
          ? {
              Contents: found.contents.map((row) => ({
                ...content(row, encoder(input.EncodingType)),
                Owner: ownerOf(ctx),
              })),
            }
          : {}),
        KeyCount: found.contents.length + found.prefixes.length,
        ...(found.truncated ? { NextContinuationToken: Buffer.from(found.last).toString("base64url") } : {}),
        ...(input.ContinuationToken === undefined ? {} : { ContinuationToken: input.ContinuationToken }),
        ...(input.StartAfter === undefined ? {} : { StartAfter: encoder(input.EncodingType)(input.StartAfter) }),
      };
    },
  }),

  ListObjects: operation<ListObjectsRequest, ListObjectsOutput>({
    permissions: onBucket("ListBucket"),
    run: (input, ctx) => {
      const bucket = bucketOf(ctx, input.Bucket).name;
      const query = {
        prefix: input.Prefix ?? "",
        delimiter: input.Delimiter,
        after: input.Marker ?? "",
        max: sizeOf(input.MaxKeys),
      };
      const found = list(ctx, bucket, query);
      const encode = encoder(input.EncodingType);
      return {
        ...common(input, found),
        Contents: found.contents.map((row) => ({ ...content(row, encode), Owner: ownerOf(ctx) })),
        Marker: encode(input.Marker ?? ""),
        ...(found.truncated && input.Delimiter !== undefined ? { NextMarker: encode(found.last) } : {}),
      };
    },
  }),
};
