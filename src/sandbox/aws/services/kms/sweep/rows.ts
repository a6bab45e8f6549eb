// One row for every operation of KMS.
import type { SweepRow, SweepWorld } from "../../../sweeping.ts";
import { row, text } from "../../../sweeping.ts";

const absent = "12345678-1234-1234-1234-123456789012";
const noKey = `NotFoundException: Key 'arn:aws:kms:eu-central-1:123456789012:key/${absent}' does not exist`;
const none = { KeyId: absent };
const AliasName = "alias/chest";
const noAlias = "NotFoundException: Alias arn:aws:kms:eu-central-1:123456789012:alias/chest is not found.";
const Plaintext = Buffer.from("gold");

const key = (w: SweepWorld, more: object = {}): string => text(w.call("CreateKey", more), "KeyMetadata", "KeyId");
const signing = { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" };
const state = (w: SweepWorld, KeyId: string): unknown => w.call("DescribeKey", { KeyId })["KeyMetadata"];
const alias = (w: SweepWorld): string => {
  const TargetKeyId = key(w);
  w.call("CreateAlias", { AliasName, TargetKeyId });
  return TargetKeyId;
};
const disabled = (w: SweepWorld): object => {
  const KeyId = key(w);
  w.call("DisableKey", { KeyId });
  return { KeyId, Plaintext };
};

const keys: readonly SweepRow[] = [
  row(
    "CreateKey",
    (w) => w.call("CreateKey", { Description: "chest" }),
    {
      KeyMetadata: { Description: "chest", KeyState: "Enabled", KeySpec: "SYMMETRIC_DEFAULT", KeyManager: "CUSTOMER" },
    },
    () => ({ KeySpec: "RSA_2048" }),
    "ValidationException: You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
  ),
  row(
    "DescribeKey",
    (w) => (alias(w), w.call("DescribeKey", { KeyId: AliasName })),
    { KeyMetadata: { KeyState: "Enabled", Enabled: true } },
    () => none,
    noKey,
  ),
  row(
    "ListKeys",
    (w) => (key(w), w.call("ListKeys")),
    { Keys: [{}], Truncated: false },
    () => ({ Limit: 0 }),
    "ValidationException: 1 validation error detected: Value '0' at 'limit'",
  ),
  row(
    "DisableKey",
    (w) => state(w, text(disabled(w), "KeyId")),
    { KeyState: "Disabled", Enabled: false },
    () => none,
    noKey,
  ),
  row(
    "EnableKey",
    (w) => {
      const KeyId = text(disabled(w), "KeyId");
      w.call("EnableKey", { KeyId });
      return state(w, KeyId);
    },
    { KeyState: "Enabled" },
    () => none,
    noKey,
  ),
  row(
    "UpdateKeyDescription",
    (w) => {
      const KeyId = key(w);
      w.call("UpdateKeyDescription", { KeyId, Description: "new" });
      return state(w, KeyId);
    },
    { Description: "new" },
    () => ({ ...none, Description: "new" }),
    noKey,
  ),
  row(
    "ScheduleKeyDeletion",
    (w) => {
      const KeyId = key(w);
      w.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
      return state(w, KeyId);
    },
    { KeyState: "PendingDeletion", PendingDeletionWindowInDays: 7 },
    (w) => ({ KeyId: key(w), PendingWindowInDays: 6 }),
    "ValidationException: 1 validation error detected: Value '6' at 'pendingWindowInDays'",
  ),
  row(
    "CancelKeyDeletion",
    (w) => {
      const KeyId = key(w);
      w.call("ScheduleKeyDeletion", { KeyId });
      w.call("CancelKeyDeletion", { KeyId });
      return state(w, KeyId);
    },
    { KeyState: "Disabled" },
    (w) => ({ KeyId: key(w) }),
    "KMSInvalidStateException: arn:aws:kms:eu-central-1:123456789012:key/",
  ),
];

const rotation: readonly SweepRow[] = [
  row(
    "EnableKeyRotation",
    (w) => {
      const KeyId = key(w);
      w.call("EnableKeyRotation", { KeyId, RotationPeriodInDays: 180 });
      return w.call("GetKeyRotationStatus", { KeyId });
    },
    { KeyRotationEnabled: true, RotationPeriodInDays: 180 },
    (w) => ({ KeyId: key(w, signing) }),
    "UnsupportedOperationException",
  ),
  row(
    "DisableKeyRotation",
    (w) => {
      const KeyId = key(w);
      w.call("EnableKeyRotation", { KeyId });
      w.call("DisableKeyRotation", { KeyId });
      return w.call("GetKeyRotationStatus", { KeyId });
    },
    { KeyRotationEnabled: false },
    disabled,
    "DisabledException",
  ),
  row(
    "GetKeyRotationStatus",
    (w) => w.call("GetKeyRotationStatus", { KeyId: key(w) }),
    { KeyRotationEnabled: false },
    () => none,
    noKey,
  ),
];

const own = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "kms:*", Resource: "*" }],
});

const policies: readonly SweepRow[] = [
  row(
    "PutKeyPolicy",
    (w) => {
      const KeyId = key(w);
      w.call("PutKeyPolicy", { KeyId, PolicyName: "default", Policy: own });
      return w.call("GetKeyPolicy", { KeyId });
    },
    { Policy: own, PolicyName: "default" },
    (w) => ({ KeyId: key(w), Policy: own.replace("kms:*", "kms:Decrypt") }),
    "MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future.",
  ),
  row(
    "GetKeyPolicy",
    (w) => ({ policy: JSON.parse(text(w.call("GetKeyPolicy", { KeyId: key(w) }), "Policy")) as unknown }),
    { policy: { Id: "key-default-1" } },
    () => none,
    noKey,
  ),
  row(
    "ListKeyPolicies",
    (w) => w.call("ListKeyPolicies", { KeyId: key(w) }),
    { PolicyNames: ["default"], Truncated: false },
    () => none,
    noKey,
  ),
];

const tags: readonly SweepRow[] = [
  row(
    "TagResource",
    (w) => {
      const KeyId = key(w);
      w.call("TagResource", { KeyId, Tags: [{ TagKey: "a", TagValue: "1" }] });
      return w.call("ListResourceTags", { KeyId });
    },
    { Tags: [{ TagKey: "a", TagValue: "1" }] },
    (w) => ({ KeyId: key(w), Tags: [{ TagKey: "AWS:a", TagValue: "" }] }),
    "TagException: Tags beginning with aws: are reserved",
  ),
  row(
    "UntagResource",
    (w) => {
      const KeyId = key(w, { Tags: [{ TagKey: "a", TagValue: "1" }] });
      w.call("UntagResource", { KeyId, TagKeys: ["a"] });
      return w.call("ListResourceTags", { KeyId });
    },
    { Tags: [] },
    () => ({ ...none, TagKeys: ["a"] }),
    noKey,
  ),
  row(
    "ListResourceTags",
    (w) => w.call("ListResourceTags", { KeyId: key(w) }),
    { Tags: [], Truncated: false },
    () => none,
    noKey,
  ),
];

const aliases: readonly SweepRow[] = [
  row(
    "CreateAlias",
    (w) => (alias(w), w.call("ListAliases")),
    { Aliases: [{ AliasName }] },
    (w) => ({ AliasName: "chest", TargetKeyId: key(w) }),
    'ValidationException: Alias must start with the prefix "alias/".',
  ),
  row(
    "UpdateAlias",
    (w) => {
      alias(w);
      const TargetKeyId = key(w);
      w.call("UpdateAlias", { AliasName, TargetKeyId });
      return { moved: text(w.call("ListAliases"), "Aliases", 0, "TargetKeyId") === TargetKeyId };
    },
    { moved: true },
    (w) => ({ AliasName, TargetKeyId: key(w) }),
    noAlias,
  ),
  row(
    "DeleteAlias",
    (w) => (alias(w), w.call("DeleteAlias", { AliasName }), w.call("ListAliases")),
    { Aliases: [] },
    () => ({ AliasName }),
    noAlias,
  ),
  row(
    "ListAliases",
    (w) => w.call("ListAliases", { KeyId: alias(w) }),
    { Aliases: [{ AliasName }] },
    () => none,
    noKey,
  ),
];

const sealed = (w: SweepWorld, KeyId: string): unknown => w.call("Encrypt", { KeyId, Plaintext })["CiphertextBlob"];
const opened = ({ Plaintext: bytes }: Record<string, unknown>): object => ({
  text: Buffer.from(bytes as Uint8Array).toString(),
});

const cryptography: readonly SweepRow[] = [
  row(
    "Encrypt",
    (w) => w.call("Encrypt", { KeyId: key(w), Plaintext }),
    { EncryptionAlgorithm: "SYMMETRIC_DEFAULT" },
    disabled,
    "DisabledException: arn:aws:kms:eu-central-1:123456789012:key/",
  ),
  row(
    "Decrypt",
    (w) => opened(w.call("Decrypt", { CiphertextBlob: sealed(w, key(w)) })),
    { text: "gold" },
    (w) => ({ CiphertextBlob: sealed(w, key(w)), KeyId: key(w) }),
    "IncorrectKeyException: The key ID in the request does not identify a CMK that can perform this operation.",
  ),
  row(
    "ReEncrypt",
    (w) =>
      opened(
        w.call("Decrypt", {
          CiphertextBlob: w.call("ReEncrypt", { CiphertextBlob: sealed(w, key(w)), DestinationKeyId: key(w) })[
            "CiphertextBlob"
          ],
        }),
      ),
    { text: "gold" },
    (w) => ({ CiphertextBlob: sealed(w, key(w)), DestinationKeyId: key(w, signing) }),
    "InvalidKeyUsageException: arn:aws:kms:eu-central-1:123456789012:key/",
  ),
  row(
    "GenerateDataKey",
    (w) => {
      const made = w.call("GenerateDataKey", { KeyId: key(w), KeySpec: "AES_256" });
      const again = w.call("Decrypt", { CiphertextBlob: made["CiphertextBlob"] });
      return { same: Buffer.from(made["Plaintext"] as Uint8Array).equals(again["Plaintext"] as Uint8Array) };
    },
    { same: true },
    (w) => ({ KeyId: key(w) }),
    "ValidationException: Please specify either number of bytes or key spec.",
  ),
  row(
    "GenerateDataKeyWithoutPlaintext",
    (w) => ({
      members: Object.keys(w.call("GenerateDataKeyWithoutPlaintext", { KeyId: key(w), NumberOfBytes: 8 })).toSorted(),
    }),
    { members: ["CiphertextBlob", "KeyId", "KeyMaterialId"] },
    (w) => ({ KeyId: key(w), NumberOfBytes: 1025 }),
    "ValidationException: 1 validation error detected: Value '1025' at 'numberOfBytes'",
  ),
  row(
    "GenerateRandom",
    (w) => ({ size: (w.call("GenerateRandom", { NumberOfBytes: 12 })["Plaintext"] as Uint8Array).length }),
    { size: 12 },
    () => ({}),
    "ValidationException: NumberOfBytes is required.",
  ),
];

const GranteePrincipal = "arn:aws:iam::123456789012:role/mate";
const grant = (w: SweepWorld): { KeyId: string; GrantId: string } => {
  const KeyId = key(w);
  const given = { KeyId, GranteePrincipal, RetiringPrincipal: GranteePrincipal, Operations: ["Decrypt"] };
  return { KeyId, GrantId: text(w.call("CreateGrant", given), "GrantId") };
};

const grants: readonly SweepRow[] = [
  row(
    "CreateGrant",
    (w) => w.call("ListGrants", { KeyId: grant(w).KeyId }),
    { Grants: [{ GranteePrincipal, Operations: ["Decrypt"] }] },
    (w) => ({ KeyId: key(w), GranteePrincipal: "mate", Operations: ["Decrypt"] }),
    "InvalidArnException",
  ),
  row(
    "ListGrants",
    (w) => w.call("ListGrants", { KeyId: key(w) }),
    { Grants: [], Truncated: false },
    () => none,
    noKey,
  ),
  row(
    "ListRetirableGrants",
    (w) => (grant(w), w.call("ListRetirableGrants", { RetiringPrincipal: GranteePrincipal })),
    { Grants: [{ RetiringPrincipal: GranteePrincipal }] },
    () => ({ RetiringPrincipal: GranteePrincipal, Limit: 0 }),
    "ValidationException: 1 validation error detected: Value '0' at 'limit'",
  ),
  row(
    "RevokeGrant",
    (w) => {
      const given = grant(w);
      w.call("RevokeGrant", given);
      return w.call("ListGrants", { KeyId: given.KeyId });
    },
    { Grants: [] },
    (w) => ({ KeyId: key(w), GrantId: grant(w).GrantId }),
    "NotFoundException: Grant ID",
  ),
  row(
    "RetireGrant",
    (w) => {
      const given = grant(w);
      w.call("RetireGrant", given);
      return w.call("ListGrants", { KeyId: given.KeyId });
    },
    { Grants: [] },
    (w) => ({ KeyId: key(w), GrantId: grant(w).GrantId }),
    "NotFoundException: Grant ID",
  ),
];

export const kmsFamilies: Readonly<Record<string, readonly SweepRow[]>> = {
  keys,
  rotation,
  policies,
  tags,
  aliases,
  cryptography,
  grants,
};
