// Buckets and objects. Bodies are base64 in the rows: the sandbox holds templates and test data, not archives.
import type { TableDefinition } from "../../core/index.ts";
import { defineTable } from "../../core/index.ts";

export interface BucketRow {
  name: string;
  region: string;
  createdAt: number;
  /** Documents of the bucket's sub-resources, as they were put: policy, tagging, encryption … */
  settings: Readonly<Record<string, object | string>>;
}

export interface ObjectRow {
  bucket: string;
  key: string;
  /** base64 */
  body: string;
  size: number;
  /** With its quotes, as on the wire. */
  etag: string;
  modifiedAt: number;
  contentType?: string;
  contentEncoding?: string;
  cacheControl?: string;
  contentDisposition?: string;
  metadata: Readonly<Record<string, string>>;
  tags: readonly { Key: string; Value: string }[];
  /** Absent (and `null` on the wire) for what was put while the bucket had no versions. */
  versionId?: string;
  /** Grows with every version of a key. */
  sequence: number;
  /** Absent: with keys of S3's own. */
  kmsKey?: string;
  /** Absent: STANDARD. It is kept and shown; nothing is archived here. */
  storageClass?: string;
  checksum?: Checksum;
}

/** A checksum that came with an object. */
export interface Checksum {
  algorithm: "CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256";
  /** base64 */
  value: string;
}

/** A version that isn't the current object: an older one, or a marker that the key was deleted. */
export interface VersionRow extends ObjectRow {
  deleteMarker: boolean;
}

export interface UploadRow {
  id: string;
  bucket: string;
  key: string;
  startedAt: number;
  contentType?: string;
  metadata: Readonly<Record<string, string>>;
  tags?: ObjectRow["tags"];
  kmsKey?: string;
  parts: Readonly<Record<number, { body: string; size: number; md5: string; modifiedAt: number }>>;
}

export const buckets: TableDefinition<BucketRow> = defineTable("s3/buckets", { scope: "global" });
export const objects: TableDefinition<ObjectRow> = defineTable("s3/objects", {
  scope: "global",
  indexes: { bucket: (row) => row.bucket },
});
export const versions: TableDefinition<VersionRow> = defineTable("s3/versions", {
  scope: "global",
  indexes: { bucket: (row) => row.bucket, object: (row) => objectId(row.bucket, row.key) },
});
export const uploads: TableDefinition<UploadRow> = defineTable("s3/uploads", {
  scope: "global",
  indexes: { bucket: (row) => row.bucket },
});

/** Key of an object's row: bucket names hold no slash. */
export const objectId = (bucket: string, key: string): string => `${bucket}/${key}`;
