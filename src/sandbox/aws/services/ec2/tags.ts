// Tags of EC2 resources: given at creation by TagSpecifications, later by CreateTags; both obey the same rules.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
import type { Tag, TagSpecification } from "@aws-sdk/client-ec2";
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import type { Tags } from "./state.ts";

/** Tags of users on one resource; those of AWS don't count. */
const tagLimit = 50;

/**
 * The tags that a request gives to resources of `type`.
 *
 * @param taggable every type that the operation may tag; default: `type` alone
 */
export function tagsFor(
  ctx: Context,
  specifications: readonly TagSpecification[] | undefined,
  type: string,
  taggable: readonly string[] = [type],
): Tags {
  let tags: Tags = none;
  for (const { ResourceType, Tags: given } of specifications ?? []) {
    if (!ResourceType) throw new AwsError("InvalidParameter", "Tag specification resource type must have a value");
    if (!taggable.includes(ResourceType))
      throw new AwsError(
        "InvalidParameterValue",
        `'${ResourceType}' is not a valid taggable resource type for this operation.`,
      );
    if (!given || given.length === 0)
      throw new AwsError("InvalidParameter", "Tag specification must have at least one tag");
    checkTags(ctx, given);
    if (ResourceType === type) tags = withTags(tags, given);
  }
  return tags;
}

const none: Tags = Object.freeze({});

/** Refuses tags that EC2 refuses. `aws:` is for AWS's own services. */
export function checkTags(ctx: Context, tags: readonly Tag[]): void {
  const seen = new Set<string>();
  for (const { Key = "", Value = "" } of tags) {
    if (Key === "") throw new AwsError("InvalidParameterValue", "Tag key cannot be empty.");
    if (seen.has(Key)) throw new AwsError("InvalidParameterValue", `Duplicate tag key '${Key}' specified.`);
    seen.add(Key);
    if (Key.length > 128)
      throw new AwsError("InvalidParameterValue", `Tag key exceeds the maximum length of 128 characters: '${Key}'`);
    if (Value.length > 256)
      throw new AwsError("InvalidParameterValue", `Tag value exceeds the maximum length of 256 characters: '${Value}'`);
    if (/^aws:/i.test(Key) && ctx.principal.type !== "AWSService")
      throw new AwsError(
        "InvalidParameterValue",
        `Tag keys starting with 'aws:' are reserved for internal use: '${Key}'`,
      );
  }
}

/** `tags` with more; refuses the fifty-first. */
export function withTags(tags: Tags, more: readonly Tag[]): Tags {
  // fromEntries defines members where an assignment to `__proto__` would be lost.
  const given = more.map(({ Key = "", Value = "" }) => [Key, Value] as const);
  const merged: Record<string, string> = Object.fromEntries([...Object.entries(tags), ...given]);
  if (Object.keys(merged).filter((key) => !key.startsWith("aws:")).length > tagLimit)
    throw new AwsError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
  return Object.freeze(merged);
}

/** As a Describe shows them: no member at all where there are none. */
export function tagList(tags: Tags): { Tags?: Tag[] } {
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return list.length > 0 ? { Tags: list } : {};
}
