// EBS volumes.
import type {
  AttachVolumeRequest,
  CreateVolumeRequest,
  DeleteVolumeRequest,
  DescribeVolumesModificationsRequest,
  DescribeVolumesModificationsResult,
  DescribeVolumesRequest,
  DescribeVolumesResult,
  DetachVolumeRequest,
  ModifyVolumeRequest,
  ModifyVolumeResult,
  Volume as VolumeItem,
  VolumeAttachment as AttachmentItem,
  VolumeModification,
} from "@aws-sdk/client-ec2";
import { availabilityZones } from "../../../../../facts/index.ts";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { encryptionOf } from "../encryption.ts";
import { invalidCombination, invalidValue } from "../errors.ts";
import { modificationItemFilters, volumeItemFilters } from "../filter-names.ts";
import { itemFilters } from "../item-filters.ts";
import { find, instanceKind, required, snapshotKind, volumeKind } from "../kinds.ts";
import type { Volume } from "../state.ts";
import { instances, volumes } from "../state.ts";
import { checkStorage } from "../storage.ts";
import { tagList, tagsFor } from "../tags.ts";
import { volumeFacts } from "../volumes.ts";

function attachmentItem(row: Readonly<Volume>, State: string): AttachmentItem {
  const { attachment } = row;
  return {
    VolumeId: row.id,
    ...(attachment
      ? {
          DeleteOnTermination: attachment.deleteOnTermination,
          InstanceId: attachment.instanceId,
          Device: attachment.device,
          AttachTime: new Date(attachment.attachedAt),
        }
      : {}),
    State: State as NonNullable<AttachmentItem["State"]>,
  };
}

function render(row: Readonly<Volume>): VolumeItem {
  return {
    Attachments: row.attachment ? [attachmentItem(row, "attached")] : [],
    AvailabilityZone: row.zone,
    CreateTime: new Date(row.createdAt),
    Encrypted: row.encrypted,
    ...(row.kmsKeyId ? { KmsKeyId: row.kmsKeyId } : {}),
    ...(row.iops === undefined ? {} : { Iops: row.iops }),
    ...(row.throughput === undefined ? {} : { Throughput: row.throughput }),
    MultiAttachEnabled: row.multiAttach === true,
    Size: row.size,
    SnapshotId: row.snapshotId ?? "",
    State: row.state,
    ...tagList(row.tags),
    VolumeId: row.id,
    VolumeType: row.type as NonNullable<VolumeItem["VolumeType"]>,
  };
}

const listing: Listing<Volume, VolumeItem> = {
  operation: "DescribeVolumes",
  kind: volumeKind,
  indexed: { "attachment.instance-id": "instance" },
  filters: () => ({
    ...itemFilters(volumeItemFilters, render),
    "volume-id": (row) => row.id,
    "attachment.attach-time": (row) => row.attachment && new Date(row.attachment.attachedAt).toISOString(),
    "attachment.delete-on-termination": (row) => row.attachment?.deleteOnTermination,
    "attachment.device": (row) => row.attachment?.device,
    "attachment.instance-id": (row) => row.attachment?.instanceId,
    "attachment.status": (row) => row.attachment && "attached",
    "availability-zone": (row) => row.zone,
    "create-time": (row) => new Date(row.createdAt).toISOString(),
    encrypted: (row) => row.encrypted,
    size: (row) => row.size,
    "snapshot-id": (row) => row.snapshotId,
    status: (row) => row.state,
    "volume-type": (row) => row.type,
  }),
  render,
};

export const volumeOperations: Readonly<Record<string, Operation>> = {
  CreateVolume: operation<CreateVolumeRequest, VolumeItem>((input, ctx) => {
    const zone = required(input.AvailabilityZone, "availabilityZone");
    if (!availabilityZones(ctx.region).some(({ name }) => name === zone))
      throw new AwsError("InvalidZone.NotFound", `The zone '${zone}' does not exist.`);
    const snapshot = input.SnapshotId ? find(ctx, snapshotKind, input.SnapshotId, "snapshotId") : undefined;
    const size = input.Size ?? snapshot?.size;
    if (size === undefined)
      throw new AwsError("MissingParameter", "The request must contain the parameter size/snapshot");
    if (snapshot && size < snapshot.size)
      throw new AwsError(
        "InvalidParameterValue",
        `The volume size is invalid for snapshot: ${size} GiB < ${snapshot.size} GiB`,
      );
    const type = input.VolumeType ?? "gp2";
    const facts = volumeFacts(type, size, input.Iops, input.Throughput);
    if (input.MultiAttachEnabled && type !== "io1" && type !== "io2")
      throw invalidCombination(`Multi-Attach is not supported for volumes of type ${type}.`);
    checkStorage(ctx, type, size);
    const id = ctx.ids.ec2("vol");
    const row = ctx.table(volumes).put(id, {
      id,
      zone,
      ...facts,
      ...encryptionOf(ctx, input, snapshot),
      ...(input.MultiAttachEnabled ? { multiAttach: true } : {}),
      ...(snapshot ? { snapshotId: snapshot.id } : {}),
      state: "available",
      createdAt: ctx.now(),
      tags: tagsFor(ctx, input.TagSpecifications, "volume"),
    });
    return { ...render(row), State: "creating" as const };
  }),

  DeleteVolume: operation<DeleteVolumeRequest, object>((input, ctx) => {
    const row = find(ctx, volumeKind, input.VolumeId, "volumeId");
    if (row.attachment)
      throw new AwsError("VolumeInUse", `Volume ${row.id} is currently attached to ${row.attachment.instanceId}`);
    ctx.table(volumes).delete(row.id);
    return {};
  }),

  AttachVolume: operation<AttachVolumeRequest, AttachmentItem>((input, ctx) => {
    const row = find(ctx, volumeKind, input.VolumeId, "volumeId");
    const instance = find(ctx, instanceKind, input.InstanceId, "instanceId");
    const device = required(input.Device, "device");
    if (row.attachment) throw new AwsError("VolumeInUse", `${row.id} is already attached to an instance`);
    if (instance.state !== "running" && instance.state !== "stopped")
      throw new AwsError("IncorrectState", `Instance '${instance.id}' is not 'running'.`);
    if (row.zone !== instance.zone)
      throw new AwsError(
        "InvalidVolume.ZoneMismatch",
        `The volume '${row.id}' is not in the same availability zone as instance '${instance.id}'`,
      );
    if (instance.volumes.some((volume) => volume.device === device))
      throw invalidValue(device, "unixDevice", `Attachment point ${device} is already in use`);
    const attachedAt = ctx.now();
    const attached = ctx.table(volumes).update(row.id, {
      state: "in-use",
      attachment: { instanceId: instance.id, device, attachedAt, deleteOnTermination: false },
    });
    const held = [...instance.volumes, { device, volumeId: row.id, deleteOnTermination: false, attachedAt }];
    ctx.table(instances).update(instance.id, { volumes: held });
    return attachmentItem(attached, "attaching");
  }),

  DetachVolume: operation<DetachVolumeRequest, AttachmentItem>((input, ctx) => {
    const row = find(ctx, volumeKind, input.VolumeId, "volumeId");
    if (!row.attachment) throw new AwsError("IncorrectState", `Volume '${row.id}' is in the 'available' state.`);
    const instance = find(ctx, instanceKind, row.attachment.instanceId, "instanceId");
    if (input.InstanceId && input.InstanceId !== instance.id)
      throw new AwsError(
        "InvalidAttachment.NotFound",
        `The volume '${row.id}' is not attached to instance '${input.InstanceId}'.`,
      );
    if (row.attachment.device === instance.rootDevice && instance.state !== "stopped")
      throw new AwsError(
        "OperationNotPermitted",
        `Unable to detach root volume '${row.id}' from instance '${instance.id}'`,
      );
    detach(ctx, row);
    return attachmentItem(row, "detaching");
  }),

  DescribeVolumes: operation<DescribeVolumesRequest, DescribeVolumesResult>({
    waiter: true,
    run: (input, ctx) => {
      const { items, ...next } = describe(ctx, listing, input, input.VolumeIds);
      return { Volumes: items, ...next };
    },
  }),

  ModifyVolume: operation<ModifyVolumeRequest, ModifyVolumeResult>((input, ctx) => {
    const row = find(ctx, volumeKind, input.VolumeId, "volumeId");
    const size = input.Size ?? row.size;
    if (size < row.size) throw invalidValue(size, "size", `New size cannot be smaller than existing size ${row.size}`);
    const sixHours = 6 * 3600 * 1000;
    if (row.modification && ctx.now() - row.modification.at < sixHours)
      throw new AwsError(
        "VolumeModificationRateExceeded",
        `You've reached the maximum modification rate per volume limit. Wait at least 6 hours between modifications per EBS volume.`,
      );
    const type = input.VolumeType ?? row.type;
    const keeps = type === row.type;
    const facts = volumeFacts(
      type,
      size,
      input.Iops ?? (keeps && type !== "gp2" ? row.iops : undefined),
      input.Throughput ?? (keeps ? row.throughput : undefined),
    );
    checkStorage(ctx, type, keeps ? size - row.size : size);
    const { iops: _iops, throughput: _throughput, ...rest } = row;
    const original = {
      size: row.size,
      type: row.type,
      ...(row.iops === undefined ? {} : { iops: row.iops }),
      ...(row.throughput === undefined ? {} : { throughput: row.throughput }),
    };
    const changed: Volume = { ...rest, ...facts, modification: { at: ctx.now(), original } };
    ctx.table(volumes).put(row.id, changed);
    return { VolumeModification: modificationItem(changed, "modifying") };
  }),

  DescribeVolumesModifications: operation<DescribeVolumesModificationsRequest, DescribeVolumesModificationsResult>(
    (input, ctx) => {
      for (const id of input.VolumeIds ?? [])
        if (!find(ctx, volumeKind, id, "volumeId").modification)
          throw new AwsError("InvalidVolumeModification.NotFound", `Modification for volume '${id}' does not exist.`);
      const modified: Listing<Volume, VolumeModification> = {
        ...listing,
        operation: "DescribeVolumesModifications",
        visible: (row) => row.modification !== undefined,
        filters: () => ({
          ...itemFilters(modificationItemFilters, (row: Readonly<Volume>) => modificationItem(row, "completed")),
          "volume-id": (row) => row.id,
        }),
        render: (row) => modificationItem(row, "completed"),
      };
      const { items, ...next } = describe(ctx, modified, input, input.VolumeIds);
      return { VolumesModifications: items, ...next };
    },
  ),
};

function modificationItem(row: Readonly<Volume>, state: "modifying" | "completed"): VolumeModification {
  const { at = 0, original } = row.modification ?? {};
  type Type = NonNullable<VolumeModification["TargetVolumeType"]>;
  return {
    VolumeId: row.id,
    ModificationState: state,
    TargetSize: row.size,
    TargetIops: row.iops,
    TargetVolumeType: row.type as Type,
    TargetThroughput: row.throughput,
    OriginalSize: original?.size,
    OriginalIops: original?.iops,
    OriginalVolumeType: original?.type as Type,
    OriginalThroughput: original?.throughput,
    Progress: state === "completed" ? 100 : 0,
    StartTime: new Date(at),
    ...(state === "completed" ? { EndTime: new Date(at) } : {}),
  };
}

/** Takes a volume off its instance; it stays, available. */
function detach(ctx: Context, row: Readonly<Volume>): void {
  const { attachment, ...rest } = row;
  ctx.table(volumes).put(row.id, { ...rest, state: "available" });
  const instance = attachment && ctx.table(instances).get(attachment.instanceId);
  if (instance)
    ctx
      .table(instances)
      .update(instance.id, { volumes: instance.volumes.filter(({ volumeId }) => volumeId !== row.id) });
}
