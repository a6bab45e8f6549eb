// Roles: create, read, change, delete.
import type {
  CreateRoleRequest,
  CreateRoleResponse,
  DeleteRoleRequest,
  GetRoleRequest,
  GetRoleResponse,
  ListRolesRequest,
  ListRolesResponse,
  UpdateAssumeRolePolicyRequest,
  UpdateRoleDescriptionRequest,
  UpdateRoleDescriptionResponse,
  UpdateRoleRequest,
} from "@aws-sdk/client-iam";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { checkBoundary } from "../documents.ts";
import { getOwnRole, getRole } from "../entities.ts";
import { alreadyExists, deleteConflict, quotaExceeded, unmodifiable, validationError } from "../errors.ts";
import { briefRole, createdRole, fullRole } from "../shapes.ts";
import type { RoleRow } from "../state.ts";
import { instanceProfiles, roles } from "../state.ts";
import { checkTrust } from "../trust.ts";
import { checkName, checkPath, mergeTags, page, underPath } from "../values.ts";

/** A fresh role can't be assumed for this many virtual seconds when the sandbox imitates IAM's slow spreading. */
const spreadingSeconds = 10;

export interface NewRole {
  name: string;
  path: string;
  trust: string | undefined;
  description?: string | undefined;
  maxSessionDuration?: number | undefined;
  boundary?: string | undefined;
  tags?: CreateRoleRequest["Tags"];
  linkedTo?: string;
}

/** Makes a role's row; shared with service-linked roles. */
export function putRole(ctx: Context, role: NewRole): Readonly<RoleRow> {
  const table = ctx.table(roles);
  const key = role.name.toLowerCase();
  if (table.has(key)) throw alreadyExists(`Role with name ${role.name} already exists.`);
  if (table.size >= ctx.quota("roles")) throw quotaExceeded("RolesPerAccount", ctx.quota("roles"));
  return table.put(key, {
    name: role.name,
    path: role.path,
    id: ctx.ids.iam("AROA"),
    arn: `arn:${ctx.partition}:iam::${ctx.account}:role${role.path}${role.name}`,
    createdAt: ctx.now(),
    inline: {},
    attached: [],
    ...(role.boundary === undefined ? {} : { boundary: checkBoundary(ctx, role.boundary) }),
    tags: mergeTags({}, role.tags),
    ...checkTrust(ctx, role.trust),
    ...(role.description === undefined ? {} : { description: role.description }),
    maxSessionDuration: checkDuration(role.maxSessionDuration ?? 3600),
    ...(role.linkedTo === undefined ? {} : { linkedTo: role.linkedTo }),
    assumableAt: ctx.now() + spreadingSeconds * 1000,
  });
}

function checkDuration(seconds: number): number {
  const constraint = "Member must have value ";
  if (seconds < 3600)
    throw validationError(seconds, "maxSessionDuration", `${constraint}greater than or equal to 3600`);
  if (seconds > 43_200)
    throw validationError(seconds, "maxSessionDuration", `${constraint}less than or equal to 43200`);
  return seconds;
}

function checkDescription(text: string | undefined): string | undefined {
  if (text !== undefined && text.length > 1000) {
    throw validationError(text, "description", "Member must have length less than or equal to 1000");
  }
  return text;
}

export const roleOperations: Readonly<Record<string, Operation>> = {
  CreateRole: operation<CreateRoleRequest, CreateRoleResponse>((input, ctx) => {
    const row = putRole(ctx, {
      name: checkName(input.RoleName, "roleName"),
      path: checkPath(input.Path),
      trust: input.AssumeRolePolicyDocument,
      description: checkDescription(input.Description),
      maxSessionDuration: input.MaxSessionDuration,
      boundary: input.PermissionsBoundary,
      tags: input.Tags,
    });
    return { Role: createdRole(ctx, row) };
  }),

  GetRole: operation<GetRoleRequest, GetRoleResponse>({
    waiter: true,
    run: (input, ctx) => ({ Role: fullRole(ctx, getRole(ctx, input.RoleName)) }),
  }),

  ListRoles: operation<ListRolesRequest, ListRolesResponse>((input, ctx) => {
    const rows = underPath(ctx.table(roles).values(), input.PathPrefix);
    const result = page("Roles", rows, input, "ListRoles");
    return { ...result, Roles: result.Roles.map((row) => briefRole(ctx, row)) };
  }),

  UpdateRole: operation<UpdateRoleRequest, object>((input, ctx) => {
    const role = getOwnRole(ctx, input.RoleName);
    ctx.table(roles).put(role.name.toLowerCase(), {
      ...role,
      ...(input.Description === undefined ? {} : { description: checkDescription(input.Description) as string }),
      // AWS resets the duration when the call leaves it out.
      maxSessionDuration: checkDuration(input.MaxSessionDuration ?? 3600),
    });
    return {};
  }),

  UpdateRoleDescription: operation<UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse>((input, ctx) => {
    const role = getRole(ctx, input.RoleName);
    const description = checkDescription(input.Description) ?? "";
    return { Role: fullRole(ctx, ctx.table(roles).update(role.name.toLowerCase(), { description })) };
  }),

  UpdateAssumeRolePolicy: operation<UpdateAssumeRolePolicyRequest, object>((input, ctx) => {
    const role = getOwnRole(ctx, input.RoleName);
    ctx.table(roles).update(role.name.toLowerCase(), checkTrust(ctx, input.PolicyDocument));
    return {};
  }),

  DeleteRole: operation<DeleteRoleRequest, object>((input, ctx) => {
    const role = getRole(ctx, input.RoleName);
    const key = role.name.toLowerCase();
    if (role.linkedTo !== undefined) throw unmodifiable(role.name);
    if (ctx.table(instanceProfiles).by("role", key).length > 0) {
      throw deleteConflict("remove roles from instance profile first");
    }
    if (role.attached.length > 0) throw deleteConflict("detach all policies first");
    if (Object.keys(role.inline).length > 0) throw deleteConflict("delete policies first");
    ctx.table(roles).delete(key);
    return {};
  }),
};
