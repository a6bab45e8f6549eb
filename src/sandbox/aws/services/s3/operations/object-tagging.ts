// Tags of objects and of their versions.
import type {
  DeleteObjectTaggingOutput,
  DeleteObjectTaggingRequest,
  GetObjectTaggingOutput,
  GetObjectTaggingRequest,
  PutObjectTaggingOutput,
  PutObjectTaggingRequest,
} from "@aws-sdk/client-s3";
import type { Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { onObject } from "../bucket.ts";
import { checkTags } from "../tags.ts";
import { objectOf, updateObject, versionMember } from "../versions.ts";

export const objectTaggingOperations: Readonly<Record<string, Operation>> = {
  PutObjectTagging: operation<PutObjectTaggingRequest, PutObjectTaggingOutput>({
    permissions: onObject("PutObjectTagging"),
    run: (input, ctx) => {
      const row = objectOf(ctx, input);
      updateObject(ctx, row, { tags: checkTags(input.Tagging?.TagSet, "object") });
      return versionMember(ctx, row);
    },
  }),

  GetObjectTagging: operation<GetObjectTaggingRequest, GetObjectTaggingOutput>({
    permissions: onObject("GetObjectTagging"),
    run: (input, ctx) => {
      const row = objectOf(ctx, input);
      return { TagSet: [...row.tags], ...versionMember(ctx, row) };
    },
  }),

  DeleteObjectTagging: operation<DeleteObjectTaggingRequest, DeleteObjectTaggingOutput>({
    permissions: onObject("DeleteObjectTagging"),
    run: (input, ctx) => {
      const row = objectOf(ctx, input);
      updateObject(ctx, row, { tags: [] });
      return versionMember(ctx, row);
    },
  }),
};
