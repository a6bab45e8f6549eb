import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { beforeEach, describe, it } from "vitest";
import { createSandbox } from "../../../index.ts";

let s3: S3Client;
const Bucket = "harbour";

beforeEach(async () => {
  const sandbox = await createSandbox({ listen: false });
  s3 = new S3Client({ ...sandbox.clientConfig(), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } }));
  return () => s3.destroy();
});

const put = (Key: string, Body = Key): Promise<unknown> => s3.send(new PutObjectCommand({ Bucket, Key, Body }));

describe("S3", () => {
  it("gives back what was put, whole and in part", async ({ expect }) => {
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: "a b/ü.txt",
        Body: "ahoy",
        ContentType: "text/plain",
        Metadata: { ship: "x" },
      }),
    );
    const whole = await s3.send(new GetObjectCommand({ Bucket, Key: "a b/ü.txt" }));
    expect(await whole.Body?.transformToString()).toBe("ahoy");
    expect(whole).toMatchObject({ ContentType: "text/plain", Metadata: { ship: "x" }, ContentLength: 4 });
    const part = await s3.send(new GetObjectCommand({ Bucket, Key: "a b/ü.txt", Range: "bytes=1-2" }));
    expect([await part.Body?.transformToString(), part.ContentRange]).toEqual(["ho", "bytes 1-2/4"]);
  });

  it("lists by prefix and delimiter, in pages that meet", async ({ expect }) => {
    for (const key of ["logs/1", "logs/2", "logs/old/1", "logs/old/2", "readme"]) await put(key);
    const top = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: "/" }));
    expect([top.Contents?.map(({ Key }) => Key), top.CommonPrefixes]).toEqual([["readme"], [{ Prefix: "logs/" }]]);
    const seen: unknown[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: "logs/", Delimiter: "/", MaxKeys: 1, ContinuationToken: token }),
      );
      seen.push(
        ...(page.Contents ?? []).map(({ Key }) => Key),
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      );
      token = page.NextContinuationToken;
    } while (token);
    expect(seen).toEqual(["logs/1", "logs/2", "logs/old/"]);
  });

  it("refuses as S3 does", async ({ expect }) => {
    await put("x");
    await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: "BucketNotEmpty" });
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: "y" }))).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: "y" }))).rejects.toMatchObject({ name: "NotFound" });
    await expect(s3.send(new GetObjectCommand({ Bucket: "none", Key: "y" }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
    await expect(s3.send(new CreateBucketCommand({ Bucket: "UPPER" }))).rejects.toMatchObject({
      name: "InvalidBucketName",
    });
    await expect(
      s3.send(
        new CreateBucketCommand({
          Bucket: "elsewhere",
          CreateBucketConfiguration: { LocationConstraint: "us-west-2" },
        }),
      ),
    ).rejects.toMatchObject({
      name: "IllegalLocationConstraintException",
    });
    await expect(s3.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({ name: "NoSuchBucketPolicy" });
    await expect(s3.send(new PutBucketPolicyCommand({ Bucket, Policy: "{" }))).rejects.toMatchObject({
      name: "MalformedPolicy",
    });
    const mfa = { Status: "Enabled", MFADelete: "Enabled" } as const;
    const versions = new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: mfa });
    await expect(s3.send(versions)).rejects.toThrow(/MFA delete of S3 buckets is not emulated/);
  });

  it("copies, and deletes many at once", async ({ expect }) => {
    await put("from");
    await s3.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource: `${Bucket}/from` }));
    const gone = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "from" }, { Key: "to" }] } }),
    );
    expect(gone.Deleted?.map(({ Key }) => Key)).toEqual(["from", "to"]);
    await s3.send(new DeleteBucketCommand({ Bucket }));
  });

  it("puts parts together", async ({ expect }) => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "big" }));
    const bodies = [Buffer.alloc(5 * 1024 * 1024, "a"), Buffer.from("tail")];
    const Parts = [];
    for (const [i, Body] of bodies.entries()) {
      const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key: "big", UploadId, PartNumber: i + 1, Body }));
      Parts.push({ ETag, PartNumber: i + 1 });
    }
    const done = await s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key: "big", UploadId, MultipartUpload: { Parts } }),
    );
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: "big" }))).ContentLength).toBe(5 * 1024 * 1024 + 4);
  });
});
