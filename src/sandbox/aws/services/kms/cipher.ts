// What KMS's ciphertexts are here: AES-256-GCM under the key's material, bound to the encryption context, with the
// key's id in front, so that Decrypt finds the key by itself as AWS's does.
import { createCipheriv, createDecipheriv, hash } from "node:crypto";
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import type { KeyRow } from "./state.ts";

export type EncryptionContext = Readonly<Record<string, string>>;

/** Order of the pairs doesn't matter to KMS. */
function associated(context: EncryptionContext | undefined): Buffer {
  const pairs = Object.entries(context ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs));
}

const magic = Buffer.from([1, 2, 2, 0]);
const ivLength = 12;
const tagLength = 16;

/** Encrypts under a key and a context; the result names the key, so that Decrypt needs no KeyId. */
export function seal(
  ctx: Context,
  key: Readonly<KeyRow>,
  text: Uint8Array,
  context: EncryptionContext | undefined,
): Buffer {
  const iv = Buffer.from(ctx.ids.hex(ivLength * 2), "hex");
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(key.material, "base64"), iv);
  cipher.setAAD(associated(context));
  const body = Buffer.concat([cipher.update(text), cipher.final()]);
  const id = Buffer.from(key.id);
  return Buffer.concat([magic, Buffer.from([id.length]), id, iv, cipher.getAuthTag(), body]);
}

/** The id of a symmetric key's material, under the name that an answer gives it; others have none. */
export function materialOf<Name extends string>(key: Readonly<KeyRow>, name: Name): { [key in Name]?: string } {
  if (key.material === "") return {};
  return { [name]: hash("sha256", Buffer.from(key.material, "base64")) } as { [key in Name]?: string };
}

export const invalidCiphertext = (): AwsError => new AwsError("InvalidCiphertextException", "");

/** The id of the key a ciphertext was made under. */
export function keyIdOf(blob: Uint8Array): string {
  const length = blob[magic.length] ?? 0;
  const start = magic.length + 1;
  if (blob.length < start + length + ivLength + tagLength || !magic.equals(blob.subarray(0, magic.length)))
    throw invalidCiphertext();
  return Buffer.from(blob.subarray(start, start + length)).toString("utf8");
}

/** @throws AwsError InvalidCiphertextException for another context or changed bytes */
export function open(key: Readonly<KeyRow>, blob: Uint8Array, context: EncryptionContext | undefined): Buffer {
  const start = magic.length + 1 + (blob[magic.length] ?? 0);
  const iv = blob.subarray(start, start + ivLength);
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(key.material, "base64"), iv);
  decipher.setAAD(associated(context));
  decipher.setAuthTag(blob.subarray(start + ivLength, start + ivLength + tagLength));
  try {
    return Buffer.concat([decipher.update(blob.subarray(start + ivLength + tagLength)), decipher.final()]);
  } catch {
    // The cipher says only that the tag doesn't fit, and AWS says no more either.
    throw invalidCiphertext();
  }
}
