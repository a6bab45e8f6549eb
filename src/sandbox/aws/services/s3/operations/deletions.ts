// Deleting objects, one or up to a thousand: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
import type {
  DeleteObjectOutput,
  DeleteObjectRequest,
  DeleteObjectsOutput,
  DeleteObjectsRequest,
  DeletedObject,
} from "@aws-sdk/client-s3";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { bucketOf, objectArn, onObject } from "../bucket.ts";
import { deleteObject } from "../versions.ts";

/** One key of many: what of it was deleted, or why it was not. Each key is judged by itself. */
function deleteOne(
  ctx: Context,
  bucket: string,
  { Key = "", VersionId }: { Key?: string | undefined; VersionId?: string | undefined },
): { deleted: DeletedObject } | { error: { Key: string; VersionId?: string; Code: string; Message: string } } {
  const version = VersionId === undefined ? {} : { VersionId };
  const action = VersionId === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion";
  const resource = objectArn(ctx, bucket, Key);
  if (!ctx.allowed(action, resource)) {
    const Message = `User: ${ctx.principal.arn} is not authorized to perform: ${action} on resource: "${resource}"`;
    return { error: { Key, ...version, Code: "AccessDenied", Message } };
  }
  try {
    const { DeleteMarker, VersionId: made } = deleteObject(ctx, bucket, Key, VersionId);
    if (DeleteMarker !== true) return { deleted: { Key, ...version } };
    return {
      deleted: { Key, ...version, DeleteMarker, ...(made === undefined ? {} : { DeleteMarkerVersionId: made }) },
    };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { error: { Key, ...version, Code: error.code, Message: error.message } };
  }
}

export const deletionOperations: Readonly<Record<string, Operation>> = {
  DeleteObject: operation<DeleteObjectRequest, DeleteObjectOutput>({
    permissions: onObject("DeleteObject"),
    run: ({ Bucket = "", Key = "", VersionId }, ctx) => {
      bucketOf(ctx, Bucket);
      return deleteObject(ctx, Bucket, Key, VersionId);
    },
  }),

  DeleteObjects: operation<DeleteObjectsRequest, DeleteObjectsOutput>({
    // Asked for key by key, and refused key by key.
    permissions: () => [],
    run: ({ Bucket = "", Delete }, ctx) => {
      bucketOf(ctx, Bucket);
      const asked = Delete?.Objects ?? [];
      if (asked.length === 0 || asked.length > 1000) {
        throw new AwsError(
          "MalformedXML",
          "The XML you provided was not well-formed or did not validate against our published schema",
        );
      }
      const results = asked.map((each) => deleteOne(ctx, Bucket, each));
      const Deleted = results.flatMap((result) => ("deleted" in result ? [result.deleted] : []));
      const Errors = results.flatMap((result) => ("error" in result ? [result.error] : []));
      return { ...(Delete?.Quiet ? {} : { Deleted }), ...(Errors.length === 0 ? {} : { Errors }) };
    },
  }),
};
