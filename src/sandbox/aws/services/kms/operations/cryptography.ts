// What keys do: encrypt, decrypt, make data keys. Only symmetric keys do it here.
import type {
  DecryptRequest,
  DecryptResponse,
  EncryptRequest,
  EncryptResponse,
  GenerateDataKeyRequest,
  GenerateDataKeyResponse,
  GenerateDataKeyWithoutPlaintextRequest,
  GenerateDataKeyWithoutPlaintextResponse,
  GenerateRandomRequest,
  GenerateRandomResponse,
  ReEncryptRequest,
  ReEncryptResponse,
} from "@aws-sdk/client-kms";
import type { Context, Operation, Permission, Sent } from "../../../core/index.ts";
import { AwsError, NotEmulatedError, operation } from "../../../core/index.ts";
import { invalidCiphertext, keyIdOf, open, seal, materialOf } from "../cipher.ts";
import { findKey, onKey, resourceOf, usable, validation } from "../lookup.ts";
import type { KeyRow } from "../state.ts";
import { keys } from "../state.ts";

function symmetric(key: Readonly<KeyRow>, operationName: string): Readonly<KeyRow> {
  if (key.usage !== "ENCRYPT_DECRYPT")
    throw new AwsError(
      "InvalidKeyUsageException",
      `${key.arn} key usage is ${key.usage} which is not valid for ${operationName}.`,
    );
  if (key.spec !== "SYMMETRIC_DEFAULT") throw new NotEmulatedError(`kms ${operationName} with an asymmetric key`);
  return key;
}

function encrypt(input: Sent<EncryptRequest>, ctx: Context): EncryptResponse {
  const key = symmetric(usable(findKey(ctx, input.KeyId)), "Encrypt");
  if (input.Plaintext.length < 1 || input.Plaintext.length > 4096)
    throw validation(
      `1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length ${
        input.Plaintext.length < 1 ? "greater than or equal to 1" : "less than or equal to 4096"
      }`,
    );
  return {
    CiphertextBlob: seal(ctx, key, input.Plaintext, input.EncryptionContext),
    KeyId: key.arn,
    EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
  };
}

/** The key a ciphertext names, which must be the one the caller expects, if any. */
function keyBehind(ctx: Context, blob: Uint8Array, expected: string | undefined): Readonly<KeyRow> {
  const key = ctx.table(keys).get(keyIdOf(blob));
  if (!key) throw invalidCiphertext();
  if (expected !== undefined && findKey(ctx, expected).id !== key.id)
    throw new AwsError(
      "IncorrectKeyException",
      "The key ID in the request does not identify a CMK that can perform this operation.",
    );
  return usable(key);
}

function decrypt(input: Sent<DecryptRequest>, ctx: Context): DecryptResponse {
  const blob = input.CiphertextBlob ?? new Uint8Array();
  const key = keyBehind(ctx, blob, input.KeyId);
  return {
    KeyId: key.arn,
    Plaintext: open(key, blob, input.EncryptionContext),
    ...materialOf(key, "KeyMaterialId"),
    EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
  };
}

function reEncrypt(input: Sent<ReEncryptRequest>, ctx: Context): ReEncryptResponse {
  const blob = input.CiphertextBlob ?? new Uint8Array();
  const source = keyBehind(ctx, blob, input.SourceKeyId);
  const plain = open(source, blob, input.SourceEncryptionContext);
  const target = symmetric(usable(findKey(ctx, input.DestinationKeyId)), "ReEncrypt");
  return {
    CiphertextBlob: seal(ctx, target, plain, input.DestinationEncryptionContext),
    SourceKeyId: source.arn,
    KeyId: target.arn,
    SourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    DestinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
  };
}

function checkBytes(bytes: number): void {
  if (bytes >= 1 && bytes <= 1024) return;
  const limit = bytes < 1 ? "greater than or equal to 1" : "less than or equal to 1024";
  throw validation(
    `1 validation error detected: Value '${bytes}' at 'numberOfBytes' failed to satisfy constraint: Member must have value ${limit}`,
  );
}

function dataKey(input: Sent<GenerateDataKeyRequest>, ctx: Context): GenerateDataKeyResponse {
  const key = symmetric(usable(findKey(ctx, input.KeyId)), "GenerateDataKey");
  if ((input.KeySpec === undefined) === (input.NumberOfBytes === undefined))
    throw validation("Please specify either number of bytes or key spec.");
  if (input.KeySpec !== undefined && input.KeySpec !== "AES_128" && input.KeySpec !== "AES_256")
    throw validation(
      `1 validation error detected: Value '${String(input.KeySpec)}' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [AES_256, AES_128]`,
    );
  const bytes = input.NumberOfBytes ?? (input.KeySpec === "AES_128" ? 16 : 32);
  checkBytes(bytes);
  const Plaintext = Buffer.from(ctx.ids.hex(bytes * 2), "hex");
  return {
    CiphertextBlob: seal(ctx, key, Plaintext, input.EncryptionContext),
    Plaintext,
    KeyId: key.arn,
    ...materialOf(key, "KeyMaterialId"),
  };
}

/** Decrypt names its key in the ciphertext. */
function onBlob(
  input: { CiphertextBlob?: Uint8Array | undefined; KeyId?: string | undefined },
  ctx: Context,
): Permission[] {
  const blob = input.CiphertextBlob ?? new Uint8Array();
  return [{ action: "kms:Decrypt", resource: resourceOf(ctx, input.KeyId ?? keyIdOf(blob)) }];
}

export const cryptographyOperations: Readonly<Record<string, Operation>> = {
  Encrypt: operation<Sent<EncryptRequest>, EncryptResponse>({ run: encrypt, permissions: onKey("Encrypt") }),
  Decrypt: operation<Sent<DecryptRequest>, DecryptResponse>({ run: decrypt, permissions: onBlob }),
  ReEncrypt: operation<Sent<ReEncryptRequest>, ReEncryptResponse>({
    run: reEncrypt,
    permissions: (input, ctx) => [
      {
        action: "kms:ReEncryptFrom",
        resource: resourceOf(ctx, input.SourceKeyId ?? keyIdOf(input.CiphertextBlob ?? new Uint8Array())),
      },
      { action: "kms:ReEncryptTo", resource: resourceOf(ctx, input.DestinationKeyId) },
    ],
  }),
  GenerateDataKey: operation<Sent<GenerateDataKeyRequest>, GenerateDataKeyResponse>({
    run: dataKey,
    permissions: onKey("GenerateDataKey"),
  }),
  GenerateDataKeyWithoutPlaintext: operation<
    Sent<GenerateDataKeyWithoutPlaintextRequest>,
    GenerateDataKeyWithoutPlaintextResponse
  >({
    permissions: onKey("GenerateDataKeyWithoutPlaintext"),
    run: (input, ctx) => {
      const { Plaintext: _, ...rest } = dataKey(input, ctx);
      return rest;
    },
  }),
  GenerateRandom: operation<Sent<GenerateRandomRequest>, GenerateRandomResponse>((input, ctx) => {
    const bytes = input.NumberOfBytes;
    if (bytes === undefined) throw validation("NumberOfBytes is required.");
    checkBytes(bytes);
    return { Plaintext: Buffer.from(ctx.ids.hex(bytes * 2), "hex") };
  }),
};
