// GetAccountAuthorizationDetails: everything IAM knows about who may do what, in one paged answer.
import type {
  AttachedPolicy,
  GetAccountAuthorizationDetailsRequest,
  GetAccountAuthorizationDetailsResponse,
  GroupDetail,
  ManagedPolicyDetail,
  PolicyDetail,
  RoleDetail,
  UserDetail,
} from "@aws-sdk/client-iam";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { holdersOf } from "../entities.ts";
import { awsManagedPolicies } from "../managed/catalogue.ts";
import {
  boundaryMember,
  briefRole,
  briefUser,
  groupShape,
  instanceProfileShape,
  policyShape,
  versionShape,
} from "../shapes.ts";
import type { Entity, PolicyRow } from "../state.ts";
import { groups, instanceProfiles, policies, roles, users } from "../state.ts";
import { encodeDocument, page, tagList } from "../values.ts";

type Item =
  | { list: "UserDetailList"; detail: UserDetail }
  | { list: "GroupDetailList"; detail: GroupDetail }
  | { list: "RoleDetailList"; detail: RoleDetail }
  | { list: "Policies"; detail: ManagedPolicyDetail };

function inlineList(row: Readonly<Entity>): PolicyDetail[] {
  return Object.entries(row.inline).map(([name, text]) => ({ PolicyName: name, PolicyDocument: encodeDocument(text) }));
}

function attachedList(row: Readonly<Entity>): AttachedPolicy[] {
  return row.attached.map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf("/") + 1), PolicyArn: arn }));
}

function policyItem(ctx: Context, row: Readonly<PolicyRow>): Item {
  const { Tags: _, ...shape } = policyShape(ctx, row, true);
  return {
    list: "Policies",
    detail: { ...shape, PolicyVersionList: row.versions.map((version) => versionShape(row, version, true)) },
  };
}

/** One kind of thing that the answer may hold, by the name the request's filter uses. */
const kinds: Readonly<Record<string, (ctx: Context) => Item[]>> = {
  User: (ctx) =>
    ctx
      .table(users)
      .list()
      .map((row) => ({
        list: "UserDetailList",
        detail: {
          ...briefUser(row),
          UserPolicyList: inlineList(row),
          GroupList: [...row.groups],
          AttachedManagedPolicies: attachedList(row),
          ...boundaryMember(row),
          Tags: tagList(row.tags),
        },
      })),
  Group: (ctx) =>
    ctx
      .table(groups)
      .list()
      .map((row) => ({
        list: "GroupDetailList",
        detail: { ...groupShape(row), GroupPolicyList: inlineList(row), AttachedManagedPolicies: attachedList(row) },
      })),
  Role: (ctx) =>
    ctx
      .table(roles)
      .list()
      .map((row) => ({
        list: "RoleDetailList",
        detail: {
          ...briefRole(ctx, row),
          InstanceProfileList: ctx
            .table(instanceProfiles)
            .by("role", row.name.toLowerCase())
            .map((profile) => instanceProfileShape(ctx, profile, false)),
          RolePolicyList: inlineList(row),
          AttachedManagedPolicies: attachedList(row),
          ...boundaryMember(row),
          Tags: tagList(row.tags),
          RoleLastUsed: {},
        },
      })),
  LocalManagedPolicy: (ctx) =>
    ctx
      .table(policies)
      .list()
      .map((row) => policyItem(ctx, row)),
  // Of AWS's own policies the answer holds those in use.
  AWSManagedPolicy: (ctx) =>
    awsManagedPolicies(ctx.partition)
      .filter((row) => holdersOf(ctx, "attached", row.arn).length > 0)
      .map((row) => policyItem(ctx, row)),
};

export const accountDetailOperations: Readonly<Record<string, Operation>> = {
  GetAccountAuthorizationDetails: operation<
    GetAccountAuthorizationDetailsRequest,
    GetAccountAuthorizationDetailsResponse
  >((input, ctx) => {
    const wanted = input.Filter && input.Filter.length > 0 ? input.Filter : Object.keys(kinds);
    const items = wanted.flatMap((kind) => kinds[kind]?.(ctx) ?? []);
    const result = page("items", items, input, "GetAccountAuthorizationDetails");
    const of = <List extends Item["list"]>(list: List) =>
      result.items.filter((item) => item.list === list).map((item) => item.detail as never);
    return {
      UserDetailList: of("UserDetailList"),
      GroupDetailList: of("GroupDetailList"),
      RoleDetailList: of("RoleDetailList"),
      Policies: of("Policies"),
      IsTruncated: result.IsTruncated,
      ...(result.Marker === undefined ? {} : { Marker: result.Marker }),
    };
  }),
};
