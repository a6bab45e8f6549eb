// Tags of buckets and objects, with S3's refusals.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
import { AwsError } from "../../core/index.ts";

export interface S3Tag {
  Key: string;
  Value: string;
}

const limits = { bucket: 50, object: 10 };

/**
 * The tags of a request, checked.
 *
 * @throws AwsError InvalidTag, BadRequest
 */
export function checkTags(
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
  on: keyof typeof limits,
): S3Tag[] {
  const seen = new Set<string>();
  const invalid = (text: string, TagKey: string): AwsError => new AwsError("InvalidTag", text, { members: { TagKey } });
  const all = (tags ?? []).map(({ Key = "", Value = "" }) => {
    if (seen.has(Key)) throw invalid("Cannot provide multiple Tags with the same key", Key);
    seen.add(Key);
    if (/^aws:/i.test(Key)) throw invalid("System tags cannot be added/updated by requester", Key);
    if (Key === "" || Key.length > 128 || !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(Key))
      throw invalid("The TagKey you have provided is invalid", Key);
    if (Value.length > 256 || !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(Value))
      throw invalid("The TagValue you have provided is invalid", Key);
    return { Key, Value };
  });
  if (all.length <= limits[on]) return all;
  const text = on === "bucket" ? "Bucket tag count cannot be greater than 50" : "Object tags cannot be greater than 10";
  throw new AwsError("BadRequest", text);
}

/** Tags from the `x-amz-tagging` header, written as a query. */
export function parseTagging(tagging: string | undefined): S3Tag[] {
  return checkTags(
    [...new URLSearchParams(tagging ?? "")].map(([Key, Value]) => ({ Key, Value })),
    "object",
  );
}
