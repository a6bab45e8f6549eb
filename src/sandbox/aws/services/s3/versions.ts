// Versions of objects: what becomes of the one that is there when another is put or deleted.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { bucketOf } from "./bucket.ts";
import type { ObjectRow, VersionRow } from "./state.ts";
import { objectId, objects, versions } from "./state.ts";

/** Enabled and Suspended; undefined for a bucket that never had versions. */
export function versioningOf(ctx: Context, bucket: string): "Enabled" | "Suspended" | undefined {
  const setting = bucketOf(ctx, bucket).settings["BucketVersioning"] as
    | { Status?: "Enabled" | "Suspended" }
    | undefined;
  return setting?.Status;
}

const versionKey = (row: Readonly<ObjectRow>): string => `${objectId(row.bucket, row.key)}\n${row.versionId ?? "null"}`;

/** Newest first, without the current object. */
function older(ctx: Context, bucket: string, key: string): Readonly<VersionRow>[] {
  return [...ctx.table(versions).by("object", objectId(bucket, key))].toSorted((a, b) => b.sequence - a.sequence);
}

/** What a new version is put over: nothing, for the key's first. */
function nextSequence(ctx: Context, bucket: string, key: string): number {
  const current = ctx.table(objects).get(objectId(bucket, key))?.sequence ?? 0;
  return Math.max(current, older(ctx, bucket, key)[0]?.sequence ?? 0) + 1;
}

/** Makes room for a new version: what is there becomes an older one, or goes when it has the same id. */
function stepAside(ctx: Context, bucket: string, key: string, versionId: string | undefined): void {
  const id = objectId(bucket, key);
  const current = ctx.table(objects).get(id);
  if (current) {
    ctx.table(objects).delete(id);
    if (current.versionId !== versionId)
      ctx.table(versions).put(versionKey(current), { ...current, deleteMarker: false });
  }
  if (versionId === undefined) ctx.table(versions).delete(`${id}\nnull`);
}

function freshId(ctx: Context, bucket: string): string | undefined {
  return versioningOf(ctx, bucket) === "Enabled" ? ctx.ids.hex(32) : undefined;
}

/** Stores an object as the current one and returns its row. */
export function storeObject(
  ctx: Context,
  object: Omit<ObjectRow, "modifiedAt" | "versionId" | "sequence">,
): Readonly<ObjectRow> {
  const { bucket, key } = object;
  const versionId = freshId(ctx, bucket);
  const sequence = nextSequence(ctx, bucket, key);
  stepAside(ctx, bucket, key, versionId);
  const row = { ...object, modifiedAt: ctx.now(), sequence, ...(versionId === undefined ? {} : { versionId }) };
  return ctx.table(objects).put(objectId(bucket, key), row);
}

/** The newest of what is left becomes the object, unless it marks a deletion. */
function promote(ctx: Context, bucket: string, key: string): void {
  const id = objectId(bucket, key);
  const [newest] = older(ctx, bucket, key);
  if (ctx.table(objects).has(id) || !newest || newest.deleteMarker) return;
  const { deleteMarker: _, ...row } = newest;
  ctx.table(versions).delete(versionKey(newest));
  ctx.table(objects).put(id, row);
}

/** What became of a deletion, in the words of the answers. */
export interface Deleted {
  VersionId?: string;
  DeleteMarker?: boolean;
}

/** Deletes an object as S3 does: for good, behind a marker, or one version of it. What isn't there is deleted too. */
export function deleteObject(ctx: Context, bucket: string, key: string, versionId: string | undefined): Deleted {
  const id = objectId(bucket, key);
  if (versionId !== undefined) {
    const found = findVersion(ctx, bucket, key, versionId);
    if (!found) return { VersionId: versionId };
    if (isMarker(found) || ctx.table(objects).get(id) !== found) ctx.table(versions).delete(versionKey(found));
    else ctx.table(objects).delete(id);
    promote(ctx, bucket, key);
    return { VersionId: versionId, ...(isMarker(found) ? { DeleteMarker: true } : {}) };
  }
  if (versioningOf(ctx, bucket) === undefined) {
    ctx.table(objects).delete(id);
    return {};
  }
  const markerId = freshId(ctx, bucket);
  const sequence = nextSequence(ctx, bucket, key);
  stepAside(ctx, bucket, key, markerId);
  const marker: VersionRow = {
    bucket,
    key,
    sequence,
    body: "",
    size: 0,
    etag: "",
    modifiedAt: ctx.now(),
    metadata: {},
    tags: [],
    deleteMarker: true,
    ...(markerId === undefined ? {} : { versionId: markerId }),
  };
  ctx.table(versions).put(versionKey(marker), marker);
  return { DeleteMarker: true, VersionId: markerId ?? "null" };
}

/** True for a row that says the key was deleted. */
export function isMarker(row: Readonly<ObjectRow | VersionRow>): boolean {
  return "deleteMarker" in row && row.deleteMarker;
}

/** One version, which may be the current object or a marker. */
export function findVersion(
  ctx: Context,
  bucket: string,
  key: string,
  versionId: string,
): Readonly<ObjectRow | VersionRow> | undefined {
  if (versionId !== "null" && !/^[0-9A-Za-z._]{32}$/.test(versionId)) {
    throw new AwsError("InvalidArgument", "Invalid version id specified", {
      members: { ArgumentName: "versionId", ArgumentValue: versionId },
    });
  }
  const current = ctx.table(objects).get(objectId(bucket, key));
  if (current && (current.versionId ?? "null") === versionId) return current;
  return ctx.table(versions).get(`${objectId(bucket, key)}\n${versionId}`);
}

/**
 * The object a request names, or the version of it.
 *
 * @throws AwsError NoSuchBucket, NoSuchKey, NoSuchVersion; MethodNotAllowed for a marker
 */
export function objectOf(
  ctx: Context,
  input: { Bucket?: string | undefined; Key?: string | undefined; VersionId?: string | undefined },
): Readonly<ObjectRow> {
  const { Bucket: bucket = "", Key: key = "", VersionId: versionId } = input;
  bucketOf(ctx, bucket);
  if (versionId === undefined) {
    const object = ctx.table(objects).get(objectId(bucket, key));
    if (object) return object;
    throw new AwsError("NoSuchKey", "The specified key does not exist.", { status: 404, members: { Key: key } });
  }
  const version = findVersion(ctx, bucket, key, versionId);
  if (!version) {
    const members = { Key: key, VersionId: versionId };
    throw new AwsError("NoSuchVersion", "The specified version does not exist.", { status: 404, members });
  }
  if (isMarker(version)) {
    const members = { Method: "GET", ResourceType: "DeleteMarker" };
    throw new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", {
      status: 405,
      members,
    });
  }
  return version;
}

/** Changes a version's row where it is. */
export function updateObject(ctx: Context, row: Readonly<ObjectRow>, change: Pick<ObjectRow, "tags">): void {
  const id = objectId(row.bucket, row.key);
  if (ctx.table(objects).get(id) === row) ctx.table(objects).update(id, change);
  else ctx.table(versions).update(versionKey(row), change);
}

/** The version's id as answers give it: only where the bucket has, or had, versions. */
export function versionMember(ctx: Context, row: Readonly<ObjectRow>): { VersionId?: string } {
  if (row.versionId !== undefined) return { VersionId: row.versionId };
  return versioningOf(ctx, row.bucket) === undefined ? {} : { VersionId: "null" };
}
