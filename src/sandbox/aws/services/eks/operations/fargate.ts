// Fargate profiles: which pods run on Fargate. Immutable, and one change at a time in a cluster.
import type { DescribeNetworkInterfacesResult } from "@aws-sdk/client-ec2";
import type {
  CreateFargateProfileRequest,
  CreateFargateProfileResponse,
  DeleteFargateProfileRequest,
  DeleteFargateProfileResponse,
  DescribeFargateProfileRequest,
  DescribeFargateProfileResponse,
  FargateProfile,
  FargateProfileSelector,
  ListFargateProfilesRequest,
  ListFargateProfilesResponse,
} from "@aws-sdk/client-eks";
import type { Context, Operation, Sent, TimerDefinition } from "../../../core/index.ts";
import { defineTimer } from "../../../core/index.ts";
import { removeInterfaces } from "../cluster-life.ts";
import { eksOperation } from "../define.ts";
import { invalidParameter, limitExceeded, resourceInUse } from "../errors.ts";
import { latency } from "../latency.ts";
import {
  childKey,
  eksArn,
  observeLeaving,
  page,
  requireCluster,
  requireFargateProfile,
  requireUsableCluster,
  subject,
  asEks,
} from "../lookup.ts";
import { findSubnets, isPublicSubnet } from "../rules/network.ts";
import { checkServiceRole } from "../rules/roles.ts";
import { checkName, checkTags } from "../rules/text.ts";
import type { ClusterRow, FargateProfileRow } from "../state.ts";
import { clusters, fargateInterfaceTags, fargateProfiles, nodegroups } from "../state.ts";
import { isRepeated, tokenOf } from "../tokens.ts";
import { addNodeEntry, removeNodeEntry } from "./access-entries.ts";

function profileOf(row: Readonly<FargateProfileRow>): FargateProfile {
  const { token: _, createdAt, ...shown } = row;
  return { ...shown, createdAt: new Date(createdAt) };
}

function checkSelectors(selectors: readonly FargateProfileSelector[] | undefined): FargateProfileSelector[] {
  if (!selectors || selectors.length === 0) throw invalidParameter("Fargate Profile requires at least one selector.");
  if (selectors.length > 5) throw invalidParameter("Fargate Profile cannot have more than 5 selectors.");
  for (const { namespace, labels } of selectors) {
    if (!namespace)
      throw invalidParameter("Fargate Profile must have at least one selector with at least one namespace value.");
    if (Object.keys(labels ?? {}).length > 5)
      throw invalidParameter("Request contains Selector with more than 5 Label pairs");
  }
  return selectors.map(({ namespace, labels }) => ({ namespace, ...(labels ? { labels: { ...labels } } : {}) }));
}

function checkSubnets(ctx: Context, ids: readonly string[], cluster: Readonly<ClusterRow>): string[] {
  const subnets = findSubnets(ctx, ids);
  for (const subnet of subnets) {
    if (subnet.VpcId !== cluster.resourcesVpcConfig.vpcId)
      throw invalidParameter(
        `Subnet ${subnet.SubnetId} does not belong to the cluster's VPC ${cluster.resourcesVpcConfig.vpcId}`,
      );
    if (isPublicSubnet(ctx, subnet))
      throw invalidParameter(`Subnet ${subnet.SubnetId} provided in Fargate Profile is not a private subnet`);
  }
  return [...ids];
}

/** The cluster's subnets that are private, for a profile that names none. */
function privateSubnets(ctx: Context, cluster: Readonly<ClusterRow>): string[] {
  const found = findSubnets(ctx, cluster.resourcesVpcConfig.subnetIds).filter((subnet) => !isPublicSubnet(ctx, subnet));
  if (found.length === 0) throw invalidParameter("Fargate Profile requires at least one private subnet");
  return found.map((subnet) => subnet.SubnetId ?? "");
}

/** Strictly one profile may be on its way in or out. */
function refuseSecondChange(ctx: Context, cluster: string, name: string, verb: string): void {
  const busy = ctx
    .table(fargateProfiles)
    .by("cluster", cluster)
    .find((row) => row.fargateProfileName !== name && (row.status === "CREATING" || row.status === "DELETING"));
  if (busy)
    throw resourceInUse(
      `Cannot ${verb} Fargate Profile ${name} because cluster ${cluster} currently has Fargate profile ` +
        `${busy.fargateProfileName} in status ${busy.status}`,
      { clusterName: cluster },
    );
}

interface Profile {
  cluster: string;
  name: string;
}

export const profileReady: TimerDefinition<Profile & { failure?: string }> = defineTimer<
  Profile & { failure?: string }
>("eks/fargate-ready", ({ cluster, name, failure }, ctx) => {
  const key = childKey(cluster, name);
  const row = ctx.table(fargateProfiles).get(key);
  const owner = ctx.table(clusters).get(cluster);
  if (row?.status !== "CREATING" || !owner) return;
  if (failure !== undefined) {
    const issue = { code: "InternalFailure" as const, message: failure, resourceIds: [] };
    ctx.table(fargateProfiles).update(key, { status: "CREATE_FAILED", health: { issues: [issue] } });
    return;
  }
  ctx.table(fargateProfiles).update(key, { status: "ACTIVE" });
});

/** EKS deletes a profile's pods before the profile: nothing of them stays in the subnets. */
function removePodInterfaces(ctx: Context, cluster: string, profile: string): void {
  const { NetworkInterfaces = [] } = asEks(ctx).call<DescribeNetworkInterfacesResult>(
    "ec2",
    "DescribeNetworkInterfaces",
    {
      Filters: [
        { Name: `tag:${fargateInterfaceTags.cluster}`, Values: [cluster] },
        { Name: `tag:${fargateInterfaceTags.profile}`, Values: [profile] },
      ],
    },
  );
  removeInterfaces(
    ctx,
    NetworkInterfaces.map(({ NetworkInterfaceId = "" }) => NetworkInterfaceId),
  );
}

export const profileGone: TimerDefinition<Profile> = defineTimer<Profile>(
  "eks/fargate-gone",
  ({ cluster, name }, ctx) => {
    const key = childKey(cluster, name);
    const row = ctx.table(fargateProfiles).get(key);
    if (row?.status !== "DELETING") return;
    ctx.table(fargateProfiles).delete(key);
    removePodInterfaces(ctx, cluster, name);
    const role = row.podExecutionRoleArn;
    const used =
      ctx
        .table(fargateProfiles)
        .by("cluster", cluster)
        .some((other) => other.podExecutionRoleArn === role) ||
      ctx
        .table(nodegroups)
        .by("cluster", cluster)
        .some((group) => group.nodeRole === role);
    if (!used) removeNodeEntry(ctx, cluster, role);
  },
);

function create(input: Sent<CreateFargateProfileRequest>, ctx: Context): CreateFargateProfileResponse {
  const { clusterName, fargateProfileName: name, podExecutionRoleArn } = input;
  const key = childKey(clusterName, name);
  requireCluster(ctx, clusterName);
  const existing = ctx.table(fargateProfiles).get(key);
  if (existing && isRepeated(existing, input)) return { fargateProfile: profileOf(existing) };
  const cluster = requireUsableCluster(ctx, clusterName);
  if (existing)
    throw resourceInUse("A Fargate Profile already exists with this name in this cluster.", { clusterName });
  checkName(name, "Fargate Profile", 63);
  // AWS keeps these prefixes for itself (user guide, "Define which Pods use Fargate").
  if (name.startsWith("eks-")) throw invalidParameter("The Fargate profile name can't start with eks-");
  checkTags(input.tags);
  const selectors = checkSelectors(input.selectors);
  refuseSecondChange(ctx, clusterName, name, "create");
  const profileQuota = ctx.quota("fargateProfilesPerCluster");
  if (ctx.table(fargateProfiles).by("cluster", clusterName).length >= profileQuota)
    throw limitExceeded(`Cluster ${clusterName} has reached the maximum of ${profileQuota} Fargate profiles`, {
      clusterName,
    });
  checkServiceRole(ctx, podExecutionRoleArn, "eks-fargate-pods.amazonaws.com", "podExecutionRoleArn");
  const subnets = input.subnets?.length ? checkSubnets(ctx, input.subnets, cluster) : privateSubnets(ctx, cluster);
  const row = ctx.table(fargateProfiles).put(key, {
    fargateProfileName: name,
    fargateProfileArn: eksArn(ctx, `fargateprofile/${clusterName}/${name}/${ctx.ids.uuid()}`),
    clusterName,
    createdAt: ctx.now(),
    podExecutionRoleArn,
    subnets,
    selectors,
    status: "CREATING",
    tags: { ...input.tags },
    health: { issues: [] },
    ...tokenOf(input),
  });
  addNodeEntry(ctx, cluster, podExecutionRoleArn, "FARGATE_LINUX");
  const facts = { service: "eks", resource: "fargateprofile", cluster: clusterName, name };
  const fault = ctx.fault("failAt", facts);
  if (!ctx.fault("stuck", facts)) {
    const payload = { cluster: clusterName, name, ...(fault ? { failure: fault.message ?? "Internal failure" } : {}) };
    ctx.schedule(
      profileReady,
      fault?.seconds ?? latency.fargate,
      subject("fargateprofile", clusterName, name),
      payload,
    );
  }
  return { fargateProfile: profileOf(row) };
}

function remove(input: Sent<DeleteFargateProfileRequest>, ctx: Context): DeleteFargateProfileResponse {
  const { clusterName, fargateProfileName: name } = input;
  const row = requireFargateProfile(ctx, clusterName, name);
  if (row.status === "DELETING") return { fargateProfile: profileOf(row) };
  refuseSecondChange(ctx, clusterName, name, "delete");
  if (row.status === "CREATING")
    throw resourceInUse(`Cannot delete Fargate Profile ${name} because it is in status CREATING`, { clusterName });
  const deleting = ctx.table(fargateProfiles).update(childKey(clusterName, name), { status: "DELETING" });
  ctx.schedule(profileGone, latency.fargateDelete, subject("fargateprofile", clusterName, name), {
    cluster: clusterName,
    name,
  });
  return { fargateProfile: profileOf(deleting) };
}

export const fargateOperations: Readonly<Record<string, Operation>> = {
  CreateFargateProfile: eksOperation<CreateFargateProfileRequest, CreateFargateProfileResponse>(
    "CreateFargateProfile",
    {
      on: "cluster",
      makes: "fargateprofile",
      run: create,
      passes: (input) => [input.podExecutionRoleArn],
    },
  ),
  DescribeFargateProfile: eksOperation<DescribeFargateProfileRequest, DescribeFargateProfileResponse>(
    "DescribeFargateProfile",
    {
      on: "fargateprofile",
      waiter: true,
      run: ({ clusterName, fargateProfileName }, ctx) => {
        ctx.observe(subject("fargateprofile", clusterName, fargateProfileName));
        return { fargateProfile: profileOf(requireFargateProfile(ctx, clusterName, fargateProfileName)) };
      },
    },
  ),
  ListFargateProfiles: eksOperation<ListFargateProfilesRequest, ListFargateProfilesResponse>("ListFargateProfiles", {
    on: "cluster",
    run: (input, ctx) => {
      requireCluster(ctx, input.clusterName);
      const own = (): readonly Readonly<FargateProfileRow>[] =>
        ctx.table(fargateProfiles).by("cluster", input.clusterName);
      const leaving = own().map((row) => ({ name: [input.clusterName, row.fargateProfileName], status: row.status }));
      observeLeaving(ctx, "fargateprofile", leaving);
      const names = own().map((row) => row.fargateProfileName);
      const { items, nextToken } = page(names.toSorted(), input, "ListFargateProfiles");
      return { fargateProfileNames: items, ...(nextToken === undefined ? {} : { nextToken }) };
    },
  }),
  DeleteFargateProfile: eksOperation<DeleteFargateProfileRequest, DeleteFargateProfileResponse>(
    "DeleteFargateProfile",
    {
      on: "fargateprofile",
      run: remove,
    },
  ),
};
