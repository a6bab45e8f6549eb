// Server-side encryption: everything is encrypted, with S3's own keys unless the request or the bucket names one of KMS.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { bucketOf } from "./bucket.ts";
import type { ObjectRow } from "./state.ts";

interface Asked {
  ServerSideEncryption?: string | undefined;
  SSEKMSKeyId?: string | undefined;
}

interface Rules {
  Rules?: { ApplyServerSideEncryptionByDefault?: { SSEAlgorithm?: string; KMSMasterKeyID?: string } }[];
}

/** The ARN of the KMS key for a new object; the caller needs `kms:GenerateDataKey` on it. */
export function encryptionFor(ctx: Context, bucket: string, asked: Asked): Pick<ObjectRow, "kmsKey"> {
  const rules = bucketOf(ctx, bucket).settings["BucketEncryption"] as Rules | undefined;
  const byDefault = rules?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  const algorithm = asked.ServerSideEncryption ?? byDefault?.SSEAlgorithm ?? "AES256";
  if (!["AES256", "aws:kms", "aws:kms:dsse"].includes(algorithm))
    throw new AwsError("InvalidArgument", "The encryption method specified is not supported");
  if (algorithm === "AES256") {
    if (asked.SSEKMSKeyId === undefined) return {};
    throw new AwsError(
      "InvalidArgument",
      "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
    );
  }
  const KeyId = asked.SSEKMSKeyId ?? (asked.ServerSideEncryption ? undefined : byDefault?.KMSMasterKeyID);
  const context = { "aws:s3:arn": `arn:${ctx.partition}:s3:::${bucket}` };
  return {
    kmsKey: withKms(ctx, "GenerateDataKey", {
      KeyId: KeyId ?? "alias/aws/s3",
      KeySpec: "AES_256",
      EncryptionContext: context,
    }),
  };
}

/** KMS's refusals come out of S3 with its name before them. */
function withKms(ctx: Context, operation: string, input: object): string {
  try {
    return ctx.call<{ KeyId: string }>("kms", operation, input).KeyId;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === "AccessDeniedException") throw new AwsError("AccessDenied", error.message, { status: 403 });
    throw new AwsError(`KMS.${error.code}`, error.message, { status: 400 });
  }
}

/** Reading what a KMS key encrypts needs the right to that key: the caller's, not S3's. */
export function checkDecryption(ctx: Context, row: Readonly<ObjectRow>): void {
  if (row.kmsKey === undefined) return;
  const { kmsKey } = row;
  if (!ctx.allowed("kms:Decrypt", kmsKey)) {
    const text = `User: ${ctx.principal.arn} is not authorized to perform: kms:Decrypt on resource: ${kmsKey} because no identity-based policy allows the kms:Decrypt action`;
    throw new AwsError("AccessDenied", text, { status: 403 });
  }
}

/** As answers say it. */
export function encryptionMembers(row: Readonly<Pick<ObjectRow, "kmsKey">>): Record<string, string> {
  if (row.kmsKey === undefined) return { ServerSideEncryption: "AES256" };
  return { ServerSideEncryption: "aws:kms", SSEKMSKeyId: row.kmsKey };
}
