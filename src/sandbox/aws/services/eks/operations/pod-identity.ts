// Pod identity associations: which role the pods of a service account get.
import type {
  CreatePodIdentityAssociationRequest,
  CreatePodIdentityAssociationResponse,
  DeletePodIdentityAssociationRequest,
  DeletePodIdentityAssociationResponse,
  DescribePodIdentityAssociationRequest,
  DescribePodIdentityAssociationResponse,
  ListPodIdentityAssociationsRequest,
  ListPodIdentityAssociationsResponse,
  PodIdentityAssociation,
  UpdatePodIdentityAssociationRequest,
  UpdatePodIdentityAssociationResponse,
} from "@aws-sdk/client-eks";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import { eksOperation } from "../define.ts";
import { invalidParameter, invalidRequest, limitExceeded, notFound, resourceInUse } from "../errors.ts";
import { childKey, eksArn, page, requireCluster, requireUsableCluster } from "../lookup.ts";
import { findRole } from "../rules/roles.ts";
import { checkTags } from "../rules/text.ts";
import type { PodIdentityRow } from "../state.ts";
import { podIdentities } from "../state.ts";
import { isRepeated, tokenOf } from "../tokens.ts";

const dnsName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

function associationOf(row: Readonly<PodIdentityRow>): PodIdentityAssociation {
  const { token: _, ...shown } = row;
  return { ...shown, createdAt: new Date(row.createdAt), modifiedAt: new Date(row.modifiedAt) };
}

function find(ctx: Context, cluster: string, id: string): Readonly<PodIdentityRow> {
  requireCluster(ctx, cluster);
  const row = ctx.table(podIdentities).get(childKey(cluster, id));
  if (!row)
    throw notFound(`The specified associationId ${id} is not valid. Double-check the association ID or cluster name.`, {
      clusterName: cluster,
    });
  return row;
}

function checkRole(ctx: Context, roleArn: string): void {
  const account = roleArn.split(":")[4];
  if (account !== ctx.account) throw invalidParameter("Cross-account pass role is not allowed.");
  if (!findRole(ctx, roleArn)) throw invalidParameter(`Role provided in the request does not exist. (${roleArn})`);
}

/** A role to chain to may be another account's; it isn't looked at before pods ask for it. */
function checkTarget(roleArn: string | undefined): void {
  if (!roleArn || /^arn:[a-z-]+:iam::\d{12}:role\/(?:.+\/)?[\w+=,.@-]{1,64}$/.test(roleArn)) return;
  throw invalidParameter(`The targetRoleArn ${roleArn} is not the ARN of an IAM role`);
}

function checkPolicy(policy: string | undefined, disableSessionTags: boolean | undefined): void {
  if (policy === undefined) return;
  if (!disableSessionTags) throw invalidParameter("A policy can be specified only when disableSessionTags is true");
  try {
    JSON.parse(policy);
  } catch {
    // What the parser says of the text helps nobody who gets AWS's message.
    throw invalidParameter("The policy is not valid JSON");
  }
}

/** Whose pods get which role, and on behalf of which add-on. */
export interface NewAssociation {
  clusterName: string;
  namespace: string;
  serviceAccount: string;
  roleArn: string;
  tags?: Record<string, string> | undefined;
  disableSessionTags?: boolean | undefined;
  targetRoleArn?: string | undefined;
  policy?: string | undefined;
  ownerArn?: string;
  clientRequestToken?: string | undefined;
}

/** Makes an association; a service account can have only one. */
export function associate(ctx: Context, wanted: NewAssociation): Readonly<PodIdentityRow> {
  const { clusterName, namespace, serviceAccount, roleArn, targetRoleArn, policy } = wanted;
  const rows = ctx.table(podIdentities).by("cluster", clusterName);
  const made = rows.find((row) => row.namespace === namespace && row.serviceAccount === serviceAccount);
  if (made && isRepeated(made, wanted)) return made;
  if (made)
    throw resourceInUse("Association already exists: a service account can have one pod identity association", {
      clusterName,
    });
  const associationQuota = ctx.quota("podIdentityAssociationsPerCluster");
  if (rows.length >= associationQuota)
    throw limitExceeded(
      `Cluster ${clusterName} has reached the maximum of ${associationQuota} pod identity associations`,
      { clusterName },
    );
  checkRole(ctx, roleArn);
  checkTarget(targetRoleArn);
  const associationId = `a-${ctx.ids.random.text("abcdefghijklmnopqrstuvwxyz0123456789", 17)}`;
  return ctx.table(podIdentities).put(childKey(clusterName, associationId), {
    clusterName,
    namespace,
    serviceAccount,
    roleArn,
    associationArn: eksArn(ctx, `podidentityassociation/${clusterName}/${associationId}`),
    associationId,
    tags: { ...wanted.tags },
    createdAt: ctx.now(),
    modifiedAt: ctx.now(),
    disableSessionTags: wanted.disableSessionTags ?? false,
    ...(wanted.ownerArn === undefined ? {} : { ownerArn: wanted.ownerArn }),
    ...(targetRoleArn
      ? { targetRoleArn, externalId: `${ctx.region}/${ctx.account}/${clusterName}/${namespace}/${serviceAccount}` }
      : {}),
    ...(policy === undefined ? {} : { policy }),
    ...tokenOf(wanted),
  });
}

function create(input: Sent<CreatePodIdentityAssociationRequest>, ctx: Context): CreatePodIdentityAssociationResponse {
  requireUsableCluster(ctx, input.clusterName, ["ACTIVE", "UPDATING"]);
  if (!dnsName.test(input.namespace)) throw invalidParameter(`The namespace ${input.namespace} is invalid`);
  if (!dnsName.test(input.serviceAccount))
    throw invalidParameter(`The serviceAccount ${input.serviceAccount} is invalid`);
  checkTags(input.tags);
  checkPolicy(input.policy, input.disableSessionTags);
  return { association: associationOf(associate(ctx, input)) };
}

function update(input: Sent<UpdatePodIdentityAssociationRequest>, ctx: Context): UpdatePodIdentityAssociationResponse {
  const row = find(ctx, input.clusterName, input.associationId);
  refuseOwned(row);
  if (input.roleArn !== undefined) checkRole(ctx, input.roleArn);
  checkTarget(input.targetRoleArn);
  const disableSessionTags = input.disableSessionTags ?? row.disableSessionTags ?? false;
  checkPolicy(input.policy, disableSessionTags);
  const { targetRoleArn: _, externalId: __, ...rest } = row;
  const target = input.targetRoleArn ?? row.targetRoleArn;
  const changed = ctx.table(podIdentities).put(childKey(row.clusterName, row.associationId), {
    ...rest,
    modifiedAt: ctx.now(),
    roleArn: input.roleArn ?? row.roleArn,
    disableSessionTags,
    ...(input.policy === undefined ? {} : { policy: input.policy }),
    // An empty target role ends the chaining.
    ...(target
      ? {
          targetRoleArn: target,
          externalId: `${ctx.region}/${ctx.account}/${row.clusterName}/${row.namespace}/${row.serviceAccount}`,
        }
      : {}),
  });
  return { association: associationOf(changed) };
}

function refuseOwned(row: Readonly<PodIdentityRow>): void {
  if (row.ownerArn)
    throw invalidRequest(
      `The pod identity association ${row.associationId} is owned by ${row.ownerArn}: change it through its owner`,
      {
        clusterName: row.clusterName,
      },
    );
}

function list(input: Sent<ListPodIdentityAssociationsRequest>, ctx: Context): ListPodIdentityAssociationsResponse {
  requireCluster(ctx, input.clusterName);
  if (input.serviceAccount !== undefined && input.namespace === undefined)
    throw invalidParameter("namespace must be specified when serviceAccount is specified");
  const rows = ctx
    .table(podIdentities)
    .by("cluster", input.clusterName)
    .filter((row) => input.namespace === undefined || row.namespace === input.namespace)
    .filter((row) => input.serviceAccount === undefined || row.serviceAccount === input.serviceAccount)
    .map(({ clusterName, namespace, serviceAccount, associationArn, associationId, ownerArn }) => ({
      clusterName,
      namespace,
      serviceAccount,
      associationArn,
      associationId,
      ...(ownerArn === undefined ? {} : { ownerArn }),
    }));
  const { items, nextToken } = page(rows, input, "ListPodIdentityAssociations");
  return { associations: items, ...(nextToken === undefined ? {} : { nextToken }) };
}

export const podIdentityOperations: Readonly<Record<string, Operation>> = {
  CreatePodIdentityAssociation: eksOperation<CreatePodIdentityAssociationRequest, CreatePodIdentityAssociationResponse>(
    "CreatePodIdentityAssociation",
    { on: "cluster", makes: "podidentityassociation", run: create, passesToPods: (input) => [input.roleArn] },
  ),
  DescribePodIdentityAssociation: eksOperation<
    DescribePodIdentityAssociationRequest,
    DescribePodIdentityAssociationResponse
  >("DescribePodIdentityAssociation", {
    on: "podidentityassociation",
    run: (input, ctx) => ({ association: associationOf(find(ctx, input.clusterName, input.associationId)) }),
  }),
  UpdatePodIdentityAssociation: eksOperation<UpdatePodIdentityAssociationRequest, UpdatePodIdentityAssociationResponse>(
    "UpdatePodIdentityAssociation",
    { on: "podidentityassociation", run: update, passesToPods: (input) => [input.roleArn] },
  ),
  ListPodIdentityAssociations: eksOperation<ListPodIdentityAssociationsRequest, ListPodIdentityAssociationsResponse>(
    "ListPodIdentityAssociations",
    { on: "cluster", run: list },
  ),
  DeletePodIdentityAssociation: eksOperation<DeletePodIdentityAssociationRequest, DeletePodIdentityAssociationResponse>(
    "DeletePodIdentityAssociation",
    {
      on: "podidentityassociation",
      run: (input, ctx) => {
        const row = find(ctx, input.clusterName, input.associationId);
        refuseOwned(row);
        ctx.table(podIdentities).delete(childKey(row.clusterName, row.associationId));
        return { association: associationOf(row) };
      },
    },
  ),
};
