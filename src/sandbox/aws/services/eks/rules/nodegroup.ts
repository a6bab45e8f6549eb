// The rules of CreateNodegroup and its updates.
import type {
  DescribeInstanceTypesResult,
  DescribeKeyPairsResult,
  ResponseLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import type { CreateNodegroupRequest, NodegroupScalingConfig, NodegroupUpdateConfig, Taint } from "@aws-sdk/client-eks";
import { amiTypes, instanceType, minorOf } from "../../../../../facts/index.ts";
import type { Context, Sent } from "../../../core/index.ts";
import { AwsError } from "../../../core/index.ts";
import { invalidParameter, invalidRequest } from "../errors.ts";
import { asEks } from "../lookup.ts";
import type { ClusterRow } from "../state.ts";
import { findSubnets } from "./network.ts";
import { checkEnum } from "./text.ts";
import { rollbackOpen } from "./version-update.ts";

/** Sizes: all or none; 2/2/2 when none is given. */
export function checkedScaling(
  ctx: Context,
  config: NodegroupScalingConfig | undefined,
  before?: NodegroupScalingConfig,
): Required<{ [K in keyof NodegroupScalingConfig]: number }> {
  const minSize = config?.minSize ?? before?.minSize ?? 2;
  const maxSize = config?.maxSize ?? before?.maxSize ?? Math.max(2, minSize);
  const desiredSize = config?.desiredSize ?? before?.desiredSize ?? Math.max(2, minSize);
  if (
    config &&
    !before &&
    (config.minSize === undefined || config.maxSize === undefined || config.desiredSize === undefined)
  )
    throw invalidParameter("minSize, maxSize and desiredSize must all be specified in scalingConfig");
  if (minSize < 0) throw invalidParameter("Minimum capacity can't be less than 0");
  if (maxSize < 1) throw invalidParameter("Maximum capacity can't be less than 1");
  if (minSize > maxSize)
    throw invalidParameter(`Minimum capacity ${minSize} can't be greater than maximum size ${maxSize}`);
  if (desiredSize < minSize)
    throw invalidParameter(`desired capacity ${desiredSize} can't be less than minimum size ${minSize}`);
  if (desiredSize > maxSize)
    throw invalidParameter(`desired capacity ${desiredSize} can't be greater than max size ${maxSize}`);
  const nodeQuota = ctx.quota("nodesPerNodegroup");
  if (maxSize > nodeQuota) throw invalidParameter(`Maximum capacity can't be greater than ${nodeQuota}`);
  return { minSize, maxSize, desiredSize };
}

/**
 * How many nodes may be away during an update, with EKS's default.
 *
 * @throws AwsError when both measures are given, or one is out of range
 */
export function checkedUpdateConfig(config: NodegroupUpdateConfig | undefined): NodegroupUpdateConfig {
  const { maxUnavailable, maxUnavailablePercentage, updateStrategy } = config ?? {};
  if (maxUnavailable !== undefined && maxUnavailablePercentage !== undefined)
    throw invalidParameter("maxUnavailable and maxUnavailablePercentage cannot both be specified");
  if (maxUnavailable !== undefined && (maxUnavailable < 1 || maxUnavailable > 100))
    throw invalidParameter("maxUnavailable must be between 1 and 100");
  if (maxUnavailablePercentage !== undefined && (maxUnavailablePercentage < 1 || maxUnavailablePercentage > 100))
    throw invalidParameter("maxUnavailablePercentage must be between 1 and 100");
  checkEnum(updateStrategy, ["DEFAULT", "MINIMAL"], "updateConfig.updateStrategy");
  return {
    ...(maxUnavailablePercentage === undefined
      ? { maxUnavailable: maxUnavailable ?? 1 }
      : { maxUnavailablePercentage }),
    ...(updateStrategy === undefined ? {} : { updateStrategy }),
  };
}

const labelKey = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
/** With its prefix: the API's limit, shorter than that of Kubernetes. */
const longestKey = 63;
const labelValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** Refuses labels that Kubernetes wouldn't take, or keeps for itself. */
export function checkLabels(labels: Readonly<Record<string, string>> | undefined): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (!labelKey.test(key) || key.length > longestKey) throw invalidParameter(`Label key ${key} is invalid`);
    if (!labelValue.test(value)) throw invalidParameter(`Label value ${value} of key ${key} is invalid`);
    if (
      /^(?:[^/]*\.)?(kubernetes\.io|k8s\.io)\//.test(key) &&
      !/^(?:kubelet|node)\.kubernetes\.io\/|^node-role\.kubernetes\.io\//.test(key)
    )
      throw invalidParameter(
        `Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]: ${key}`,
      );
    if (key.startsWith("eks.amazonaws.com/"))
      throw invalidParameter(
        `Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]: ${key}`,
      );
  }
}

/** Taints of one node group (user guide, "Node taints"). */
const taintLimit = 50;

/** Refuses taints that Kubernetes wouldn't take. */
export function checkTaints(taints: readonly Taint[] | undefined): void {
  if ((taints ?? []).length > taintLimit) throw invalidParameter(`A node group can have at most ${taintLimit} taints`);
  for (const { key, value, effect } of taints ?? []) {
    if (!key || !labelKey.test(key) || key.length > longestKey)
      throw invalidParameter(`Taint key ${key ?? ""} is invalid`);
    if (value !== undefined && !labelValue.test(value)) throw invalidParameter(`Taint value ${value} is invalid`);
    if (effect === undefined) throw invalidParameter(`Taint ${key} has no effect`);
    checkEnum(effect, ["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"], "taints.effect");
  }
}

/** Subnets of the group exist and lie in the cluster's VPC. */
export function checkGroupSubnets(ctx: Context, ids: readonly string[], cluster: Readonly<ClusterRow>): void {
  if (ids.length === 0) throw invalidParameter("Subnets cannot be empty");
  const foreign = findSubnets(ctx, ids).find((subnet) => subnet.VpcId !== cluster.resourcesVpcConfig.vpcId);
  if (foreign)
    throw invalidParameter(
      `Subnet ${foreign.SubnetId} does not belong to the cluster's VPC ${cluster.resourcesVpcConfig.vpcId}`,
      { clusterName: cluster.name },
    );
}

export type Architecture = "x86_64" | "arm64";

/** Architecture an AMI type runs on; CUSTOM runs on whatever the image is. */
function architectureOf(amiType: string): Architecture | undefined {
  if (amiType === "CUSTOM") return undefined;
  return amiType.includes("ARM_64") ? "arm64" : "x86_64";
}

/** Types exist, are one architecture, and the AMI type's. */
export function checkInstanceTypes(ctx: Context, names: readonly string[], amiType: string): Architecture {
  if (names.length > 20) throw invalidParameter("A node group can have at most 20 instance types");
  const missing = names.filter((name) => !instanceType(name));
  if (missing.length > 0) {
    try {
      asEks(ctx).call<DescribeInstanceTypesResult>("ec2", "DescribeInstanceTypes", { InstanceTypes: missing });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw invalidParameter(`The following supplied instance types do not exist: [${missing.join(", ")}]`);
    }
  }
  const architectures = names.map((name): Architecture => (instanceType(name)?.arch === "arm64" ? "arm64" : "x86_64"));
  const wanted = architectureOf(amiType) ?? architectures[0] ?? "x86_64";
  const wrong = names.filter((_, i) => architectures[i] !== wanted);
  if (wrong.length > 0)
    throw invalidParameter(`[${wrong.join(", ")}] is not a valid instance type for requested amiType ${amiType}`);
  return wanted;
}

/** Refuses images that EKS doesn't build for the Kubernetes version. */
export function checkAmiType(amiType: string, version: string): void {
  checkEnum(amiType, amiTypes, "amiType");
  if (amiType.startsWith("AL2_") && minorOf(version) > 32)
    throw invalidParameter(`AMI Type ${amiType} is only supported for kubernetes versions 1.32 or earlier`);
  if (amiType.includes("_2025_") && minorOf(version) < 35)
    throw invalidParameter(`AMI Type ${amiType} is only supported for kubernetes versions 1.35 or later`);
}

/** Refuses a key pair that EC2 doesn't have, as EKS words EC2's refusals. */
export function checkKeyPair(ctx: Context, KeyName: string | undefined): void {
  if (KeyName === undefined) return;
  try {
    asEks(ctx).call<DescribeKeyPairsResult>("ec2", "DescribeKeyPairs", { KeyNames: [KeyName] });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      `The key pair '${KeyName}' does not exist (Service: AmazonEC2; Status Code: 400; Error Code: ${error.code})`,
    );
  }
}

/** Parts of a launch template that EKS sets itself (user guide, "Launch template configuration basics"). */
const forbidden: readonly [test: (data: ResponseLaunchTemplateData) => boolean, text: string][] = [
  [
    (data) => data.IamInstanceProfile !== undefined,
    "Iam instance profile cannot be specified in launch template, as a node role is specified in API request.",
  ],
  [
    (data) => (data.NetworkInterfaces ?? []).some((each) => each.SubnetId !== undefined),
    "Subnets cannot be specified in launch template, as subnets are specified in API request.",
  ],
  [
    (data) => data.InstanceInitiatedShutdownBehavior !== undefined,
    "Instance initiated shutdown behavior cannot be specified in launch template.",
  ],
  [
    (data) => data.HibernationOptions?.Configured === true,
    "Hibernation options cannot be specified in launch template.",
  ],
  [
    (data) => data.InstanceMarketOptions?.MarketType === "spot",
    "Spot options cannot be specified in launch template: set capacityType to SPOT.",
  ],
];

/** A group and the template it brings must not say the same thing twice. */
export function checkTemplate(input: Sent<CreateNodegroupRequest>, data: ResponseLaunchTemplateData): void {
  if (input.diskSize !== undefined) throw invalidParameter("Disk size must be specified within the launch template.");
  if (input.remoteAccess)
    throw invalidParameter("Remote access configuration cannot be specified with a launch template.");
  if (data.InstanceType && (input.instanceTypes ?? []).length > 0)
    throw invalidParameter("Cannot specify instance types in launch template and API request");
  const broken = forbidden.find(([test]) => test(data));
  if (broken) throw invalidParameter(broken[1]);
  if (data.ImageId === undefined) {
    if (input.amiType === "CUSTOM") throw invalidParameter("AMI type CUSTOM needs a launch template with an image id");
    return;
  }
  if (input.amiType !== undefined && input.amiType !== "CUSTOM")
    throw invalidParameter("You cannot specify an AMI Type when specifying an AMI ID in the launch template.");
  if (input.version !== undefined || input.releaseVersion !== undefined)
    throw invalidParameter(
      "You cannot specify the field kubernetes version or release version when specifying an AMI ID in the launch template.",
    );
}

/** A new group has the control plane's minor. */
export function checkGroupVersion(version: string | undefined, cluster: Readonly<ClusterRow>): string {
  if (version === undefined || version === cluster.version) return cluster.version;
  throw invalidRequest(
    `Nodegroup Kubernetes version ${version} must match the cluster version ${cluster.version} at creation`,
    { clusterName: cluster.name },
  );
}

/**
 * An update goes to at most the control plane's minor, and back only where the control plane can go back to the same: its
 * nodes have to be there first (user guide, "Roll back a cluster to a previous Kubernetes version").
 */
export function checkUpdateVersion(ctx: Context, version: string, before: string, cluster: Readonly<ClusterRow>): void {
  const about = { clusterName: cluster.name };
  if (!(minorOf(version) <= minorOf(cluster.version)))
    throw invalidParameter(
      `Requested Nodegroup version ${version} is greater than the cluster version ${cluster.version}`,
      about,
    );
  const back = version === cluster.version || rollbackOpen(ctx, cluster, version);
  if (minorOf(version) < minorOf(before) && !back)
    throw invalidParameter(`Nodegroup version cannot be downgraded from ${before} to ${version}`, about);
}
