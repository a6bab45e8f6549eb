// ListObjectVersions: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
import type { ListObjectVersionsOutput, ListObjectVersionsRequest } from "@aws-sdk/client-s3";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { bucketOf, onBucket } from "../bucket.ts";
import type { ObjectRow, VersionRow } from "../state.ts";
import { objects, versions } from "../state.ts";
import { isMarker } from "../versions.ts";
import { ownerOf } from "./acls.ts";
import { byBytes, encoder, sizeOf } from "./listing.ts";

type Version = Readonly<ObjectRow | VersionRow>;

const idOf = (row: Version): string => row.versionId ?? "null";

/** All versions under a prefix, by key, newest first. */
function all(ctx: Context, bucket: string, prefix: string): Version[] {
  const rows: Version[] = [...ctx.table(objects).by("bucket", bucket), ...ctx.table(versions).by("bucket", bucket)];
  return rows
    .filter((row) => row.key.startsWith(prefix))
    .toSorted((a, b) => byBytes(a.key, b.key) || b.sequence - a.sequence);
}

interface Page {
  rows: Version[];
  prefixes: string[];
  next: { key: string; id?: string } | undefined;
}

function pageOf(rows: readonly Version[], input: ListObjectVersionsRequest, max: number): Page {
  const { Prefix = "", Delimiter = "", KeyMarker = "", VersionIdMarker } = input;
  const marker = rows.findIndex((row) => row.key === KeyMarker && idOf(row) === VersionIdMarker);
  const page: Page = { rows: [], prefixes: [], next: undefined };
  let last: Page["next"];
  for (const [i, row] of rows.entries()) {
    const cut = Delimiter === "" ? -1 : row.key.indexOf(Delimiter, Prefix.length);
    const name = cut < 0 ? row.key : row.key.slice(0, cut + Delimiter.length);
    if (KeyMarker !== "" && (marker >= 0 ? i <= marker : byBytes(name, KeyMarker) <= 0)) continue;
    if (cut >= 0 && page.prefixes.at(-1) === name) continue;
    if (page.rows.length + page.prefixes.length >= max) return max === 0 ? page : { ...page, next: last };
    if (cut < 0) page.rows.push(row);
    else page.prefixes.push(name);
    last = cut < 0 ? { key: row.key, id: idOf(row) } : { key: name };
  }
  return page;
}

export const versionListingOperations: Readonly<Record<string, Operation>> = {
  ListObjectVersions: operation<ListObjectVersionsRequest, ListObjectVersionsOutput>({
    permissions: onBucket("ListBucketVersions"),
    run: (input, ctx) => {
      const { Prefix = "", Delimiter, EncodingType, KeyMarker = "", VersionIdMarker } = input;
      const bucket = bucketOf(ctx, input.Bucket).name;
      const encode = encoder(EncodingType);
      const rows = all(ctx, bucket, Prefix);
      const newest = new Map(rows.toReversed().map((row) => [row.key, row]));
      const page = pageOf(rows, input, sizeOf(input.MaxKeys));
      const common = (row: Version) => ({
        Key: encode(row.key),
        VersionId: idOf(row),
        IsLatest: newest.get(row.key) === row,
        LastModified: new Date(row.modifiedAt),
        Owner: ownerOf(ctx),
      });
      return {
        Name: bucket,
        Prefix: encode(Prefix),
        KeyMarker: encode(KeyMarker),
        VersionIdMarker: VersionIdMarker ?? "",
        MaxKeys: input.MaxKeys ?? 1000,
        IsTruncated: page.next !== undefined,
        ...(Delimiter === undefined ? {} : { Delimiter: encode(Delimiter) }),
        ...(EncodingType === undefined ? {} : { EncodingType }),
        Versions: page.rows
          .filter((row) => !isMarker(row))
          .map((row) => ({
            ...common(row),
            ETag: row.etag,
            Size: row.size,
            StorageClass: (row.storageClass ?? "STANDARD") as "STANDARD",
          })),
        DeleteMarkers: page.rows.filter(isMarker).map(common),
        CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
        ...(page.next ? { NextKeyMarker: encode(page.next.key) } : {}),
        ...(page.next?.id === undefined ? {} : { NextVersionIdMarker: page.next.id }),
      };
    },
  }),
};
