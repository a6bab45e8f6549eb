// Sub-resources of a bucket that are put, got and deleted as a whole, and have no effect of their own in the sandbox but for
// the policy, which IAM reads.
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, NotEmulatedError, operation } from "../../../core/index.ts";
import { bornWith, bucketOf, onBucket } from "../bucket.ts";
import { isPublic, readBucketPolicy } from "../policy.ts";
import { buckets } from "../state.ts";
import { checkTags } from "../tags.ts";

interface Setting {
  /** Name in the operations: `BucketPolicy` in GetBucketPolicy. */
  name: string;
  /** Member of the input and the output that holds the document. */
  member: string;
  /** What S3 answers when it was never put; undefined = an empty answer. */
  absent?: { code: string; message: string };
  /** Name of the IAM action behind get, put and delete, without the verb, where it isn't the operation's. */
  action?: string;
  /** False where S3 has no delete operation. */
  deletable?: boolean;
  /** Name of the delete operation where it isn't `Delete` + name. */
  deleteName?: string;
  /** The IAM action behind delete, where it isn't the one behind put. */
  deleteAction?: string;
  /** What is there before anything was put. */
  initial?: object;
  /** False where setting it would have effects that aren't here. */
  emulated?: boolean;
  /** Members of the output beside each other instead of inside `member` (tagging, versioning). */
  spread?: boolean;
}

const absent = (code: string, message: string): { code: string; message: string } => ({ code, message });

const settings: readonly Setting[] = [
  { name: "BucketPolicy", member: "Policy", absent: absent("NoSuchBucketPolicy", "The bucket policy does not exist") },
  {
    name: "BucketTagging",
    member: "Tagging",
    absent: absent("NoSuchTagSet", "The TagSet does not exist"),
    spread: true,
  },
  {
    name: "BucketEncryption",
    member: "ServerSideEncryptionConfiguration",
    action: "EncryptionConfiguration",
    absent: absent(
      "ServerSideEncryptionConfigurationNotFoundError",
      "The server side encryption configuration was not found",
    ),
  },
  {
    name: "PublicAccessBlock",
    member: "PublicAccessBlockConfiguration",
    action: "BucketPublicAccessBlock",
    absent: absent("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"),
  },
  {
    name: "BucketOwnershipControls",
    member: "OwnershipControls",
    absent: absent("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
  },
  {
    name: "BucketLifecycleConfiguration",
    member: "LifecycleConfiguration",
    action: "LifecycleConfiguration",
    deleteName: "DeleteBucketLifecycle",
    absent: absent("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
    spread: true,
  },
  { name: "BucketVersioning", member: "VersioningConfiguration", deletable: false, spread: true },
  {
    name: "BucketCors",
    member: "CORSConfiguration",
    action: "BucketCORS",
    absent: absent("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    spread: true,
  },
  {
    name: "BucketWebsite",
    member: "WebsiteConfiguration",
    deleteAction: "DeleteBucketWebsite",
    absent: absent("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
    spread: true,
  },
  {
    name: "BucketReplication",
    member: "ReplicationConfiguration",
    action: "ReplicationConfiguration",
    absent: absent("ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
  },
  { name: "BucketLogging", member: "BucketLoggingStatus", deletable: false, spread: true },
  {
    name: "BucketNotificationConfiguration",
    member: "NotificationConfiguration",
    action: "BucketNotification",
    deletable: false,
    spread: true,
  },
  {
    name: "BucketAccelerateConfiguration",
    member: "AccelerateConfiguration",
    action: "AccelerateConfiguration",
    deletable: false,
    spread: true,
  },
  {
    name: "BucketRequestPayment",
    member: "RequestPaymentConfiguration",
    deletable: false,
    spread: true,
    initial: { Payer: "BucketOwner" },
  },
  {
    name: "ObjectLockConfiguration",
    member: "ObjectLockConfiguration",
    action: "BucketObjectLockConfiguration",
    deletable: false,
    absent: absent("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"),
    emulated: false,
  },
];

type SettingInput = { Bucket?: string } & Record<string, unknown>;

function store(ctx: Context, bucket: string | undefined, name: string, document: object | string | undefined): void {
  const row = bucketOf(ctx, bucket);
  const { [name]: _, ...others } = row.settings;
  ctx
    .table(buckets)
    .put(row.name, { ...row, settings: document === undefined ? others : { ...others, [name]: document } });
}

function malformedXml(): AwsError {
  return new AwsError(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
}

type Check = (document: never, input: SettingInput, ctx: Context) => object | string | undefined;

/** Checks by setting; what they return is kept instead. */
const checks: Readonly<Record<string, Check>> = {
  BucketVersioning: (document: { Status?: string; MFADelete?: string } | undefined) => {
    if (document?.MFADelete === "Enabled") throw new NotEmulatedError("MFA delete of S3 buckets");
    if (document?.Status === "Enabled" || document?.Status === "Suspended") return document;
    throw new AwsError("IllegalVersioningConfigurationException", "The Versioning element must be specified");
  },
  BucketTagging: (document: { TagSet?: { Key?: string; Value?: string }[] }) => {
    const TagSet = checkTags(document.TagSet, "bucket");
    // No tags at all is the same as none ever put.
    return TagSet.length === 0 ? undefined : { TagSet };
  },
  BucketEncryption: (document: {
    Rules?: { ApplyServerSideEncryptionByDefault?: { SSEAlgorithm?: string; KMSMasterKeyID?: string } }[];
  }) => {
    const [rule, ...more] = document.Rules ?? [];
    const byDefault = rule?.ApplyServerSideEncryptionByDefault;
    if (!rule || more.length > 0) throw malformedXml();
    if (byDefault && !["AES256", "aws:kms", "aws:kms:dsse"].includes(byDefault.SSEAlgorithm ?? ""))
      throw malformedXml();
    if (byDefault?.SSEAlgorithm === "AES256" && byDefault.KMSMasterKeyID !== undefined) {
      throw new AwsError(
        "InvalidArgument",
        "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
        { members: { ArgumentName: "ApplyServerSideEncryptionByDefault" } },
      );
    }
    return { Rules: [{ BucketKeyEnabled: false, ...rule }] };
  },
  PublicAccessBlock: (document: Record<string, boolean> | undefined) => {
    if (!document || Object.keys(document).length === 0) throw malformedXml();
    const names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
    return Object.fromEntries(names.map((name) => [name, document[name] === true]));
  },
  BucketOwnershipControls: (document: { Rules?: { ObjectOwnership?: string }[] }) => {
    const known = ["BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"];
    if (document.Rules?.length !== 1 || !known.includes(document.Rules[0]?.ObjectOwnership ?? "")) throw malformedXml();
    return document;
  },
  BucketPolicy: (document: string, { Bucket = "" }, ctx) => {
    const policy = readBucketPolicy(document, Bucket);
    const block = bucketOf(ctx, Bucket).settings["PublicAccessBlock"] as { BlockPublicPolicy?: boolean } | undefined;
    if (block?.BlockPublicPolicy !== true || !isPublic(policy)) return document;
    const text = `User: ${ctx.principal.arn} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:${ctx.partition}:s3:::${Bucket}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`;
    throw new AwsError("AccessDenied", text, { status: 403 });
  },
};

function operationsOf(setting: Setting): Record<string, Operation> {
  const action = setting.action ?? setting.name;
  const operations: Record<string, Operation> = {
    [`Put${setting.name}`]: operation<SettingInput, object>({
      permissions: onBucket(`Put${action}`),
      run: (input, ctx) => {
        bucketOf(ctx, input.Bucket);
        const document = input[setting.member] as object | string | undefined;
        const check = checks[setting.name];
        if (!check && document === undefined) throw malformedXml();
        store(ctx, input.Bucket, setting.name, check ? check(document as never, input, ctx) : document);
        return {};
      },
    }),
    [`Get${setting.name}`]: operation<SettingInput, object>({
      permissions: onBucket(`Get${action}`),
      run: (input, ctx) => {
        const document = bucketOf(ctx, input.Bucket).settings[setting.name] ?? setting.initial;
        if (document === undefined && setting.absent) {
          const members = { BucketName: input.Bucket ?? "" };
          throw new AwsError(setting.absent.code, setting.absent.message, { status: 404, members });
        }
        return setting.spread ? ((document ?? {}) as object) : { [setting.member]: document };
      },
    }),
  };
  // What can't be set isn't listed as if it could.
  if (setting.emulated === false) delete operations[`Put${setting.name}`];
  if (setting.deletable === false) return operations;
  operations[setting.deleteName ?? `Delete${setting.name}`] = operation<SettingInput, object>({
    permissions: onBucket(
      setting.name === "BucketPolicy" ? "DeleteBucketPolicy" : (setting.deleteAction ?? `Put${action}`),
    ),
    run: (input, ctx) => {
      // Encryption can't be taken off: what every bucket has comes back.
      store(ctx, input.Bucket, setting.name, setting.name === "BucketEncryption" ? bornWith[setting.name] : undefined);
      return {};
    },
  });
  return operations;
}

export const settingOperations: Readonly<Record<string, Operation>> = Object.assign(
  {},
  ...settings.map(operationsOf),
) as Record<string, Operation>;
