// Machine images: AWS's public ones from the catalogue, and those of the account.
import type {
  BlockDeviceMapping,
  CreateImageRequest,
  CreateImageResult,
  DeregisterImageRequest,
  DescribeImagesRequest,
  DescribeImagesResult,
  Image as ImageItem,
} from "@aws-sdk/client-ec2";
import type { PublicImage } from "../../../catalogue/amis.ts";
import { publicImages } from "../../../catalogue/amis.ts";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { applyFilters, paginate } from "../../../query/index.ts";
import { checkMaxResults } from "../describe.ts";
import { imageItemFilters } from "../filter-names.ts";
import { itemFilters } from "../item-filters.ts";
import { checkId, find, imageKind, instanceKind, notFound, required } from "../kinds.ts";
import type { Image } from "../state.ts";
import { images, snapshots, volumes } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";

function blockDevices(
  disks: readonly { device: string; size: number; type: string; snapshotId?: string; encrypted?: boolean }[],
  imageId: string,
): BlockDeviceMapping[] {
  return disks.map(({ device, size, type, snapshotId, encrypted = false }) => ({
    DeviceName: device,
    Ebs: {
      DeleteOnTermination: true,
      SnapshotId: snapshotId ?? `snap-${imageId.slice("ami-".length)}`,
      VolumeSize: size,
      VolumeType: type as "gp3",
      Encrypted: encrypted,
      ...(type === "gp3" ? { Iops: 3000, Throughput: 125 } : {}),
    },
  }));
}

const isoDate = (day: string): string => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}T00:00:00.000Z`;

function publicItem(image: PublicImage): ImageItem {
  const windows = image.platform === "windows";
  return {
    ...common(image.id, windows),
    Architecture: image.architecture,
    CreationDate: isoDate(image.date),
    DeprecationTime: isoDate(String(Number(image.date) + 20000)),
    ImageLocation: `${image.ownerAlias ?? image.ownerId}/${image.name}`,
    OwnerId: image.ownerId,
    ...(image.ownerAlias ? { ImageOwnerAlias: image.ownerAlias } : {}),
    Public: true,
    Name: image.name,
    Description: image.description,
    BlockDeviceMappings: blockDevices(image.disks, image.id),
    RootDeviceName: image.rootDevice,
    BootMode: image.architecture === "arm64" ? "uefi" : "uefi-preferred",
  };
}

function ownItem(image: Readonly<Image>, ctx: Context): ImageItem {
  return {
    ...common(image.id, false),
    Architecture: image.architecture,
    CreationDate: new Date(image.createdAt).toISOString(),
    ImageLocation: `${ctx.account}/${image.name}`,
    OwnerId: ctx.account,
    Public: image.isPublic,
    Name: image.name,
    Description: image.description,
    BlockDeviceMappings: blockDevices(image.disks, image.id),
    RootDeviceName: image.rootDevice,
    ...(image.sourceInstanceId ? { SourceInstanceId: image.sourceInstanceId } : {}),
    ...tagList(image.tags),
  };
}

function common(id: string, windows: boolean): ImageItem {
  return {
    ImageId: id,
    ImageType: "machine",
    State: "available",
    EnaSupport: true,
    Hypervisor: "xen",
    RootDeviceType: "ebs",
    SriovNetSupport: "simple",
    VirtualizationType: "hvm",
    // The SDK's type has a capital; the wire has `windows`.
    ...(windows ? { Platform: "windows" as "Windows" } : {}),
    PlatformDetails: windows ? "Windows" : "Linux/UNIX",
    UsageOperation: windows ? "RunInstances:0002" : "RunInstances",
  };
}

/** `self`, `amazon`, `aws-marketplace` or an account. */
function isOwner(owner: string, image: ImageItem, ctx: Context): boolean {
  if (owner === "self") return image.OwnerId === ctx.account;
  return image.OwnerId === owner || image.ImageOwnerAlias === owner;
}

export const imageOperations: Readonly<Record<string, Operation>> = {
  DescribeImages: operation<DescribeImagesRequest, DescribeImagesResult>((input, ctx) => {
    checkMaxResults(input.MaxResults, 1);
    const published = publicImages(ctx.region);
    const own = ctx.table(images);
    const item = (id: string): ImageItem => {
      const image = published.get(id);
      if (image) return publicItem(image);
      const row = own.get(id);
      if (row) return ownItem(row, ctx);
      checkId(imageKind, id);
      throw notFound(imageKind, id);
    };
    const ids = input.ImageIds?.length ? input.ImageIds : undefined;
    const missing = (ids ?? []).filter((id) => !published.has(id) && !own.has(id));
    for (const id of missing) checkId(imageKind, id);
    if (missing.length > 1)
      throw new AwsError(imageKind.notFound, `The image ids '[${missing.join(", ")}]' do not exist`);
    const all = ids
      ? ids.map(item)
      : [...[...own.values()].map((row) => ownItem(row, ctx)), ...[...published.values()].map(publicItem)];
    const owned = input.Owners?.length
      ? all.filter((image) => input.Owners?.some((owner) => isOwner(owner, image, ctx)))
      : all;
    const matching = applyFilters(
      owned,
      input.Filters,
      {
        ...itemFilters(imageItemFilters, (image: ImageItem) => image),
        architecture: (image) => image.Architecture,
        "block-device-mapping.device-name": (image) => image.BlockDeviceMappings?.map((one) => one.DeviceName),
        "block-device-mapping.volume-type": (image) => image.BlockDeviceMappings?.map((one) => one.Ebs?.VolumeType),
        "creation-date": (image) => image.CreationDate,
        description: (image) => image.Description,
        "ena-support": (image) => image.EnaSupport,
        hypervisor: (image) => image.Hypervisor,
        "image-id": (image) => image.ImageId,
        "image-type": (image) => image.ImageType,
        "is-public": (image) => image.Public,
        name: (image) => image.Name,
        "owner-alias": (image) => image.ImageOwnerAlias,
        "owner-id": (image) => image.OwnerId,
        platform: (image) => image.Platform,
        "root-device-name": (image) => image.RootDeviceName,
        "root-device-type": (image) => image.RootDeviceType,
        state: (image) => image.State,
        "virtualization-type": (image) => image.VirtualizationType,
      },
      (image) => Object.fromEntries((image.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
    );
    const { items, nextToken } = paginate(matching, {
      token: input.NextToken,
      max: input.MaxResults,
      ceiling: 1000,
      scope: "ec2/DescribeImages",
      keyOf: (image) => image.ImageId ?? "",
    });
    return { Images: [...items], ...(nextToken ? { NextToken: nextToken } : {}) };
  }),

  CreateImage: operation<CreateImageRequest, CreateImageResult>((input, ctx) => {
    const instance = find(ctx, instanceKind, input.InstanceId, "instanceId");
    const name = required(input.Name, "name");
    const twin = ctx.table(images).find((row) => row.name === name);
    if (twin) throw new AwsError("InvalidAMIName.Duplicate", `AMI name ${name} is already in use by AMI ${twin.id}`);
    const id = ctx.ids.ec2("ami");
    const disks = instance.volumes.flatMap(({ device, volumeId }) => {
      const volume = ctx.table(volumes).get(volumeId);
      if (!volume) return [];
      const snapshotId = ctx.ids.ec2("snap");
      ctx.table(snapshots).put(snapshotId, {
        id: snapshotId,
        volumeId,
        size: volume.size,
        encrypted: volume.encrypted,
        ...(volume.kmsKeyId ? { kmsKeyId: volume.kmsKeyId } : {}),
        description: `Created by CreateImage(${instance.id}) for ${id}`,
        startedAt: ctx.now(),
        state: "completed",
        tags: tagsFor(ctx, input.TagSpecifications, "snapshot", ["image", "snapshot"]),
      });
      return [{ device, size: volume.size, type: volume.type, snapshotId, encrypted: volume.encrypted }];
    });
    ctx.table(images).put(id, {
      id,
      name,
      description: input.Description ?? "",
      architecture: instance.architecture,
      rootDevice: instance.rootDevice,
      disks,
      createdAt: ctx.now(),
      isPublic: false,
      sourceInstanceId: instance.id,
      tags: tagsFor(ctx, input.TagSpecifications, "image", ["image", "snapshot"]),
    });
    return { ImageId: id };
  }),

  DeregisterImage: operation<DeregisterImageRequest, object>((input, ctx) => {
    if (publicImages(ctx.region).has(input.ImageId ?? ""))
      throw new AwsError("AuthFailure", `Not authorized for image:${input.ImageId}`);
    ctx.table(images).delete(find(ctx, imageKind, input.ImageId, "imageId").id);
    return { Return: true };
  }),
};
