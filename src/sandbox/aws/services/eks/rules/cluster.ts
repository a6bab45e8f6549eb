// The rules of CreateCluster, in the order AWS tends to complain.
import type { Cluster, CreateClusterRequest, EncryptionConfig, LogType, Logging } from "@aws-sdk/client-eks";
import type { DescribeKeyResponse } from "@aws-sdk/client-kms";
import { parseCidr } from "../../../../../base/index.ts";
import { clusterLogTypes, defaultVersionAt, supportedVersions } from "../../../../../facts/index.ts";
import type { Context, Sent } from "../../../core/index.ts";
import { AwsError, NotEmulatedError } from "../../../core/index.ts";
import { invalidParameter, limitExceeded, resourceInUse } from "../errors.ts";
import { asEks } from "../lookup.ts";
import { clusters } from "../state.ts";
import {
  checkClusterSubnets,
  checkPublicCidrs,
  checkSecurityGroups,
  checkServiceCidr,
  defaultServiceCidr,
  vpcBlocks,
} from "./network.ts";
import { checkClusterRole } from "./roles.ts";
import { checkEnum, checkName, checkTags } from "./text.ts";

/** The version asked for, or the default one of the day. */
function checkedVersion(ctx: Context, version: string | undefined): string {
  if (version === undefined || version === "") return defaultVersionAt(ctx.now());
  if (!supportedVersions(ctx.now()).some((row) => row.version === version))
    throw invalidParameter("unsupported Kubernetes version");
  return version;
}

/** Log types that are on after a change. Several entries may name types on and off. */
export function loggingAfter(before: readonly LogType[], change: Logging | undefined): LogType[] {
  const on = new Set<string>(before);
  for (const { types = [], enabled } of change?.clusterLogging ?? []) {
    for (const type of types) {
      checkEnum(type, clusterLogTypes, "logging.clusterLogging.types");
      if (enabled) on.add(type);
      else on.delete(type);
    }
  }
  return clusterLogTypes.filter((type) => on.has(type)) as LogType[];
}

/** As the API answers: one entry for the types that are on, one for those that are off. */
export function loggingOf(on: readonly LogType[]): Logging {
  const off = (clusterLogTypes as LogType[]).filter((type) => !on.includes(type));
  return {
    clusterLogging: [
      ...(on.length > 0 ? [{ types: [...on], enabled: true }] : []),
      ...(off.length > 0 ? [{ types: off, enabled: false }] : []),
    ],
  };
}

/** One config, for secrets, with a symmetric key of this region that is enabled. */
export function checkEncryption(ctx: Context, configs: readonly EncryptionConfig[] | undefined): void {
  if (!configs || configs.length === 0) return;
  if (configs.length > 1) throw invalidParameter("Only one encryption config can be specified");
  const { resources = [], provider } = configs[0] ?? {};
  if (resources.length !== 1 || resources[0] !== "secrets")
    throw invalidParameter("Invalid encryptionConfig: resources must be [secrets]");
  const keyArn = provider?.keyArn ?? "";
  if (!/^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/.+$/.test(keyArn))
    throw invalidParameter(`Invalid encryptionConfig: provider.keyArn '${keyArn}' is not the ARN of a KMS key`);
  if (keyArn.split(":")[3] !== ctx.region)
    throw invalidParameter(`Invalid encryptionConfig: the key ${keyArn} must be in the cluster's region ${ctx.region}`);
  const metadata = keyMetadata(ctx, keyArn);
  if (metadata?.KeySpec !== "SYMMETRIC_DEFAULT" || metadata.KeyUsage !== "ENCRYPT_DECRYPT")
    throw invalidParameter(`Invalid encryptionConfig: the key ${keyArn} must be a symmetric encryption key`);
  if (metadata.KeyState !== "Enabled")
    throw invalidParameter(`Invalid encryptionConfig: the key ${keyArn} is in state ${metadata.KeyState}`);
}

function keyMetadata(ctx: Context, KeyId: string): DescribeKeyResponse["KeyMetadata"] {
  try {
    return asEks(ctx).call<DescribeKeyResponse>("kms", "DescribeKey", { KeyId }).KeyMetadata;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(`Invalid encryptionConfig: ${error.message}`);
  }
}

/** Auto Mode is all three switches or none. Returns whether it is on. */
export function checkAutoMode(
  input: Pick<CreateClusterRequest, "computeConfig" | "kubernetesNetworkConfig" | "storageConfig">,
): boolean {
  const switches = [
    input.computeConfig?.enabled,
    input.kubernetesNetworkConfig?.elasticLoadBalancing?.enabled,
    input.storageConfig?.blockStorage?.enabled,
  ].map((value) => value === true);
  if (new Set(switches).size > 1)
    throw invalidParameter(
      "For EKS Auto Mode, please ensure that all required configs, including computeConfig, kubernetesNetworkConfig, " +
        "and blockStorage are all either fully enabled or fully disabled.",
    );
  const pools = input.computeConfig?.nodePools ?? [];
  for (const pool of pools) checkEnum(pool, ["general-purpose", "system"], "computeConfig.nodePools");
  if (pools.length > 0 && !input.computeConfig?.nodeRoleArn)
    throw invalidParameter("computeConfig.nodeRoleArn is required when computeConfig.nodePools is specified");
  if (pools.length === 0 && input.computeConfig?.nodeRoleArn)
    throw invalidParameter("computeConfig.nodePools is required when computeConfig.nodeRoleArn is specified");
  return switches[0] === true;
}

/** At most 15 ranges each, all valid. */
export function checkRemoteNetworks(config: CreateClusterRequest["remoteNetworkConfig"]): void {
  const lists = {
    remoteNodeNetworks: (config?.remoteNodeNetworks ?? []).flatMap((network) => network.cidrs ?? []),
    remotePodNetworks: (config?.remotePodNetworks ?? []).flatMap((network) => network.cidrs ?? []),
  };
  for (const name of ["remoteNodeNetworks", "remotePodNetworks"] as const)
    if ((config?.[name] ?? []).length > 1) throw invalidParameter(`${name} cannot have more than one element`);
  for (const [name, cidrs] of Object.entries(lists)) {
    if (cidrs.length > 15) throw invalidParameter(`${name} cannot have more than 15 CIDR blocks`);
    const broken = cidrs.find((text) => parseCidr(text)?.family !== 4);
    if (broken !== undefined) throw invalidParameter(`${broken} in ${name} is not a valid IPv4 CIDR block`);
  }
  if (lists.remotePodNetworks.length > 0 && lists.remoteNodeNetworks.length === 0)
    throw invalidParameter("remoteNodeNetworks must be specified when remotePodNetworks is specified");
}

function checkAccess(input: Sent<CreateClusterRequest>): void {
  const { authenticationMode = "CONFIG_MAP", bootstrapClusterCreatorAdminPermissions } = input.accessConfig ?? {};
  checkEnum(authenticationMode, ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"], "accessConfig.authenticationMode");
  if (authenticationMode === "CONFIG_MAP" && bootstrapClusterCreatorAdminPermissions === false)
    throw invalidParameter(
      "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP",
    );
}

function checkPlain(input: Sent<CreateClusterRequest>, ctx: Context): void {
  checkName(input.name, "Cluster", 100);
  checkTags(input.tags);
  if (input.outpostConfig) throw new NotEmulatedError("eks CreateCluster with outpostConfig");
  checkAccess(input);
  checkEnum(input.kubernetesNetworkConfig?.ipFamily, ["ipv4", "ipv6"], "kubernetesNetworkConfig.ipFamily");
  checkEnum(input.upgradePolicy?.supportType, ["STANDARD", "EXTENDED"], "upgradePolicy.supportType");
  checkEnum(input.controlPlaneScalingConfig?.tier, tiers, "controlPlaneScalingConfig.tier");
  checkEnum(input.resourcesVpcConfig?.controlPlaneEgressMode, egressModes, "resourcesVpcConfig.controlPlaneEgressMode");
  checkRemoteNetworks(input.remoteNetworkConfig);
  if (ctx.table(clusters).size >= ctx.quota("clusters"))
    throw limitExceeded(`Cluster limit exceeded for account ${ctx.account}`, { clusterName: input.name });
}

export const tiers: readonly string[] = ["standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"];
export const egressModes: readonly string[] = ["AWS_MANAGED", "CUSTOMER_ROUTED", "CUSTOMER_ISOLATED"];

/** Endpoint access after a change: both ways off, or a bad public range, is refused. */
export function checkEndpoints(vpc: {
  endpointPublicAccess: boolean;
  endpointPrivateAccess: boolean;
  publicAccessCidrs?: readonly string[] | undefined;
}): void {
  if (!vpc.endpointPublicAccess && !vpc.endpointPrivateAccess)
    throw invalidParameter("Private and public endpoint access cannot be false");
  checkPublicCidrs(vpc.publicAccessCidrs);
}

export interface CheckedCluster {
  version: string;
  autoMode: boolean;
  resourcesVpcConfig: NonNullable<Cluster["resourcesVpcConfig"]> & { vpcId: string; subnetIds: string[] };
  kubernetesNetworkConfig: NonNullable<Cluster["kubernetesNetworkConfig"]>;
}

/** Everything AWS looks at before it begins; what it fills in comes back. */
export function checkNewCluster(input: Sent<CreateClusterRequest>, ctx: Context): CheckedCluster {
  checkPlain(input, ctx);
  if (ctx.table(clusters).has(input.name))
    throw resourceInUse(`Cluster already exists with name: ${input.name}`, { clusterName: input.name });
  const version = checkedVersion(ctx, input.version);
  const autoMode = checkAutoMode(input);
  if (autoMode && input.bootstrapSelfManagedAddons !== false)
    throw invalidParameter("When Auto Mode is enabled, bootstrapSelfManagedAddons must be set to false");
  checkClusterRole(ctx, input.roleArn, autoMode);
  const vpc = input.resourcesVpcConfig ?? {};
  const endpoints = {
    endpointPublicAccess: vpc.endpointPublicAccess ?? true,
    endpointPrivateAccess: vpc.endpointPrivateAccess ?? false,
  };
  checkEndpoints({ ...endpoints, publicAccessCidrs: vpc.publicAccessCidrs });
  const ipv6 = input.kubernetesNetworkConfig?.ipFamily === "ipv6";
  const subnetIds = vpc.subnetIds ?? [];
  if (subnetIds.length === 0) throw invalidParameter("Subnet IDs cannot be empty", { clusterName: input.name });
  const subnets = checkClusterSubnets(ctx, subnetIds, { cluster: input.name, free: 6, ipv6 });
  const vpcId = subnets[0]?.VpcId ?? "";
  checkSecurityGroups(ctx, vpc.securityGroupIds, vpcId);
  checkEncryption(ctx, input.encryptionConfig);
  loggingAfter([], input.logging);
  const everywhere = ipv6 ? ["0.0.0.0/0", "::/0"] : ["0.0.0.0/0"];
  return {
    version,
    autoMode,
    resourcesVpcConfig: {
      subnetIds: [...subnetIds],
      securityGroupIds: [...(vpc.securityGroupIds ?? [])],
      vpcId,
      ...endpoints,
      publicAccessCidrs: endpoints.endpointPublicAccess ? [...(vpc.publicAccessCidrs ?? everywhere)] : [],
      controlPlaneEgressMode: vpc.controlPlaneEgressMode ?? "AWS_MANAGED",
    },
    kubernetesNetworkConfig: { ...serviceRange(ctx, input, vpcId), elasticLoadBalancing: { enabled: autoMode } },
  };
}

function serviceRange(
  ctx: Context,
  input: Sent<CreateClusterRequest>,
  vpcId: string,
): NonNullable<Cluster["kubernetesNetworkConfig"]> {
  const wanted = input.kubernetesNetworkConfig?.serviceIpv4Cidr;
  if (input.kubernetesNetworkConfig?.ipFamily === "ipv6") {
    if (wanted !== undefined) throw invalidParameter("serviceIpv4Cidr cannot be specified with ipFamily ipv6");
    return { ipFamily: "ipv6", serviceIpv6Cidr: `fd${ctx.ids.hex(2)}:${ctx.ids.hex(4)}:${ctx.ids.hex(4)}::/108` };
  }
  const blocks = vpcBlocks(ctx, vpcId);
  if (wanted !== undefined) checkServiceCidr(wanted, blocks);
  return { ipFamily: "ipv4", serviceIpv4Cidr: wanted ?? defaultServiceCidr(blocks) };
}
