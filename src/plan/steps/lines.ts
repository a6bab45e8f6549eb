// Which line of the file a property of a template comes from.
import type { ConfigPath } from "../../config/index.ts";
import { isWritten, type Planning } from "../planning.ts";

/** Property (or a part of its path) → members of the file's section, the first one written wins. */
const members: readonly (readonly [property: RegExp, ...keys: string[]])[] = [
  [/InstanceTypes?\b/, "instanceType", "instanceTypes", "instancesDistribution"],
  [/Labels|node-labels/, "labels"],
  [/Taints/, "taints"],
  [/VolumeSize/, "volumeSize"],
  [/VolumeType/, "volumeType"],
  [/Encrypted/, "volumeEncrypted"],
  [/KmsKeyId/, "volumeKmsKeyID"],
  [/Iops/, "volumeIOPS"],
  [/Throughput/, "volumeThroughput"],
  [/BlockDeviceMappings/, "additionalVolumes", "volumeSize"],
  [/CapacityType/, "spot"],
  [/ReleaseVersion/, "releaseVersion"],
  [/AmiType|ImageId/, "ami", "amiFamily"],
  [/Subnets|VPCZoneIdentifier/, "subnets", "availabilityZones", "privateNetworking"],
  [/MetadataOptions/, "disableIMDSv1", "disablePodIMDS"],
  [
    /UserData/,
    "kubeletExtraConfig",
    "preBootstrapCommands",
    "overrideBootstrapCommand",
    "maxPodsPerNode",
    "taints",
    "labels",
  ],
  [/Tags|TagSpecifications/, "tags"],
  [/ManagedPolicyArns|PolicyDocument|Policies/, "iam", "attachPolicyARNs", "attachPolicy", "wellKnownPolicies"],
  [/PermissionsBoundary/, "permissionsBoundary", "iam"],
  [/KeyName|SecurityGroupIds|SSH/, "ssh", "securityGroups"],
  [/MixedInstancesPolicy/, "instancesDistribution"],
  [/NATGateway|NATIP|NATPrivate/, "nat"],
  [/ExtraCIDR/, "extraCIDRs"],
];

/** The most specific path below `root` that the file writes for the property; `root` otherwise. */
export function lineOf(planning: Planning, root: ConfigPath, property: string): ConfigPath {
  const rule = members.find(([pattern]) => pattern.test(property));
  if (!rule) return root;
  const [, ...keys] = rule;
  const roots: ConfigPath[] =
    root.length === 0 || root[0] === "metadata" ? [root, ["vpc"], ["metadata"]] : [root, ["metadata"]];
  for (const base of roots) {
    for (const key of keys) if (isWritten(planning.cluster, [...base, key])) return [...base, key];
  }
  return root;
}
