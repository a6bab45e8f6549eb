// Defaults of node groups, self-managed and managed: names, image family, sizes, instance type, volumes, SSH, labels.
import type {
  ClusterConfig,
  ManagedNodeGroup,
  NodeGroup,
  NodeGroupBase,
  NodeGroupSSH,
  VolumeMapping,
} from "../model/index.ts";
import { unnamedNodeGroupName } from "../names.ts";
import { isBottlerocket, isWindows } from "../schema/ami-families.ts";

/** Fills the defaults into every node group; changes them. */
export function applyNodeGroupDefaults(config: ClusterConfig): void {
  const onOutpost = config.outpost !== undefined;
  for (const [index, group] of (config.nodeGroups ?? []).entries()) {
    group.name ||= unnamedNodeGroupName(config.metadata.name ?? "", "nodeGroups", index);
    group.amiFamily ||= "AmazonLinux2023";
    if (!group.instanceType && !hasSelector(group))
      group.instanceType = group.instancesDistribution ? "mixed" : "m5.large";
    applyCommonDefaults(group, config, onOutpost);
    group.minSize ??= group.desiredCapacity ?? 2;
    group.maxSize ??= group.desiredCapacity ?? group.minSize;
    group.securityGroups = { withShared: true, withLocal: true, ...group.securityGroups };
    // A bootstrap command of one's own decides about the runtime, and excludes the field.
    if (group.overrideBootstrapCommand === undefined) group.containerRuntime ??= "containerd";
    if (group.cpuCredits) group.cpuCredits = group.cpuCredits.toLowerCase();
    applyVolumeDefaults(group, group, onOutpost || group.outpostARN !== undefined);
  }
  for (const [index, group] of (config.managedNodeGroups ?? []).entries()) {
    group.name ||= unnamedNodeGroupName(config.metadata.name ?? "", "managedNodeGroups", index);
    // Of an image of one's own only its owner knows the family.
    if (!group.ami) group.amiFamily ||= "AmazonLinux2023";
    if (!group.instanceType && !group.instanceTypes?.length && !group.launchTemplate && !hasSelector(group))
      group.instanceType = "m5.large";
    applyCommonDefaults(group, config, onOutpost);
    applyManagedSizes(group);
    group.securityGroups ??= {};
    group.spot ??= false;
    group.tags = {
      ...group.tags,
      "alpha.eksctl.io/nodegroup-name": group.name,
      "alpha.eksctl.io/nodegroup-type": "managed",
    };
    if (!group.launchTemplate) applyVolumeDefaults(group, group, onOutpost);
  }
}

function hasSelector(group: NodeGroupBase): boolean {
  return group.instanceSelector !== undefined && Object.keys(group.instanceSelector).length > 0;
}

/** EKS wants all three sizes, and a maximum of one at least. */
function applyManagedSizes(group: ManagedNodeGroup): void {
  group.minSize ??= group.desiredCapacity ?? 2;
  if (group.maxSize === undefined) group.maxSize = Math.max(group.desiredCapacity ?? group.minSize, 1);
  group.desiredCapacity ??= group.minSize;
}

function applyCommonDefaults(group: NodeGroup | ManagedNodeGroup, config: ClusterConfig, onOutpost: boolean): void {
  group.iam ??= {};
  group.ssh = sshDefaults(group.ssh ?? {});
  group.labels = {
    ...group.labels,
    "alpha.eksctl.io/cluster-name": config.metadata.name,
    "alpha.eksctl.io/nodegroup-name": group.name,
  };
  group.disableIMDSv1 ??= true;
  group.disablePodIMDS ??= false;
  group.privateNetworking ??= false;
  for (const volume of group.additionalVolumes ?? []) applyVolumeDefaults(volume, undefined, onOutpost);
  if (isBottlerocket(group.amiFamily)) {
    const { enableAdminContainer = group.ssh.allow ? true : undefined, settings = {} } = group.bottlerocket ?? {};
    group.bottlerocket = { settings, ...(enableAdminContainer === undefined ? {} : { enableAdminContainer }) };
  }
}

/** A key without `allow` means SSH; `allow` without a key means the key most people have. */
function sshDefaults(ssh: NodeGroupSSH): NodeGroupSSH {
  const hasKey = Boolean(ssh.publicKey || ssh.publicKeyName || ssh.publicKeyPath);
  const allow = ssh.allow ?? hasKey;
  return { ...ssh, allow, ...(allow && !hasKey ? { publicKeyPath: "~/.ssh/id_rsa.pub" } : {}) };
}

/** Size and performance of a volume; the device name only for the first volume of a `group`. */
function applyVolumeDefaults(volume: VolumeMapping, group: NodeGroupBase | undefined, onOutpost: boolean): void {
  volume.volumeType ??= onOutpost ? "gp2" : "gp3";
  volume.volumeSize ??= 80;
  if (volume.volumeType === "gp3") {
    volume.volumeIOPS ??= 3000;
    volume.volumeThroughput ??= 125;
  } else if (volume.volumeType === "io1" || volume.volumeType === "io2") volume.volumeIOPS ??= 100;
  if (group)
    volume.volumeName ||= isWindows(group.amiFamily)
      ? "/dev/sda1"
      : isBottlerocket(group.amiFamily)
        ? "/dev/xvdb"
        : "/dev/xvda";
}
