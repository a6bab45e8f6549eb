// Rows of the settings of a bucket, which are put, got and deleted as a whole.
import type { SweepRow, SweepWorld } from "../../../sweeping.ts";
import { row } from "../../../sweeping.ts";
import { Bucket, make, noBucket, none, notXml } from "./testing.ts";

export interface Setting {
  name: string;
  member: string;
  document: unknown;
  /** What the getter answers with then; default: the document under the member. */
  shown?: unknown;
  /** What is refused, and how; default: nothing at all in the bucket's place. */
  bad?: unknown;
  refusal?: string;
  /** What the getter says of a bucket where nothing was put. */
  absent?: string;
  born?: unknown;
  remove?: string;
  /** What the getter says after the removal, where it isn't `absent`. */
  removed?: unknown;
}

export const bucketPolicy = (rest: object): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: "123456789012" },
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${Bucket}/*`,
        ...rest,
      },
    ],
  });

const aes = { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false }] };
export const settings: readonly Setting[] = [
  {
    name: "BucketPolicy",
    member: "Policy",
    document: bucketPolicy({}),
    bad: bucketPolicy({ Principal: "*" }),
    refusal:
      "AccessDenied: User: arn:aws:iam::123456789012:user/administrator is not authorized to perform: s3:PutBucketPolicy",
    absent: "NoSuchBucketPolicy",
    remove: "DeleteBucketPolicy",
  },
  {
    name: "BucketTagging",
    member: "Tagging",
    document: { TagSet: [{ Key: "a", Value: "1" }] },
    shown: { TagSet: [{ Key: "a", Value: "1" }] },
    bad: {
      TagSet: [
        { Key: "a", Value: "1" },
        { Key: "a", Value: "2" },
      ],
    },
    refusal: "InvalidTag: Cannot provide multiple Tags with the same key",
    absent: "NoSuchTagSet",
    remove: "DeleteBucketTagging",
  },
  {
    name: "BucketEncryption",
    member: "ServerSideEncryptionConfiguration",
    document: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" } }] },
    bad: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "rot13" } }] },
    refusal: notXml,
    born: aes,
    remove: "DeleteBucketEncryption",
    removed: { ServerSideEncryptionConfiguration: aes },
  },
  {
    name: "PublicAccessBlock",
    member: "PublicAccessBlockConfiguration",
    document: { BlockPublicAcls: true, BlockPublicPolicy: false },
    bad: {},
    refusal: notXml,
    born: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    remove: "DeletePublicAccessBlock",
    absent: "NoSuchPublicAccessBlockConfiguration",
  },
  {
    name: "BucketOwnershipControls",
    member: "OwnershipControls",
    document: { Rules: [{ ObjectOwnership: "ObjectWriter" }] },
    bad: { Rules: [] },
    refusal: notXml,
    born: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
    remove: "DeleteBucketOwnershipControls",
    absent: "OwnershipControlsNotFoundError",
  },
  {
    name: "BucketLifecycleConfiguration",
    member: "LifecycleConfiguration",
    document: { Rules: [{ ID: "old", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 7 } }] },
    shown: { Rules: [{ ID: "old" }] },
    absent: "NoSuchLifecycleConfiguration",
    remove: "DeleteBucketLifecycle",
  },
  {
    name: "BucketVersioning",
    member: "VersioningConfiguration",
    document: { Status: "Enabled" },
    shown: { Status: "Enabled" },
    bad: { Status: "On" },
    refusal: "IllegalVersioningConfigurationException",
  },
  {
    name: "BucketCors",
    member: "CORSConfiguration",
    document: { CORSRules: [{ AllowedMethods: ["GET"], AllowedOrigins: ["*"] }] },
    shown: { CORSRules: [{}] },
    absent: "NoSuchCORSConfiguration",
    remove: "DeleteBucketCors",
  },
  {
    name: "BucketWebsite",
    member: "WebsiteConfiguration",
    document: { IndexDocument: { Suffix: "index.html" } },
    shown: { IndexDocument: {} },
    absent: "NoSuchWebsiteConfiguration",
    remove: "DeleteBucketWebsite",
  },
  {
    name: "BucketReplication",
    member: "ReplicationConfiguration",
    document: { Role: "arn:aws:iam::123456789012:role/r", Rules: [] },
    absent: "ReplicationConfigurationNotFoundError",
    remove: "DeleteBucketReplication",
  },
  {
    name: "BucketLogging",
    member: "BucketLoggingStatus",
    document: { LoggingEnabled: { TargetBucket: Bucket, TargetPrefix: "l/" } },
    shown: { LoggingEnabled: { TargetPrefix: "l/" } },
  },
  {
    name: "BucketNotificationConfiguration",
    member: "NotificationConfiguration",
    document: { EventBridgeConfiguration: {} },
    shown: { EventBridgeConfiguration: {} },
  },
  {
    name: "BucketAccelerateConfiguration",
    member: "AccelerateConfiguration",
    document: { Status: "Suspended" },
    shown: { Status: "Suspended" },
  },
  {
    name: "BucketRequestPayment",
    member: "RequestPaymentConfiguration",
    document: { Payer: "Requester" },
    shown: { Payer: "Requester" },
  },
];

/** The rows of one setting. */
export function settingRows({
  name,
  member,
  document,
  shown,
  bad,
  refusal,
  absent,
  born,
  remove,
  removed,
}: Setting): SweepRow[] {
  const get = (w: SweepWorld): unknown => w.call(`Get${name}`, { Bucket });
  const set = (w: SweepWorld): void => void w.call(`Put${name}`, { ...make(w), [member]: document });
  const visible = shown ?? { [member]: document };
  const bare = (w: SweepWorld): object => {
    make(w);
    if (born !== undefined && remove !== undefined) w.call(remove, { Bucket });
    return { Bucket };
  };
  const rows = [
    row(
      `Put${name}`,
      (w) => (set(w), get(w)),
      visible,
      (w) => (refusal ? { ...make(w), [member]: bad } : { Bucket, [member]: document }),
      refusal ?? noBucket,
    ),
    row(
      `Get${name}`,
      (w) => (born === undefined ? set(w) : make(w), get(w)),
      born === undefined ? visible : { [member]: born },
      absent ? bare : none,
      absent ?? noBucket,
    ),
  ];
  if (remove === undefined) return rows;
  const gone = (w: SweepWorld): unknown => {
    set(w);
    w.call(remove, { Bucket });
    if (removed) return get(w);
    let code = "";
    try {
      get(w);
    } catch (error) {
      code = (error as Error).name;
    }
    return { code };
  };
  return [...rows, row(remove, gone, removed ?? { code: absent }, none, noBucket)];
}
