// OIDC identity providers of a cluster: people's logins, one provider a cluster.
import type {
  AssociateIdentityProviderConfigRequest,
  AssociateIdentityProviderConfigResponse,
  DescribeIdentityProviderConfigRequest,
  DescribeIdentityProviderConfigResponse,
  DisassociateIdentityProviderConfigRequest,
  DisassociateIdentityProviderConfigResponse,
  IdentityProviderConfig,
  ListIdentityProviderConfigsRequest,
  ListIdentityProviderConfigsResponse,
} from "@aws-sdk/client-eks";
import type { Context, Operation, Sent, TimerDefinition } from "../../../core/index.ts";
import { defineTimer } from "../../../core/index.ts";
import { eksOperation } from "../define.ts";
import { invalidParameter, invalidRequest, notFound, resourceInUse } from "../errors.ts";
import { latency } from "../latency.ts";
import { childKey, eksArn, page, requireCluster, requireUsableCluster, subject } from "../lookup.ts";
import { checkName, checkTags } from "../rules/text.ts";
import type { IdentityProviderRow } from "../state.ts";
import { clusters, identityProviders } from "../state.ts";
import { beginUpdate, endUpdate, refuseSecondUpdate, repeatedUpdate, updateOf, updateParams } from "../updates.ts";

interface ProviderChange {
  cluster: string;
  name: string;
  updateId: string;
  gone: boolean;
}

export const providerChanged: TimerDefinition<ProviderChange> = defineTimer<ProviderChange>(
  "eks/identity-provider-changed",
  ({ cluster, name, updateId, gone }, ctx) => {
    const key = childKey(cluster, name);
    if (!ctx.table(identityProviders).has(key)) return;
    if (gone) ctx.table(identityProviders).delete(key);
    else ctx.table(identityProviders).update(key, { status: "ACTIVE" });
    endUpdate(ctx, cluster, updateId);
    if (ctx.table(clusters).get(cluster)?.status === "UPDATING")
      ctx.table(clusters).update(cluster, { status: "ACTIVE" });
  },
);

function find(ctx: Context, cluster: string, config: IdentityProviderConfig): Readonly<IdentityProviderRow> {
  requireCluster(ctx, cluster);
  if (config.type !== "oidc")
    throw invalidParameter("identityProviderConfig.type must be oidc", { clusterName: cluster });
  const row = ctx.table(identityProviders).get(childKey(cluster, config.name ?? ""));
  if (!row)
    throw notFound("Identity provider config is not associated with cluster " + cluster, { clusterName: cluster });
  return row;
}

function begin(
  ctx: Context,
  change: Omit<ProviderChange, "updateId">,
  token: string | undefined,
): ReturnType<typeof updateOf> {
  const { cluster, name, gone } = change;
  const type = gone ? "DisassociateIdentityProviderConfig" : "AssociateIdentityProviderConfig";
  const params = updateParams({ IdentityProviderConfig: [{ type: "oidc", name }] });
  const update = beginUpdate(ctx, { cluster, type, params, token });
  ctx.table(clusters).update(cluster, { status: "UPDATING" });
  const payload = { ...change, updateId: update.id };
  // Both names read the change: the provider's own, and the cluster's, whose update it is.
  ctx.schedule(providerChanged, latency.identityProvider, subject("cluster", cluster), payload);
  return updateOf(update);
}

function associate(
  input: Sent<AssociateIdentityProviderConfigRequest>,
  ctx: Context,
): AssociateIdentityProviderConfigResponse {
  const { clusterName, oidc, tags, clientRequestToken: token } = input;
  requireCluster(ctx, clusterName);
  const repeated = repeatedUpdate(ctx, clusterName, "", token);
  if (repeated) return { update: updateOf(repeated), tags: tags ?? {} };
  refuseSecondUpdate(ctx, clusterName, "AssociateIdentityProviderConfig");
  requireUsableCluster(ctx, clusterName);
  const { identityProviderConfigName: name = "", issuerUrl = "", clientId = "" } = oidc;
  checkName(name, "Identity provider config", 100);
  checkTags(tags);
  if (!/^https:\/\/[^\s?#]+$/.test(issuerUrl))
    throw invalidParameter(`issuerUrl ${issuerUrl} must begin with https://`, { clusterName });
  for (const [claim, value] of Object.entries(oidc.requiredClaims ?? {}))
    if (claim.length > 63 || value === "" || value.length > 253)
      throw invalidParameter(`The required claim ${claim} must have a key of 1-63 and a value of 1-253 characters`);
  if (clientId === "") throw invalidParameter("clientId cannot be empty", { clusterName });
  if (ctx.table(identityProviders).by("cluster", clusterName).length > 0)
    throw resourceInUse("Identity provider config is already associated with cluster " + clusterName, { clusterName });
  ctx.table(identityProviders).put(childKey(clusterName, name), {
    ...oidc,
    identityProviderConfigName: name,
    identityProviderConfigArn: eksArn(ctx, `identityproviderconfig/${clusterName}/oidc/${name}/${ctx.ids.uuid()}`),
    clusterName,
    tags: { ...tags },
    status: "CREATING",
  });
  return { update: begin(ctx, { cluster: clusterName, name, gone: false }, token), tags: tags ?? {} };
}

function disassociate(
  input: Sent<DisassociateIdentityProviderConfigRequest>,
  ctx: Context,
): DisassociateIdentityProviderConfigResponse {
  const { clusterName, identityProviderConfig, clientRequestToken: token } = input;
  const repeated = repeatedUpdate(ctx, clusterName, "", token);
  if (repeated) return { update: updateOf(repeated) };
  const row = find(ctx, clusterName, identityProviderConfig);
  refuseSecondUpdate(ctx, clusterName, "DisassociateIdentityProviderConfig");
  if (row.status !== "ACTIVE")
    throw invalidRequest(`Identity provider config ${row.identityProviderConfigName} is in status ${row.status}`, {
      clusterName,
    });
  const name = row.identityProviderConfigName;
  ctx.table(identityProviders).update(childKey(clusterName, name), { status: "DELETING" });
  return { update: begin(ctx, { cluster: clusterName, name, gone: true }, token) };
}

export const identityProviderOperations: Readonly<Record<string, Operation>> = {
  AssociateIdentityProviderConfig: eksOperation<
    AssociateIdentityProviderConfigRequest,
    AssociateIdentityProviderConfigResponse
  >("AssociateIdentityProviderConfig", { on: "cluster", makes: "identityproviderconfig", run: associate }),
  DisassociateIdentityProviderConfig: eksOperation<
    DisassociateIdentityProviderConfigRequest,
    DisassociateIdentityProviderConfigResponse
  >("DisassociateIdentityProviderConfig", { on: "identityproviderconfig", run: disassociate }),
  DescribeIdentityProviderConfig: eksOperation<
    DescribeIdentityProviderConfigRequest,
    DescribeIdentityProviderConfigResponse
  >("DescribeIdentityProviderConfig", {
    on: "identityproviderconfig",
    run: ({ clusterName, identityProviderConfig }, ctx) => {
      ctx.observe(subject("cluster", clusterName));
      return { identityProviderConfig: { oidc: find(ctx, clusterName, identityProviderConfig) } };
    },
  }),
  ListIdentityProviderConfigs: eksOperation<ListIdentityProviderConfigsRequest, ListIdentityProviderConfigsResponse>(
    "ListIdentityProviderConfigs",
    {
      on: "cluster",
      run: (input, ctx) => {
        requireCluster(ctx, input.clusterName);
        const rows = ctx
          .table(identityProviders)
          .by("cluster", input.clusterName)
          .map((row) => ({ type: "oidc", name: row.identityProviderConfigName }));
        const { items, nextToken } = page(rows, input, "ListIdentityProviderConfigs");
        return { identityProviderConfigs: items, ...(nextToken === undefined ? {} : { nextToken }) };
      },
    },
  ),
};
