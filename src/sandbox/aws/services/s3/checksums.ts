// Checksums that clients send with an object, and get back with it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AwsError } from "../../core/index.ts";
import type { Checksum } from "./state.ts";

/** Reflected CRCs with all bits set before and after; the polynomials are reversed. */
function crcTable(polynomial: bigint): readonly bigint[] {
  return Array.from({ length: 256 }, (_, byte) => {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    return value;
  });
}

function crc(bytes: Uint8Array, table: readonly bigint[], width: number): Buffer {
  const ones = (1n << BigInt(width)) - 1n;
  let value = ones;
  for (const byte of bytes) value = (table[Number((value ^ BigInt(byte)) & 0xffn)] ?? 0n) ^ (value >> 8n);
  return Buffer.from((value ^ ones).toString(16).padStart(width / 4, "0"), "hex");
}

// Castagnoli, and the one of NVM Express.
const tables = { CRC32C: crcTable(0x82f63b78n), CRC64NVME: crcTable(0x9a6c9329ac4bc9b5n) };

const algorithms: Readonly<Record<Checksum["algorithm"], (bytes: Uint8Array) => Buffer>> = {
  CRC32: (bytes) => {
    const result = Buffer.alloc(4);
    result.writeUInt32BE(crc32(bytes));
    return result;
  },
  CRC32C: (bytes) => crc(bytes, tables.CRC32C, 32),
  CRC64NVME: (bytes) => crc(bytes, tables.CRC64NVME, 64),
  SHA1: (bytes) => hash("sha1", bytes, "buffer"),
  SHA256: (bytes) => hash("sha256", bytes, "buffer"),
};

const names = Object.keys(algorithms) as Checksum["algorithm"][];

/**
 * The checksum of a request, compared with what came.
 *
 * @throws AwsError BadDigest, InvalidRequest
 */
export function checksumOf(input: object, bytes: Uint8Array): Checksum | undefined {
  const members = input as Readonly<Record<string, unknown>>;
  const given = names.filter((name) => typeof members[`Checksum${name}`] === "string");
  if (given.length > 1)
    throw new AwsError(
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  const asked = members["ChecksumAlgorithm"];
  const algorithm = given[0] ?? names.find((name) => name === asked);
  if (algorithm === undefined) return undefined;
  const value = algorithms[algorithm](bytes).toString("base64");
  const stated = members[`Checksum${algorithm}`];
  if (stated === undefined || stated === value) return { algorithm, value };
  throw new AwsError("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
}

/** As answers give it. */
export function checksumMembers(checksum: Checksum | undefined): Record<string, string> {
  if (!checksum) return {};
  return { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: "FULL_OBJECT" };
}
