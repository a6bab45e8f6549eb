// Volumes, snapshots, images, encryption.
import type { Row, World } from "./testing.ts";
import { ImageId, at, none, row, zone } from "./testing.ts";

/** AWS's own key for EBS, which comes into being with its first use. */
const aKey = {
  asymmetricMatch: (arn: string) => /^arn:aws:kms:eu-central-1:111122223333:key\/[0-9a-f-]{36}$/.test(arn),
};
const read = (w: World, id: string): object => w.call("DescribeVolumes", { VolumeIds: [id] });
const attached = (w: World): { VolumeId: string; InstanceId: string } => {
  const InstanceId = w.instance({ Placement: { AvailabilityZone: zone } });
  const VolumeId = w.volume();
  w.call("AttachVolume", { VolumeId, InstanceId, Device: "/dev/sdh" });
  return { VolumeId, InstanceId };
};
const image = (w: World): string => at(w.call("CreateImage", { InstanceId: w.instance(), Name: "mine" }), "ImageId");

export const storageRows: readonly Row[] = [
  row(
    "CreateVolume",
    (w) => read(w, w.volume({ VolumeType: "gp3" })),
    { Volumes: [{ State: "available", Size: 8, Iops: 3000, Throughput: 125, Encrypted: false }] },
    () => ({ AvailabilityZone: zone, Size: 8, Encrypted: false, KmsKeyId: "alias/mine" }),
    "InvalidParameterDependency: The parameter KmsKeyId requires the parameter Encrypted to be set.",
  ),
  row(
    "DeleteVolume",
    (w) => {
      w.call("DeleteVolume", { VolumeId: w.volume() });
      return w.call("DescribeVolumes");
    },
    { Volumes: [] },
    (w) => ({ VolumeId: attached(w).VolumeId }),
    "VolumeInUse",
  ),
  row(
    "DescribeVolumes",
    (w) => {
      attached(w);
      return w.call("DescribeVolumes", { Filters: [{ Name: "attachment.device", Values: ["/dev/sdh"] }] });
    },
    { Volumes: [{ State: "in-use", Attachments: [{ Device: "/dev/sdh", DeleteOnTermination: false }] }] },
    () => ({ VolumeIds: [none("vol")] }),
    `InvalidVolume.NotFound: The volume '${none("vol")}' does not exist.`,
  ),
  row(
    "AttachVolume",
    (w) => read(w, attached(w).VolumeId),
    { Volumes: [{ Attachments: [{ State: "attached" }] }] },
    (w) => {
      const { InstanceId } = attached(w);
      return { InstanceId, VolumeId: w.volume({ AvailabilityZone: "eu-central-1b" }), Device: "/dev/sdi" };
    },
    "InvalidVolume.ZoneMismatch",
  ),
  row(
    "DetachVolume",
    (w) => {
      const { VolumeId } = attached(w);
      w.call("DetachVolume", { VolumeId });
      return read(w, VolumeId);
    },
    { Volumes: [{ State: "available", Attachments: [] }] },
    (w) => ({ VolumeId: w.volume() }),
    "IncorrectState",
  ),
  row(
    "ModifyVolume",
    (w) => {
      const VolumeId = w.volume({ VolumeType: "gp3" });
      w.call("ModifyVolume", { VolumeId, Size: 20 });
      return read(w, VolumeId);
    },
    { Volumes: [{ Size: 20 }] },
    (w) => ({ VolumeId: w.volume(), Size: 4 }),
    "InvalidParameterValue",
  ),
  row(
    "DescribeVolumesModifications",
    (w) => {
      const VolumeId = w.volume({ VolumeType: "gp3" });
      w.call("ModifyVolume", { VolumeId, Size: 20 });
      return w.call("DescribeVolumesModifications", { VolumeIds: [VolumeId] });
    },
    { VolumesModifications: [{ OriginalSize: 8, TargetSize: 20 }] },
    (w) => ({ VolumeIds: [w.volume()] }),
    "InvalidVolumeModification.NotFound",
  ),
  row(
    "CreateSnapshot",
    (w) => w.call("DescribeSnapshots", { SnapshotIds: [w.snapshot()] }),
    { Snapshots: [{ State: "completed", Progress: "100%", VolumeSize: 8 }] },
    () => ({ VolumeId: none("vol") }),
    "InvalidVolume.NotFound",
  ),
  row(
    "DeleteSnapshot",
    (w) => {
      w.call("DeleteSnapshot", { SnapshotId: w.snapshot() });
      return w.call("DescribeSnapshots", { OwnerIds: ["self"] });
    },
    { Snapshots: [] },
    (w) => {
      image(w);
      return { SnapshotId: at(w.call("DescribeSnapshots"), "Snapshots.0.SnapshotId") };
    },
    "InvalidSnapshot.InUse",
  ),
  row(
    "DescribeSnapshots",
    (w) => {
      w.snapshot();
      return w.call("DescribeSnapshots", { Filters: [{ Name: "status", Values: ["completed"] }] });
    },
    { Snapshots: [{ StorageTier: "standard" }] },
    () => ({ SnapshotIds: ["snap-xyz"] }),
    "InvalidSnapshotID.Malformed",
  ),
  row(
    "CreateImage",
    (w) => w.call("DescribeImages", { ImageIds: [image(w)] }),
    { Images: [{ Name: "mine", Public: false, State: "available" }] },
    (w) => {
      image(w);
      return { InstanceId: w.instance(), Name: "mine" };
    },
    "InvalidAMIName.Duplicate",
  ),
  row(
    "DeregisterImage",
    (w) => {
      w.call("DeregisterImage", { ImageId: image(w) });
      return w.call("DescribeImages", { Owners: ["self"] });
    },
    { Images: [] },
    () => ({ ImageId }),
    `AuthFailure: Not authorized for image:${ImageId}`,
  ),
  row(
    "DescribeImages",
    (w) => w.call("DescribeImages", { ImageIds: [ImageId] }),
    { Images: [{ ImageOwnerAlias: "amazon", Architecture: "x86_64" }] },
    () => ({ ImageIds: ["ami-abcd1234", "ami-1234abcd"] }),
    "InvalidAMIID.NotFound: The image ids '[ami-abcd1234, ami-1234abcd]' do not exist",
  ),
  row(
    "GetEbsEncryptionByDefault",
    (w) => w.call("GetEbsEncryptionByDefault"),
    { EbsEncryptionByDefault: false },
    () => ({}),
    "nothing",
  ),
  row(
    "EnableEbsEncryptionByDefault",
    (w) => {
      w.call("EnableEbsEncryptionByDefault");
      return read(w, w.volume({ Encrypted: false }));
    },
    { Volumes: [{ Encrypted: true, KmsKeyId: aKey }] },
    () => ({}),
    "nothing",
  ),
  row(
    "DisableEbsEncryptionByDefault",
    (w) => {
      w.call("EnableEbsEncryptionByDefault");
      w.call("DisableEbsEncryptionByDefault");
      return read(w, w.volume());
    },
    { Volumes: [{ Encrypted: false }] },
    () => ({}),
    "nothing",
  ),
  row(
    "GetEbsDefaultKmsKeyId",
    (w) => w.call("GetEbsDefaultKmsKeyId"),
    { KmsKeyId: aKey },
    () => ({}),
    "nothing",
  ),
  row(
    "ModifyEbsDefaultKmsKeyId",
    (w) => {
      w.call("ModifyEbsDefaultKmsKeyId", { KmsKeyId: "arn:aws:kms:eu-central-1:111122223333:key/mine" });
      return read(w, w.volume({ Encrypted: true }));
    },
    { Volumes: [{ KmsKeyId: "arn:aws:kms:eu-central-1:111122223333:key/mine" }] },
    () => ({}),
    "MissingParameter: The request must contain the parameter kmsKeyId",
  ),
  row(
    "ResetEbsDefaultKmsKeyId",
    (w) => {
      w.call("ModifyEbsDefaultKmsKeyId", { KmsKeyId: "arn:aws:kms:eu-central-1:111122223333:key/mine" });
      return w.call("ResetEbsDefaultKmsKeyId");
    },
    { KmsKeyId: aKey },
    () => ({}),
    "nothing",
  ),
];
