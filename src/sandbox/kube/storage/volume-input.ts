// What the EBS CSI driver asks EC2 for, from a storage class's parameters; names as in its own list of parameters.
import type { CreateVolumeRequest, Tag } from "@aws-sdk/client-ec2";
import type { Claim, StorageClass } from "./objects.ts";
import { gibibytes } from "./objects.ts";

export interface VolumeWish {
  cluster: string;
  zone: string;
  /** `pvc-…`: the name of the PersistentVolume. */
  name: string;
  claim: Claim;
  storageClass: StorageClass;
}

const known: ReadonlySet<string> = new Set([
  "type",
  "iops",
  "iopspergb",
  "allowautoiopspergbincrease",
  "allowautoiopsincreaseonmodify",
  "throughput",
  "encrypted",
  "kmskeyid",
  "fstype",
  "csi.storage.k8s.io/fstype",
  "blockexpress",
  "blocksize",
  "inodesize",
  "bytesperinode",
  "numberofinodes",
  "ext4bigalloc",
  "ext4clustersize",
  "volumeinitializationrate",
  "zone",
  "zones",
]);

function tagsOf({ cluster, name, claim }: VolumeWish, parameters: Readonly<Record<string, string>>): Tag[] {
  const tags: Record<string, string> = {
    CSIVolumeName: name,
    "ebs.csi.aws.com/cluster": "true",
    "kubernetes.io/created-for/pv/name": name,
    "kubernetes.io/created-for/pvc/name": claim.metadata.name,
    "kubernetes.io/created-for/pvc/namespace": claim.metadata.namespace ?? "",
    KubernetesCluster: cluster,
    [`kubernetes.io/cluster/${cluster}`]: "owned",
    Name: `${cluster}-dynamic-${name}`,
  };
  for (const [parameter, value] of Object.entries(parameters)) {
    if (!parameter.startsWith("tagspecification")) continue;
    const at = value.indexOf("=");
    if (at > 0) tags[value.slice(0, at)] = value.slice(at + 1);
  }
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The request, or what the driver refuses by itself. */
export function volumeInput(wish: VolumeWish): CreateVolumeRequest | { refused: string } {
  const { claim, storageClass, zone } = wish;
  const parameters = Object.fromEntries(
    Object.entries(storageClass.parameters ?? {}).map(([key, value]) => [key.toLowerCase(), value]),
  );
  const unknown = Object.keys(parameters).find((key) => !known.has(key) && !key.startsWith("tagspecification"));
  if (unknown !== undefined) {
    return { refused: `rpc error: code = InvalidArgument desc = Invalid parameter key ${unknown} for CreateVolume` };
  }
  const many = claim.spec.accessModes?.find((mode) => mode === "ReadWriteMany" || mode === "ReadOnlyMany");
  const type = parameters["type"] ?? "gp3";
  const shared = many !== undefined && claim.spec.volumeMode === "Block" && type === "io2";
  if (many !== undefined && !shared) {
    const name = many === "ReadWriteMany" ? "MULTI_NODE_MULTI_WRITER" : "MULTI_NODE_READER_ONLY";
    return {
      refused: `rpc error: code = InvalidArgument desc = Volume capabilities ${name} not supported. Only AccessModes[ReadWriteOnce] supported.`,
    };
  }
  const size = gibibytes(claim.spec.resources?.requests?.storage);
  const perGb = Number(parameters["iopspergb"] ?? Number.NaN) * size;
  const iops = parameters["iops"] === undefined ? perGb : Number(parameters["iops"]);
  const throughput = Number(parameters["throughput"] ?? Number.NaN);
  return {
    AvailabilityZone: zone,
    Size: size,
    VolumeType: type as NonNullable<CreateVolumeRequest["VolumeType"]>,
    ...(Number.isNaN(iops) ? {} : { Iops: iops }),
    ...(Number.isNaN(throughput) ? {} : { Throughput: throughput }),
    ...(parameters["encrypted"] === undefined ? {} : { Encrypted: parameters["encrypted"] === "true" }),
    ...(parameters["kmskeyid"] ? { KmsKeyId: parameters["kmskeyid"] } : {}),
    ...(shared ? { MultiAttachEnabled: true } : {}),
    TagSpecifications: [{ ResourceType: "volume", Tags: tagsOf(wish, parameters) }],
  };
}
