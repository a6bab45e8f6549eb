// Volumes of a node group's launch template: the root volume and whatever the file adds.
import type { VolumeMapping } from "../../config/index.ts";
import { defined } from "../template.ts";
import type { TemplateValue } from "../template.ts";
import type { Group } from "./group.ts";

/** eksctl's defaults: 80 GiB; gp3 at its baseline of 3,000 IOPS and 125 MiB/s; io1 and io2 at their minimum. */
const defaultSize = 80;
const defaultIops: Readonly<Record<string, number>> = { gp3: 3000, io1: 100, io2: 100 };
const defaultThroughput = 125;

function mapping(volume: VolumeMapping): TemplateValue[] {
  const { volumeName, volumeSize = defaultSize, volumeType = "gp3" } = volume;
  if (!volumeName || volumeSize === 0) return [];
  return [
    {
      DeviceName: volumeName,
      Ebs: defined({
        Encrypted: volume.volumeEncrypted,
        Iops: volumeType in defaultIops ? (volume.volumeIOPS ?? defaultIops[volumeType]) : undefined,
        KmsKeyId: volume.volumeKmsKeyID || undefined,
        SnapshotId: volume.snapshotID || undefined,
        Throughput: volumeType === "gp3" ? (volume.volumeThroughput ?? defaultThroughput) : undefined,
        VolumeSize: volumeSize,
        VolumeType: volumeType,
      }),
    },
  ];
}

/** `BlockDeviceMappings` of a group. */
export function blockDevices(group: Group): TemplateValue[] {
  const { spec } = group;
  const root: VolumeMapping = { ...spec, volumeName: spec.volumeName || "/dev/xvda" };
  // Where eksctl looks up the image it takes over whether that is encrypted; Amazon's aren't.
  if (!group.managed) root.volumeEncrypted ??= false;
  return [root, ...(spec.additionalVolumes ?? [])].flatMap(mapping);
}
