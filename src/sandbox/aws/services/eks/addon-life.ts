// What happens to add-ons in time. Add-ons that are Deployments wait for nodes: without any they become DEGRADED.
import type { DescribeInstancesResult } from "@aws-sdk/client-ec2";
import type { AddonIssue } from "@aws-sdk/client-eks";
import type { Context, TimerDefinition } from "../../core/index.ts";
import { defineTimer } from "../../core/index.ts";
import { latency } from "./latency.ts";
import { asEks, childKey, subject } from "./lookup.ts";
import type { AddonRow } from "./state.ts";
import { addonTable, clusters, fargateProfiles, nodegroups, podIdentities } from "./state.ts";
import { endUpdate } from "./updates.ts";

interface AddonName {
  cluster: string;
  name: string;
}

/** DaemonSets are in place with no node at all; everything else needs replicas to run. */
const daemonSets = [
  "vpc-cni",
  "kube-proxy",
  "eks-pod-identity-agent",
  "aws-guardduty-agent",
  "eks-node-monitoring-agent",
  "aws-network-flow-monitoring-agent",
  "aws-secrets-store-csi-driver-provider",
  "prometheus-node-exporter",
];

function hasManagedNodes(ctx: Context, cluster: string): boolean {
  return ctx
    .table(nodegroups)
    .by("cluster", cluster)
    .some(
      (group) =>
        ["ACTIVE", "UPDATING", "DEGRADED"].includes(group.status) && (group.scalingConfig.desiredSize ?? 0) > 0,
    );
}

/** Self-managed nodes: instances tagged as the cluster's. */
function hasOwnNodes(ctx: Context, cluster: string): boolean {
  const { Reservations = [] } = asEks(ctx).call<DescribeInstancesResult>("ec2", "DescribeInstances", {
    Filters: [
      { Name: `tag:kubernetes.io/cluster/${cluster}`, Values: ["owned", "shared"] },
      { Name: "instance-state-name", Values: ["running"] },
    ],
  });
  return Reservations.length > 0;
}

/** Pods of the add-on fit a Fargate profile. CoreDNS must also have been told to run there. */
function runsOnFargate(ctx: Context, row: Readonly<AddonRow>): boolean {
  if (row.addonName === "coredns" && !/"computeType"\s*:\s*"fargate"/i.test(row.configurationValues ?? ""))
    return false;
  return ctx
    .table(fargateProfiles)
    .by("cluster", row.clusterName)
    .some(
      (profile) =>
        profile.status === "ACTIVE" &&
        profile.selectors.some(({ namespace = "" }) => matches(namespace, "kube-system")),
    );
}

function matches(pattern: string, namespace: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(namespace);
}

/** True when the add-on's pods have somewhere to run. */
function addonRuns(ctx: Context, row: Readonly<AddonRow>): boolean {
  if (daemonSets.includes(row.addonName)) return true;
  if (ctx.table(clusters).get(row.clusterName)?.computeConfig?.enabled) return true;
  return hasManagedNodes(ctx, row.clusterName) || runsOnFargate(ctx, row) || hasOwnNodes(ctx, row.clusterName);
}

const starved: AddonIssue = {
  code: "InsufficientNumberOfReplicas",
  message: "The add-on is unhealthy because it doesn't have the desired number of replicas.",
  resourceIds: [],
};

export const addonSettled: TimerDefinition<AddonName & { since: number; failure?: string; updateId?: string }> =
  defineTimer<AddonName & { since: number; failure?: string; updateId?: string }>("eks/addon-settled", (which, ctx) => {
    const key = childKey(which.cluster, which.name);
    const row = ctx.table(addonTable).get(key);
    if (row?.status !== "CREATING" && row?.status !== "UPDATING") return;
    const finish = (status: NonNullable<AddonRow["status"]>, issue?: AddonIssue): void => {
      ctx.table(addonTable).update(key, { status, modifiedAt: ctx.now(), health: { issues: issue ? [issue] : [] } });
      if (which.updateId === undefined) return;
      const failed = status === "UPDATE_FAILED";
      const error = { errorCode: "ConfigurationConflict" as const, errorMessage: which.failure ?? "", resourceIds: [] };
      endUpdate(ctx, which.cluster, which.updateId, failed ? [error] : []);
    };
    if (which.failure !== undefined) {
      const issue = { code: "ConfigurationConflict" as const, message: which.failure, resourceIds: [] };
      return finish(row.status === "CREATING" ? "CREATE_FAILED" : "UPDATE_FAILED", issue);
    }
    if (addonRuns(ctx, row)) return finish("ACTIVE");
    if (ctx.now() - which.since >= latency.addonPatience * 1000) return finish("DEGRADED", starved);
    ctx.schedule(addonSettled, latency.addonRecheck, subject("addon", which.cluster, which.name), which);
  });

/** What the running cluster says of the add-on's objects. */
function livingIssue(ctx: Context, row: Readonly<AddonRow>): Readonly<AddonRow> | undefined {
  const { account, region } = ctx;
  const found = ctx.kubernetes?.addonIssue?.({ account, region, name: row.clusterName }, row.addonName);
  if (!found || !["ACTIVE", "DEGRADED"].includes(row.status)) return undefined;
  const { code, message, failed } = found;
  const status = failed === "create" ? "CREATE_FAILED" : failed === "update" ? "UPDATE_FAILED" : "DEGRADED";
  const key = childKey(row.clusterName, row.addonName);
  return ctx.table(addonTable).update(key, { status, health: { issues: [{ code, message, resourceIds: [] }] } });
}

/** Nodes that have come or gone since: an add-on that starved recovers by itself. */
export function reviewAddon(ctx: Context, row: Readonly<AddonRow>): Readonly<AddonRow> {
  const living = livingIssue(ctx, row);
  if (living) return living;
  if (row.status !== "DEGRADED" || row.health?.issues?.[0]?.code !== starved.code || !addonRuns(ctx, row)) return row;
  return ctx
    .table(addonTable)
    .update(childKey(row.clusterName, row.addonName), { status: "ACTIVE", health: { issues: [] } });
}

export const addonGone: TimerDefinition<AddonName> = defineTimer<AddonName>(
  "eks/addon-gone",
  ({ cluster, name }, ctx) => {
    const key = childKey(cluster, name);
    const row = ctx.table(addonTable).get(key);
    if (row?.status !== "DELETING") return;
    for (const [id, association] of ctx.table(podIdentities).entries()) {
      if (association.ownerArn === row.addonArn) ctx.table(podIdentities).delete(id);
    }
    ctx.table(addonTable).delete(key);
  },
);
