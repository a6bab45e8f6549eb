// Tags of keys, with KMS's refusals: https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html
import type { Tag } from "@aws-sdk/client-kms";
import { AwsError } from "../../core/index.ts";
import { validation } from "./lookup.ts";

const limits = { tags: 50, tagKey: 128, tagValue: 256 };

function checkLength(value: string, member: "tagKey" | "tagValue", position: number): void {
  if (value.length <= limits[member]) return;
  throw validation(
    `1 validation error detected: Value '${value}' at 'tags.${position}.member.${member}' failed to satisfy constraint: Member must have length less than or equal to ${limits[member]}`,
  );
}

/**
 * The tags of a request.
 *
 * @throws AwsError TagException, ValidationException
 */
export function tagsOf(
  tags: readonly Tag[] | undefined,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const all = new Map(Object.entries(before));
  const seen = new Set<string>();
  for (const [i, { TagKey = "", TagValue = "" }] of (tags ?? []).entries()) {
    checkLength(TagKey, "tagKey", i + 1);
    checkLength(TagValue, "tagValue", i + 1);
    if (/^aws:/i.test(TagKey)) throw new AwsError("TagException", "Tags beginning with aws: are reserved");
    if (seen.has(TagKey)) throw new AwsError("TagException", "Duplicate tag keys");
    seen.add(TagKey);
    all.set(TagKey, TagValue);
  }
  if (all.size > limits.tags) throw new AwsError("TagException", "Too many tags");
  return Object.fromEntries(all);
}
