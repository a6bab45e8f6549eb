// Groups and who is in them.
import type {
  AddUserToGroupRequest,
  CreateGroupRequest,
  CreateGroupResponse,
  DeleteGroupRequest,
  GetGroupRequest,
  GetGroupResponse,
  ListGroupsForUserRequest,
  ListGroupsForUserResponse,
  ListGroupsRequest,
  ListGroupsResponse,
  RemoveUserFromGroupRequest,
  UpdateGroupRequest,
} from "@aws-sdk/client-iam";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { getGroup, getUser } from "../entities.ts";
import { alreadyExists, deleteConflict, quotaExceeded } from "../errors.ts";
import { briefUser, groupShape } from "../shapes.ts";
import type { GroupRow } from "../state.ts";
import { groups, users } from "../state.ts";
import { checkName, checkPath, page, underPath } from "../values.ts";

const groupsPerUser = 10;

function groupArn(ctx: Context, path: string, name: string): string {
  return `arn:${ctx.partition}:iam::${ctx.account}:group${path}${name}`;
}

function membersOf(ctx: Context, group: Readonly<GroupRow>) {
  return ctx.table(users).by("group", group.name.toLowerCase());
}

function isIn(groupNames: readonly string[], group: string): boolean {
  return groupNames.some((name) => name.toLowerCase() === group.toLowerCase());
}

export const groupOperations: Readonly<Record<string, Operation>> = {
  CreateGroup: operation<CreateGroupRequest, CreateGroupResponse>((input, ctx) => {
    const name = checkName(input.GroupName, "groupName", 128);
    const path = checkPath(input.Path);
    const table = ctx.table(groups);
    if (table.has(name.toLowerCase())) throw alreadyExists(`Group with name ${name} already exists.`);
    if (table.size >= ctx.quota("groups")) throw quotaExceeded("GroupsPerAccount", ctx.quota("groups"));
    const row = table.put(name.toLowerCase(), {
      name,
      path,
      id: ctx.ids.iam("AGPA"),
      arn: groupArn(ctx, path, name),
      createdAt: ctx.now(),
      inline: {},
      attached: [],
      tags: {},
    });
    return { Group: groupShape(row) };
  }),

  GetGroup: operation<GetGroupRequest, GetGroupResponse>((input, ctx) => {
    const group = getGroup(ctx, input.GroupName);
    const result = page("Users", membersOf(ctx, group), input, `GetGroup/${group.name}`);
    return { ...result, Group: groupShape(group), Users: result.Users.map(briefUser) };
  }),

  ListGroups: operation<ListGroupsRequest, ListGroupsResponse>((input, ctx) => {
    const result = page("Groups", underPath(ctx.table(groups).values(), input.PathPrefix), input, "ListGroups");
    return { ...result, Groups: result.Groups.map(groupShape) };
  }),

  ListGroupsForUser: operation<ListGroupsForUserRequest, ListGroupsForUserResponse>((input, ctx) => {
    const user = getUser(ctx, input.UserName);
    const rows = user.groups.map((name) => getGroup(ctx, name));
    const result = page("Groups", rows, input, `ListGroupsForUser/${user.name}`);
    return { ...result, Groups: result.Groups.map(groupShape) };
  }),

  UpdateGroup: operation<UpdateGroupRequest, object>((input, ctx) => {
    const group = getGroup(ctx, input.GroupName);
    const name = input.NewGroupName === undefined ? group.name : checkName(input.NewGroupName, "newGroupName", 128);
    const path = input.NewPath === undefined ? group.path : checkPath(input.NewPath);
    const [before, after] = [group.name.toLowerCase(), name.toLowerCase()];
    const table = ctx.table(groups);
    if (after !== before && table.has(after)) throw alreadyExists(`Group with name ${name} already exists.`);
    for (const user of membersOf(ctx, group)) {
      const renamed = user.groups.map((other) => (other.toLowerCase() === before ? name : other));
      ctx.table(users).update(user.name.toLowerCase(), { groups: renamed });
    }
    table.delete(before);
    table.put(after, { ...group, name, path, arn: groupArn(ctx, path, name) });
    return {};
  }),

  DeleteGroup: operation<DeleteGroupRequest, object>((input, ctx) => {
    const group = getGroup(ctx, input.GroupName);
    if (membersOf(ctx, group).length > 0) throw deleteConflict("remove users from group first");
    if (group.attached.length > 0) throw deleteConflict("detach all policies first");
    if (Object.keys(group.inline).length > 0) throw deleteConflict("delete policies first");
    ctx.table(groups).delete(group.name.toLowerCase());
    return {};
  }),

  AddUserToGroup: operation<AddUserToGroupRequest, object>((input, ctx) => {
    const group = getGroup(ctx, input.GroupName);
    const user = getUser(ctx, input.UserName);
    if (isIn(user.groups, group.name)) return {};
    if (user.groups.length >= groupsPerUser) throw quotaExceeded("GroupsPerUser", groupsPerUser);
    ctx.table(users).update(user.name.toLowerCase(), { groups: [...user.groups, group.name] });
    return {};
  }),

  RemoveUserFromGroup: operation<RemoveUserFromGroupRequest, object>((input, ctx) => {
    const group = getGroup(ctx, input.GroupName);
    const user = getUser(ctx, input.UserName);
    const left = user.groups.filter((name) => name.toLowerCase() !== group.name.toLowerCase());
    ctx.table(users).update(user.name.toLowerCase(), { groups: left });
    return {};
  }),
};
