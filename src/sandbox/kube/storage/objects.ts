// Claims, volumes, classes and attachments, as far as a CSI driver reads them.
import { quantity } from "../../../base/index.ts";
import type { KubeObject } from "../client.ts";

export interface Claim extends KubeObject {
  spec: {
    accessModes?: string[];
    volumeMode?: string;
    storageClassName?: string;
    volumeName?: string;
    resources?: { requests?: { storage?: string } };
  };
  status?: { phase?: string; capacity?: { storage?: string } };
}

export interface PersistentVolume extends KubeObject {
  spec: {
    capacity?: { storage?: string };
    accessModes?: string[];
    persistentVolumeReclaimPolicy?: string;
    claimRef?: { namespace: string; name: string; uid?: string };
    csi?: { driver: string; volumeHandle: string };
    awsElasticBlockStore?: { volumeID: string };
  };
  status?: { phase?: string };
}

export interface StorageClass extends KubeObject {
  provisioner: string;
  parameters?: Record<string, string>;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
  allowVolumeExpansion?: boolean;
  mountOptions?: string[];
  allowedTopologies?: { matchLabelExpressions?: { key: string; values: string[] }[] }[];
}

export interface VolumeAttachment extends KubeObject {
  spec: { attacher: string; nodeName: string; source: { persistentVolumeName?: string } };
  status?: { attached?: boolean };
}

export const ebsDriver = "ebs.csi.aws.com";

/** Whole GiB that hold a quantity; EBS has no smaller volumes. */
export const gibibytes = (text: string | undefined): number => Math.max(1, Math.ceil(quantity(text) / 2 ** 30));

/** Id of the EBS volume behind an object, by the driver or by the old in-tree plugin that it has replaced. */
export function ebsVolumeOf({ spec }: PersistentVolume): string | undefined {
  if (spec.csi?.driver === ebsDriver) return spec.csi.volumeHandle;
  return spec.awsElasticBlockStore?.volumeID.split("/").at(-1);
}

export const claimPath = ({ metadata }: KubeObject): string =>
  `/api/v1/namespaces/${encodeURIComponent(metadata.namespace ?? "")}/persistentvolumeclaims/${encodeURIComponent(metadata.name)}`;
export const volumePath = (name: string): string => `/api/v1/persistentvolumes/${encodeURIComponent(name)}`;
export const attachmentPath = (name: string): string =>
  `/apis/storage.k8s.io/v1/volumeattachments/${encodeURIComponent(name)}`;
