// Defaults of everything but node groups: what eksctl fills in before it builds anything.
import { formatCidr, parseCidr } from "../../base/index.ts";
import type { ClusterConfig, ClusterVPC } from "../model/index.ts";
import { concreteVersion } from "./versions.ts";

const logTypes: readonly string[] = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** Fills the defaults into a document that has just been read; changes it. */
export function applyClusterDefaults(config: ClusterConfig): void {
  config.metadata.version = concreteVersion(config.metadata.version);
  const ipFamily = config.kubernetesNetworkConfig?.ipFamily ?? "IPv4";
  config.kubernetesNetworkConfig = { ...config.kubernetesNetworkConfig, ipFamily };
  if (config.kubernetesNetworkConfig.serviceIPv4CIDR !== undefined)
    config.kubernetesNetworkConfig.serviceIPv4CIDR = networkAddress(config.kubernetesNetworkConfig.serviceIPv4CIDR);
  config.privateCluster = { enabled: false, ...config.privateCluster };
  config.vpc = vpcDefaults(config, ipFamily);
  config.iam = { withOIDC: false, vpcResourceControllerPolicy: true, ...config.iam };
  for (const account of config.iam.serviceAccounts ?? [])
    account.metadata = { ...account.metadata, namespace: account.metadata?.namespace || "default" };
  const outpostWithoutLocalEtcd = config.outpost !== undefined && !config.outpost.etcdInstanceType;
  const authenticationMode =
    config.accessConfig?.authenticationMode || (outpostWithoutLocalEtcd ? "CONFIG_MAP" : "API_AND_CONFIG_MAP");
  config.accessConfig = { bootstrapClusterCreatorAdminPermissions: true, ...config.accessConfig, authenticationMode };
  config.addonsConfig = {
    autoApplyPodIdentityAssociations: false,
    disableDefaultAddons: false,
    ...config.addonsConfig,
  };
  for (const addon of config.addons ?? []) if (addon.name) addon.name = addon.name.toLowerCase();
  if (config.autoModeConfig?.enabled) config.autoModeConfig.nodePools ??= ["general-purpose", "system"];
  if (config.karpenter) config.karpenter.createServiceAccount ??= false;
  if (config.remoteNetworkConfig)
    config.remoteNetworkConfig.iam = { provider: "SSM", ...config.remoteNetworkConfig.iam };
  const logging = config.cloudWatch?.clusterLogging;
  if (logging?.enableTypes)
    logging.enableTypes = logging.enableTypes.some((type) => type === "*" || type === "all")
      ? [...logTypes]
      : [...new Set(logging.enableTypes)];
}

function vpcDefaults(config: ClusterConfig, ipFamily: string): ClusterVPC {
  const given = config.vpc ?? {};
  const vpc: ClusterVPC = { manageSharedNodeSecurityGroupRules: true, autoAllocateIPv6: false, ...given };
  // An existing VPC has the block it has.
  if (given.cidr !== undefined) vpc.cidr = networkAddress(given.cidr);
  else if (given.id === undefined) vpc.cidr = "192.168.0.0/16";
  if (ipFamily === "IPv4") vpc.nat = { gateway: given.nat?.gateway || "Single" };
  const onlyPrivate = config.outpost !== undefined || config.privateCluster?.enabled === true;
  vpc.clusterEndpoints = { publicAccess: !onlyPrivate, privateAccess: onlyPrivate, ...given.clusterEndpoints };
  for (const key of ["extraCIDRs", "extraIPv6CIDRs", "publicAccessCIDRs"] as const) {
    const blocks = given[key];
    if (blocks) vpc[key] = blocks.map(networkAddress);
  }
  for (const subnets of [vpc.subnets?.private, vpc.subnets?.public])
    for (const [key, subnet] of Object.entries(subnets ?? {})) {
      subnet.az ||= key;
      if (subnet.cidr !== undefined) subnet.cidr = networkAddress(subnet.cidr);
    }
  return vpc;
}

/** `10.0.0.7/16` is `10.0.0.0/16`. */
function networkAddress(block: string): string {
  const parsed = parseCidr(block);
  return parsed ? formatCidr(parsed) : block;
}
