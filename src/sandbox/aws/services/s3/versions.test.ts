import { describe, it } from "vitest";
import { administratorOf } from "../../administrator.ts";
import { Cloud } from "../../core/index.ts";
import { refusal } from "../../testing.ts";
import { services } from "../index.ts";

interface Answer {
  VersionId?: string;
  DeleteMarker?: boolean;
  Body?: Uint8Array;
  Versions?: { Key: string; VersionId: string; IsLatest: boolean }[];
  DeleteMarkers?: { Key: string; VersionId: string; IsLatest: boolean }[];
  [member: string]: unknown;
}

function bucketWith(status?: "Enabled" | "Suspended") {
  const cloud = new Cloud({ services });
  const account = "123456789012";
  const call = (operation: string, input: object = {}): Answer =>
    cloud.invoke<Answer>({
      service: "s3",
      operation,
      input: { Bucket: "bay", ...input },
      account,
      region: "us-east-1",
      principal: administratorOf(account, "aws"),
    });
  const versioning = (Status: string) => call("PutBucketVersioning", { VersioningConfiguration: { Status } });
  call("CreateBucket");
  if (status) versioning(status);
  const put = (Key: string, text: string) => call("PutObject", { Key, Body: Buffer.from(text) }).VersionId;
  const read = (input: object) => Buffer.from(call("GetObject", input).Body ?? []).toString();
  return { call, versioning, put, read };
}

describe("versions of an object", () => {
  it("are kept, newest first, and each can be read", ({ expect }) => {
    const { call, put, read } = bucketWith("Enabled");
    const ids = [put("k", "one"), put("k", "two"), put("k", "three")];
    expect(new Set(ids).size).toBe(3);
    expect(read({ Key: "k" })).toBe("three");
    expect(ids.map((VersionId) => read({ Key: "k", VersionId }))).toEqual(["one", "two", "three"]);
    const { Versions } = call("ListObjectVersions");
    expect(Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [ids[2], true],
      [ids[1], false],
      [ids[0], false],
    ]);
  });

  it("hide behind a delete marker, and come back when it goes", ({ expect }) => {
    const { call, put, read } = bucketWith("Enabled");
    const first = put("k", "one");
    const { VersionId: marker, DeleteMarker } = call("DeleteObject", { Key: "k" });
    expect(DeleteMarker).toBe(true);
    expect(refusal(() => read({ Key: "k" }))).toBe("NoSuchKey: The specified key does not exist.");
    expect(refusal(() => read({ Key: "k", VersionId: marker }))).toMatch(/^MethodNotAllowed/);
    expect(read({ Key: "k", VersionId: first })).toBe("one");
    expect(call("ListObjectVersions").DeleteMarkers).toMatchObject([{ Key: "k", VersionId: marker, IsLatest: true }]);
    expect(call("DeleteObject", { Key: "k", VersionId: marker })).toEqual({ VersionId: marker, DeleteMarker: true });
    expect(read({ Key: "k" })).toBe("one");
  });

  it("go one by one, the one before becoming the object", ({ expect }) => {
    const { call, put, read } = bucketWith("Enabled");
    const [first, second] = [put("k", "one"), put("k", "two")];
    call("DeleteObject", { Key: "k", VersionId: second });
    expect(read({ Key: "k" })).toBe("one");
    call("DeleteObject", { Key: "k", VersionId: first });
    expect(refusal(() => read({ Key: "k" }))).toMatch(/^NoSuchKey/);
    expect(call("ListObjectVersions")).toMatchObject({ Versions: [], DeleteMarkers: [] });
  });

  it("that were there before have the id null; a suspended bucket overwrites only that one", ({ expect }) => {
    const { call, versioning, put, read } = bucketWith();
    expect(put("k", "before")).toBeUndefined();
    versioning("Enabled");
    const second = put("k", "two");
    expect(read({ Key: "k", VersionId: "null" })).toBe("before");
    versioning("Suspended");
    expect(put("k", "three")).toBe("null");
    expect(put("k", "four")).toBe("null");
    expect(call("ListObjectVersions").Versions?.map(({ VersionId }) => VersionId)).toEqual(["null", second]);
    expect(call("DeleteObject", { Key: "k" })).toEqual({ DeleteMarker: true, VersionId: "null" });
    expect(read({ Key: "k", VersionId: second })).toBe("two");
  });

  it("keep their bucket from being deleted, markers too", ({ expect }) => {
    const { call, put } = bucketWith("Enabled");
    put("k", "one");
    call("DeleteObject", { Key: "k" });
    expect(refusal(() => call("DeleteBucket"))).toBe(
      "BucketNotEmpty: The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
    );
    const { Versions = [], DeleteMarkers = [] } = call("ListObjectVersions");
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    call("DeleteObjects", { Delete: { Objects } });
    expect(refusal(() => call("DeleteBucket"))).toBe("nothing");
  });

  it("are listed in pages that meet, in any size", ({ expect }) => {
    const { call, put } = bucketWith("Enabled");
    for (const key of ["a", "a", "b/1", "b/2", "c"]) put(key, key);
    call("DeleteObject", { Key: "c" });
    const pages = (MaxKeys: number, Delimiter?: string): string[] => {
      const seen: string[] = [];
      let marker: object = {};
      for (;;) {
        const page = call("ListObjectVersions", { MaxKeys, ...(Delimiter ? { Delimiter } : {}), ...marker });
        const rows = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
        seen.push(...rows.map(({ Key, VersionId }) => `${Key} ${VersionId}`));
        seen.push(...((page["CommonPrefixes"] as { Prefix: string }[]) ?? []).map(({ Prefix }) => Prefix));
        if (page["IsTruncated"] !== true) return seen.toSorted();
        marker = { KeyMarker: page["NextKeyMarker"], VersionIdMarker: page["NextVersionIdMarker"] };
      }
    };
    for (const delimiter of [undefined, "/"]) {
      expect(pages(1, delimiter)).toEqual(pages(1000, delimiter));
      expect(pages(2, delimiter)).toEqual(pages(1000, delimiter));
    }
  });
});

describe("checksums", () => {
  // Of "123456789", the check value of every CRC's definition (https://reveng.sourceforge.io/crc-catalogue/).
  it.for([
    ["CRC32", "cbf43926"],
    ["CRC32C", "e3069283"],
    ["CRC64NVME", "ae8b14860a799888"],
  ])("%s is the one that is defined so", ([name, hex], { expect }) => {
    const { call } = bucketWith();
    const value = Buffer.from(hex as string, "hex").toString("base64");
    const body = { Key: "k", Body: Buffer.from("123456789") };
    expect(call("PutObject", { ...body, [`Checksum${name}`]: value })).toMatchObject({ [`Checksum${name}`]: value });
    expect(refusal(() => call("PutObject", { ...body, [`Checksum${name}`]: "AAAA" }))).toBe(
      `BadDigest: The ${name} you specified did not match the calculated checksum.`,
    );
  });
});
