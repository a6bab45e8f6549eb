// Permissions boundaries of roles and users.
import type {
  DeleteRolePermissionsBoundaryRequest,
  DeleteUserPermissionsBoundaryRequest,
  PutRolePermissionsBoundaryRequest,
  PutUserPermissionsBoundaryRequest,
} from "@aws-sdk/client-iam";
import type { Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { checkBoundary } from "../documents.ts";
import { getOwnRole, getUser } from "../entities.ts";
import { noSuchEntity } from "../errors.ts";
import type { Entity } from "../state.ts";
import { roles, users } from "../state.ts";

function without<Row extends Entity>(row: Readonly<Row>, noun: string): Omit<Row, "boundary"> {
  if (row.boundary === undefined) throw noSuchEntity(`${noun} ${row.name} does not have a permissions boundary.`);
  const { boundary: _, ...rest } = row;
  return rest;
}

export const boundaryOperations: Readonly<Record<string, Operation>> = {
  PutRolePermissionsBoundary: operation<PutRolePermissionsBoundaryRequest, object>((input, ctx) => {
    const role = getOwnRole(ctx, input.RoleName);
    ctx.table(roles).update(role.name.toLowerCase(), { boundary: checkBoundary(ctx, input.PermissionsBoundary ?? "") });
    return {};
  }),

  DeleteRolePermissionsBoundary: operation<DeleteRolePermissionsBoundaryRequest, object>((input, ctx) => {
    const role = getOwnRole(ctx, input.RoleName);
    ctx.table(roles).put(role.name.toLowerCase(), without(role, "Role"));
    return {};
  }),

  PutUserPermissionsBoundary: operation<PutUserPermissionsBoundaryRequest, object>((input, ctx) => {
    const user = getUser(ctx, input.UserName);
    ctx.table(users).update(user.name.toLowerCase(), { boundary: checkBoundary(ctx, input.PermissionsBoundary ?? "") });
    return {};
  }),

  DeleteUserPermissionsBoundary: operation<DeleteUserPermissionsBoundaryRequest, object>((input, ctx) => {
    const user = getUser(ctx, input.UserName);
    ctx.table(users).put(user.name.toLowerCase(), without(user, "User"));
    return {};
  }),
};
