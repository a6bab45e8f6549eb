// Clusters: create, describe, list, delete; and clusters from elsewhere that are only registered.
import type {
  Cluster,
  CreateClusterRequest,
  CreateClusterResponse,
  DeleteClusterRequest,
  DeleteClusterResponse,
  DeregisterClusterRequest,
  DeregisterClusterResponse,
  DescribeClusterRequest,
  DescribeClusterResponse,
  ListClustersRequest,
  ListClustersResponse,
  RegisterClusterRequest,
  RegisterClusterResponse,
} from "@aws-sdk/client-eks";
import { eksVersion } from "../../../../../facts/index.ts";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import { lasting } from "../../../core/index.ts";
import { clusterGone, networkMade } from "../cluster-life.ts";
import type { EksOperation } from "../define.ts";
import { eksOperation } from "../define.ts";
import { invalidRequest, notFound, resourceInUse } from "../errors.ts";
import { latency } from "../latency.ts";
import { callerEntity, eksArn, observeLeaving, page, requireCluster, subject } from "../lookup.ts";
import { checkNewCluster, loggingAfter, loggingOf } from "../rules/cluster.ts";
import { checkEnum, checkName, checkTags } from "../rules/text.ts";
import { refuseSecondUpdate } from "../updates.ts";
import type { ClusterRow } from "../state.ts";
import { clusters, fargateProfiles, nodegroups } from "../state.ts";
import { addCreatorEntry } from "./access-entries.ts";

/** A cluster as the API shows it. */
const clusterOf: (row: Readonly<ClusterRow>) => Cluster = lasting((row: Readonly<ClusterRow>): Cluster => {
  const { hidden: _, logTypes, connector, createdAt, modifiedAt: __, ...shown } = row;
  return {
    ...shown,
    createdAt: new Date(createdAt),
    ...(connector
      ? { connectorConfig: { ...connector, activationExpiry: new Date(connector.activationExpiry) } }
      : { logging: loggingOf(logTypes) }),
  };
});

function createCluster(input: Sent<CreateClusterRequest>, ctx: Context): CreateClusterResponse {
  const existing = ctx.table(clusters).get(input.name);
  if (existing && input.clientRequestToken !== undefined && existing.clientRequestToken === input.clientRequestToken)
    return { cluster: clusterOf(existing) };
  const checked = checkNewCluster(input, ctx);
  const { autoMode, resourcesVpcConfig, kubernetesNetworkConfig, version } = checked;
  const creatorArn = callerEntity(ctx.principal);
  const authenticationMode = input.accessConfig?.authenticationMode ?? "CONFIG_MAP";
  const bootstrap = input.accessConfig?.bootstrapClusterCreatorAdminPermissions ?? true;
  const row = ctx.table(clusters).put(input.name, {
    name: input.name,
    arn: eksArn(ctx, `cluster/${input.name}`),
    createdAt: ctx.now(),
    status: "CREATING",
    version,
    platformVersion: eksVersion(version)?.platform ?? "eks.1",
    roleArn: input.roleArn,
    resourcesVpcConfig,
    kubernetesNetworkConfig,
    logTypes: loggingAfter([], input.logging),
    tags: { ...input.tags },
    ...(input.encryptionConfig?.length ? { encryptionConfig: [...input.encryptionConfig] } : {}),
    health: { issues: [] },
    accessConfig: { authenticationMode, bootstrapClusterCreatorAdminPermissions: bootstrap },
    upgradePolicy: { supportType: input.upgradePolicy?.supportType ?? "EXTENDED" },
    zonalShiftConfig: { enabled: input.zonalShiftConfig?.enabled ?? false },
    deletionProtection: input.deletionProtection ?? false,
    controlPlaneScalingConfig: { tier: input.controlPlaneScalingConfig?.tier ?? "standard" },
    ...optional(input, autoMode),
    ...(input.clientRequestToken === undefined ? {} : { clientRequestToken: input.clientRequestToken }),
    hidden: {
      endpointId: ctx.ids.hex(32).toUpperCase(),
      endpointShard: ["gr7", "sk1", "yl4"][Math.floor(ctx.ids.random.next() * 3)] ?? "gr7",
      issuerId: ctx.ids.hex(32).toUpperCase(),
      creatorArn,
      networkInterfaceIds: [],
      selfManagedAddons: input.bootstrapSelfManagedAddons ?? true,
    },
  });
  if (authenticationMode !== "CONFIG_MAP" && bootstrap) addCreatorEntry(ctx, row);
  ctx.schedule(networkMade, latency.clusterNetwork, subject("cluster", input.name), { name: input.name });
  return { cluster: clusterOf(row) };
}

/** Members that are only there when they were asked for. */
function optional(input: Sent<CreateClusterRequest>, autoMode: boolean): Partial<ClusterRow> {
  const { computeConfig, remoteNetworkConfig, kubeApiServerConfig, kubeSchedulerConfig, kubeControllerManagerConfig } =
    input;
  return {
    computeConfig: {
      enabled: autoMode,
      ...(autoMode ? { nodePools: computeConfig?.nodePools ?? [] } : {}),
      ...(computeConfig?.nodeRoleArn ? { nodeRoleArn: computeConfig.nodeRoleArn } : {}),
    },
    storageConfig: { blockStorage: { enabled: autoMode } },
    ...(remoteNetworkConfig ? { remoteNetworkConfig } : {}),
    ...(kubeApiServerConfig ? { kubeApiServerConfig } : {}),
    ...(kubeSchedulerConfig ? { kubeSchedulerConfig } : {}),
    ...(kubeControllerManagerConfig ? { kubeControllerManagerConfig } : {}),
  };
}

function deleteCluster({ name }: Sent<DeleteClusterRequest>, ctx: Context): DeleteClusterResponse {
  const row = requireCluster(ctx, name);
  const about = { clusterName: name };
  if (row.status === "DELETING") return { cluster: clusterOf(row) };
  if (row.connector) throw invalidRequest(`Cluster ${name} is a registered cluster: use DeregisterCluster`, about);
  if (row.deletionProtection)
    throw invalidRequest(
      `Cluster ${name} has deletion protection enabled. Disable it before you delete the cluster`,
      about,
    );
  if (ctx.table(nodegroups).by("cluster", name).length > 0)
    throw resourceInUse("Cluster has nodegroups attached", about);
  if (ctx.table(fargateProfiles).by("cluster", name).length > 0)
    throw resourceInUse("Cluster has Fargate profiles attached", about);
  if (row.status === "CREATING")
    throw resourceInUse(`Cluster ${name} cannot be deleted because it is in status CREATING`, about);
  refuseSecondUpdate(ctx, name, "DeleteCluster");
  const deleting = ctx.table(clusters).update(name, { status: "DELETING" });
  ctx.schedule(clusterGone, latency.clusterDelete, subject("cluster", name), { name });
  return { cluster: clusterOf(deleting) };
}

function registerCluster(input: Sent<RegisterClusterRequest>, ctx: Context): RegisterClusterResponse {
  checkName(input.name, "Cluster", 100);
  checkTags(input.tags);
  checkEnum(
    input.connectorConfig.provider,
    ["EKS_ANYWHERE", "ANTHOS", "GKE", "AKS", "OPENSHIFT", "TANZU", "RANCHER", "EC2", "OTHER"],
    "connectorConfig.provider",
  );
  if (ctx.table(clusters).has(input.name))
    throw resourceInUse(`Cluster already exists with name: ${input.name}`, { clusterName: input.name });
  const { provider = "OTHER", roleArn = "" } = input.connectorConfig;
  const row = ctx.table(clusters).put(input.name, {
    name: input.name,
    arn: eksArn(ctx, `cluster/${input.name}`),
    createdAt: ctx.now(),
    status: "PENDING",
    tags: { ...input.tags },
    version: "",
    roleArn: "",
    resourcesVpcConfig: { vpcId: "", subnetIds: [] },
    logTypes: [],
    connector: {
      activationId: ctx.ids.uuid(),
      activationCode: ctx.ids.alphanumeric(20),
      activationExpiry: ctx.now() + 3 * 24 * 3600 * 1000,
      provider,
      roleArn,
    },
    hidden: {
      endpointId: "",
      endpointShard: "",
      issuerId: "",
      creatorArn: callerEntity(ctx.principal),
      networkInterfaceIds: [],
      selfManagedAddons: false,
    },
  });
  return { cluster: registeredOf(row) };
}

/** A registered cluster has none of the members of a control plane. */
function registeredOf(row: Readonly<ClusterRow>): Cluster {
  const { name, arn, createdAt, status, tags, connectorConfig } = clusterOf(row);
  return { name, arn, createdAt, status, tags, connectorConfig };
}

const describe: EksOperation<DescribeClusterRequest, DescribeClusterResponse> = {
  on: "cluster",
  waiter: true,
  run: ({ name }, ctx) => {
    ctx.observe(subject("cluster", name));
    const row = requireCluster(ctx, name);
    return { cluster: row.connector ? registeredOf(row) : clusterOf(row) };
  },
};

const list: EksOperation<ListClustersRequest, ListClustersResponse> = {
  on: "any",
  run: (input, ctx) => {
    const all = (input.include ?? []).includes("all");
    const shown = (): readonly Readonly<ClusterRow>[] => ctx.table(clusters).list((row) => all || !row.connector);
    const leaving = shown().map(({ name, status }) => ({ name: [name], status }));
    observeLeaving(ctx, "cluster", leaving);
    const names = shown().map((row) => row.name);
    const { items, nextToken } = page(names.toSorted(), input, "ListClusters");
    return { clusters: items, ...(nextToken === undefined ? {} : { nextToken }) };
  },
};

const deregister: EksOperation<DeregisterClusterRequest, DeregisterClusterResponse> = {
  on: "cluster",
  run: ({ name }, ctx) => {
    const row = ctx.table(clusters).get(name);
    if (!row?.connector) throw notFound(`No registered cluster found for name: ${name}.`, { clusterName: name });
    ctx.table(clusters).delete(name);
    return { cluster: { ...registeredOf(row), status: "DELETING" } };
  },
};

export const clusterOperations: Readonly<Record<string, Operation>> = {
  CreateCluster: eksOperation<CreateClusterRequest, CreateClusterResponse>("CreateCluster", {
    on: "cluster",
    makes: "cluster",
    run: createCluster,
    passes: (input) => [input.roleArn, input.computeConfig?.nodeRoleArn],
    keys: (input) => (input.encryptionConfig ?? []).map((config) => config.provider?.keyArn),
  }),
  DescribeCluster: eksOperation("DescribeCluster", describe),
  ListClusters: eksOperation("ListClusters", list),
  DeleteCluster: eksOperation<DeleteClusterRequest, DeleteClusterResponse>("DeleteCluster", {
    on: "cluster",
    run: deleteCluster,
  }),
  RegisterCluster: eksOperation<RegisterClusterRequest, RegisterClusterResponse>("RegisterCluster", {
    on: "any",
    makes: "cluster",
    run: registerCluster,
    passes: (input) => [input.connectorConfig.roleArn],
  }),
  DeregisterCluster: eksOperation("DeregisterCluster", deregister),
};
