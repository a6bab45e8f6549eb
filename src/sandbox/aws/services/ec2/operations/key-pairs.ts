// Key pairs, generated or imported.
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
import { importedFingerprint, newKey, parsePublicKey } from "../ssh-keys.ts";
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

export const keyPairOperations: Readonly<Record<string, Operation>> = {
  CreateKeyPair: operation<CreateKeyPairRequest, KeyPairResult>((input, ctx) => {
    const name = required(input.KeyName, "keyName");
    const type = input.KeyType ?? "rsa";
    const { publicKey, material, fingerprint } = newKey(type);
    const row = add(ctx, {
      name,
      type,
      publicKey,
      fingerprint,
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
    const key = parsePublicKey(text);
    const tags = tagsFor(ctx, input.TagSpecifications, "key-pair");
    const fingerprint = importedFingerprint(key);
    const row = add(ctx, { name, type: key.type, publicKey: text, fingerprint, tags });
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
