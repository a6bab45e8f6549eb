// Worlds of the checks of storage, logging, encryption and cost.
import { account, file, object, pod, workload } from "../../src/doctor/testing.ts";
import type { Worlds } from "./worlds.ts";
import { anywhere, live } from "./worlds.ts";

const aws = (parts: object): ReturnType<typeof account> => account(parts as Parameters<typeof account>[0]);
const volume = (name: string, spec: object): object =>
  object("v1", "PersistentVolume", name, { spec }, { namespace: undefined });
const inZone = (zone: string): object =>
  volume("pv-1", {
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: [zone] }] },
        ],
      },
    },
  });
const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1", labels: { "topology.kubernetes.io/zone": "eu-central-1a" } },
  status: { conditions: [{ type: "Ready", status: "True" }] },
};
const storage = "storage.k8s.io/v1";
const storageClass = (name: string, rest: object, isDefault = false): object =>
  object(
    storage,
    "StorageClass",
    name,
    { provisioner: "ebs.csi.aws.com", ...rest },
    { namespace: undefined, annotations: isDefault ? { "storageclass.kubernetes.io/is-default-class": "true" } : {} },
  );
const claim = (phase: string): object =>
  object("v1", "PersistentVolumeClaim", "data", { spec: { storageClassName: "gp3" }, status: { phase } });
const set = (image: string): object =>
  workload("StatefulSet", "db", pod({ image }), {
    replicas: 1,
    volumeClaimTemplates: [{ metadata: { name: "data" } }],
  });
const scaler = workload("Deployment", "cluster-autoscaler", pod(), {}, { namespace: "kube-system" });
const config = (name: string, data: object, namespace = "shop"): object =>
  object("v1", "ConfigMap", name, { data }, { namespace });
const group = (types: string[]): object => ({ nodegroupName: "web", instanceTypes: types });
const key = (KeyState: string, rotates: boolean): object => ({
  key: { metadata: { KeyId: "k-1", KeyState }, rotates },
});
const service = (spec: object): object =>
  object("v1", "Service", "web", { spec: { selector: { app: "web" }, ...spec } });

export const others: Readonly<Record<string, Worlds>> = {
  "LT-S001": { fires: [live(node, inZone("eu-central-1b"))], silent: [live(node, inZone("eu-central-1a"))] },
  "LT-S002": {
    fires: [
      {
        ...aws({ scalingGroups: [{ name: "asg", zones: ["a", "b"], max: 3, suspended: [], managed: true }] }),
        ...live(scaler, set("postgres:16")),
      },
    ],
    silent: [
      {
        ...aws({ scalingGroups: [{ name: "asg", zones: ["a"], max: 3, suspended: [], managed: true }] }),
        ...live(scaler, set("postgres:16")),
      },
    ],
  },
  "LT-S003": {
    fires: [live(), live(storageClass("gp2", { parameters: { type: "gp2" } }, true))],
    silent: [live(storageClass("gp3", { parameters: { type: "gp3" } }, true))],
  },
  "LT-S004": {
    fires: [
      ...anywhere(storageClass("gp3", { parameters: { encrypted: "false" } })),
      aws({ volumes: [{ VolumeId: "vol-1", Size: 8, Encrypted: false }] }),
      { ...aws({ ebsEncryptionByDefault: false }), ...live(storageClass("gp3", {})) },
    ],
    silent: [
      ...anywhere(storageClass("gp3", { parameters: { encrypted: "true" } })),
      aws({ volumes: [{ VolumeId: "vol-1", Encrypted: true }] }),
    ],
  },
  "LT-S005": {
    fires: anywhere(storageClass("gp3", {})),
    silent: anywhere(storageClass("gp3", { volumeBindingMode: "WaitForFirstConsumer" })),
  },
  "LT-S006": {
    fires: [
      { ...aws({}), ...live(storageClass("gp3", {}), claim("Pending")) },
      { ...aws({ addons: [{ addonName: "aws-ebs-csi-driver" }] }), ...live(storageClass("gp3", {}), claim("Pending")) },
    ],
    silent: [
      {
        ...aws({ addons: [{ addonName: "aws-ebs-csi-driver", serviceAccountRoleArn: "r" }] }),
        ...live(storageClass("gp3", {}), claim("Pending")),
      },
    ],
  },
  "LT-S007": {
    fires: [
      ...anywhere(
        volume("efs", { csi: { driver: "efs.csi.aws.com", volumeAttributes: { encryptInTransit: "false" } } }),
      ),
      ...anywhere(volume("efs", { csi: { driver: "efs.csi.aws.com", volumeHandle: "fs-0123" } })),
    ],
    silent: [
      ...anywhere(volume("efs", { csi: { driver: "efs.csi.aws.com" } })),
      ...anywhere(volume("efs", { csi: { driver: "efs.csi.aws.com", volumeHandle: "fs-0123::fsap-0123" } })),
    ],
  },
  "LT-S008": {
    fires: [
      live(claim("Pending")),
      live(claim("Lost")),
      live(object("v1", "PersistentVolume", "pv-1", { status: { phase: "Failed" } }, { namespace: undefined })),
    ],
    silent: [
      live(claim("Bound")),
      live(claim("Pending"), storageClass("gp3", { volumeBindingMode: "WaitForFirstConsumer" })),
    ],
  },
  "LT-S009": {
    fires: [
      live(
        set("postgres:16"),
        volume("pv-1", { persistentVolumeReclaimPolicy: "Delete", claimRef: { namespace: "shop", name: "data-db-0" } }),
      ),
    ],
    silent: [
      live(
        set("postgres:16"),
        volume("pv-1", { persistentVolumeReclaimPolicy: "Retain", claimRef: { namespace: "shop", name: "data-db-0" } }),
      ),
    ],
  },
  "LT-S011": {
    fires: [aws({ volumes: [{ VolumeId: "vol-1", Size: 8, State: "available" }] })],
    silent: [aws({ volumes: [{ VolumeId: "vol-1", State: "in-use" }] })],
  },
  "LT-S012": {
    fires: anywhere(set("postgres:16")),
    silent: anywhere(set("111122223333.dkr.ecr.eu-central-1.amazonaws.com/app:1")),
  },
  "LT-L001": {
    fires: [file("vpc: {}"), aws({})],
    silent: [
      file("cloudWatch: {clusterLogging: {enableTypes: [audit, authenticator]}}"),
      aws({ cluster: { logging: { clusterLogging: [{ types: ["audit", "authenticator"], enabled: true }] } } }),
    ],
  },
  "LT-L002": {
    fires: [
      file("cloudWatch: {clusterLogging: {enableTypes: [audit]}}"),
      aws({ logGroup: { logGroupName: "/aws/eks/demo/cluster" } }),
    ],
    silent: [
      file("cloudWatch: {clusterLogging: {enableTypes: [audit], logRetentionInDays: 90}}"),
      aws({ logGroup: { retentionInDays: 90 } }),
      aws({}),
    ],
  },
  "LT-L004": { fires: [live(node)], silent: [live(node, workload("DaemonSet", "fluent-bit", pod()))] },
  "LT-L005": {
    fires: anywhere(
      config("fluent", { "fluent-bit.conf": "[INPUT]\n  Path /var/log/containers/*.log\n  Parser docker\n" }),
    ),
    silent: anywhere(
      config("fluent", { "fluent-bit.conf": "[INPUT]\n  Path /var/log/containers/*.log\n  Parser cri\n" }),
    ),
  },
  "LT-L006": {
    fires: [
      ...anywhere(config("aws-logging", { "output.conf": "[OUTPUT]\n  Name s3\n" }, "aws-observability")),
      ...anywhere(config("aws-logging", { "output.conf": "[INPUT]\n  Name tail\n" }, "aws-observability")),
    ],
    silent: anywhere(
      config("aws-logging", { "output.conf": "[OUTPUT]\n  Name cloudwatch_logs\n" }, "aws-observability"),
    ),
  },
  "LT-E001": {
    fires: [file("vpc: {}"), aws({})],
    silent: [
      file("secretsEncryption: {keyARN: 'arn:aws:kms:eu-central-1:111122223333:key/1'}"),
      aws({ cluster: { encryptionConfig: [{ resources: ["secrets"] }] } }),
    ],
  },
  "LT-E002": { fires: [aws(key("Enabled", false))], silent: [aws(key("Enabled", true)), aws({})] },
  "LT-C001": {
    fires: [
      file("metadata: {name: demo, region: eu-central-1, version: '1.33'}"),
      aws({ cluster: { version: "1.33" } }),
    ],
    silent: [file("vpc: {}"), aws({})],
  },
  "LT-C002": {
    fires: [
      file("managedNodeGroups: [{name: web, instanceType: m4.large}]"),
      aws({ nodeGroups: [group(["m4.large"])] }),
    ],
    silent: [
      file("managedNodeGroups: [{name: web, instanceType: m7i.large}]"),
      aws({ nodeGroups: [group(["m7i.large"])] }),
    ],
  },
  "LT-C005": {
    fires: anywhere(workload("Deployment", "web", pod(), { replicas: 9 }), service({})),
    silent: anywhere(
      workload("Deployment", "web", pod(), { replicas: 9 }),
      service({ trafficDistribution: "PreferClose" }),
    ),
  },
  "LT-C007": { fires: [aws({})], silent: [aws({ cluster: { deletionProtection: true } })] },
};
