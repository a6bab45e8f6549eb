// Keys: create, describe, list, enable, disable, delete, rotate, policy, tags.
import type {
  CancelKeyDeletionRequest,
  CancelKeyDeletionResponse,
  CreateKeyRequest,
  CreateKeyResponse,
  DescribeKeyRequest,
  DescribeKeyResponse,
  DisableKeyRequest,
  EnableKeyRequest,
  EnableKeyRotationRequest,
  GetKeyPolicyRequest,
  GetKeyPolicyResponse,
  GetKeyRotationStatusRequest,
  GetKeyRotationStatusResponse,
  KeyMetadata,
  ListKeyPoliciesRequest,
  ListKeyPoliciesResponse,
  ListKeysRequest,
  ListKeysResponse,
  ListResourceTagsRequest,
  ListResourceTagsResponse,
  PutKeyPolicyRequest,
  ScheduleKeyDeletionRequest,
  ScheduleKeyDeletionResponse,
  TagResourceRequest,
  UntagResourceRequest,
  UpdateKeyDescriptionRequest,
} from "@aws-sdk/client-kms";
import type { Context, Operation, Sent, TimerDefinition } from "../../../core/index.ts";
import { AwsError, NotEmulatedError, defineTimer, operation } from "../../../core/index.ts";
import { parsePolicy } from "../../../../../iam/index.ts";
import { materialOf } from "../cipher.ts";
import { page } from "../page.ts";
import { tagsOf } from "../tags.ts";
import { changeable, findKey, findKeyById, onKey, putKey, validation } from "../lookup.ts";
import type { KeyRow } from "../state.ts";
import { aliases, grants, keys } from "../state.ts";

const day = 24 * 3600;

/** What keys of a spec are for; the first usage is the default where there is one. */
const algorithms: Readonly<
  Record<string, Partial<Record<"encryption" | "signing" | "agreement" | "mac", readonly string[]>>>
> = {
  SYMMETRIC_DEFAULT: { encryption: ["SYMMETRIC_DEFAULT"] },
  RSA_2048: {
    encryption: ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
    signing: [
      "RSASSA_PKCS1_V1_5_SHA_256",
      "RSASSA_PKCS1_V1_5_SHA_384",
      "RSASSA_PKCS1_V1_5_SHA_512",
      "RSASSA_PSS_SHA_256",
      "RSASSA_PSS_SHA_384",
      "RSASSA_PSS_SHA_512",
    ],
  },
  RSA_3072: {
    encryption: ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
    signing: ["RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PSS_SHA_256"],
  },
  RSA_4096: {
    encryption: ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
    signing: ["RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PSS_SHA_256"],
  },
  ECC_NIST_P256: { signing: ["ECDSA_SHA_256"] },
  ECC_NIST_P384: { signing: ["ECDSA_SHA_384"] },
  ECC_NIST_P521: { signing: ["ECDSA_SHA_512"] },
  ECC_SECG_P256K1: { signing: ["ECDSA_SHA_256"] },
  HMAC_256: { mac: ["HMAC_SHA_256"] },
  HMAC_512: { mac: ["HMAC_SHA_512"] },
};

/** Specs that AWS has and that aren't here. */
const emulatedElsewhere: readonly string[] = ["HMAC_224", "HMAC_384", "SM2", "ML_DSA_44", "ML_DSA_65", "ML_DSA_87"];

function outsideSet(value: string, member: string, set: readonly string[]): AwsError {
  return validation(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${set.join(", ")}]`,
  );
}

const usageOf = {
  encryption: "ENCRYPT_DECRYPT",
  signing: "SIGN_VERIFY",
  mac: "GENERATE_VERIFY_MAC",
  agreement: "KEY_AGREEMENT",
} as const;

function metadataOf(ctx: Context, key: Readonly<KeyRow>): KeyMetadata {
  const known = algorithms[key.spec] ?? {};
  return {
    AWSAccountId: ctx.account,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: new Date(key.createdAt),
    Enabled: key.state === "Enabled",
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: key.state,
    ...(key.deletionAt === undefined ? {} : { DeletionDate: new Date(key.deletionAt) }),
    ...(key.pendingWindow === undefined ? {} : { PendingDeletionWindowInDays: key.pendingWindow }),
    Origin: "AWS_KMS",
    KeyManager: key.manager,
    CustomerMasterKeySpec: key.spec as NonNullable<KeyMetadata["CustomerMasterKeySpec"]>,
    KeySpec: key.spec,
    ...materialOf(key, "CurrentKeyMaterialId"),
    ...(key.usage === "ENCRYPT_DECRYPT"
      ? { EncryptionAlgorithms: [...(known.encryption ?? [])] as NonNullable<KeyMetadata["EncryptionAlgorithms"]> }
      : {}),
    ...(key.usage === "SIGN_VERIFY"
      ? { SigningAlgorithms: [...(known.signing ?? [])] as NonNullable<KeyMetadata["SigningAlgorithms"]> }
      : {}),
    ...(key.usage === "GENERATE_VERIFY_MAC"
      ? { MacAlgorithms: [...(known.mac ?? [])] as NonNullable<KeyMetadata["MacAlgorithms"]> }
      : {}),
    MultiRegion: key.multiRegion,
    ...(key.multiRegion
      ? {
          MultiRegionConfiguration: {
            MultiRegionKeyType: "PRIMARY",
            PrimaryKey: { Arn: key.arn, Region: ctx.region },
            ReplicaKeys: [],
          },
        }
      : {}),
  };
}

/** A policy is JSON with statements, and lets someone change it, unless the caller asks for less safety. */
function checkPolicy(text: string, bypass: boolean | undefined): void {
  const malformed = (why: string): AwsError => new AwsError("MalformedPolicyDocumentException", why);
  let parsed: { Statement?: { Effect?: string; Action?: string | string[]; Principal?: unknown }[] | object };
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch (error) {
    throw malformed(`Policy contains invalid JSON: ${error instanceof Error ? error.message : ""}`);
  }
  const statements = Array.isArray(parsed.Statement)
    ? parsed.Statement
    : parsed.Statement
      ? [parsed.Statement as never]
      : [];
  if (statements.length === 0) throw malformed("Policy has no statements");
  // What can't be read later would lock everybody out.
  const read = parsePolicy(text, "resource");
  if ("problem" in read) throw malformed(read.problem);
  if (statements.some((statement) => statement.Principal === undefined))
    throw malformed("Policy contains a statement with no principal.");
  const grantsChange = statements.some(
    (statement) =>
      statement.Effect === "Allow" &&
      [statement.Action ?? []].flat().some((action) => /^(\*|kms:(\*|Put\*|PutKeyPolicy))$/i.test(action)),
  );
  if (!grantsChange && !bypass)
    throw malformed("The new key policy will not allow you to update the key policy in the future.");
}

function create(input: Sent<CreateKeyRequest>, ctx: Context): CreateKeyResponse {
  const spec = input.KeySpec ?? input.CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT";
  const known = algorithms[spec];
  if (!known && !emulatedElsewhere.includes(spec)) throw outsideSet(spec, "keySpec", Object.keys(algorithms));
  if (!known) throw new NotEmulatedError(`kms CreateKey with KeySpec ${spec}`);
  const asked = input.KeyUsage;
  if (asked !== undefined && !Object.values(usageOf).includes(asked as never))
    throw outsideSet(asked, "keyUsage", Object.values(usageOf));
  if (input.Origin !== undefined && input.Origin !== "AWS_KMS")
    throw new NotEmulatedError(`kms CreateKey with Origin ${input.Origin}`);
  const usages = Object.keys(known).map((kind) => usageOf[kind as keyof typeof usageOf]);
  if (input.KeyUsage === undefined && spec !== "SYMMETRIC_DEFAULT")
    throw validation("You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
  const usage = input.KeyUsage ?? "ENCRYPT_DECRYPT";
  if (!usages.includes(usage as (typeof usages)[number]))
    throw validation(`KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
  if (input.Policy !== undefined) checkPolicy(input.Policy, input.BypassPolicyLockoutSafetyCheck);
  const key = putKey(ctx, {
    spec,
    usage,
    description: input.Description ?? "",
    ...(input.Policy === undefined ? {} : { policy: input.Policy }),
    multiRegion: input.MultiRegion === true,
    tags: tagsOf(input.Tags),
  });
  return { KeyMetadata: metadataOf(ctx, key) };
}

export const keyDeleted: TimerDefinition<{ id: string }> = defineTimer<{ id: string }>(
  "kms/key-deleted",
  ({ id }, ctx) => {
    const key = ctx.table(keys).get(id);
    if (key?.state !== "PendingDeletion" || (key.deletionAt ?? 0) > ctx.now()) return;
    for (const alias of ctx.table(aliases).by("key", id)) ctx.table(aliases).delete(alias.name);
    for (const grant of ctx.table(grants).by("key", id)) ctx.table(grants).delete(grant.id);
    ctx.table(keys).delete(id);
  },
);

function scheduleDeletion(input: Sent<ScheduleKeyDeletionRequest>, ctx: Context): ScheduleKeyDeletionResponse {
  const key = changeable(findKeyById(ctx, input.KeyId));
  const days = input.PendingWindowInDays ?? 30;
  if (days < 7 || days > 30)
    throw validation(
      `1 validation error detected: Value '${days}' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value between 7 and 30`,
    );
  const deletionAt = ctx.now() + days * day * 1000;
  ctx.table(keys).update(key.id, { state: "PendingDeletion", deletionAt, pendingWindow: days });
  ctx.schedule(keyDeleted, days * day, `kms/key/${key.id}`, { id: key.id });
  return { KeyId: key.arn, DeletionDate: new Date(deletionAt), KeyState: "PendingDeletion", PendingWindowInDays: days };
}

function cancelDeletion(input: Sent<CancelKeyDeletionRequest>, ctx: Context): CancelKeyDeletionResponse {
  const key = findKeyById(ctx, input.KeyId);
  if (key.state !== "PendingDeletion")
    throw new AwsError("KMSInvalidStateException", `${key.arn} is not pending deletion.`);
  const { deletionAt: _, pendingWindow: __, ...rest } = key;
  ctx.table(keys).put(key.id, { ...rest, state: "Disabled" });
  return { KeyId: key.arn };
}

function setRotation(input: { KeyId: string }, days: number | undefined, ctx: Context): object {
  const key = changeable(findKeyById(ctx, input.KeyId));
  if (key.spec !== "SYMMETRIC_DEFAULT")
    throw new AwsError("UnsupportedOperationException", `You cannot perform this operation on an asymmetric key`);
  if (key.state === "Disabled") throw new AwsError("DisabledException", `${key.arn} is disabled.`);
  if (days !== undefined && (days < 90 || days > 2560))
    throw validation("RotationPeriodInDays must be between 90 and 2560");
  const { rotationDays: _, ...rest } = key;
  ctx.table(keys).put(key.id, days === undefined ? rest : { ...rest, rotationDays: days });
  return {};
}

function setState(input: { KeyId: string }, state: KeyRow["state"], ctx: Context): object {
  const key = changeable(findKeyById(ctx, input.KeyId));
  ctx.table(keys).update(key.id, { state });
  return {};
}

const policyName = "default";

export const keyOperations: Readonly<Record<string, Operation>> = {
  CreateKey: operation<Sent<CreateKeyRequest>, CreateKeyResponse>(create),
  DescribeKey: operation<Sent<DescribeKeyRequest>, DescribeKeyResponse>({
    permissions: onKey("DescribeKey"),
    run: (input, ctx) => ({ KeyMetadata: metadataOf(ctx, findKey(ctx, input.KeyId)) }),
  }),
  ListKeys: operation<Sent<ListKeysRequest>, ListKeysResponse>((input, ctx) => {
    const rows = ctx
      .table(keys)
      .list()
      .map((key) => ({ KeyId: key.id, KeyArn: key.arn }));
    const { items, ...rest } = page(rows, input, "ListKeys");
    return { Keys: items, ...rest };
  }),
  EnableKey: operation<Sent<EnableKeyRequest>, object>({
    permissions: onKey("EnableKey"),
    run: (input, ctx) => setState(input, "Enabled", ctx),
  }),
  DisableKey: operation<Sent<DisableKeyRequest>, object>({
    permissions: onKey("DisableKey"),
    run: (input, ctx) => setState(input, "Disabled", ctx),
  }),
  UpdateKeyDescription: operation<Sent<UpdateKeyDescriptionRequest>, object>({
    permissions: onKey("UpdateKeyDescription"),
    run: (input, ctx) => {
      ctx.table(keys).update(changeable(findKeyById(ctx, input.KeyId)).id, { description: input.Description });
      return {};
    },
  }),
  ScheduleKeyDeletion: operation<Sent<ScheduleKeyDeletionRequest>, ScheduleKeyDeletionResponse>({
    permissions: onKey("ScheduleKeyDeletion"),
    run: scheduleDeletion,
  }),
  CancelKeyDeletion: operation<Sent<CancelKeyDeletionRequest>, CancelKeyDeletionResponse>({
    permissions: onKey("CancelKeyDeletion"),
    run: cancelDeletion,
  }),
  EnableKeyRotation: operation<Sent<EnableKeyRotationRequest>, object>({
    permissions: onKey("EnableKeyRotation"),
    run: (input, ctx) => setRotation(input, input.RotationPeriodInDays ?? 365, ctx),
  }),
  DisableKeyRotation: operation<Sent<DisableKeyRequest>, object>({
    permissions: onKey("DisableKeyRotation"),
    run: (input, ctx) => setRotation(input, undefined, ctx),
  }),
  GetKeyRotationStatus: operation<Sent<GetKeyRotationStatusRequest>, GetKeyRotationStatusResponse>({
    permissions: onKey("GetKeyRotationStatus"),
    run: (input, ctx) => {
      const key = findKeyById(ctx, input.KeyId);
      const days = key.rotationDays;
      const next =
        days === undefined
          ? {}
          : { RotationPeriodInDays: days, NextRotationDate: new Date(key.createdAt + days * day * 1000) };
      return { KeyRotationEnabled: days !== undefined, KeyId: key.arn, ...next };
    },
  }),
  GetKeyPolicy: operation<Sent<GetKeyPolicyRequest>, GetKeyPolicyResponse>({
    permissions: onKey("GetKeyPolicy"),
    run: (input, ctx) => ({ Policy: findKeyById(ctx, input.KeyId).policy, PolicyName: policyName }),
  }),
  PutKeyPolicy: operation<Sent<PutKeyPolicyRequest>, object>({
    permissions: onKey("PutKeyPolicy"),
    run: (input, ctx) => {
      checkPolicy(input.Policy, input.BypassPolicyLockoutSafetyCheck);
      ctx.table(keys).update(changeable(findKeyById(ctx, input.KeyId)).id, { policy: input.Policy });
      return {};
    },
  }),
  ListKeyPolicies: operation<Sent<ListKeyPoliciesRequest>, ListKeyPoliciesResponse>({
    permissions: onKey("ListKeyPolicies"),
    run: (input, ctx) => {
      findKeyById(ctx, input.KeyId);
      return { PolicyNames: [policyName], Truncated: false };
    },
  }),
  TagResource: operation<Sent<TagResourceRequest>, object>({
    permissions: onKey("TagResource"),
    run: (input, ctx) => {
      const key = changeable(findKeyById(ctx, input.KeyId));
      ctx.table(keys).update(key.id, { tags: tagsOf(input.Tags, key.tags) });
      return {};
    },
  }),
  UntagResource: operation<Sent<UntagResourceRequest>, object>({
    permissions: onKey("UntagResource"),
    run: (input, ctx) => {
      const key = changeable(findKeyById(ctx, input.KeyId));
      ctx.table(keys).update(key.id, {
        tags: Object.fromEntries(Object.entries(key.tags).filter(([name]) => !input.TagKeys.includes(name))),
      });
      return {};
    },
  }),
  ListResourceTags: operation<Sent<ListResourceTagsRequest>, ListResourceTagsResponse>({
    permissions: onKey("ListResourceTags"),
    run: (input, ctx) => {
      const tags = Object.entries(findKeyById(ctx, input.KeyId).tags).map(([TagKey, TagValue]) => ({
        TagKey,
        TagValue,
      }));
      const { items, ...rest } = page(tags, input, "ListResourceTags");
      return { Tags: items, ...rest };
    },
  }),
};
