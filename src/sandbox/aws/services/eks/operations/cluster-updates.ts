// Changes of a cluster that take a while: configuration, encryption, version. One at a time.
import type { DescribeNetworkInterfacesResult } from "@aws-sdk/client-ec2";
import type {
  AssociateEncryptionConfigRequest,
  AssociateEncryptionConfigResponse,
  UpdateClusterConfigRequest,
  UpdateClusterConfigResponse,
  UpdateClusterVersionRequest,
  UpdateClusterVersionResponse,
} from "@aws-sdk/client-eks";
import { eksVersion } from "../../../../../facts/index.ts";
import type { Context, Operation, Sent, TimerDefinition } from "../../../core/index.ts";
import { NotEmulatedError, defineTimer } from "../../../core/index.ts";
import { makeInterfaces, removeInterfaces } from "../cluster-life.ts";
import { eksOperation } from "../define.ts";
import { invalidParameter, invalidRequest } from "../errors.ts";
import { latency } from "../latency.ts";
import { ensureLogGroup } from "../log-group.ts";
import { asEks, requireUsableCluster, requireCluster, subject } from "../lookup.ts";
import { checkEncryption } from "../rules/cluster.ts";
import { configKinds } from "../rules/config-update.ts";
import { checkVersionChange } from "../rules/version-update.ts";
import type { ClusterRow } from "../state.ts";
import { clusters, updates } from "../state.ts";
import { watchSupport } from "../support-life.ts";
import type { UpdateDraft } from "../updates.ts";
import { beginUpdate, endUpdate, refuseSecondUpdate, repeatedUpdate, updateOf, updateParams } from "../updates.ts";
import { addCreatorEntry } from "./access-entries.ts";

interface ChangeDone {
  name: string;
  updateId: string;
  after: Partial<ClusterRow>;
}

/** The update ends: the cluster is what was asked for. */
export const changeDone: TimerDefinition<ChangeDone> = defineTimer<ChangeDone>(
  "eks/cluster-changed",
  ({ name, updateId, after }, ctx) => {
    const before = ctx.table(clusters).get(name);
    if (!before) return;
    const hidden = { ...before.hidden, ...after.hidden };
    const row = ctx.table(clusters).update(name, { ...after, hidden, status: "ACTIVE" });
    endUpdate(ctx, name, updateId);
    if (after.version !== undefined || after.upgradePolicy !== undefined) watchSupport(ctx, name);
    if (after.logTypes?.length) ensureLogGroup(ctx, row);
    const modeWas = before.accessConfig?.authenticationMode;
    if (modeWas === "CONFIG_MAP" && row.accessConfig?.authenticationMode !== "CONFIG_MAP") addCreatorEntry(ctx, row);
    if (after.resourcesVpcConfig && networkMoved(before, row)) moveInterfaces(ctx, row);
  },
);

function networkMoved(before: Readonly<ClusterRow>, after: Readonly<ClusterRow>): boolean {
  const of = ({ resourcesVpcConfig: vpc }: Readonly<ClusterRow>): string =>
    JSON.stringify([vpc.subnetIds, vpc.securityGroupIds]);
  return of(before) !== of(after);
}

/** New subnets or security groups: the control plane's interfaces are made anew. */
function moveInterfaces(ctx: Context, row: Readonly<ClusterRow>): void {
  const { subnetIds, clusterSecurityGroupId = "" } = row.resourcesVpcConfig;
  const { NetworkInterfaces = [] } = asEks(ctx).call<DescribeNetworkInterfacesResult>(
    "ec2",
    "DescribeNetworkInterfaces",
    {
      Filters: [{ Name: "description", Values: [`Amazon EKS ${row.name}`] }],
    },
  );
  const networkInterfaceIds = makeInterfaces(ctx, row, subnetIds, clusterSecurityGroupId);
  removeInterfaces(
    ctx,
    NetworkInterfaces.flatMap((each) => each.NetworkInterfaceId ?? []),
  );
  ctx.table(clusters).update(row.name, { hidden: { ...row.hidden, networkInterfaceIds } });
}

function begin(
  ctx: Context,
  draft: UpdateDraft,
  seconds: number,
  after: Partial<ClusterRow>,
  cancellable = 0,
): UpdateClusterConfigResponse {
  const update = beginUpdate(ctx, draft);
  ctx.table(clusters).update(draft.cluster, { status: "UPDATING" });
  const payload = { name: draft.cluster, updateId: update.id, after };
  const timer = ctx.schedule(changeDone, seconds, subject("cluster", draft.cluster), payload);
  if (cancellable > 0) {
    const cancel = { timer, until: ctx.now() + cancellable * 1000 };
    ctx.table(updates).update(`${draft.cluster}/${update.id}`, { cancel });
  }
  return { update: updateOf(update) };
}

function updateConfig(input: Sent<UpdateClusterConfigRequest>, ctx: Context): UpdateClusterConfigResponse {
  const { name, clientRequestToken: token } = input;
  requireCluster(ctx, name);
  const repeated = repeatedUpdate(ctx, name, "", token);
  if (repeated) return { update: updateOf(repeated) };
  if (input.kubeApiServerConfig ?? input.kubeSchedulerConfig ?? input.kubeControllerManagerConfig)
    throw new NotEmulatedError("eks UpdateClusterConfig of control plane components");
  const kinds = configKinds.filter((kind) => kind.asked(input));
  const [kind, second] = kinds;
  if (!kind) throw invalidParameter("The type for cluster update was not provided.", { clusterName: name });
  if (second) throw invalidParameter("Only one type of update can be allowed.", { clusterName: name });
  refuseSecondUpdate(ctx, name, kind.type);
  const row = requireUsableCluster(ctx, name);
  const { after, params } = kind.change(input, row, ctx);
  return begin(ctx, { cluster: name, type: kind.type, params: updateParams(params), token }, kind.seconds, after);
}

function updateVersion(input: Sent<UpdateClusterVersionRequest>, ctx: Context): UpdateClusterVersionResponse {
  const { name, version, clientRequestToken: token } = input;
  requireCluster(ctx, name);
  const repeated = repeatedUpdate(ctx, name, "", token);
  if (repeated) return { update: updateOf(repeated) };
  refuseSecondUpdate(ctx, name, "VersionUpdate");
  const row = requireUsableCluster(ctx, name);
  const type = checkVersionChange(ctx, row, version, input.force === true);
  const platformVersion = eksVersion(version)?.platform ?? "eks.1";
  const { upgradedFrom: _, ...hidden } = row.hidden;
  // Only an upgrade opens a way back; after a rollback the history starts anew.
  const after: Partial<ClusterRow> = {
    version,
    platformVersion,
    hidden:
      type === "VersionUpdate"
        ? { ...hidden, upgradedFrom: { version: row.version, at: ctx.now() + latency.version * 1000 } }
        : { ...hidden, upgradedFrom: { version: "", at: 0 } },
  };
  const params = updateParams({ Version: version, PlatformVersion: platformVersion });
  const nodesFirst = type === "VersionRollback" && row.computeConfig?.enabled ? latency.autoNodesRollback : 0;
  const draft = { cluster: name, type, params, token };
  return begin(ctx, draft, nodesFirst + latency.version, after, nodesFirst);
}

function associateEncryption(
  input: Sent<AssociateEncryptionConfigRequest>,
  ctx: Context,
): AssociateEncryptionConfigResponse {
  const { clusterName: name, encryptionConfig, clientRequestToken: token } = input;
  requireCluster(ctx, name);
  const repeated = repeatedUpdate(ctx, name, "", token);
  if (repeated) return { update: updateOf(repeated) };
  refuseSecondUpdate(ctx, name, "AssociateEncryptionConfig");
  const row = requireUsableCluster(ctx, name);
  if (row.encryptionConfig?.length)
    throw invalidRequest(`Encryption is already enabled for cluster ${name} and cannot be changed`, {
      clusterName: name,
    });
  if (encryptionConfig.length === 0) throw invalidParameter("encryptionConfig cannot be empty", { clusterName: name });
  checkEncryption(ctx, encryptionConfig);
  const params = updateParams({ EncryptionConfig: encryptionConfig });
  const draft = { cluster: name, type: "AssociateEncryptionConfig", params, token } as const;
  return begin(ctx, draft, latency.encryption, { encryptionConfig });
}

export const clusterUpdateOperations: Readonly<Record<string, Operation>> = {
  UpdateClusterConfig: eksOperation<UpdateClusterConfigRequest, UpdateClusterConfigResponse>("UpdateClusterConfig", {
    on: "cluster",
    run: updateConfig,
    passes: (input) => [input.computeConfig?.nodeRoleArn],
  }),
  UpdateClusterVersion: eksOperation<UpdateClusterVersionRequest, UpdateClusterVersionResponse>(
    "UpdateClusterVersion",
    {
      on: "cluster",
      run: updateVersion,
    },
  ),
  AssociateEncryptionConfig: eksOperation<AssociateEncryptionConfigRequest, AssociateEncryptionConfigResponse>(
    "AssociateEncryptionConfig",
    {
      on: "cluster",
      run: associateEncryption,
      keys: (input) => input.encryptionConfig.map((config) => config.provider?.keyArn),
    },
  ),
};
