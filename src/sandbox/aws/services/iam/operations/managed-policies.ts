// Managed policies and their versions.
import type {
  CreatePolicyRequest,
  CreatePolicyResponse,
  CreatePolicyVersionRequest,
  CreatePolicyVersionResponse,
  DeletePolicyRequest,
  DeletePolicyVersionRequest,
  GetPolicyRequest,
  GetPolicyResponse,
  GetPolicyVersionRequest,
  GetPolicyVersionResponse,
  ListEntitiesForPolicyRequest,
  ListEntitiesForPolicyResponse,
  ListPoliciesRequest,
  ListPoliciesResponse,
  ListPolicyVersionsRequest,
  ListPolicyVersionsResponse,
  SetDefaultPolicyVersionRequest,
} from "@aws-sdk/client-iam";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { getOwnPolicy, getPolicy, isAwsManaged } from "../documents.ts";
import type { EntityWord } from "../entities.ts";
import { holdersOf } from "../entities.ts";
import { alreadyExists, limitExceeded, noSuchEntity, quotaExceeded } from "../errors.ts";
import { awsManagedPolicies } from "../managed/catalogue.ts";
import { policyShape, versionShape } from "../shapes.ts";
import type { PolicyRow, PolicyVersionRow } from "../state.ts";
import { policies } from "../state.ts";
import {
  checkDocument,
  checkManagedSize,
  checkName,
  checkPath,
  mergeTags,
  page,
  tagMember,
  underPath,
} from "../values.ts";

const versionLimit = 5;

function checkContent(text: string | undefined): string {
  const document = checkDocument(text, "identity");
  checkManagedSize(document);
  return document;
}

function getVersion(policy: Readonly<PolicyRow>, id: string | undefined): PolicyVersionRow {
  const version = policy.versions.find((each) => each.id === id);
  if (!version) throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  return version;
}

/** Policies a list shows: the customer's, AWS's, or both. */
function inScope(ctx: Context, scope: string | undefined): Readonly<PolicyRow>[] {
  const own = scope === "AWS" ? [] : ctx.table(policies).list();
  return scope === "Local" ? own : [...own, ...awsManagedPolicies(ctx.partition)];
}

function isUsed(ctx: Context, arn: string, usage: string | undefined): boolean {
  if (usage === "PermissionsBoundary") return holdersOf(ctx, "boundary", arn).length > 0;
  return holdersOf(ctx, "attached", arn).length > 0;
}

export const managedPolicyOperations: Readonly<Record<string, Operation>> = {
  CreatePolicy: operation<CreatePolicyRequest, CreatePolicyResponse>((input, ctx) => {
    const name = checkName(input.PolicyName, "policyName", 128);
    const path = checkPath(input.Path);
    const document = checkContent(input.PolicyDocument);
    const table = ctx.table(policies);
    if (table.by("name", name.toLowerCase()).length > 0) {
      throw alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
    }
    if (table.size >= ctx.quota("policies")) throw quotaExceeded("PoliciesPerAccount", ctx.quota("policies"));
    const arn = `arn:${ctx.partition}:iam::${ctx.account}:policy${path}${name}`;
    const row = table.put(arn, {
      name,
      path,
      id: ctx.ids.iam("ANPA"),
      arn,
      ...(input.Description === undefined ? {} : { description: input.Description }),
      createdAt: ctx.now(),
      updatedAt: ctx.now(),
      tags: mergeTags({}, input.Tags),
      versions: [{ id: "v1", document, createdAt: ctx.now() }],
      defaultVersion: "v1",
      lastVersion: 1,
    });
    return { Policy: { ...policyShape(ctx, row, false), ...tagMember(row.tags) } };
  }),

  GetPolicy: operation<GetPolicyRequest, GetPolicyResponse>({
    waiter: true,
    run: (input, ctx) => ({ Policy: policyShape(ctx, getPolicy(ctx, input.PolicyArn), true) }),
  }),

  ListPolicies: operation<ListPoliciesRequest, ListPoliciesResponse>((input, ctx) => {
    const rows = underPath(inScope(ctx, input.Scope), input.PathPrefix).filter(
      (row) => input.OnlyAttached !== true || isUsed(ctx, row.arn, input.PolicyUsageFilter),
    );
    const result = page("Policies", rows, input, "ListPolicies");
    return { ...result, Policies: result.Policies.map((row) => policyShape(ctx, row, false)) };
  }),

  DeletePolicy: operation<DeletePolicyRequest, object>((input, ctx) => {
    const policy = getOwnPolicy(ctx, input.PolicyArn, "DeletePolicy");
    const used = holdersOf(ctx, "attached", policy.arn).length + holdersOf(ctx, "boundary", policy.arn).length;
    if (used > 0) {
      throw new AwsError("DeleteConflict", "Cannot delete a policy attached to entities.", { status: 409 });
    }
    if (policy.versions.length > 1) {
      throw new AwsError(
        "DeleteConflict",
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        { status: 409 },
      );
    }
    ctx.table(policies).delete(policy.arn);
    return {};
  }),

  CreatePolicyVersion: operation<CreatePolicyVersionRequest, CreatePolicyVersionResponse>((input, ctx) => {
    const policy = getOwnPolicy(ctx, input.PolicyArn, "CreatePolicyVersion");
    const document = checkContent(input.PolicyDocument);
    if (policy.versions.length >= versionLimit) {
      throw limitExceeded(
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
      );
    }
    const lastVersion = policy.lastVersion + 1;
    const version = { id: `v${lastVersion}`, document, createdAt: ctx.now() };
    const row = ctx.table(policies).update(policy.arn, {
      versions: [version, ...policy.versions],
      lastVersion,
      updatedAt: ctx.now(),
      ...(input.SetAsDefault === true ? { defaultVersion: version.id } : {}),
    });
    return { PolicyVersion: versionShape(row, version, false) };
  }),

  GetPolicyVersion: operation<GetPolicyVersionRequest, GetPolicyVersionResponse>((input, ctx) => {
    const policy = getPolicy(ctx, input.PolicyArn);
    return { PolicyVersion: versionShape(policy, getVersion(policy, input.VersionId), true) };
  }),

  ListPolicyVersions: operation<ListPolicyVersionsRequest, ListPolicyVersionsResponse>((input, ctx) => {
    const policy = getPolicy(ctx, input.PolicyArn);
    const result = page("Versions", policy.versions, input, `ListPolicyVersions/${policy.arn}`);
    return { ...result, Versions: result.Versions.map((version) => versionShape(policy, version, false)) };
  }),

  SetDefaultPolicyVersion: operation<SetDefaultPolicyVersionRequest, object>((input, ctx) => {
    const policy = getOwnPolicy(ctx, input.PolicyArn, "SetDefaultPolicyVersion");
    const { id } = getVersion(policy, input.VersionId);
    ctx.table(policies).update(policy.arn, { defaultVersion: id, updatedAt: ctx.now() });
    return {};
  }),

  DeletePolicyVersion: operation<DeletePolicyVersionRequest, object>((input, ctx) => {
    const policy = getOwnPolicy(ctx, input.PolicyArn, "DeletePolicyVersion");
    const { id } = getVersion(policy, input.VersionId);
    if (id === policy.defaultVersion) {
      throw new AwsError("DeleteConflict", "Cannot delete the default version of a policy.", { status: 409 });
    }
    ctx.table(policies).update(policy.arn, { versions: policy.versions.filter((version) => version.id !== id) });
    return {};
  }),

  ListEntitiesForPolicy: operation<ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse>((input, ctx) => {
    const policy = getPolicy(ctx, input.PolicyArn);
    const index = input.PolicyUsageFilter === "PermissionsBoundary" ? "boundary" : "attached";
    const holders = holdersOf(ctx, index, policy.arn).filter(
      ({ kind, row }) =>
        row.path.startsWith(input.PathPrefix ?? "/") &&
        (input.EntityFilter === undefined ||
          input.EntityFilter === kind.word ||
          input.EntityFilter === (isAwsManaged(policy.arn) ? "AWSManagedPolicy" : "LocalManagedPolicy")),
    );
    const result = page("holders", holders, input, `ListEntitiesForPolicy/${policy.arn}`);
    const of = (word: EntityWord) => result.holders.filter(({ kind }) => kind.word === word).map(({ row }) => row);
    return {
      PolicyRoles: of("Role").map((row) => ({ RoleName: row.name, RoleId: row.id })),
      PolicyUsers: of("User").map((row) => ({ UserName: row.name, UserId: row.id })),
      PolicyGroups: of("Group").map((row) => ({ GroupName: row.name, GroupId: row.id })),
      IsTruncated: result.IsTruncated,
      ...(result.Marker === undefined ? {} : { Marker: result.Marker }),
    };
  }),
};
