// UpdateClusterConfig takes one kind of change a call. Each kind is a definition: which members it reads, what it
// refuses, what it changes, and what the update says.
import type { LogType, UpdateClusterConfigRequest, UpdateType } from "@aws-sdk/client-eks";
import { versionStatus } from "../../../../../facts/index.ts";
import type { Context, Sent } from "../../../core/index.ts";
import { invalidParameter } from "../errors.ts";
import { latency } from "../latency.ts";
import type { ClusterRow } from "../state.ts";
import {
  checkAutoMode,
  checkEndpoints,
  checkRemoteNetworks,
  egressModes,
  loggingAfter,
  loggingOf,
  tiers,
} from "./cluster.ts";
import { checkClusterSubnets, checkSecurityGroups } from "./network.ts";
import { checkClusterRole } from "./roles.ts";
import { checkEnum } from "./text.ts";

export interface ConfigChange {
  /** Members of the row after the update; they take effect when it ends. */
  after: Partial<ClusterRow>;
  params: Readonly<Record<string, unknown>>;
}

export interface ConfigKind {
  type: UpdateType;
  seconds: number;
  asked: (input: Sent<UpdateClusterConfigRequest>) => boolean;
  change: (input: Sent<UpdateClusterConfigRequest>, row: Readonly<ClusterRow>, ctx: Context) => ConfigChange;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A change of nothing is refused. */
function refuseNoChange(what: string, before: unknown, after: unknown): void {
  if (same(before, after)) throw invalidParameter(`Cluster is already at the desired configuration with ${what}`);
}

const endpointAccess: ConfigKind = {
  type: "EndpointAccessUpdate",
  seconds: latency.config,
  asked: ({ resourcesVpcConfig: vpc }) =>
    vpc?.endpointPublicAccess !== undefined ||
    vpc?.endpointPrivateAccess !== undefined ||
    vpc?.publicAccessCidrs !== undefined,
  change: ({ resourcesVpcConfig: vpc }, row) => {
    const before = row.resourcesVpcConfig;
    const after = {
      endpointPublicAccess: vpc?.endpointPublicAccess ?? before.endpointPublicAccess ?? true,
      endpointPrivateAccess: vpc?.endpointPrivateAccess ?? before.endpointPrivateAccess ?? false,
    };
    const everywhere = row.kubernetesNetworkConfig?.ipFamily === "ipv6" ? ["0.0.0.0/0", "::/0"] : ["0.0.0.0/0"];
    const known = before.publicAccessCidrs?.length ? before.publicAccessCidrs : everywhere;
    const publicAccessCidrs = after.endpointPublicAccess ? [...(vpc?.publicAccessCidrs ?? known)] : [];
    checkEndpoints({ ...after, publicAccessCidrs: vpc?.publicAccessCidrs });
    const sorted = (cidrs: readonly string[] | undefined): string[] => [...(cidrs ?? [])].toSorted();
    refuseNoChange(
      `endpointPrivateAccess: ${after.endpointPrivateAccess} , endpointPublicAccess: ${after.endpointPublicAccess}, and ` +
        `Public Endpoint Restrictions: [${publicAccessCidrs.join(", ")}]`,
      [before.endpointPublicAccess, before.endpointPrivateAccess, sorted(before.publicAccessCidrs)],
      [after.endpointPublicAccess, after.endpointPrivateAccess, sorted(publicAccessCidrs)],
    );
    return {
      after: { resourcesVpcConfig: { ...before, ...after, publicAccessCidrs } },
      params: {
        EndpointPublicAccess: String(after.endpointPublicAccess),
        EndpointPrivateAccess: String(after.endpointPrivateAccess),
        PublicAccessCidrs: publicAccessCidrs,
      },
    };
  },
};

const network: ConfigKind = {
  type: "VpcConfigUpdate",
  seconds: latency.config,
  asked: ({ resourcesVpcConfig: vpc }) => vpc?.subnetIds !== undefined || vpc?.securityGroupIds !== undefined,
  change: ({ resourcesVpcConfig: vpc }, row, ctx) => {
    const before = row.resourcesVpcConfig;
    const subnetIds = [...(vpc?.subnetIds ?? before.subnetIds)];
    const securityGroupIds = [...(vpc?.securityGroupIds ?? before.securityGroupIds ?? [])];
    const ipv6 = row.kubernetesNetworkConfig?.ipFamily === "ipv6";
    const subnets = checkClusterSubnets(ctx, subnetIds, { cluster: row.name, free: 1, ipv6 });
    if (subnets[0]?.VpcId !== before.vpcId)
      throw invalidParameter(`Subnets must belong to the cluster's VPC ${before.vpcId}`, { clusterName: row.name });
    checkSecurityGroups(ctx, securityGroupIds, before.vpcId);
    refuseNoChange(
      `subnetIds: [${subnetIds.join(", ")}] and securityGroupIds: [${securityGroupIds.join(", ")}]`,
      [before.subnetIds.toSorted(), (before.securityGroupIds ?? []).toSorted()],
      [subnetIds.toSorted(), securityGroupIds.toSorted()],
    );
    return {
      after: { resourcesVpcConfig: { ...before, subnetIds, securityGroupIds } },
      params: { Subnets: subnetIds, SecurityGroups: securityGroupIds },
    };
  },
};

const logging: ConfigKind = {
  type: "LoggingUpdate",
  seconds: latency.config,
  asked: (input) => input.logging !== undefined,
  change: (input, row) => {
    const logTypes: LogType[] = loggingAfter(row.logTypes, input.logging);
    if (same([...row.logTypes].toSorted(), [...logTypes].toSorted()))
      throw invalidParameter("No changes needed for the logging config provided", { clusterName: row.name });
    return { after: { logTypes }, params: { ClusterLogging: loggingOf(logTypes) } };
  },
};

const modes = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"];

const access: ConfigKind = {
  type: "AccessConfigUpdate",
  seconds: latency.quickConfig,
  asked: (input) => input.accessConfig !== undefined,
  change: (input, row) => {
    const before = row.accessConfig?.authenticationMode ?? "CONFIG_MAP";
    const after = input.accessConfig?.authenticationMode ?? before;
    checkEnum(after, modes, "accessConfig.authenticationMode");
    refuseNoChange(`authenticationMode: ${after}`, before, after);
    // One way, one step at a time: what has been switched on can't be switched off.
    if (modes.indexOf(after) !== modes.indexOf(before) + 1)
      throw invalidParameter(`Unsupported authentication mode update from ${before} to ${after}`, {
        clusterName: row.name,
      });
    return {
      after: { accessConfig: { ...row.accessConfig, authenticationMode: after } },
      params: { AuthenticationMode: after },
    };
  },
};

const upgradePolicy: ConfigKind = {
  type: "UpgradePolicyUpdate",
  seconds: latency.quickConfig,
  asked: (input) => input.upgradePolicy !== undefined,
  change: (input, row, ctx) => {
    checkEnum(input.upgradePolicy?.supportType, ["STANDARD", "EXTENDED"], "upgradePolicy.supportType");
    const after = { supportType: input.upgradePolicy?.supportType ?? "EXTENDED" };
    refuseNoChange(`upgradePolicy: ${after.supportType}`, row.upgradePolicy, after);
    // Who pays for extended support can't leave it but by an upgrade (user guide, "Disable extended support").
    if (after.supportType === "STANDARD" && versionStatus(row.version, ctx.now()) === "EXTENDED_SUPPORT")
      throw invalidParameter(
        `Upgrade policy STANDARD is not supported for cluster ${row.name}: version ${row.version} is in extended support`,
        { clusterName: row.name },
      );
    return { after: { upgradePolicy: after }, params: { UpgradePolicy: after } };
  },
};

const zonalShift: ConfigKind = {
  type: "ZonalShiftConfigUpdate",
  seconds: latency.quickConfig,
  asked: (input) => input.zonalShiftConfig !== undefined,
  change: (input, row) => {
    const after = { enabled: input.zonalShiftConfig?.enabled ?? false };
    refuseNoChange(`zonalShiftConfig: ${after.enabled}`, row.zonalShiftConfig, after);
    return { after: { zonalShiftConfig: after }, params: { ZonalShiftConfig: after } };
  },
};

const remoteNetwork: ConfigKind = {
  type: "RemoteNetworkConfigUpdate",
  seconds: latency.config,
  asked: (input) => input.remoteNetworkConfig !== undefined,
  change: (input, row) => {
    checkRemoteNetworks(input.remoteNetworkConfig);
    const after = { remoteNetworkConfig: input.remoteNetworkConfig ?? {} };
    refuseNoChange("remoteNetworkConfig", row.remoteNetworkConfig, after.remoteNetworkConfig);
    return { after, params: { RemoteNetworkConfig: after.remoteNetworkConfig } };
  },
};

const autoMode: ConfigKind = {
  type: "AutoModeUpdate",
  seconds: latency.config,
  asked: (input) =>
    input.computeConfig !== undefined ||
    input.storageConfig !== undefined ||
    input.kubernetesNetworkConfig !== undefined,
  change: (input, row, ctx) => {
    const { ipFamily, serviceIpv4Cidr } = input.kubernetesNetworkConfig ?? {};
    if (ipFamily !== undefined || serviceIpv4Cidr !== undefined)
      throw invalidParameter("ipFamily and serviceIpv4Cidr of kubernetesNetworkConfig cannot be updated");
    const enabled = checkAutoMode(input);
    if (enabled) checkClusterRole(ctx, row.roleArn, true);
    const { nodePools, nodeRoleArn } = input.computeConfig ?? {};
    const after: Partial<ClusterRow> = {
      computeConfig: {
        enabled,
        ...(enabled ? { nodePools: nodePools ?? row.computeConfig?.nodePools ?? [] } : {}),
        ...(nodeRoleArn ? { nodeRoleArn } : {}),
      },
      storageConfig: { blockStorage: { enabled } },
      kubernetesNetworkConfig: { ...row.kubernetesNetworkConfig, elasticLoadBalancing: { enabled } },
    };
    refuseNoChange(`computeConfig.enabled: ${enabled}`, row.computeConfig, after.computeConfig);
    return {
      after,
      params: {
        ComputeConfig: after.computeConfig,
        StorageConfig: after.storageConfig,
        KubernetesNetworkConfig: { elasticLoadBalancing: { enabled } },
      },
    };
  },
};

const deletionProtection: ConfigKind = {
  type: "DeletionProtectionUpdate",
  seconds: latency.quickConfig,
  asked: (input) => input.deletionProtection !== undefined,
  change: (input, row) => {
    const after = input.deletionProtection ?? false;
    refuseNoChange(`deletionProtection: ${after}`, row.deletionProtection ?? false, after);
    return { after: { deletionProtection: after }, params: { DeletionProtection: String(after) } };
  },
};

const scaling: ConfigKind = {
  type: "ControlPlaneScalingConfigUpdate",
  seconds: latency.config,
  asked: (input) => input.controlPlaneScalingConfig !== undefined,
  change: (input, row) => {
    const after = input.controlPlaneScalingConfig?.tier ?? "standard";
    checkEnum(after, tiers, "controlPlaneScalingConfig.tier");
    const before = row.controlPlaneScalingConfig?.tier ?? "standard";
    refuseNoChange(`controlPlaneScalingConfig.tier: ${after}`, before, after);
    return {
      after: { controlPlaneScalingConfig: { tier: after } },
      params: { PreviousTier: before, UpdatedTier: after },
    };
  },
};

const egress: ConfigKind = {
  type: "ControlPlaneEgressUpdate",
  seconds: latency.config,
  asked: ({ resourcesVpcConfig: vpc }) => vpc?.controlPlaneEgressMode !== undefined,
  change: ({ resourcesVpcConfig: vpc }, row) => {
    const after = vpc?.controlPlaneEgressMode ?? "AWS_MANAGED";
    checkEnum(after, egressModes, "resourcesVpcConfig.controlPlaneEgressMode");
    refuseNoChange(`controlPlaneEgressMode: ${after}`, row.resourcesVpcConfig.controlPlaneEgressMode, after);
    return {
      after: { resourcesVpcConfig: { ...row.resourcesVpcConfig, controlPlaneEgressMode: after } },
      params: { ControlPlaneEgressMode: after },
    };
  },
};

/** All kinds; a call may ask for exactly one. */
export const configKinds: readonly ConfigKind[] = [
  endpointAccess,
  network,
  logging,
  access,
  upgradePolicy,
  zonalShift,
  remoteNetwork,
  autoMode,
  deletionProtection,
  scaling,
  egress,
];
