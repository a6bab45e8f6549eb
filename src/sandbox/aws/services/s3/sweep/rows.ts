// One row for every operation of S3.
import type { SweepRow, SweepWorld } from "../../../sweeping.ts";
import { row, text } from "../../../sweeping.ts";
import { bucketPolicy, settingRows, settings } from "./settings.ts";
import { Bucket, Key, body, make, noBucket, noKey, none, notXml, put } from "./testing.ts";

const buckets: readonly SweepRow[] = [
  row(
    "CreateBucket",
    (w) => (make(w), w.call("ListBuckets")),
    { Buckets: [{ Name: Bucket, BucketRegion: "eu-central-1" }] },
    (w) => ({ ...make(w), CreateBucketConfiguration: { LocationConstraint: w.region } }),
    "BucketAlreadyOwnedByYou",
  ),
  row(
    "DeleteBucket",
    (w) => (w.call("DeleteBucket", make(w)), w.call("ListBuckets")),
    { Buckets: [] },
    (w) => (put(w), { Bucket }),
    "BucketNotEmpty: The bucket you tried to delete is not empty",
  ),
  row("HeadBucket", (w) => w.call("HeadBucket", make(w)), { BucketRegion: "eu-central-1" }, none, noBucket),
  row(
    "ListBuckets",
    (w) => (make(w), w.call("ListBuckets", { Prefix: "har" })),
    { Buckets: [{ Name: Bucket }] },
    () => ({}),
    "nothing",
  ),
  row(
    "GetBucketLocation",
    (w) => w.call("GetBucketLocation", make(w)),
    { LocationConstraint: "eu-central-1" },
    none,
    noBucket,
  ),
  row(
    "GetBucketAcl",
    (w) => w.call("GetBucketAcl", make(w)),
    { Grants: [{ Permission: "FULL_CONTROL" }] },
    none,
    noBucket,
  ),
  row(
    "PutBucketAcl",
    (w) => w.call("PutBucketAcl", { ...make(w), ACL: "private" }),
    {},
    (w) => ({ ...make(w), ACL: "public-read" }),
    "AccessControlListNotSupported: The bucket does not allow ACLs",
  ),
];

const objects: readonly SweepRow[] = [
  row(
    "PutObject",
    (w) => body(w.call("GetObject", put(w))),
    { body: "ahoy" },
    (w) => ({ ...put(w), IfNoneMatch: "*" }),
    "PreconditionFailed: At least one of the pre-conditions you specified did not hold",
  ),
  row(
    "GetObject",
    (w) => body(w.call("GetObject", { ...put(w), Range: "bytes=1-2" })),
    { body: "ho" },
    (w) => ({ ...put(w), Range: "bytes=9-" }),
    "InvalidRange: The requested range is not satisfiable",
  ),
  row(
    "HeadObject",
    (w) => w.call("HeadObject", put(w, { ContentType: "text/plain" })),
    { ContentType: "text/plain", ContentLength: 4, ServerSideEncryption: "AES256" },
    (w) => ({ ...make(w), Key }),
    noKey,
  ),
  row(
    "GetObjectAttributes",
    (w) => w.call("GetObjectAttributes", { ...put(w), ObjectAttributes: ["ObjectSize"] }),
    { ObjectSize: 4 },
    (w) => ({ ...put(w), ObjectAttributes: ["Colour"] }),
    "InvalidArgument: Invalid attribute name specified.",
  ),
  row(
    "CopyObject",
    (w) => {
      put(w);
      w.call("CopyObject", { Bucket, Key: "copy", CopySource: `${Bucket}/${Key}` });
      return body(w.call("GetObject", { Bucket, Key: "copy" }));
    },
    { body: "ahoy" },
    (w) => ({ ...put(w), CopySource: `${Bucket}/${Key}` }),
    "InvalidRequest: This copy request is illegal because it is trying to copy an object to itself",
  ),
  row(
    "DeleteObject",
    (w) => (w.call("DeleteObject", put(w)), w.call("ListObjectsV2", { Bucket })),
    { KeyCount: 0 },
    () => ({ Bucket, Key }),
    noBucket,
  ),
  row(
    "DeleteObjects",
    (w) => (put(w), w.call("DeleteObjects", { Bucket, Delete: { Objects: [{ Key }] } })),
    { Deleted: [{ Key }] },
    (w) => ({ ...make(w), Delete: { Objects: [] } }),
    notXml,
  ),
  row(
    "ListObjects",
    (w) => (put(w), w.call("ListObjects", { Bucket, Delimiter: "/" })),
    { CommonPrefixes: [{ Prefix: "log/" }], Contents: [] },
    none,
    noBucket,
  ),
  row(
    "ListObjectsV2",
    (w) => (put(w), w.call("ListObjectsV2", { Bucket, Prefix: "log/" })),
    { Contents: [{ Key, Size: 4 }], KeyCount: 1 },
    (w) => ({ ...make(w), EncodingType: "base64" }),
    "InvalidArgument: Invalid Encoding Method specified in Request",
  ),
  row(
    "ListObjectVersions",
    (w) => (put(w), w.call("ListObjectVersions", { Bucket })),
    { Versions: [{ Key, VersionId: "null", IsLatest: true }] },
    none,
    noBucket,
  ),
  row(
    "PutObjectTagging",
    (w) => (
      w.call("PutObjectTagging", { ...put(w), Tagging: { TagSet: [{ Key: "a", Value: "1" }] } }),
      w.call("GetObjectTagging", { Bucket, Key })
    ),
    { TagSet: [{ Key: "a", Value: "1" }] },
    (w) => ({ ...put(w), Tagging: { TagSet: [{ Key: "aws:a", Value: "1" }] } }),
    "InvalidTag: System tags cannot be added/updated by requester",
  ),
  row(
    "GetObjectTagging",
    (w) => w.call("GetObjectTagging", put(w, { Tagging: "a=1&b=2" })),
    {
      TagSet: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    },
    (w) => ({ ...make(w), Key }),
    noKey,
  ),
  row(
    "DeleteObjectTagging",
    (w) => (w.call("DeleteObjectTagging", put(w, { Tagging: "a=1" })), w.call("GetObjectTagging", { Bucket, Key })),
    { TagSet: [] },
    (w) => ({ ...make(w), Key }),
    noKey,
  ),
  row(
    "GetObjectAcl",
    (w) => w.call("GetObjectAcl", put(w)),
    { Grants: [{ Permission: "FULL_CONTROL" }] },
    (w) => ({ ...make(w), Key }),
    noKey,
  ),
  row(
    "PutObjectAcl",
    (w) => w.call("PutObjectAcl", { ...put(w), ACL: "bucket-owner-full-control" }),
    {},
    (w) => ({ ...put(w), ACL: "public-read" }),
    "AccessControlListNotSupported: The bucket does not allow ACLs",
  ),
];

const upload = (w: SweepWorld): { Bucket: string; Key: string; UploadId: string } => {
  make(w);
  return { Bucket, Key, UploadId: text(w.call("CreateMultipartUpload", { Bucket, Key }), "UploadId") };
};
const part = (w: SweepWorld, given: object): string =>
  text(w.call("UploadPart", { ...given, PartNumber: 1, Body: Buffer.from("tail") }), "ETag");
const absentUpload = (w: SweepWorld): object => ({ ...upload(w), UploadId: "absent" });
const noUpload = "NoSuchUpload: The specified upload does not exist.";

const uploads: readonly SweepRow[] = [
  row(
    "CreateMultipartUpload",
    (w) => (upload(w), w.call("ListMultipartUploads", { Bucket })),
    { Uploads: [{ Key }] },
    () => ({ Bucket, Key }),
    noBucket,
  ),
  row(
    "UploadPart",
    (w) => {
      const given = upload(w);
      part(w, given);
      return w.call("ListParts", given);
    },
    { Parts: [{ PartNumber: 1, Size: 4 }] },
    (w) => ({ ...upload(w), PartNumber: 10_001 }),
    "InvalidArgument: Part number must be an integer between 1 and 10000, inclusive",
  ),
  row(
    "CompleteMultipartUpload",
    (w) => {
      const given = upload(w);
      const ETag = part(w, given);
      w.call("CompleteMultipartUpload", { ...given, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } });
      return body(w.call("GetObject", { Bucket, Key }));
    },
    { body: "tail" },
    (w) => ({ ...upload(w), MultipartUpload: { Parts: [{ PartNumber: 1, ETag: "x" }] } }),
    "InvalidPart: One or more of the specified parts could not be found.",
  ),
  row(
    "AbortMultipartUpload",
    (w) => (w.call("AbortMultipartUpload", upload(w)), w.call("ListMultipartUploads", { Bucket })),
    { Uploads: [] },
    absentUpload,
    noUpload,
  ),
  row("ListParts", (w) => w.call("ListParts", upload(w)), { Parts: [], IsTruncated: false }, absentUpload, noUpload),
  row(
    "ListMultipartUploads",
    (w) => (upload(w), w.call("ListMultipartUploads", { Bucket, Prefix: "none" })),
    { Uploads: [] },
    none,
    noBucket,
  ),
];

const other: readonly SweepRow[] = [
  row(
    "GetBucketPolicyStatus",
    (w) => (
      w.call("PutBucketPolicy", { ...make(w), Policy: bucketPolicy({}) }),
      w.call("GetBucketPolicyStatus", { Bucket })
    ),
    { PolicyStatus: { IsPublic: false } },
    make,
    "NoSuchBucketPolicy: The bucket policy does not exist",
  ),
  row(
    "GetObjectLockConfiguration",
    (w) => ({
      asked: make(w),
      refused: (() => {
        try {
          return w.call("GetObjectLockConfiguration", { Bucket });
        } catch (error) {
          return (error as Error).name;
        }
      })(),
    }),
    { refused: "ObjectLockConfigurationNotFoundError" },
    none,
    noBucket,
  ),
];

export const s3Families: Readonly<Record<string, readonly SweepRow[]>> = {
  buckets,
  objects,
  uploads,
  settings: settings.flatMap(settingRows),
  other,
};
