// Key pairs, generated or imported.
import { createHash, generateKeyPairSync } from "node:crypto";
import type {
  CreateKeyPairRequest,
  DeleteKeyPairRequest,
  DeleteKeyPairResult,
  DescribeKeyPairsRequest,
  DescribeKeyPairsResult,
  ImportKeyPairRequest,
  ImportKeyPairResult,
  KeyPair as KeyPairResult,
  KeyPairInfo,
} from "@aws-sdk/client-ec2";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { invalidValue } from "../errors.ts";
import { keyPairKind, notFound, required } from "../kinds.ts";
import type { KeyPair } from "../state.ts";
import { keyPairs } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";

const listing: Listing<KeyPair, KeyPairInfo> = {
  operation: "DescribeKeyPairs",
  kind: keyPairKind,
  filters: () => ({
    "key-pair-id": (row) => row.id,
    "key-name": (row) => row.name,
    fingerprint: (row) => row.fingerprint,
  }),
  render: (row) => ({
    KeyPairId: row.id,
    KeyType: row.type,
    Tags: tagList(row.tags).Tags ?? [],
    CreateTime: new Date(row.createdAt),
    KeyName: row.name,
    KeyFingerprint: row.fingerprint,
  }),
};

const colons = (hex: string): string => (hex.match(/../g) ?? []).join(":");

/** AWS: MD5 of an imported RSA key's DER form, SHA-256 in base64 for ED25519. */
function fingerprint(type: KeyPair["type"], blob: Buffer): string {
  return type === "rsa"
    ? colons(createHash("md5").update(blob).digest("hex"))
    : createHash("sha256").update(blob).digest("base64");
}

/** Reads `ssh-rsa AAAA… comment`. */
function parsePublicKey(text: string): { type: KeyPair["type"]; blob: Buffer } {
  const [algorithm, body = ""] = text.trim().split(/\s+/);
  const blob = Buffer.from(body, "base64");
  const length = blob.length > 4 ? blob.readUInt32BE(0) : 0;
  const isWhole = blob.length > 4 + length && blob.subarray(4, 4 + length).toString() === algorithm;
  if (isWhole && algorithm === "ssh-rsa") return { type: "rsa", blob };
  if (isWhole && algorithm === "ssh-ed25519") return { type: "ed25519", blob };
  throw new AwsError("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
}

function add(ctx: Context, row: Omit<KeyPair, "id" | "createdAt">): Readonly<KeyPair> {
  if (row.name.length > 255) throw invalidValue(row.name, "keyName", "The name may have 255 characters.");
  if (ctx.table(keyPairs).by("name", row.name).length > 0)
    throw new AwsError("InvalidKeyPair.Duplicate", `The keypair already exists`);
  const id = ctx.ids.ec2("key");
  return ctx.table(keyPairs).put(id, { id, createdAt: ctx.now(), ...row });
}

function byName(ctx: Context, name: string): Readonly<KeyPair> {
  const [row] = ctx.table(keyPairs).by("name", name);
  if (!row) throw notFound(keyPairKind, name);
  return row;
}

/** A key as `ssh-rsa …` text, from a PKCS#1 public key's modulus and exponent. */
function newKey(type: KeyPair["type"]): { publicKey: string; material: string } {
  if (type === "ed25519") {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
    const blob = Buffer.concat([sshString("ssh-ed25519"), sshString(raw)]);
    return {
      publicKey: `ssh-ed25519 ${blob.toString("base64")}`,
      material: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    };
  }
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { n = "", e = "" } = publicKey.export({ format: "jwk" });
  const positive = (part: string): Buffer => Buffer.concat([Buffer.from([0]), Buffer.from(part, "base64url")]);
  const blob = Buffer.concat([sshString("ssh-rsa"), sshString(Buffer.from(e, "base64url")), sshString(positive(n))]);
  return {
    publicKey: `ssh-rsa ${blob.toString("base64")}`,
    material: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
  };
}

function sshString(value: string | Buffer): Buffer {
  const body = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

export const keyPairOperations: Readonly<Record<string, Operation>> = {
  CreateKeyPair: operation<CreateKeyPairRequest, KeyPairResult>((input, ctx) => {
    const name = required(input.KeyName, "keyName");
    const type = input.KeyType ?? "rsa";
    const { publicKey, material } = newKey(type);
    const row = add(ctx, {
      name,
      type,
      publicKey,
      fingerprint: fingerprint(type, parsePublicKey(publicKey).blob),
      tags: tagsFor(ctx, input.TagSpecifications, "key-pair"),
    });
    return {
      KeyPairId: row.id,
      ...tagList(row.tags),
      KeyName: name,
      KeyFingerprint: row.fingerprint,
      KeyMaterial: material,
    };
  }),

  ImportKeyPair: operation<ImportKeyPairRequest, ImportKeyPairResult>((input, ctx) => {
    const name = required(input.KeyName, "keyName");
    const text = Buffer.from(required(input.PublicKeyMaterial, "publicKeyMaterial")).toString();
    const { type, blob } = parsePublicKey(text);
    const tags = tagsFor(ctx, input.TagSpecifications, "key-pair");
    const row = add(ctx, { name, type, publicKey: text, fingerprint: fingerprint(type, blob), tags });
    return { KeyFingerprint: row.fingerprint, KeyName: name, KeyPairId: row.id, ...tagList(row.tags) };
  }),

  DeleteKeyPair: operation<DeleteKeyPairRequest, DeleteKeyPairResult>((input, ctx) => {
    const table = ctx.table(keyPairs);
    const row = input.KeyPairId ? table.get(input.KeyPairId) : table.by("name", required(input.KeyName, "keyName"))[0];
    // EC2 is content when there is no such key.
    if (row) table.delete(row.id);
    return { Return: true, ...(row ? { KeyPairId: row.id } : {}) };
  }),

  DescribeKeyPairs: operation<DescribeKeyPairsRequest, DescribeKeyPairsResult>((input, ctx) => {
    const named = input.KeyNames?.map((name) => byName(ctx, name).id) ?? [];
    const { items } = describe(ctx, listing, { Filters: input.Filters }, [...(input.KeyPairIds ?? []), ...named]);
    if (!input.IncludePublicKey) return { KeyPairs: items };
    return {
      KeyPairs: items.map((item) => ({ ...item, PublicKey: ctx.table(keyPairs).get(item.KeyPairId ?? "")?.publicKey })),
    };
  }),
};
