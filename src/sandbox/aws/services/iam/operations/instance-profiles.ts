// Instance profiles: the envelope in which EC2 gets a role.
import type {
  AddRoleToInstanceProfileRequest,
  CreateInstanceProfileRequest,
  CreateInstanceProfileResponse,
  DeleteInstanceProfileRequest,
  GetInstanceProfileRequest,
  GetInstanceProfileResponse,
  ListInstanceProfilesForRoleRequest,
  ListInstanceProfilesForRoleResponse,
  ListInstanceProfilesRequest,
  ListInstanceProfilesResponse,
  RemoveRoleFromInstanceProfileRequest,
} from "@aws-sdk/client-iam";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { getRole } from "../entities.ts";
import { alreadyExists, deleteConflict, noSuchEntity, quotaExceeded, unmodifiable } from "../errors.ts";
import { instanceProfileShape } from "../shapes.ts";
import type { InstanceProfileRow } from "../state.ts";
import { instanceProfiles } from "../state.ts";
import { checkName, checkPath, mergeTags, page, underPath } from "../values.ts";

/**
 * An instance profile by name, in any case.
 *
 * @throws AwsError NoSuchEntity
 */
export function getInstanceProfile(ctx: Context, name: string | undefined): Readonly<InstanceProfileRow> {
  const row = ctx.table(instanceProfiles).get((name ?? "").toLowerCase());
  if (!row) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return row;
}

export const instanceProfileOperations: Readonly<Record<string, Operation>> = {
  CreateInstanceProfile: operation<CreateInstanceProfileRequest, CreateInstanceProfileResponse>((input, ctx) => {
    const name = checkName(input.InstanceProfileName, "instanceProfileName", 128);
    const path = checkPath(input.Path);
    const table = ctx.table(instanceProfiles);
    if (table.has(name.toLowerCase())) throw alreadyExists(`Instance Profile ${name} already exists.`);
    if (table.size >= ctx.quota("instanceProfiles"))
      throw quotaExceeded("InstanceProfilesPerAccount", ctx.quota("instanceProfiles"));
    const row = table.put(name.toLowerCase(), {
      name,
      path,
      id: ctx.ids.iam("AIPA"),
      arn: `arn:${ctx.partition}:iam::${ctx.account}:instance-profile${path}${name}`,
      createdAt: ctx.now(),
      tags: mergeTags({}, input.Tags),
      roles: [],
    });
    return { InstanceProfile: instanceProfileShape(ctx, row) };
  }),

  GetInstanceProfile: operation<GetInstanceProfileRequest, GetInstanceProfileResponse>({
    waiter: true,
    run: (input, ctx) => ({
      InstanceProfile: instanceProfileShape(ctx, getInstanceProfile(ctx, input.InstanceProfileName)),
    }),
  }),

  ListInstanceProfiles: operation<ListInstanceProfilesRequest, ListInstanceProfilesResponse>((input, ctx) => {
    const rows = underPath(ctx.table(instanceProfiles).values(), input.PathPrefix);
    const result = page("InstanceProfiles", rows, input, "ListInstanceProfiles");
    return { ...result, InstanceProfiles: result.InstanceProfiles.map((row) => instanceProfileShape(ctx, row, false)) };
  }),

  ListInstanceProfilesForRole: operation<ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse>(
    (input, ctx) => {
      const role = getRole(ctx, input.RoleName);
      const rows = ctx.table(instanceProfiles).by("role", role.name.toLowerCase());
      const result = page("InstanceProfiles", rows, input, `ListInstanceProfilesForRole/${role.name}`);
      const shapes = result.InstanceProfiles.map((row) => instanceProfileShape(ctx, row, false));
      return { ...result, InstanceProfiles: shapes };
    },
  ),

  AddRoleToInstanceProfile: operation<AddRoleToInstanceProfileRequest, object>((input, ctx) => {
    const profile = getInstanceProfile(ctx, input.InstanceProfileName);
    const role = getRole(ctx, input.RoleName);
    if (role.linkedTo !== undefined) throw unmodifiable(role.name);
    if (profile.roles.length > 0) throw quotaExceeded("InstanceSessionsPerInstanceProfile", 1);
    ctx.table(instanceProfiles).update(profile.name.toLowerCase(), { roles: [role.name] });
    return {};
  }),

  RemoveRoleFromInstanceProfile: operation<RemoveRoleFromInstanceProfileRequest, object>((input, ctx) => {
    const profile = getInstanceProfile(ctx, input.InstanceProfileName);
    const role = getRole(ctx, input.RoleName);
    if (!profile.roles.includes(role.name)) {
      throw noSuchEntity(`The role with name ${role.name} cannot be found in instance profile ${profile.name}.`);
    }
    ctx.table(instanceProfiles).update(profile.name.toLowerCase(), { roles: [] });
    return {};
  }),

  DeleteInstanceProfile: operation<DeleteInstanceProfileRequest, object>((input, ctx) => {
    const profile = getInstanceProfile(ctx, input.InstanceProfileName);
    if (profile.roles.length > 0) throw deleteConflict("remove roles from instance profile first");
    ctx.table(instanceProfiles).delete(profile.name.toLowerCase());
    return {};
  }),
};
