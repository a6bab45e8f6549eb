// Drivers of volumes, and backups.
import type { Arns, ConditionValues, PolicyScope, WorkloadDefinition } from "./definition.ts";
import { actionsOf, defineWorkload } from "./definition.ts";

const ofDriver = { StringLike: { "aws:ResourceTag/ebs.csi.aws.com/cluster": "true" } };
const volumes = (_: PolicyScope, arns: Arns): readonly string[] => [arns.of("ec2", "volume/*")];
const snapshots = (_: PolicyScope, arns: Arns): readonly string[] => [
  arns.of("ec2", "snapshot/*"),
  // Snapshots have no account in their ARN.
  arns.bare("ec2", "snapshot/*").replace(/:::/, ":*::"),
];
const grantForAws: ConditionValues = { Bool: { "kms:GrantIsForAWSResource": "true" } };
const hasKeys = ({ kmsKeys = [] }: PolicyScope): boolean => kmsKeys.length > 0;
const keys = ({ kmsKeys = [] }: PolicyScope): readonly string[] => kmsKeys;

/** https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/install.md#set-up-driver-permissions */
export const ebsCsi: WorkloadDefinition = defineWorkload({
  name: "ebs-csi",
  title: "Amazon EBS CSI driver",
  namespace: "kube-system",
  serviceAccount: "ebs-csi-controller-sa",
  narrowedBy: ["region", "account", "kmsKeys"],
  statements: [
    {
      sid: "ReadEc2",
      reason: "volumes, snapshots and where they can be; these calls know no resources",
      actions: actionsOf(
        "ec2",
        "DescribeAvailabilityZones DescribeInstances DescribeSnapshots DescribeTags DescribeVolumes DescribeVolumesModifications DescribeVolumeStatus",
      ),
    },
    {
      sid: "MakeVolumes",
      reason: "volumes of claims carry the driver's tag from the first moment",
      actions: ["ec2:CreateVolume"],
      resources: volumes,
      condition: () => ({ StringLike: { "aws:RequestTag/ebs.csi.aws.com/cluster": "true" } }),
    },
    {
      sid: "MakeVolumesFromSnapshots",
      reason: "claims with a data source",
      actions: ["ec2:CreateVolume"],
      resources: snapshots,
    },
    {
      sid: "MakeSnapshotsOfVolumes",
      reason: "a VolumeSnapshot's source",
      actions: ["ec2:CreateSnapshot"],
      resources: volumes,
    },
    {
      sid: "MakeSnapshots",
      reason: "snapshots carry the driver's tag from the first moment",
      actions: ["ec2:CreateSnapshot"],
      resources: snapshots,
      condition: () => ({ StringLike: { "aws:RequestTag/ebs.csi.aws.com/cluster": "true" } }),
    },
    {
      sid: "TagWhatItMakes",
      reason: "tags are set in the same call as the resource",
      actions: ["ec2:CreateTags"],
      resources: (scope, arns) => [...volumes(scope, arns), ...snapshots(scope, arns)],
      condition: () => ({ StringEquals: { "ec2:CreateAction": ["CreateVolume", "CreateSnapshot"] } }),
    },
    {
      sid: "Attach",
      reason: "a volume moves with its pod; instances are anybody's, volumes are not only the driver's (static ones)",
      actions: actionsOf("ec2", "AttachVolume DetachVolume"),
      resources: (scope, arns) => [...volumes(scope, arns), arns.of("ec2", "instance/*")],
    },
    {
      sid: "ChangeOwnVolumes",
      reason: "growing, and other types and throughput (VolumeAttributesClass)",
      actions: ["ec2:ModifyVolume"],
      resources: volumes,
    },
    {
      sid: "DeleteOwn",
      reason: "reclaimPolicy Delete; only what the driver made",
      actions: actionsOf("ec2", "DeleteVolume DeleteSnapshot"),
      resources: (scope, arns) => [...volumes(scope, arns), ...snapshots(scope, arns)],
      condition: () => ofDriver,
    },
    {
      sid: "EncryptVolumes",
      reason: "volumes with a key of your own",
      actions: actionsOf("kms", "Decrypt DescribeKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo"),
      resources: keys,
      when: hasKeys,
    },
    {
      sid: "LetEc2UseKeys",
      reason: "EC2 itself decrypts an attached volume; grants for nobody else",
      actions: actionsOf("kms", "CreateGrant ListGrants RevokeGrant"),
      resources: keys,
      condition: () => grantForAws,
      when: hasKeys,
    },
  ],
});

const fileSystems = ({ fileSystems: ids = [] }: PolicyScope, arns: Arns): readonly string[] =>
  (ids.length > 0 ? ids : ["*"]).map((id) => arns.of("elasticfilesystem", `file-system/${id}`));

/** https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/docs/iam-policy-create.md */
export const efsCsi: WorkloadDefinition = defineWorkload({
  name: "efs-csi",
  title: "Amazon EFS CSI driver",
  namespace: "kube-system",
  serviceAccount: "efs-csi-controller-sa",
  narrowedBy: ["fileSystems", "region", "account"],
  statements: [
    {
      sid: "ReadFileSystems",
      reason: "file systems, their access points and mount targets",
      actions: actionsOf("elasticfilesystem", "DescribeAccessPoints DescribeFileSystems DescribeMountTargets"),
      resources: (scope, arns) => [...fileSystems(scope, arns), arns.of("elasticfilesystem", "access-point/*")],
    },
    {
      sid: "ReadZones",
      reason: "a mount target in the pod's zone; the call knows no resources",
      actions: ["ec2:DescribeAvailabilityZones"],
    },
    {
      sid: "MakeAccessPoints",
      reason: "a volume is an access point; it carries the driver's tag",
      actions: actionsOf("elasticfilesystem", "CreateAccessPoint TagResource"),
      resources: fileSystems,
      condition: () => ({ StringLike: { "aws:RequestTag/efs.csi.aws.com/cluster": "true" } }),
    },
    {
      sid: "TagAccessPoints",
      reason: "tags of access points, when they are made",
      actions: ["elasticfilesystem:TagResource"],
      resources: (_, arns) => [arns.of("elasticfilesystem", "access-point/*")],
      condition: () => ({ StringLike: { "aws:RequestTag/efs.csi.aws.com/cluster": "true" } }),
    },
    {
      sid: "DeleteOwnAccessPoints",
      reason: "reclaimPolicy Delete; only what the driver made",
      actions: ["elasticfilesystem:DeleteAccessPoint"],
      resources: (_, arns) => [arns.of("elasticfilesystem", "access-point/*")],
      condition: () => ({ StringEquals: { "aws:ResourceTag/efs.csi.aws.com/cluster": "true" } }),
    },
  ],
});

const bucketArns = ({ buckets = [] }: PolicyScope, arns: Arns): readonly string[] =>
  (buckets.length > 0 ? buckets : ["*"]).map((name) => arns.bare("s3", name));
const objectArns = (scope: PolicyScope, arns: Arns): readonly string[] =>
  bucketArns(scope, arns).map((arn) => `${arn}/*`);

/** https://github.com/awslabs/mountpoint-s3/blob/main/doc/CONFIGURATION.md#iam-permissions */
export const s3Csi: WorkloadDefinition = defineWorkload({
  name: "s3-csi",
  title: "Mountpoint for Amazon S3 CSI driver",
  namespace: "kube-system",
  serviceAccount: "s3-csi-driver-sa",
  narrowedBy: ["buckets", "kmsKeys"],
  statements: [
    { sid: "ListBuckets", reason: "listings of folders", actions: ["s3:ListBucket"], resources: bucketArns },
    {
      sid: "UseObjects",
      reason: "reading, writing, and giving up an upload that failed",
      actions: actionsOf("s3", "AbortMultipartUpload DeleteObject GetObject PutObject"),
      resources: objectArns,
    },
    {
      sid: "UseKeys",
      reason: "buckets that are encrypted with a key of your own",
      actions: actionsOf("kms", "Decrypt GenerateDataKey"),
      resources: keys,
      when: hasKeys,
    },
  ],
});

/** https://github.com/vmware-tanzu/velero-plugin-for-aws#set-permissions-for-velero */
export const velero: WorkloadDefinition = defineWorkload({
  name: "velero",
  title: "Velero with its plugin for AWS",
  namespace: "velero",
  serviceAccount: "velero-server",
  narrowedBy: ["buckets", "region", "account", "kmsKeys"],
  statements: [
    {
      sid: "ListBackups",
      reason: "what backups there are; the region of the bucket",
      actions: actionsOf("s3", "GetBucketLocation ListBucket ListBucketMultipartUploads"),
      resources: bucketArns,
    },
    {
      sid: "UseBackups",
      reason: "objects of backups are written in parts, read, and deleted when they expire",
      actions: actionsOf(
        "s3",
        "AbortMultipartUpload DeleteObject GetObject ListMultipartUploadParts PutObject PutObjectTagging",
      ),
      resources: objectArns,
    },
    {
      sid: "ReadVolumes",
      reason: "volumes behind claims; these calls know no resources",
      actions: actionsOf("ec2", "DescribeSnapshots DescribeVolumes"),
    },
    {
      sid: "SnapshotVolumes",
      reason: "snapshots of volumes, volumes from snapshots, and their tags",
      actions: actionsOf("ec2", "CreateSnapshot CreateVolume"),
      resources: (scope, arns) => [...volumes(scope, arns), ...snapshots(scope, arns)],
    },
    {
      sid: "TagWhatItMakes",
      reason: "tags are set in the same call as the resource",
      actions: ["ec2:CreateTags"],
      resources: (scope, arns) => [...volumes(scope, arns), ...snapshots(scope, arns)],
      condition: () => ({ StringEquals: { "ec2:CreateAction": ["CreateVolume", "CreateSnapshot"] } }),
    },
    {
      sid: "DeleteOwnSnapshots",
      reason: "snapshots of expired backups; only those that Velero tagged",
      actions: ["ec2:DeleteSnapshot"],
      resources: snapshots,
      condition: () => ({ StringLike: { "aws:ResourceTag/velero.io/backup": "*" } }),
    },
    {
      sid: "UseKeys",
      reason: "buckets and volumes that are encrypted with a key of your own",
      actions: actionsOf(
        "kms",
        "Decrypt DescribeKey GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo",
      ),
      resources: keys,
      when: hasKeys,
    },
    {
      sid: "LetEc2UseKeys",
      reason: "EC2 itself encrypts volumes and snapshots; grants for nobody else",
      actions: ["kms:CreateGrant"],
      resources: keys,
      condition: () => grantForAws,
      when: hasKeys,
    },
  ],
});
