// Rows in the shapes of the API. Lists leave out what AWS's lists leave out.
import type {
  AttachedPermissionsBoundary,
  Group,
  InstanceProfile,
  Policy,
  PolicyVersion,
  Role,
  User,
} from "@aws-sdk/client-iam";
import type { Context } from "../../core/index.ts";
import { holdersOf } from "./entities.ts";
import type { GroupRow, InstanceProfileRow, PolicyRow, PolicyVersionRow, RoleRow, UserRow } from "./state.ts";
import { roles } from "./state.ts";
import { currentTrust } from "./trust.ts";
import { encodeDocument, tagMember } from "./values.ts";

interface Named {
  path: string;
  name: string;
  id: string;
  arn: string;
  createdAt: number;
}

function boundaryMember(row: { boundary?: string }): { PermissionsBoundary?: AttachedPermissionsBoundary } {
  if (row.boundary === undefined) return {};
  return { PermissionsBoundary: { PermissionsBoundaryType: "Policy" as never, PermissionsBoundaryArn: row.boundary } };
}

function common({ path, arn, createdAt }: Readonly<Named>): { Path: string; Arn: string; CreateDate: Date } {
  return { Path: path, Arn: arn, CreateDate: new Date(createdAt) };
}

/** A role as ListRoles and instance profiles show it. */
export function briefRole(ctx: Context, row: Readonly<RoleRow>): Role {
  return {
    ...common(row),
    RoleName: row.name,
    RoleId: row.id,
    AssumeRolePolicyDocument: encodeDocument(currentTrust(ctx, row)),
    ...(row.description === undefined ? {} : { Description: row.description }),
    MaxSessionDuration: row.maxSessionDuration,
  };
}

/** A role as GetRole shows it. */
export function fullRole(ctx: Context, row: Readonly<RoleRow>): Role {
  return {
    ...briefRole(ctx, row),
    ...boundaryMember(row),
    ...tagMember(row.tags),
    RoleLastUsed: row.lastUsed ? { LastUsedDate: new Date(row.lastUsed.at), Region: row.lastUsed.region } : {},
  };
}

/** A role as CreateRole answers. */
export function createdRole(ctx: Context, row: Readonly<RoleRow>): Role {
  const { MaxSessionDuration: _, Description: __, ...role } = briefRole(ctx, row);
  return {
    ...role,
    ...(row.description === undefined ? {} : { Description: row.description }),
    ...(row.maxSessionDuration === 3600 ? {} : { MaxSessionDuration: row.maxSessionDuration }),
    ...boundaryMember(row),
    ...tagMember(row.tags),
  };
}

/** A user as lists give it. */
export function briefUser(row: Readonly<UserRow>): User {
  return { ...common(row), UserName: row.name, UserId: row.id };
}

/** A user as GetUser gives it: with boundary and tags. */
export function fullUser(row: Readonly<UserRow>): User {
  return { ...briefUser(row), ...boundaryMember(row), ...tagMember(row.tags) };
}

/** A group as GetGroup and lists give it. */
export function groupShape(row: Readonly<GroupRow>): Group {
  return { ...common(row), GroupName: row.name, GroupId: row.id };
}

/** An instance profile with its role; lists leave its tags out. */
export function instanceProfileShape(
  ctx: Context,
  row: Readonly<InstanceProfileRow>,
  withTags = true,
): InstanceProfile {
  return {
    ...common(row),
    InstanceProfileName: row.name,
    InstanceProfileId: row.id,
    Roles: row.roles.flatMap((name) => {
      const role = ctx.table(roles).get(name.toLowerCase());
      return role ? [briefRole(ctx, role)] : [];
    }),
    ...(withTags ? tagMember(row.tags) : {}),
  };
}

/** A policy as ListPolicies shows it; with `full`, as GetPolicy. */
export function policyShape(ctx: Context, row: Readonly<PolicyRow>, full: boolean): Policy {
  return {
    ...common(row),
    PolicyName: row.name,
    PolicyId: row.id,
    DefaultVersionId: row.defaultVersion,
    AttachmentCount: holdersOf(ctx, "attached", row.arn).length,
    PermissionsBoundaryUsageCount: holdersOf(ctx, "boundary", row.arn).length,
    IsAttachable: !row.path.startsWith("/aws-service-role/"),
    UpdateDate: new Date(row.updatedAt),
    ...(full && row.description !== undefined ? { Description: row.description } : {}),
    ...(full ? { Tags: Object.entries(row.tags).map(([Key, Value]) => ({ Key, Value })) } : {}),
  };
}

/** A version; with its document only where AWS gives it. */
export function versionShape(
  row: Readonly<PolicyRow>,
  version: PolicyVersionRow,
  withDocument: boolean,
): PolicyVersion {
  return {
    ...(withDocument ? { Document: encodeDocument(version.document) } : {}),
    VersionId: version.id,
    IsDefaultVersion: version.id === row.defaultVersion,
    CreateDate: new Date(version.createdAt),
  };
}

export { boundaryMember };
