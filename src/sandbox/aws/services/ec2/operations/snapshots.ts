// EBS snapshots, as far as the CSI driver and DeleteOnTermination need them.
import type {
  CreateSnapshotRequest,
  DeleteSnapshotRequest,
  DescribeSnapshotsRequest,
  DescribeSnapshotsResult,
  Snapshot as SnapshotItem,
} from "@aws-sdk/client-ec2";
import type { Context, Operation, TimerDefinition } from "../../../core/index.ts";
import { AwsError, defineTimer, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { find, snapshotKind, volumeKind } from "../kinds.ts";
import type { Snapshot } from "../state.ts";
import { images, snapshots } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";

/** A small volume's; AWS takes longer for much data. */
const createSeconds = 60;

const completed: TimerDefinition<{ id: string }> = defineTimer<{ id: string }>(
  "ec2/snapshot-completed",
  ({ id }, ctx) => {
    if (ctx.table(snapshots).has(id)) ctx.table(snapshots).update(id, { state: "completed" });
  },
);
export const snapshotTimers: readonly TimerDefinition[] = [completed];

function render(row: Readonly<Snapshot>, ctx: Context): SnapshotItem {
  return {
    ...tagList(row.tags),
    StorageTier: "standard",
    SnapshotId: row.id,
    VolumeId: row.volumeId,
    State: row.state,
    StartTime: new Date(row.startedAt),
    Progress: row.state === "completed" ? "100%" : "0%",
    OwnerId: ctx.account,
    Description: row.description,
    VolumeSize: row.size,
    Encrypted: row.encrypted,
    ...(row.kmsKeyId ? { KmsKeyId: row.kmsKeyId } : {}),
  };
}

const listing: Listing<Snapshot, SnapshotItem> = {
  operation: "DescribeSnapshots",
  kind: snapshotKind,
  indexed: { "volume-id": "volume" },
  observe: (rows, ctx) => {
    for (const row of rows) if (row.state === "pending") ctx.observe(`snapshot/${row.id}`);
  },
  filters: (ctx) => ({
    "snapshot-id": (row) => row.id,
    "volume-id": (row) => row.volumeId,
    "volume-size": (row) => row.size,
    description: (row) => row.description,
    encrypted: (row) => row.encrypted,
    "owner-id": () => ctx.account,
    "start-time": (row) => new Date(row.startedAt).toISOString(),
    "transfer-type": () => "standard",
    "storage-tier": () => "standard",
    "owner-alias": () => undefined,
    status: (row) => row.state,
    progress: (row) => (row.state === "completed" ? "100%" : "0%"),
  }),
  render,
};

export const snapshotOperations: Readonly<Record<string, Operation>> = {
  CreateSnapshot: operation<CreateSnapshotRequest, SnapshotItem>((input, ctx) => {
    const volume = find(ctx, volumeKind, input.VolumeId, "volumeId");
    const id = ctx.ids.ec2("snap");
    const row = ctx.table(snapshots).put(id, {
      id,
      volumeId: volume.id,
      size: volume.size,
      encrypted: volume.encrypted,
      ...(volume.kmsKeyId ? { kmsKeyId: volume.kmsKeyId } : {}),
      description: input.Description ?? "",
      startedAt: ctx.now(),
      state: "pending",
      tags: tagsFor(ctx, input.TagSpecifications, "snapshot"),
    });
    ctx.schedule(completed, createSeconds, `snapshot/${id}`, { id });
    return render(row, ctx);
  }),

  DeleteSnapshot: operation<DeleteSnapshotRequest, object>((input, ctx) => {
    const { id } = find(ctx, snapshotKind, input.SnapshotId, "snapshotId");
    const user = ctx.table(images).find((image) => image.disks.some(({ snapshotId }) => snapshotId === id));
    if (user) throw new AwsError("InvalidSnapshot.InUse", `The snapshot ${id} is currently in use by ${user.id}`);
    ctx.table(snapshots).delete(id);
    return {};
  }),

  DescribeSnapshots: operation<DescribeSnapshotsRequest, DescribeSnapshotsResult>({
    waiter: true,
    run: (input, ctx) => {
      const { items, ...next } = describe(ctx, listing, input, input.SnapshotIds);
      return { Snapshots: items, ...next };
    },
  }),
};
