import type {
  CreateKeyResponse,
  DecryptResponse,
  DescribeKeyResponse,
  EncryptResponse,
  GenerateDataKeyResponse,
  GetKeyRotationStatusResponse,
  ListAliasesResponse,
  ListGrantsResponse,
} from "@aws-sdk/client-kms";
import { describe, it } from "vitest";
import { administratorOf } from "../../administrator.ts";
import { refusal } from "../../testing.ts";
import { Cloud } from "../../core/index.ts";
import { kms } from "./index.ts";

const account = "123456789012";

function world(): { cloud: Cloud; call: <Output>(operation: string, input?: object) => Output; keyId: string } {
  const cloud = new Cloud({ services: [kms], start: Date.parse("2026-11-21"), seed: 3 });
  const principal = administratorOf(account, "aws");
  const call = <Output>(operation: string, input: object = {}): Output =>
    cloud.invoke<Output>({ service: "kms", operation, input, account, region: "eu-central-1", principal });
  return { cloud, call, keyId: call<CreateKeyResponse>("CreateKey", { Description: "test" }).KeyMetadata?.KeyId ?? "" };
}

const secret = Buffer.from("open sesame");

describe("keys", () => {
  it("give back what they encrypted, under the same context only", ({ expect }) => {
    const { call, keyId } = world();
    const { CiphertextBlob } = call<EncryptResponse>("Encrypt", {
      KeyId: keyId,
      Plaintext: secret,
      EncryptionContext: { a: "1", b: "2" },
    });
    const decrypt = (change: object): DecryptResponse =>
      call("Decrypt", { CiphertextBlob, EncryptionContext: { b: "2", a: "1" }, ...change });
    expect(Buffer.from(decrypt({}).Plaintext ?? []).toString()).toBe("open sesame");
    expect(refusal(() => decrypt({ EncryptionContext: { a: "1" } }))).toMatch(/InvalidCiphertextException/);
    const other = call<CreateKeyResponse>("CreateKey").KeyMetadata?.KeyId;
    expect(refusal(() => decrypt({ KeyId: other }))).toMatch(/IncorrectKeyException/);
    const changed = Buffer.from(CiphertextBlob ?? []);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(refusal(() => decrypt({ CiphertextBlob: changed }))).toMatch(/InvalidCiphertextException/);
    expect(refusal(() => decrypt({ CiphertextBlob: Buffer.from("junk") }))).toMatch(/InvalidCiphertextException/);
  });

  it("make data keys that they can open", ({ expect }) => {
    const { call, keyId } = world();
    const made = call<GenerateDataKeyResponse>("GenerateDataKey", { KeyId: keyId, KeySpec: "AES_256" });
    expect(made.Plaintext?.length).toBe(32);
    expect(call<DecryptResponse>("Decrypt", { CiphertextBlob: made.CiphertextBlob }).Plaintext).toEqual(made.Plaintext);
    expect(refusal(() => call("GenerateDataKey", { KeyId: keyId }))).toMatch(/ValidationException/);
  });

  it("do nothing while they are disabled or wait for their end", ({ expect }) => {
    const { cloud, call, keyId } = world();
    const encrypt = (): string => refusal(() => call("Encrypt", { KeyId: keyId, Plaintext: secret }));
    call("DisableKey", { KeyId: keyId });
    expect(encrypt()).toMatch(/DisabledException: arn:aws:kms:eu-central-1:123456789012:key\/.* is disabled\./);
    call("EnableKey", { KeyId: keyId });
    expect(encrypt()).toBe("nothing");
    expect(refusal(() => call("ScheduleKeyDeletion", { KeyId: keyId, PendingWindowInDays: 3 }))).toMatch(
      /ValidationException/,
    );
    call("ScheduleKeyDeletion", { KeyId: keyId, PendingWindowInDays: 7 });
    expect(encrypt()).toMatch(/KMSInvalidStateException.*pending deletion/);
    cloud.clock.advanceTo(cloud.clock.now() + 8 * 24 * 3600 * 1000);
    expect(refusal(() => call("DescribeKey", { KeyId: keyId }))).toMatch(/NotFoundException: Key '.*' does not exist/);
  });

  it("are saved from deletion, and then disabled", ({ expect }) => {
    const { cloud, call, keyId } = world();
    call("ScheduleKeyDeletion", { KeyId: keyId, PendingWindowInDays: 7 });
    call("CancelKeyDeletion", { KeyId: keyId });
    cloud.clock.advanceTo(cloud.clock.now() + 8 * 24 * 3600 * 1000);
    expect(call<DescribeKeyResponse>("DescribeKey", { KeyId: keyId }).KeyMetadata?.KeyState).toBe("Disabled");
  });

  it("rotate when told to", ({ expect }) => {
    const { call, keyId } = world();
    call("EnableKeyRotation", { KeyId: keyId });
    expect(call<GetKeyRotationStatusResponse>("GetKeyRotationStatus", { KeyId: keyId })).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 365,
    });
  });

  it("refuse a policy that locks everybody out", ({ expect }) => {
    const { call, keyId } = world();
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: "*", Action: "kms:Encrypt", Resource: "*" }],
    });
    expect(refusal(() => call("PutKeyPolicy", { KeyId: keyId, Policy }))).toMatch(
      /MalformedPolicyDocumentException.*will not allow you to update/,
    );
  });
});

describe("aliases", () => {
  it("stand for keys, and AWS's own come when they are asked for", ({ expect }) => {
    const { call, keyId } = world();
    call("CreateAlias", { AliasName: "alias/mine", TargetKeyId: keyId });
    expect(call<DescribeKeyResponse>("DescribeKey", { KeyId: "alias/mine" }).KeyMetadata?.KeyId).toBe(keyId);
    expect(refusal(() => call("CreateAlias", { AliasName: "alias/mine", TargetKeyId: keyId }))).toMatch(
      /AlreadyExistsException/,
    );
    expect(refusal(() => call("CreateAlias", { AliasName: "alias/aws/mine", TargetKeyId: keyId }))).toMatch(
      /NotAuthorizedException/,
    );
    expect(call<DescribeKeyResponse>("DescribeKey", { KeyId: "alias/aws/ebs" }).KeyMetadata?.KeyManager).toBe("AWS");
    const names = call<ListAliasesResponse>("ListAliases").Aliases?.map((alias) => alias.AliasName);
    expect(names).toEqual(["alias/mine", "alias/aws/ebs"]);
    expect(refusal(() => call("DescribeKey", { KeyId: "alias/none" }))).toBe(
      "NotFoundException: Alias arn:aws:kms:eu-central-1:123456789012:alias/none is not found.",
    );
  });

  it("come in pages", ({ expect }) => {
    const { call, keyId } = world();
    for (const name of ["a", "b", "c"]) call("CreateAlias", { AliasName: `alias/${name}`, TargetKeyId: keyId });
    const first = call<ListAliasesResponse>("ListAliases", { Limit: 2 });
    expect(first).toMatchObject({ Truncated: true, Aliases: [{ AliasName: "alias/a" }, { AliasName: "alias/b" }] });
    expect(call<ListAliasesResponse>("ListAliases", { Limit: 2, Marker: first.NextMarker })).toMatchObject({
      Truncated: false,
    });
  });
});

describe("grants", () => {
  it("are listed until they are revoked", ({ expect }) => {
    const { call, keyId } = world();
    const GranteePrincipal = "arn:aws:iam::123456789012:role/x";
    const { GrantId } = call<{ GrantId: string }>("CreateGrant", {
      KeyId: keyId,
      GranteePrincipal,
      Operations: ["Decrypt"],
    });
    const list = (): ListGrantsResponse["Grants"] => call<ListGrantsResponse>("ListGrants", { KeyId: keyId }).Grants;
    expect(list()).toMatchObject([{ GrantId, GranteePrincipal, Operations: ["Decrypt"] }]);
    call("RevokeGrant", { KeyId: keyId, GrantId });
    expect(list()).toEqual([]);
  });
});
