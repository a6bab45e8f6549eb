// Roles, users and groups as one notion: the families of policy operations are made from these definitions.
import type { Context, Table, TableDefinition } from "../../core/index.ts";
import { policySizeLimits } from "../../../../iam/index.ts";
import { noSuchEntity, unmodifiable } from "./errors.ts";
import type { iamQuotas } from "./quotas.ts";
import type { Entity, GroupRow, RoleRow, UserRow } from "./state.ts";
import { groups, roles, users } from "./state.ts";

export type EntityWord = "Role" | "User" | "Group";

export interface EntityKind {
  word: EntityWord;
  /** As in messages: `The role with name x cannot be found.` */
  noun: string;
  member: "RoleName" | "UserName" | "GroupName";
  table: TableDefinition<Entity>;
  /** Characters of all inline policies together. */
  inlineLimit: number;
  /** Managed policies: the quota's name in messages, and ours. */
  attachedQuota: { name: string; quota: keyof typeof iamQuotas };
}

export const entityKinds: readonly EntityKind[] = [
  {
    word: "Role",
    noun: "role",
    member: "RoleName",
    table: roles as unknown as TableDefinition<Entity>,
    inlineLimit: policySizeLimits.roleInline,
    attachedQuota: { name: "PoliciesPerRole", quota: "policiesPerRole" },
  },
  {
    word: "User",
    noun: "user",
    member: "UserName",
    table: users as unknown as TableDefinition<Entity>,
    inlineLimit: policySizeLimits.userInline,
    attachedQuota: { name: "PoliciesPerUser", quota: "policiesPerUser" },
  },
  {
    word: "Group",
    noun: "group",
    member: "GroupName",
    table: groups,
    inlineLimit: policySizeLimits.groupInline,
    attachedQuota: { name: "PoliciesPerGroup", quota: "policiesPerGroup" },
  },
];

/** The row of that name, or AWS's NoSuchEntity. */
export function getEntity<Row extends Entity>(table: Table<Row>, noun: string, name: string): Readonly<Row> {
  const row = table.get(name.toLowerCase());
  if (!row) throw noSuchEntity(`The ${noun} with name ${name} cannot be found.`);
  return row;
}

/**
 * A role by name, in any case.
 *
 * @throws AwsError NoSuchEntity
 */
export function getRole(ctx: Context, name: string | undefined): Readonly<RoleRow> {
  return getEntity(ctx.table(roles), "role", name ?? "");
}

/** A role that may be changed: service-linked roles may not. */
export function getOwnRole(ctx: Context, name: string | undefined): Readonly<RoleRow> {
  const role = getRole(ctx, name);
  if (role.linkedTo !== undefined && ctx.principal.type !== "AWSService") throw unmodifiable(role.name);
  return role;
}

/**
 * A user by name, in any case.
 *
 * @throws AwsError NoSuchEntity
 */
export function getUser(ctx: Context, name: string | undefined): Readonly<UserRow> {
  return getEntity(ctx.table(users), "user", name ?? "");
}

/**
 * A group by name, in any case.
 *
 * @throws AwsError NoSuchEntity
 */
export function getGroup(ctx: Context, name: string | undefined): Readonly<GroupRow> {
  return getEntity(ctx.table(groups), "group", name ?? "");
}

/** All rows that have the policy attached, or as boundary. */
export function holdersOf(
  ctx: Context,
  index: "attached" | "boundary",
  arn: string,
): { kind: EntityKind; row: Entity }[] {
  return entityKinds.flatMap((kind) =>
    ctx
      .table(kind.table)
      .by(index, arn)
      .map((row) => ({ kind, row })),
  );
}
