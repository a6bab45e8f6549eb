// Users and their passwords.
import type {
  ChangePasswordRequest,
  CreateLoginProfileRequest,
  CreateLoginProfileResponse,
  CreateUserRequest,
  CreateUserResponse,
  DeleteLoginProfileRequest,
  DeleteUserRequest,
  GetLoginProfileRequest,
  GetLoginProfileResponse,
  GetUserRequest,
  GetUserResponse,
  ListUsersRequest,
  ListUsersResponse,
  LoginProfile,
  UpdateLoginProfileRequest,
  UpdateUserRequest,
} from "@aws-sdk/client-iam";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { checkBoundary } from "../documents.ts";
import { getUser } from "../entities.ts";
import { alreadyExists, deleteConflict, noSuchEntity, quotaExceeded } from "../errors.ts";
import { briefUser, fullUser } from "../shapes.ts";
import type { UserRow } from "../state.ts";
import { accessKeys, everywhere, users } from "../state.ts";
import { checkName, checkPath, mergeTags, page, underPath } from "../values.ts";

function userArn(ctx: Context, path: string, name: string): string {
  return `arn:${ctx.partition}:iam::${ctx.account}:user${path}${name}`;
}

/** The user named, or the caller's own when none is; AWS asks for a name when the caller is no user. */
export function userOrCaller(ctx: Context, name: string | undefined): string {
  if (name !== undefined) return name;
  if (ctx.principal.type === "IAMUser") return ctx.principal.name;
  throw new AwsError("ValidationError", "Must specify userName when calling with non-User credentials");
}

function loginShape(user: Readonly<UserRow>): LoginProfile {
  if (!user.login) throw noSuchEntity(`Login Profile for User ${user.name} cannot be found.`);
  return {
    UserName: user.name,
    CreateDate: new Date(user.login.createdAt),
    PasswordResetRequired: user.login.resetRequired,
  };
}

function rename(ctx: Context, user: Readonly<UserRow>, input: UpdateUserRequest): void {
  const name = input.NewUserName === undefined ? user.name : checkName(input.NewUserName, "newUserName");
  const path = input.NewPath === undefined ? user.path : checkPath(input.NewPath);
  const [before, after] = [user.name.toLowerCase(), name.toLowerCase()];
  const table = ctx.table(users);
  if (after !== before && table.has(after)) throw alreadyExists(`User with name ${name} already exists.`);
  table.delete(before);
  table.put(after, { ...user, name, path, arn: userArn(ctx, path, name) });
  for (const key of ctx.table(accessKeys, everywhere).by("user", `${ctx.account}/${before}`))
    ctx.table(accessKeys, everywhere).update(key.id, { user: after });
}

export const userOperations: Readonly<Record<string, Operation>> = {
  CreateUser: operation<CreateUserRequest, CreateUserResponse>((input, ctx) => {
    const name = checkName(input.UserName, "userName");
    const path = checkPath(input.Path);
    const table = ctx.table(users);
    if (table.has(name.toLowerCase())) throw alreadyExists(`User with name ${name} already exists.`);
    if (table.size >= ctx.quota("users")) throw quotaExceeded("UsersPerAccount", ctx.quota("users"));
    const row = table.put(name.toLowerCase(), {
      name,
      path,
      id: ctx.ids.iam("AIDA"),
      arn: userArn(ctx, path, name),
      createdAt: ctx.now(),
      inline: {},
      attached: [],
      ...(input.PermissionsBoundary === undefined ? {} : { boundary: checkBoundary(ctx, input.PermissionsBoundary) }),
      tags: mergeTags({}, input.Tags),
      groups: [],
    });
    return { User: fullUser(row) };
  }),

  GetUser: operation<GetUserRequest, GetUserResponse>({
    waiter: true,
    run: (input, ctx) => {
      const { principal, account } = ctx;
      if (input.UserName === undefined && (principal.type === "Root" || principal.administrator === true)) {
        const arn = principal.administrator === true ? principal.arn : `arn:${ctx.partition}:iam::${account}:root`;
        return {
          User: {
            Path: "/",
            UserName: principal.name,
            UserId: principal.principalId,
            Arn: arn,
            CreateDate: new Date(0),
          },
        };
      }
      return { User: fullUser(getUser(ctx, userOrCaller(ctx, input.UserName))) };
    },
  }),

  ListUsers: operation<ListUsersRequest, ListUsersResponse>((input, ctx) => {
    const result = page("Users", underPath(ctx.table(users).values(), input.PathPrefix), input, "ListUsers");
    return { ...result, Users: result.Users.map(briefUser) };
  }),

  UpdateUser: operation<UpdateUserRequest, object>((input, ctx) => {
    rename(ctx, getUser(ctx, input.UserName), input);
    return {};
  }),

  DeleteUser: operation<DeleteUserRequest, object>((input, ctx) => {
    const user = getUser(ctx, input.UserName);
    const key = user.name.toLowerCase();
    if (user.groups.length > 0) throw deleteConflict("remove users from group first");
    if (user.attached.length > 0) throw deleteConflict("detach all policies first");
    if (Object.keys(user.inline).length > 0) throw deleteConflict("delete policies first");
    if (ctx.table(accessKeys, everywhere).by("user", `${ctx.account}/${key}`).length > 0)
      throw deleteConflict("delete access keys first");
    if (user.login) throw deleteConflict("delete login profile first");
    ctx.table(users).delete(key);
    return {};
  }),

  CreateLoginProfile: operation<CreateLoginProfileRequest, CreateLoginProfileResponse>((input, ctx) => {
    const user = getUser(ctx, userOrCaller(ctx, input.UserName));
    if (user.login) throw alreadyExists(`Login Profile for user ${user.name} already exists.`);
    const login = { createdAt: ctx.now(), resetRequired: input.PasswordResetRequired ?? false };
    return { LoginProfile: loginShape(ctx.table(users).update(user.name.toLowerCase(), { login })) };
  }),

  GetLoginProfile: operation<GetLoginProfileRequest, GetLoginProfileResponse>((input, ctx) => ({
    LoginProfile: loginShape(getUser(ctx, userOrCaller(ctx, input.UserName))),
  })),

  UpdateLoginProfile: operation<UpdateLoginProfileRequest, object>((input, ctx) => {
    const user = getUser(ctx, input.UserName);
    loginShape(user);
    const createdAt = user.login?.createdAt ?? ctx.now();
    const resetRequired = input.PasswordResetRequired ?? user.login?.resetRequired ?? false;
    ctx.table(users).update(user.name.toLowerCase(), { login: { createdAt, resetRequired } });
    return {};
  }),

  DeleteLoginProfile: operation<DeleteLoginProfileRequest, object>((input, ctx) => {
    const user = getUser(ctx, userOrCaller(ctx, input.UserName));
    loginShape(user);
    const { login: _, ...rest } = user;
    ctx.table(users).put(user.name.toLowerCase(), rest);
    return {};
  }),

  ChangePassword: operation<ChangePasswordRequest, object>((_input, ctx) => {
    loginShape(getUser(ctx, userOrCaller(ctx, undefined)));
    return {};
  }),
};
