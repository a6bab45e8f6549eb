// Sub-resources of a bucket that are put, got and deleted as a whole, and have no effect of their own in the sandbox but for
// the policy, which IAM reads.
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, NotEmulatedError, operation } from "../../../core/index.ts";
import { bucketOf, onBucket } from "../bucket.ts";
import { buckets } from "../state.ts";

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
];

type SettingInput = { Bucket?: string } & Record<string, unknown>;

function store(ctx: Context, bucket: string | undefined, name: string, document: object | string | undefined): void {
  const row = bucketOf(ctx, bucket);
  const { [name]: _, ...others } = row.settings;
  ctx
    .table(buckets)
    .put(row.name, { ...row, settings: document === undefined ? others : { ...others, [name]: document } });
}

function checkDocument(setting: Setting, document: unknown): void {
  if (setting.name === "BucketVersioning" && (document as { Status?: string }).Status === "Enabled") {
    throw new NotEmulatedError("versioning of S3 buckets");
  }
  if (setting.name !== "BucketPolicy") return;
  try {
    JSON.parse(String(document));
  } catch (cause) {
    throw new AwsError("MalformedPolicy", `Policies must be valid JSON: ${String(cause)}`);
  }
}

function operationsOf(setting: Setting): Record<string, Operation> {
  const action = setting.action ?? setting.name;
  const operations: Record<string, Operation> = {
    [`Put${setting.name}`]: operation<SettingInput, object>({
      permissions: onBucket(`Put${action}`),
      run: (input, ctx) => {
        const document = input[setting.member] as object | string;
        checkDocument(setting, document);
        store(ctx, input.Bucket, setting.name, document);
        return {};
      },
    }),
    [`Get${setting.name}`]: operation<SettingInput, object>({
      permissions: onBucket(`Get${action}`),
      run: (input, ctx) => {
        const document = bucketOf(ctx, input.Bucket).settings[setting.name];
        if (document === undefined && setting.absent) {
          throw new AwsError(setting.absent.code, setting.absent.message, { status: 404 });
        }
        return setting.spread ? ((document ?? {}) as object) : { [setting.member]: document };
      },
    }),
  };
  if (setting.deletable === false) return operations;
  operations[setting.deleteName ?? `Delete${setting.name}`] = operation<SettingInput, object>({
    permissions: onBucket(setting.name === "BucketPolicy" ? "DeleteBucketPolicy" : `Put${action}`),
    run: (input, ctx) => {
      store(ctx, input.Bucket, setting.name, undefined);
      return {};
    },
  });
  return operations;
}

export const settingOperations: Readonly<Record<string, Operation>> = Object.assign(
  {},
  ...settings.map(operationsOf),
) as Record<string, Operation>;
