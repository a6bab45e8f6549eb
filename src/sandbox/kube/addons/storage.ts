// CSI drivers: a controller as a Deployment, a DaemonSet on every node, and the driver's object.
import type { AddonObject, AddonSettings } from "./parts.ts";
import { clusterRole, daemonSet, deployment, serviceAccount, setting } from "./parts.ts";

const everything = ["get", "list", "watch", "create", "delete", "patch", "update"];

interface Driver {
  /** `ebs`. */
  short: string;
  provisioner: string;
  /** Volumes are attached to nodes, as disks are; file systems are mounted. */
  attach: boolean;
  sidecars: readonly string[];
}

const drivers: Readonly<Record<string, Driver>> = {
  "aws-ebs-csi-driver": {
    short: "ebs",
    provisioner: "ebs.csi.aws.com",
    attach: true,
    sidecars: ["csi-provisioner", "csi-attacher", "csi-snapshotter", "csi-resizer", "liveness-probe"],
  },
  "aws-efs-csi-driver": {
    short: "efs",
    provisioner: "efs.csi.aws.com",
    attach: false,
    sidecars: ["csi-provisioner", "liveness-probe"],
  },
  "aws-fsx-csi-driver": {
    short: "fsx",
    provisioner: "fsx.csi.aws.com",
    attach: false,
    sidecars: ["csi-provisioner", "csi-resizer", "liveness-probe"],
  },
};

function driverObjects(settings: AddonSettings, addon: string, driver: Driver): AddonObject[] {
  const { short, provisioner } = driver;
  const labels = (app: string): Record<string, string> => ({ app, "app.kubernetes.io/name": addon });
  const accounts = [`${short}-csi-controller-sa`, `${short}-csi-node-sa`];
  const small = { cpu: "10m", memory: "40Mi", memoryLimit: "256Mi" };
  return [
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "CSIDriver",
      metadata: { name: provisioner },
      spec: { attachRequired: driver.attach, podInfoOnMount: false },
    },
    ...accounts.map((name) => serviceAccount(settings, name)),
    ...clusterRole(`${short}-external-provisioner-role`, accounts[0] ?? "", [
      { groups: [""], resources: ["persistentvolumes", "persistentvolumeclaims", "events"], verbs: everything },
      {
        groups: ["storage.k8s.io"],
        resources: ["storageclasses", "csinodes", "volumeattachments"],
        verbs: ["get", "list", "watch"],
      },
      { groups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
    ]),
    deployment(settings, {
      name: `${short}-csi-controller`,
      labels: labels(`${short}-csi-controller`),
      serviceAccount: accounts[0] ?? "",
      replicas: setting<number>(settings, "controller", "replicaCount") ?? 2,
      configuredAt: ["controller"],
      containers: [{ name: `${short}-plugin`, ...small }, ...driver.sidecars.map((name) => ({ name, ...small }))],
      tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }],
    }),
    daemonSet(settings, {
      name: `${short}-csi-node`,
      labels: labels(`${short}-csi-node`),
      serviceAccount: accounts[1] ?? "",
      configuredAt: ["node"],
      containers: ["node-driver-registrar", `${short}-plugin`, "liveness-probe"].map((name) => ({ name, ...small })),
    }),
  ];
}

/** The default class that the EBS add-on makes when it is asked to. */
function defaultClass(settings: AddonSettings): AddonObject[] {
  if (setting<boolean>(settings, "defaultStorageClass", "enabled") !== true) return [];
  return [
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: {
        name: "ebs-csi-default-sc",
        annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
      },
      provisioner: "ebs.csi.aws.com",
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    },
  ];
}

/** The objects of one of the drivers. */
export function csiDriver(addon: string): (settings: AddonSettings) => AddonObject[] {
  return (settings) => {
    const driver = drivers[addon];
    if (!driver) throw new Error(`no CSI driver ${addon}`);
    return [
      ...driverObjects(settings, addon, driver),
      ...(addon === "aws-ebs-csi-driver" ? defaultClass(settings) : []),
    ];
  };
}
