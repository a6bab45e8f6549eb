// What S3's rows need again and again.
import type { SweepWorld } from "../../../sweeping.ts";

export const Bucket = "harbour";
export const Key = "log/1";
export const noBucket = "NoSuchBucket: The specified bucket does not exist";
export const noKey = "NoSuchKey: The specified key does not exist.";
export const none = (): object => ({ Bucket });
export const notXml =
  "MalformedXML: The XML you provided was not well-formed or did not validate against our published schema";

export const make = (w: SweepWorld): { Bucket: string } => {
  w.call("CreateBucket", { Bucket, CreateBucketConfiguration: { LocationConstraint: w.region } });
  return { Bucket };
};
export const put = (w: SweepWorld, more: object = {}): { Bucket: string; Key: string } => {
  make(w);
  w.call("PutObject", { Bucket, Key, Body: Buffer.from("ahoy"), ...more });
  return { Bucket, Key };
};
export const body = (answer: Record<string, unknown>): object => ({
  body: Buffer.from(answer["Body"] as Uint8Array).toString(),
});
