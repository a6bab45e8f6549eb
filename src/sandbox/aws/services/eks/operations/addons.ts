// Add-ons of a cluster. The sandbox has no objects of other field managers, so only injected faults bring conflicts.
import type {
  Addon,
  AddonPodIdentityAssociations,
  CreateAddonRequest,
  CreateAddonResponse,
  DeleteAddonRequest,
  DeleteAddonResponse,
  DescribeAddonRequest,
  DescribeAddonResponse,
  ListAddonsRequest,
  ListAddonsResponse,
  UpdateAddonRequest,
  UpdateAddonResponse,
} from "@aws-sdk/client-eks";
import { addon as addonFacts, addonVersions } from "../../../../../facts/index.ts";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import { addonGone, addonSettled, reviewAddon } from "../addon-life.ts";
import { checkConfiguration } from "../addon-schemas.ts";
import { eksOperation } from "../define.ts";
import { invalidParameter, invalidRequest, resourceInUse } from "../errors.ts";
import { latency } from "../latency.ts";
import {
  childKey,
  eksArn,
  observeLeaving,
  page,
  requireAddon,
  requireCluster,
  requireUsableCluster,
  subject,
} from "../lookup.ts";
import { findRole } from "../rules/roles.ts";
import { checkEnum, checkTags } from "../rules/text.ts";
import type { AddonRow } from "../state.ts";
import { addonTable, podIdentities } from "../state.ts";
import { isRepeated, tokenOf } from "../tokens.ts";
import { beginUpdate, repeatedUpdate, updateOf, updateParams } from "../updates.ts";
import { associate } from "./pod-identity.ts";

function addonOf(row: Readonly<AddonRow>): Addon {
  const { createdAt, modifiedAt, token: _, hidden: __, ...shown } = row;
  return { ...shown, createdAt: new Date(createdAt), modifiedAt: new Date(modifiedAt) };
}

/** The version asked for, or the default one of the cluster's minor. */
function checkedVersion(name: string, clusterVersion: string, asked: string | undefined): string {
  const versions = addonVersions(name, clusterVersion);
  if (!addonFacts(name) || versions.length === 0)
    throw invalidParameter(`Addon ${name} specified is not supported in ${clusterVersion} kubernetes version`, {
      addonName: name,
    });
  if (asked === undefined) return versions.find((row) => row.default)?.version ?? "";
  if (!versions.some((row) => row.version === asked))
    throw invalidParameter("Addon version specified is not supported", { addonName: name });
  return asked;
}

function checkRole(ctx: Context, arn: string | undefined): void {
  if (arn === undefined || arn === "") return;
  if (arn.length > 255) throw invalidParameter("serviceAccountRoleArn cannot be longer than 255 characters");
  if (!findRole(ctx, arn))
    throw invalidParameter(`Role ${arn} cannot be found: serviceAccountRoleArn must be a role of this account`);
}

/** Replaces the associations an add-on owns; undefined leaves them as they are. */
function setAssociations(
  ctx: Context,
  row: Readonly<AddonRow>,
  wanted: readonly AddonPodIdentityAssociations[] | undefined,
): string[] {
  const owned = ctx
    .table(podIdentities)
    .by("cluster", row.clusterName)
    .filter((each) => each.ownerArn === row.addonArn);
  if (wanted === undefined) return owned.map((each) => each.associationArn);
  for (const each of owned) ctx.table(podIdentities).delete(childKey(row.clusterName, each.associationId));
  const namespace = addonFacts(row.addonName)?.namespace ?? "kube-system";
  return wanted.map(
    ({ serviceAccount = "", roleArn = "" }) =>
      associate(ctx, { clusterName: row.clusterName, namespace, serviceAccount, roleArn, ownerArn: row.addonArn })
        .associationArn,
  );
}

function settle(ctx: Context, row: Readonly<AddonRow>, updateId?: string): void {
  const { clusterName: cluster, addonName: name } = row;
  const facts = { service: "eks", resource: "addon", cluster, name };
  if (ctx.fault("stuck", facts)) return;
  const fault = ctx.fault("failAt", facts);
  ctx.schedule(addonSettled, fault?.seconds ?? latency.addon, subject("addon", cluster, name), {
    cluster,
    name,
    since: ctx.now(),
    ...(fault
      ? {
          failure:
            fault.message ?? "Conflicts found when trying to apply. Will not continue due to resolve conflicts mode.",
        }
      : {}),
    ...(updateId === undefined ? {} : { updateId }),
  });
}

function create(input: Sent<CreateAddonRequest>, ctx: Context): CreateAddonResponse {
  const { clusterName, addonName } = input;
  const about = { clusterName, addonName };
  const cluster = requireUsableCluster(ctx, clusterName, ["ACTIVE", "UPDATING"]);
  const key = childKey(clusterName, addonName);
  const made = ctx.table(addonTable).get(key);
  if (made && isRepeated(made, input)) return { addon: addonOf(made) };
  checkEnum(input.resolveConflicts, ["OVERWRITE", "NONE", "PRESERVE"], "resolveConflicts");
  const addonVersion = checkedVersion(addonName, cluster.version, input.addonVersion);
  // What has failed may be created again over itself, as on AWS.
  if (made && made.status !== "CREATE_FAILED") throw resourceInUse("Addon already exists.", about);
  checkTags(input.tags);
  checkRole(ctx, input.serviceAccountRoleArn);
  checkConfiguration(addonName, input.configurationValues);
  const namespace = input.namespaceConfig?.namespace;
  if (namespace !== undefined && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
    throw invalidParameter(`The namespace ${namespace} in namespaceConfig is invalid`);
  const facts = addonFacts(addonName);
  const row = ctx.table(addonTable).put(key, {
    addonName,
    clusterName,
    status: "CREATING",
    addonVersion,
    health: { issues: [] },
    addonArn: eksArn(ctx, `addon/${clusterName}/${addonName}/${ctx.ids.uuid()}`),
    createdAt: ctx.now(),
    modifiedAt: ctx.now(),
    tags: { ...input.tags },
    ...(input.serviceAccountRoleArn ? { serviceAccountRoleArn: input.serviceAccountRoleArn } : {}),
    ...(input.configurationValues ? { configurationValues: input.configurationValues } : {}),
    namespaceConfig: { namespace: namespace ?? facts?.namespace ?? "kube-system" },
    ...(facts?.owner === "community" ? { owner: "community", publisher: "eks" } : {}),
    ...(input.resolveConflicts ? { hidden: { resolveConflicts: input.resolveConflicts } } : {}),
    ...tokenOf(input),
  });
  const podIdentityAssociations = setAssociations(ctx, row, input.podIdentityAssociations ?? []);
  const complete = ctx
    .table(addonTable)
    .put(key, podIdentityAssociations.length > 0 ? { ...row, podIdentityAssociations } : row);
  settle(ctx, complete);
  return { addon: addonOf(complete) };
}

function update(input: Sent<UpdateAddonRequest>, ctx: Context): UpdateAddonResponse {
  const { clusterName, addonName, clientRequestToken: token } = input;
  const about = { clusterName, addonName };
  const owner = `addon/${addonName}`;
  const row = requireAddon(ctx, clusterName, addonName);
  const repeated = repeatedUpdate(ctx, clusterName, owner, token);
  if (repeated) return { update: updateOf(repeated) };
  const cluster = requireUsableCluster(ctx, clusterName, ["ACTIVE", "UPDATING"]);
  if (row.status === "CREATING" || row.status === "UPDATING")
    throw resourceInUse(`Addon ${addonName} cannot be updated as it is currently in ${row.status} state`, about);
  if (row.status === "DELETING" || row.status === "CREATE_FAILED")
    throw invalidRequest(`Addon ${addonName} cannot be updated as it is currently in ${row.status} state`, about);
  checkEnum(input.resolveConflicts, ["OVERWRITE", "NONE", "PRESERVE"], "resolveConflicts");
  const addonVersion =
    input.addonVersion === undefined
      ? row.addonVersion
      : checkedVersion(addonName, cluster.version, input.addonVersion);
  checkRole(ctx, input.serviceAccountRoleArn);
  checkConfiguration(addonName, input.configurationValues);
  const arns = setAssociations(ctx, row, input.podIdentityAssociations);
  const { podIdentityAssociations: _, serviceAccountRoleArn, hidden: __, ...rest } = row;
  const role = input.serviceAccountRoleArn ?? serviceAccountRoleArn;
  const changed = ctx.table(addonTable).put(childKey(clusterName, addonName), {
    ...rest,
    addonVersion,
    status: "UPDATING",
    modifiedAt: ctx.now(),
    ...(input.resolveConflicts ? { hidden: { resolveConflicts: input.resolveConflicts } } : {}),
    ...(role ? { serviceAccountRoleArn: role } : {}),
    ...(input.configurationValues === undefined ? {} : { configurationValues: input.configurationValues }),
    ...(arns.length > 0 ? { podIdentityAssociations: arns } : {}),
  });
  const params = updateParams({
    AddonVersion: input.addonVersion,
    ServiceAccountRoleArn: input.serviceAccountRoleArn,
    ResolveConflicts: input.resolveConflicts,
    ConfigurationValues: input.configurationValues,
    PodIdentityAssociations: input.podIdentityAssociations,
  });
  const begun = beginUpdate(ctx, { cluster: clusterName, owner, type: "AddonUpdate", params, token });
  settle(ctx, changed, begun.id);
  return { update: updateOf(begun) };
}

function remove(input: Sent<DeleteAddonRequest>, ctx: Context): DeleteAddonResponse {
  const { clusterName, addonName } = input;
  const row = requireAddon(ctx, clusterName, addonName);
  if (row.status === "DELETING") return { addon: addonOf(row) };
  const deleting = ctx.table(addonTable).update(childKey(clusterName, addonName), {
    status: "DELETING",
    modifiedAt: ctx.now(),
    ...(input.preserve ? { hidden: { preserve: true } } : {}),
  });
  ctx.schedule(addonGone, latency.addonDelete, subject("addon", clusterName, addonName), {
    cluster: clusterName,
    name: addonName,
  });
  return { addon: addonOf(deleting) };
}

export const addonOperations: Readonly<Record<string, Operation>> = {
  CreateAddon: eksOperation<CreateAddonRequest, CreateAddonResponse>("CreateAddon", {
    on: "cluster",
    makes: "addon",
    run: create,
    passes: (input) => [input.serviceAccountRoleArn],
    passesToPods: (input) => (input.podIdentityAssociations ?? []).map((each) => each.roleArn),
  }),
  DescribeAddon: eksOperation<DescribeAddonRequest, DescribeAddonResponse>("DescribeAddon", {
    on: "addon",
    waiter: true,
    run: ({ clusterName, addonName }, ctx) => {
      ctx.observe(subject("addon", clusterName, addonName));
      return { addon: addonOf(reviewAddon(ctx, requireAddon(ctx, clusterName, addonName))) };
    },
  }),
  UpdateAddon: eksOperation<UpdateAddonRequest, UpdateAddonResponse>("UpdateAddon", {
    on: "addon",
    run: update,
    passes: (input) => [input.serviceAccountRoleArn || undefined],
    passesToPods: (input) => (input.podIdentityAssociations ?? []).map((each) => each.roleArn),
  }),
  DeleteAddon: eksOperation<DeleteAddonRequest, DeleteAddonResponse>("DeleteAddon", { on: "addon", run: remove }),
  ListAddons: eksOperation<ListAddonsRequest, ListAddonsResponse>("ListAddons", {
    on: "cluster",
    run: (input, ctx) => {
      requireCluster(ctx, input.clusterName);
      const own = (): readonly Readonly<AddonRow>[] => ctx.table(addonTable).by("cluster", input.clusterName);
      const leaving = own().map((row) => ({ name: [input.clusterName, row.addonName], status: row.status }));
      observeLeaving(ctx, "addon", leaving);
      const names = own().map((row) => row.addonName);
      const { items, nextToken } = page(names.toSorted(), input, "ListAddons");
      return { addons: items, ...(nextToken === undefined ? {} : { nextToken }) };
    },
  }),
};
