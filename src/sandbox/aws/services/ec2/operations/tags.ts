// Tags on any resource.
import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  TagDescription,
} from "@aws-sdk/client-ec2";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { applyFilters, paginate } from "../../../query/index.ts";
import { checkMaxResults } from "../describe.ts";
import type { Kind } from "../kinds.ts";
import { find, kindOf, kinds, required } from "../kinds.ts";
import { checkTags, withTags } from "../tags.ts";

function target(ctx: Context, id: string): { kind: Kind; tags: Readonly<Record<string, string>> } {
  const kind = kindOf(id);
  if (!kind || !/-[0-9a-f]+$/.test(id)) throw new AwsError("InvalidID", `The ID '${id}' is not valid`);
  return { kind, tags: find(ctx, kind, id, "resources").tags };
}

export const tagOperations: Readonly<Record<string, Operation>> = {
  CreateTags: operation<CreateTagsRequest, object>((input, ctx) => {
    const given = required(input.Tags, "tagSet");
    checkTags(ctx, given);
    for (const id of required(input.Resources, "resourceIdSet")) {
      const { kind, tags } = target(ctx, id);
      ctx.table(kind.table).update(id, { tags: withTags(tags, given) });
    }
    return {};
  }),

  DeleteTags: operation<DeleteTagsRequest, object>((input, ctx) => {
    for (const id of required(input.Resources, "resourceIdSet")) {
      const { kind, tags } = target(ctx, id);
      // Without a list all go, but AWS's own; with a value a tag goes only if it has that value.
      const goes = ([key, value]: [string, string]): boolean =>
        input.Tags
          ? input.Tags.some(({ Key, Value }) => Key === key && (Value === undefined || Value === value))
          : !key.startsWith("aws:");
      const kept = Object.entries(tags).filter((tag) => !goes(tag));
      ctx.table(kind.table).update(id, { tags: Object.fromEntries(kept) });
    }
    return {};
  }),

  DescribeTags: operation<DescribeTagsRequest, DescribeTagsResult>((input, ctx) => {
    checkMaxResults(input.MaxResults);
    const all: TagDescription[] = [];
    for (const kind of kinds.values())
      for (const row of ctx.table(kind.table).values())
        for (const [Key, Value] of Object.entries(row.tags))
          all.push({
            Key,
            ResourceId: row.id,
            ResourceType: kind.type as NonNullable<TagDescription["ResourceType"]>,
            Value,
          });
    const named = (name: string): ((tag: TagDescription) => string | undefined) | undefined =>
      name.startsWith("tag:") ? (tag) => (tag.Key === name.slice(4) ? tag.Value : undefined) : undefined;
    const byTag = Object.fromEntries(
      (input.Filters ?? []).flatMap(({ Name = "" }) => {
        const field = named(Name);
        return field ? [[Name, field]] : [];
      }),
    );
    const matching = applyFilters(all, input.Filters, {
      key: (tag) => tag.Key,
      value: (tag) => tag.Value,
      "resource-id": (tag) => tag.ResourceId,
      "resource-type": (tag) => tag.ResourceType,
      ...byTag,
    });
    const { items, nextToken } = paginate(matching, {
      token: input.NextToken,
      max: input.MaxResults,
      ceiling: 1000,
      scope: "ec2/DescribeTags",
      keyOf: (tag) => `${tag.ResourceId}/${tag.Key}`,
    });
    return { Tags: [...items], ...(nextToken ? { NextToken: nextToken } : {}) };
  }),
};
