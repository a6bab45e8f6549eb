// Managed node groups: create, describe, list, delete.
import type {
  CreateNodegroupRequest,
  CreateNodegroupResponse,
  DeleteNodegroupRequest,
  DeleteNodegroupResponse,
  DescribeNodegroupRequest,
  DescribeNodegroupResponse,
  ListNodegroupsRequest,
  ListNodegroupsResponse,
  Nodegroup,
} from "@aws-sdk/client-eks";
import { minorOf } from "../../../../../facts/index.ts";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import { eksOperation } from "../define.ts";
import { invalidParameter, limitExceeded, resourceInUse } from "../errors.ts";
import { latency } from "../latency.ts";
import {
  childKey,
  eksArn,
  observeLeaving,
  page,
  requireCluster,
  requireNodegroup,
  requireUsableCluster,
  subject,
} from "../lookup.ts";
import { reviewGroup } from "../nodegroup-health.ts";
import { groupDrained, groupLaunched } from "../nodegroup-life.ts";
import { recommendedImage, templateData } from "../nodegroup-parts.ts";
import {
  checkAmiType,
  checkedScaling,
  checkedUpdateConfig,
  checkGroupSubnets,
  checkGroupVersion,
  checkInstanceTypes,
  checkKeyPair,
  checkLabels,
  checkTaints,
  checkTemplate,
} from "../rules/nodegroup.ts";
import { checkRepair, checkWarmPool } from "../rules/nodegroup-options.ts";
import { checkServiceRole } from "../rules/roles.ts";
import { checkEnum, checkName, checkTags } from "../rules/text.ts";
import type { ClusterRow, NodegroupRow } from "../state.ts";
import { nodegroups } from "../state.ts";
import { isRepeated, tokenOf } from "../tokens.ts";

/** A node group as the API shows it. */
function nodegroupOf(row: Readonly<NodegroupRow>): Nodegroup {
  const { hidden: _, token: __, createdAt, modifiedAt, ...shown } = row;
  return { ...shown, createdAt: new Date(createdAt), modifiedAt: new Date(modifiedAt) };
}

interface Image {
  amiType: NonNullable<Nodegroup["amiType"]>;
  releaseVersion?: string;
  templateType?: string;
  launchTemplate?: Nodegroup["launchTemplate"];
  instanceTypes: readonly string[];
}

/** What the nodes run: from the request, the user's launch template, and AWS's defaults. */
function imageOf(input: Sent<CreateNodegroupRequest>, ctx: Context, version: string): Image {
  const template = input.launchTemplate ? templateData(ctx, input.launchTemplate) : undefined;
  if (template) checkTemplate(input, template.data);
  const templateType = template?.data.InstanceType;
  const named = templateType === undefined ? (input.instanceTypes ?? []) : [templateType];
  const custom = template?.data.ImageId !== undefined;
  const standard = minorOf(version) >= 30 ? "AL2023_x86_64_STANDARD" : "AL2_x86_64";
  const amiType = custom ? "CUSTOM" : (input.amiType ?? standard);
  checkAmiType(amiType, version);
  const fallback = amiType.includes("ARM_64") ? "t4g.medium" : "t3.medium";
  const image: Image = {
    amiType,
    instanceTypes: named.length > 0 ? named : [fallback],
    ...(templateType === undefined ? {} : { templateType }),
    ...(template ? { launchTemplate: { id: template.id, name: template.name, version: template.version } } : {}),
  };
  if (custom) return { ...image, releaseVersion: template?.data.ImageId ?? "" };
  const newest = recommendedImage(ctx, amiType, version)?.release ?? "";
  return { ...image, releaseVersion: checkRelease(input.releaseVersion, version, newest) };
}

/** A release of the group's own minor, in the form of its AMI type's releases. */
export function checkRelease(asked: string | undefined, version: string, newest: string): string {
  if (asked === undefined || asked === newest) return newest;
  const form = (release: string): string => release.replaceAll(/\d+/g, "0").replaceAll(/-[0-9a-f]{8}$/g, "");
  const sameMinor = !/^1\.\d+\./.test(newest) || asked.startsWith(`${version}.`);
  if (!sameMinor || form(asked) !== form(newest))
    throw invalidParameter(`Requested release version ${asked} is not valid for kubernetes version ${version}.`);
  return asked;
}

function checkAll(input: Sent<CreateNodegroupRequest>, cluster: Readonly<ClusterRow>, ctx: Context): void {
  checkName(input.nodegroupName, "Nodegroup", 63);
  checkTags(input.tags);
  checkLabels(input.labels);
  checkTaints(input.taints);
  checkRepair(input.nodeRepairConfig);
  checkWarmPool(input.warmPoolConfig);
  checkEnum(input.capacityType, ["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"], "capacityType");
  if (input.diskSize !== undefined && (input.diskSize < 1 || input.diskSize > 16_384))
    throw invalidParameter(`Disk size must be between 1 and 16384 GiB, got ${input.diskSize}`);
  if (input.remoteAccess?.sourceSecurityGroups?.length && !input.remoteAccess.ec2SshKey)
    throw invalidParameter("ec2SshKey must be specified when sourceSecurityGroups are specified in remoteAccess");
  checkServiceRole(ctx, input.nodeRole, "ec2.amazonaws.com", "nodeRole");
  checkGroupSubnets(ctx, input.subnets, cluster);
  // With a launch template it is the remote access that is refused, whatever key it names.
  if (!input.launchTemplate) checkKeyPair(ctx, input.remoteAccess?.ec2SshKey);
}

function create(input: Sent<CreateNodegroupRequest>, ctx: Context): CreateNodegroupResponse {
  const { clusterName, nodegroupName } = input;
  const about = { clusterName, nodegroupName };
  requireCluster(ctx, clusterName);
  const key = childKey(clusterName, nodegroupName);
  const existing = ctx.table(nodegroups).get(key);
  if (existing && isRepeated(existing, input)) return { nodegroup: nodegroupOf(existing) };
  const cluster = requireUsableCluster(ctx, clusterName);
  if (existing)
    throw resourceInUse(`NodeGroup already exists with name ${nodegroupName} and cluster name ${clusterName}`, about);
  const groupQuota = ctx.quota("nodegroupsPerCluster");
  if (ctx.table(nodegroups).by("cluster", clusterName).length >= groupQuota)
    throw limitExceeded(`Cluster ${clusterName} has reached the maximum of ${groupQuota} node groups`, about);
  const scalingConfig = checkedScaling(ctx, input.scalingConfig);
  const updateConfig = checkedUpdateConfig(input.updateConfig);
  const version = checkGroupVersion(input.version, cluster);
  checkAll(input, cluster, ctx);
  const { templateType, ...image } = imageOf(input, ctx, version);
  const architecture = checkInstanceTypes(ctx, image.instanceTypes, image.amiType);
  const uuid = ctx.ids.uuid();
  const windows = image.amiType.startsWith("WINDOWS");
  const row = ctx.table(nodegroups).put(key, {
    nodegroupName,
    nodegroupArn: eksArn(ctx, `nodegroup/${clusterName}/${nodegroupName}/${uuid}`),
    clusterName,
    version,
    releaseVersion: image.releaseVersion ?? "",
    createdAt: ctx.now(),
    modifiedAt: ctx.now(),
    status: "CREATING",
    capacityType: input.capacityType ?? "ON_DEMAND",
    scalingConfig,
    ...(templateType === undefined ? { instanceTypes: [...image.instanceTypes] } : {}),
    subnets: [...input.subnets],
    ...(input.remoteAccess ? { remoteAccess: input.remoteAccess } : {}),
    amiType: image.amiType,
    nodeRole: input.nodeRole,
    ...(input.labels ? { labels: { ...input.labels } } : {}),
    ...(input.taints?.length ? { taints: [...input.taints] } : {}),
    ...(image.launchTemplate
      ? { launchTemplate: image.launchTemplate }
      : { diskSize: input.diskSize ?? (windows ? 50 : 20) }),
    health: { issues: [] },
    updateConfig,
    ...(input.nodeRepairConfig ? { nodeRepairConfig: input.nodeRepairConfig } : {}),
    ...(input.warmPoolConfig ? { warmPoolConfig: input.warmPoolConfig } : {}),
    tags: { ...input.tags },
    ...tokenOf(input),
    hidden: {
      uuid,
      groupName: `eks-${nodegroupName}-${uuid}`,
      architecture,
      ...(templateType === undefined ? {} : { templateType }),
    },
  });
  const which = { cluster: clusterName, name: nodegroupName };
  ctx.schedule(groupLaunched, latency.nodegroupLaunch, subject("nodegroup", clusterName, nodegroupName), which);
  return { nodegroup: nodegroupOf(row) };
}

function remove(input: Sent<DeleteNodegroupRequest>, ctx: Context): DeleteNodegroupResponse {
  const { clusterName, nodegroupName } = input;
  const row = requireNodegroup(ctx, clusterName, nodegroupName);
  if (row.status === "DELETING") return { nodegroup: nodegroupOf(row) };
  if (row.status === "CREATING" || row.status === "UPDATING")
    throw resourceInUse(`Nodegroup ${nodegroupName} cannot be deleted because it is in status ${row.status}`, {
      clusterName,
      nodegroupName,
    });
  const key = childKey(clusterName, nodegroupName);
  const deleting = ctx
    .table(nodegroups)
    .update(key, { status: "DELETING", modifiedAt: ctx.now(), health: { issues: [] } });
  const which = { cluster: clusterName, name: nodegroupName };
  ctx.schedule(groupDrained, latency.nodegroupLaunch, subject("nodegroup", clusterName, nodegroupName), which);
  return { nodegroup: nodegroupOf(deleting) };
}

export const nodegroupOperations: Readonly<Record<string, Operation>> = {
  CreateNodegroup: eksOperation<CreateNodegroupRequest, CreateNodegroupResponse>("CreateNodegroup", {
    on: "cluster",
    makes: "nodegroup",
    run: create,
    passes: (input) => [input.nodeRole],
  }),
  DescribeNodegroup: eksOperation<DescribeNodegroupRequest, DescribeNodegroupResponse>("DescribeNodegroup", {
    on: "nodegroup",
    waiter: true,
    run: ({ clusterName, nodegroupName }, ctx) => {
      ctx.observe(subject("nodegroup", clusterName, nodegroupName));
      return { nodegroup: nodegroupOf(reviewGroup(ctx, requireNodegroup(ctx, clusterName, nodegroupName))) };
    },
  }),
  ListNodegroups: eksOperation<ListNodegroupsRequest, ListNodegroupsResponse>("ListNodegroups", {
    on: "cluster",
    run: (input, ctx) => {
      requireCluster(ctx, input.clusterName);
      const own = (): readonly Readonly<NodegroupRow>[] => ctx.table(nodegroups).by("cluster", input.clusterName);
      const leaving = own().map((row) => ({ name: [input.clusterName, row.nodegroupName], status: row.status }));
      observeLeaving(ctx, "nodegroup", leaving);
      const names = own().map((row) => row.nodegroupName);
      const { items, nextToken } = page(names.toSorted(), input, "ListNodegroups");
      return { nodegroups: items, ...(nextToken === undefined ? {} : { nextToken }) };
    },
  }),
  DeleteNodegroup: eksOperation<DeleteNodegroupRequest, DeleteNodegroupResponse>("DeleteNodegroup", {
    on: "nodegroup",
    run: remove,
  }),
};
