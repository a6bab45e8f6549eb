// What happens to a cluster in time: its network, then its endpoint; and its end.
import type { CreateNetworkInterfaceResult, CreateSecurityGroupResult } from "@aws-sdk/client-ec2";
import type { ClusterIssueCode } from "@aws-sdk/client-eks";
import type { Context, TimerDefinition } from "../../core/index.ts";
import { AwsError, defineTimer } from "../../core/index.ts";
import { authority } from "./certificate.ts";
import { causeOf } from "./errors.ts";
import { latency } from "./latency.ts";
import { asEks, subject } from "./lookup.ts";
import { ensureLogGroup } from "./log-group.ts";
import { addNodeEntry } from "./operations/access-entries.ts";
import { findSubnets } from "./rules/network.ts";
import type { ClusterRow } from "./state.ts";
import {
  accessEntries,
  addonTable,
  authorities,
  capabilities,
  clusters,
  identityProviders,
  oidcKeys,
  podIdentities,
  updates,
} from "./state.ts";
import { forgetSupport, watchSupport } from "./support-life.ts";

interface Named {
  name: string;
}

const issueCodes: readonly [prefix: string, code: ClusterIssueCode][] = [
  ["InvalidSubnet", "Ec2SubnetNotFound"],
  ["InvalidGroup", "Ec2SecurityGroupNotFound"],
  ["InvalidVpc", "VpcNotFound"],
  ["InsufficientFreeAddresses", "InsufficientFreeAddresses"],
  ["UnauthorizedOperation", "AccessDenied"],
];

/** Runs a step of AWS's own; when EC2 refuses it the cluster fails with what EC2 said. */
function orFail(ctx: Context, name: string, step: () => void): boolean {
  try {
    step();
    return true;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const cause = causeOf(error);
    const code = issueCodes.find(([prefix]) => cause.startsWith(prefix))?.[1] ?? "Other";
    ctx
      .table(clusters)
      .update(name, { status: "FAILED", health: { issues: [{ code, message: error.message, resourceIds: [] }] } });
    return false;
  }
}

/** Tags everything EKS makes in the account for a cluster. */
function clusterTags(name: string): { Key: string; Value: string }[] {
  return [
    { Key: `kubernetes.io/cluster/${name}`, Value: "owned" },
    { Key: "aws:eks:cluster-name", Value: name },
  ];
}

function makeSecurityGroup(ctx: Context, row: Readonly<ClusterRow>): string {
  const eks = asEks(ctx);
  const groupName = `eks-cluster-sg-${row.name}-${Math.floor(ctx.ids.random.next() * 2_000_000_000)}`;
  const { GroupId = "" } = eks.call<CreateSecurityGroupResult>("ec2", "CreateSecurityGroup", {
    GroupName: groupName,
    Description:
      "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads.",
    VpcId: row.resourcesVpcConfig.vpcId,
    TagSpecifications: [
      { ResourceType: "security-group", Tags: [{ Key: "Name", Value: groupName }, ...clusterTags(row.name)] },
    ],
  });
  eks.call("ec2", "AuthorizeSecurityGroupIngress", {
    GroupId,
    IpPermissions: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId }] }],
  });
  return GroupId;
}

/** Two interfaces of the control plane, in two zones. */
export function makeInterfaces(
  ctx: Context,
  row: Readonly<ClusterRow>,
  subnetIds: readonly string[],
  clusterGroup: string,
): string[] {
  const zones = new Map<string, string>();
  for (const subnet of findSubnets(ctx, subnetIds)) {
    const zone = subnet.AvailabilityZone ?? "";
    if (!zones.has(zone)) zones.set(zone, subnet.SubnetId ?? "");
  }
  return [...zones.values()].slice(0, 2).map((SubnetId) => {
    const { NetworkInterface } = asEks(ctx).call<CreateNetworkInterfaceResult>("ec2", "CreateNetworkInterface", {
      SubnetId,
      Description: `Amazon EKS ${row.name}`,
      Groups: [...new Set([clusterGroup, ...(row.resourcesVpcConfig.securityGroupIds ?? [])])],
      TagSpecifications: [{ ResourceType: "network-interface", Tags: clusterTags(row.name) }],
    });
    return NetworkInterface?.NetworkInterfaceId ?? "";
  });
}

/** Takes the control plane's interfaces away. */
export function removeInterfaces(ctx: Context, ids: readonly string[]): void {
  for (const NetworkInterfaceId of ids) {
    forgiving(() => asEks(ctx).call("ec2", "DeleteNetworkInterface", { NetworkInterfaceId }));
  }
}

/** What someone has already deleted, or still holds, is no reason to stop: the rest goes with the cluster. */
function forgiving(step: () => unknown): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
}

export const networkMade: TimerDefinition<Named> = defineTimer<Named>("eks/cluster-network", ({ name }, ctx) => {
  const row = ctx.table(clusters).get(name);
  if (row?.status !== "CREATING") return;
  const done = orFail(ctx, name, () => {
    const clusterSecurityGroupId = makeSecurityGroup(ctx, row);
    const { subnetIds } = row.resourcesVpcConfig;
    const networkInterfaceIds = makeInterfaces(ctx, row, subnetIds, clusterSecurityGroupId);
    ctx.table(clusters).update(name, (before) => ({
      ...before,
      resourcesVpcConfig: { ...before.resourcesVpcConfig, clusterSecurityGroupId },
      hidden: { ...before.hidden, networkInterfaceIds },
    }));
  });
  if (!done) return;
  const facts = { service: "eks", resource: "cluster", name };
  if (ctx.fault("stuck", facts)) return;
  const fault = ctx.fault("failAt", facts);
  if (fault)
    ctx.schedule(creationFailed, fault.seconds ?? 120, subject("cluster", name), {
      name,
      message: fault.message ?? "",
    });
  else ctx.schedule(clusterReady, latency.cluster - latency.clusterNetwork, subject("cluster", name), { name });
});

export const creationFailed: TimerDefinition<Named & { message: string }> = defineTimer<Named & { message: string }>(
  "eks/cluster-failed",
  ({ name, message }, ctx) => {
    if (ctx.table(clusters).get(name)?.status !== "CREATING") return;
    const issue = { code: "InternalFailure" as const, message: message || "Internal failure", resourceIds: [] };
    ctx.table(clusters).update(name, { status: "FAILED", health: { issues: [issue] } });
  },
);

/** The API server's own address where there is one; else as EKS names it: `https://…gr7.eu-central-1.eks.amazonaws.com`; clusters of the IPv6 family have the dual-stack name. */
function endpointOf(ctx: Context, row: Readonly<ClusterRow>): string {
  const own = ctx.kubernetes?.endpoint({ account: ctx.account, region: ctx.region, name: row.name });
  if (own) return own;
  const { endpointId, endpointShard } = row.hidden;
  const china = ctx.partition === "aws-cn" ? ".cn" : "";
  if (row.kubernetesNetworkConfig?.ipFamily === "ipv6")
    return `https://${endpointId}.${endpointShard}.eks-cluster.${ctx.region}.api${china ? ".amazonwebservices.com.cn" : ".aws"}`;
  return `https://${endpointId}.${endpointShard}.${ctx.region}.eks.amazonaws.com${china}`;
}

export const clusterReady: TimerDefinition<Named> = defineTimer<Named>("eks/cluster-ready", ({ name }, ctx) => {
  const row = ctx.table(clusters).get(name);
  if (row?.status !== "CREATING") return;
  const china = ctx.partition === "aws-cn" ? ".cn" : "";
  ctx.table(clusters).update(name, {
    status: "ACTIVE",
    endpoint: endpointOf(ctx, row),
    certificateAuthority: { data: Buffer.from(authority(ctx, name).certificate).toString("base64") },
    identity: { oidc: { issuer: `https://oidc.eks.${ctx.region}.amazonaws.com${china}/id/${row.hidden.issuerId}` } },
  });
  watchSupport(ctx, name);
  if (row.logTypes.length > 0) ensureLogGroup(ctx, row);
  if (row.computeConfig?.nodeRoleArn) addNodeEntry(ctx, row, row.computeConfig.nodeRoleArn, "EC2");
});

export const clusterGone: TimerDefinition<Named> = defineTimer<Named>("eks/cluster-gone", ({ name }, ctx) => {
  const row = ctx.table(clusters).get(name);
  if (row?.status !== "DELETING") return;
  forgetSupport(ctx, row);
  removeInterfaces(ctx, row.hidden.networkInterfaceIds);
  const group = row.resourcesVpcConfig.clusterSecurityGroupId;
  // AWS leaves the group behind when something still uses it: then the VPC can't be deleted, as in real life.
  if (group) forgiving(() => asEks(ctx).call("ec2", "DeleteSecurityGroup", { GroupId: group }));
  for (const table of [addonTable, accessEntries, podIdentities, identityProviders, capabilities] as const) {
    for (const [key, child] of ctx.table<{ clusterName: string }>(table as never).entries()) {
      if (child.clusterName === name) ctx.table<{ clusterName: string }>(table as never).delete(key);
    }
  }
  for (const update of ctx.table(updates).by("cluster", name)) ctx.table(updates).delete(`${name}/${update.id}`);
  ctx.table(authorities).delete(name);
  ctx.table(oidcKeys).delete(name);
  ctx.table(clusters).delete(name);
});
