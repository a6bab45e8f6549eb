// Encryption of volumes: who asks for it, and by which key. Volumes always name a key by its ARN.
// https://docs.aws.amazon.com/ebs/latest/userguide/how-ebs-encryption-works.html
import type { Context } from "../../core/index.ts";
import { AwsError, servicePrincipal } from "../../core/index.ts";
// No API of KMS tells for free what an alias stands for: a fleet would fill the trail with DescribeKey.
import { aliases, keys } from "../kms/state.ts";
import type { Snapshot, Volume } from "./state.ts";
import { accountAttributes } from "./state.ts";

const byDefault = "ebs-encryption-by-default";
const chosenKey = "ebs-default-kms-key";

/** Whether every new volume is encrypted, asked or not. */
export function encryptsByDefault(ctx: Context): boolean {
  return ctx.table(accountAttributes).get(byDefault)?.value === "true";
}

/** Turns encryption by default on or off. */
export function setEncryptionByDefault(ctx: Context, on: boolean): void {
  ctx.table(accountAttributes).put(byDefault, { value: String(on) });
}

/** Chooses the key for volumes that name none; undefined: AWS's own again. */
export function setDefaultKey(ctx: Context, key: string | undefined): void {
  if (key === undefined) ctx.table(accountAttributes).delete(chosenKey);
  else ctx.table(accountAttributes).put(chosenKey, { value: key });
}

/** The key for volumes that name none: the account's choice or AWS's own, which comes into being with its first use. */
export function defaultKey(ctx: Context): string {
  return ctx.table(accountAttributes).get(chosenKey)?.value ?? keyArn(ctx, "alias/aws/ebs");
}

/** The ARN of the key that an id, alias or ARN means; a key that isn't there stays as it was written. */
export function keyArn(ctx: Context, text: string): string {
  const plain = text.replace(/^arn:[^:]*:kms:[^:]*:[^:]*:/, "").replace(/^key\//, "");
  const row = ctx.table(keys).get(ctx.table(aliases).get(plain)?.keyId ?? plain);
  if (row) return row.arn;
  if (plain !== "alias/aws/ebs") return text;
  try {
    const kms = ctx.as(servicePrincipal("ec2.amazonaws.com", ctx.account));
    return kms.call<{ KeyMetadata: { Arn: string } }>("kms", "DescribeKey", { KeyId: plain }).KeyMetadata.Arn;
  } catch (error) {
    // A cloud without KMS has no keys; the alias says which one is meant.
    if (error instanceof AwsError) return `arn:${ctx.partition}:kms:${ctx.region}:${ctx.account}:${plain}`;
    throw error;
  }
}

/** Whether a new volume is encrypted and by which key: as asked, as its snapshot, or as the account has it. */
export function encryptionOf(
  ctx: Context,
  wish: { Encrypted?: boolean | undefined; KmsKeyId?: string | undefined } = {},
  snapshot?: Readonly<Snapshot>,
): Pick<Volume, "encrypted" | "kmsKeyId"> {
  if (wish.KmsKeyId !== undefined && wish.Encrypted === false)
    throw new AwsError(
      "InvalidParameterDependency",
      "The parameter KmsKeyId requires the parameter Encrypted to be set.",
    );
  const encrypted =
    wish.Encrypted === true || wish.KmsKeyId !== undefined || snapshot?.encrypted === true || encryptsByDefault(ctx);
  if (!encrypted) return { encrypted };
  return { encrypted, kmsKeyId: wish.KmsKeyId ? keyArn(ctx, wish.KmsKeyId) : (snapshot?.kmsKeyId ?? defaultKey(ctx)) };
}
