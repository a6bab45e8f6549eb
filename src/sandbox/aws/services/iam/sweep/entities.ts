// Roles, users, groups, instance profiles and what belongs to them.
import type { SweepRow, SweepWorld } from "../../../sweeping.ts";
import { row, text } from "../../../sweeping.ts";
import {
  absentPolicy,
  GroupName,
  InstanceProfileName,
  RoleName,
  UserName,
  document,
  group,
  managed,
  profile,
  role,
  trust,
  user,
} from "./testing.ts";

const noUser = `NoSuchEntity: The user with name ${UserName} cannot be found.`;
const noRole = `NoSuchEntity: The role with name ${RoleName} cannot be found.`;
const noGroup = `NoSuchEntity: The group with name ${GroupName} cannot be found.`;
const noProfile = "NoSuchEntity: Instance Profile boat cannot be found.";
const badPage = "ValidationError: 1 validation error detected: Value '0' at 'maxItems'";

interface Kind {
  word: "User" | "Role" | "Group";
  name: object;
  make: (w: SweepWorld) => unknown;
  none: string;
}

const kinds: readonly Kind[] = [
  { word: "User", name: { UserName }, make: user, none: noUser },
  { word: "Role", name: { RoleName }, make: role, none: noRole },
  { word: "Group", name: { GroupName }, make: group, none: noGroup },
];

/** Inline and managed policies work alike on all three. */
function policiesOf({ word, name, make, none: absent }: Kind): SweepRow[] {
  const PolicyName = "p";
  const put = (w: SweepWorld): void => {
    make(w);
    w.call(`Put${word}Policy`, { ...name, PolicyName, PolicyDocument: document });
  };
  const attach = (w: SweepWorld): void => {
    make(w);
    w.call(`Attach${word}Policy`, { ...name, PolicyArn: managed });
  };
  const inline = (w: SweepWorld): unknown => w.call(`List${word}Policies`, name);
  const attached = (w: SweepWorld): unknown => w.call(`ListAttached${word}Policies`, name);
  const after = (prepare: (w: SweepWorld) => void, look: (w: SweepWorld) => unknown) => (w: SweepWorld) => {
    prepare(w);
    return look(w);
  };
  const broken = (w: SweepWorld): object => {
    make(w);
    return { ...name, PolicyName, PolicyDocument: "{" };
  };
  return [
    row(
      `Put${word}Policy`,
      after(put, inline),
      { PolicyNames: ["p"] },
      broken,
      "MalformedPolicyDocument: Syntax errors in policy.",
    ),
    row(
      `Get${word}Policy`,
      after(put, (w) => w.call(`Get${word}Policy`, { ...name, PolicyName })),
      { ...name, PolicyName, PolicyDocument: encodeURIComponent(document).replaceAll("*", "%2A") },
      (w) => (make(w), { ...name, PolicyName: "q" }),
      `NoSuchEntity: The ${word.toLowerCase()} policy with name q cannot be found.`,
    ),
    row(`List${word}Policies`, after(put, inline), { PolicyNames: ["p"], IsTruncated: false }, () => name, absent),
    row(
      `Delete${word}Policy`,
      after(put, (w) => (w.call(`Delete${word}Policy`, { ...name, PolicyName }), inline(w))),
      { PolicyNames: [] },
      (w) => (make(w), { ...name, PolicyName: "q" }),
      `NoSuchEntity: The ${word.toLowerCase()} policy with name q cannot be found.`,
    ),
    row(
      `Attach${word}Policy`,
      after(attach, attached),
      { AttachedPolicies: [{ PolicyName: "ReadOnlyAccess", PolicyArn: managed }] },
      (w) => (make(w), { ...name, PolicyArn: absentPolicy }),
      `NoSuchEntity: Policy ${absentPolicy} does not exist or is not attachable.`,
    ),
    row(`ListAttached${word}Policies`, after(attach, attached), { AttachedPolicies: [{}] }, () => name, absent),
    row(
      `Detach${word}Policy`,
      after(attach, (w) => (w.call(`Detach${word}Policy`, { ...name, PolicyArn: managed }), attached(w))),
      { AttachedPolicies: [] },
      (w) => (make(w), { ...name, PolicyArn: managed }),
      `NoSuchEntity: Policy ${managed} was not found.`,
    ),
  ];
}

/** Boundaries of users and roles. */
function boundaryOf({ word, name, make, none: absent }: Kind): SweepRow[] {
  const set = (w: SweepWorld): void => {
    make(w);
    w.call(`Put${word}PermissionsBoundary`, { ...name, PermissionsBoundary: managed });
  };
  const get = (w: SweepWorld): unknown => w.call(`Get${word}`, name)[word];
  return [
    row(
      `Put${word}PermissionsBoundary`,
      (w) => (set(w), get(w)),
      { PermissionsBoundary: { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: managed } },
      (w) => (make(w), { ...name, PermissionsBoundary: absentPolicy }),
      `NoSuchEntity: Scope ARN: ${absentPolicy} does not exist or is not attachable.`,
    ),
    row(
      `Delete${word}PermissionsBoundary`,
      (w) => {
        set(w);
        w.call(`Delete${word}PermissionsBoundary`, name);
        return { has: "PermissionsBoundary" in (get(w) as object) };
      },
      { has: false },
      () => name,
      absent,
    ),
  ];
}

const roles: readonly SweepRow[] = [
  row(
    "CreateRole",
    (w) => role(w, { Description: "d" }),
    { Role: { RoleName, Path: "/", Description: "d" } },
    (w) => (role(w), { RoleName, AssumeRolePolicyDocument: trust }),
    `EntityAlreadyExists: Role with name ${RoleName} already exists.`,
  ),
  row(
    "GetRole",
    (w) => (role(w), w.call("GetRole", { RoleName })),
    { Role: { RoleName, MaxSessionDuration: 3600 } },
    () => ({ RoleName }),
    noRole,
  ),
  row(
    "ListRoles",
    (w) => (role(w, { Path: "/deck/" }), w.call("ListRoles", { PathPrefix: "/deck/" })),
    { Roles: [{ RoleName }] },
    () => ({ MaxItems: 0 }),
    badPage,
  ),
  row(
    "UpdateRole",
    (w) => (role(w), w.call("UpdateRole", { RoleName, MaxSessionDuration: 7200 }), w.call("GetRole", { RoleName })),
    { Role: { MaxSessionDuration: 7200 } },
    () => ({ RoleName }),
    noRole,
  ),
  row(
    "UpdateRoleDescription",
    (w) => (role(w), w.call("UpdateRoleDescription", { RoleName, Description: "new" })),
    { Role: { Description: "new" } },
    () => ({ RoleName, Description: "new" }),
    noRole,
  ),
  row(
    "UpdateAssumeRolePolicy",
    (w) => (
      role(w),
      w.call("UpdateAssumeRolePolicy", { RoleName, PolicyDocument: trust.replace("ec2", "eks") }),
      { trust: decodeURIComponent(text(w.call("GetRole", { RoleName }), "Role", "AssumeRolePolicyDocument")) }
    ),
    { trust: trust.replace("ec2", "eks") },
    (w) => (role(w), { RoleName, PolicyDocument: document }),
    "MalformedPolicyDocument: Has prohibited field Resource",
  ),
  row(
    "DeleteRole",
    (w) => (role(w), w.call("DeleteRole", { RoleName }), w.call("ListRoles")),
    { Roles: [] },
    (w) => (role(w), w.call("AttachRolePolicy", { RoleName, PolicyArn: managed }), { RoleName }),
    "DeleteConflict: Cannot delete entity, must detach all policies first.",
  ),
];

const users: readonly SweepRow[] = [
  row(
    "CreateUser",
    (w) => user(w, { Path: "/deck/" }),
    { User: { UserName, Path: "/deck/" } },
    (w) => (user(w), { UserName }),
    `EntityAlreadyExists: User with name ${UserName} already exists.`,
  ),
  row(
    "GetUser",
    (w) => (user(w), w.call("GetUser", { UserName })),
    { User: { UserName } },
    () => ({ UserName }),
    noUser,
  ),
  row(
    "ListUsers",
    (w) => (user(w), w.call("ListUsers")),
    { Users: [{ UserName }], IsTruncated: false },
    () => ({ MaxItems: 0 }),
    badPage,
  ),
  row(
    "UpdateUser",
    (w) => (user(w), w.call("UpdateUser", { UserName, NewUserName: "bob" }), w.call("ListUsers")),
    { Users: [{ UserName: "bob" }] },
    () => ({ UserName }),
    noUser,
  ),
  row(
    "DeleteUser",
    (w) => (user(w), w.call("DeleteUser", { UserName }), w.call("ListUsers")),
    { Users: [] },
    (w) => (user(w), w.call("CreateAccessKey", { UserName }), { UserName }),
    "DeleteConflict: Cannot delete entity, must delete access keys first.",
  ),
  row(
    "CreateLoginProfile",
    (w) => (user(w), w.call("CreateLoginProfile", { UserName, Password: "Aye4y3!x", PasswordResetRequired: true })),
    { LoginProfile: { UserName, PasswordResetRequired: true } },
    () => ({ UserName, Password: "Aye4y3!x" }),
    noUser,
  ),
  row(
    "GetLoginProfile",
    (w) => (
      user(w),
      w.call("CreateLoginProfile", { UserName, Password: "Aye4y3!x" }),
      w.call("GetLoginProfile", { UserName })
    ),
    { LoginProfile: { UserName } },
    (w) => (user(w), { UserName }),
    `NoSuchEntity: Login Profile for User ${UserName} cannot be found.`,
  ),
  row(
    "UpdateLoginProfile",
    (w) => (
      user(w),
      w.call("CreateLoginProfile", { UserName, Password: "Aye4y3!x" }),
      w.call("UpdateLoginProfile", { UserName, PasswordResetRequired: true }),
      w.call("GetLoginProfile", { UserName })
    ),
    { LoginProfile: { PasswordResetRequired: true } },
    (w) => (user(w), { UserName }),
    `NoSuchEntity: Login Profile for User ${UserName} cannot be found.`,
  ),
  row(
    "DeleteLoginProfile",
    (w) => (
      user(w),
      w.call("CreateLoginProfile", { UserName, Password: "Aye4y3!x" }),
      w.call("DeleteLoginProfile", { UserName }),
      w.call("DeleteUser", { UserName }),
      w.call("ListUsers")
    ),
    { Users: [] },
    (w) => (user(w), { UserName }),
    `NoSuchEntity: Login Profile for User ${UserName} cannot be found.`,
  ),
  row(
    "ChangePassword",
    (w) => {
      w.call("CreateUser", { UserName: w.principal.name });
      w.call("CreateLoginProfile", { UserName: w.principal.name, Password: "Aye4y3!x" });
      return w.call("ChangePassword", { OldPassword: "Aye4y3!x", NewPassword: "Aye4y3!y" });
    },
    {},
    () => ({ OldPassword: "a", NewPassword: "b" }),
    "NoSuchEntity: The user with name administrator cannot be found.",
  ),
  row(
    "CreateAccessKey",
    (w) => (user(w), w.call("CreateAccessKey", { UserName })),
    { AccessKey: { UserName, Status: "Active" } },
    (w) => (user(w), w.call("CreateAccessKey", { UserName }), w.call("CreateAccessKey", { UserName }), { UserName }),
    "LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2",
  ),
  row(
    "ListAccessKeys",
    (w) => (user(w), w.call("CreateAccessKey", { UserName }), w.call("ListAccessKeys", { UserName })),
    { AccessKeyMetadata: [{ UserName, Status: "Active" }] },
    () => ({ UserName }),
    noUser,
  ),
  row(
    "UpdateAccessKey",
    (w) => {
      user(w);
      const AccessKeyId = text(w.call("CreateAccessKey", { UserName }), "AccessKey", "AccessKeyId");
      w.call("UpdateAccessKey", { UserName, AccessKeyId, Status: "Inactive" });
      return w.call("ListAccessKeys", { UserName });
    },
    { AccessKeyMetadata: [{ Status: "Inactive" }] },
    (w) => (user(w), { UserName, AccessKeyId: "AKIAABSENT0000000000", Status: "Active" }),
    "NoSuchEntity: The Access Key with id AKIAABSENT0000000000 cannot be found.",
  ),
  row(
    "DeleteAccessKey",
    (w) => {
      user(w);
      const AccessKeyId = text(w.call("CreateAccessKey", { UserName }), "AccessKey", "AccessKeyId");
      w.call("DeleteAccessKey", { UserName, AccessKeyId });
      return w.call("ListAccessKeys", { UserName });
    },
    { AccessKeyMetadata: [] },
    (w) => (user(w), { UserName, AccessKeyId: "AKIAABSENT0000000000" }),
    "NoSuchEntity: The Access Key with id AKIAABSENT0000000000 cannot be found.",
  ),
  row(
    "GetAccessKeyLastUsed",
    (w) => (
      user(w),
      w.call("GetAccessKeyLastUsed", {
        AccessKeyId: text(w.call("CreateAccessKey", { UserName }), "AccessKey", "AccessKeyId"),
      })
    ),
    { UserName, AccessKeyLastUsed: { ServiceName: "N/A", Region: "N/A" } },
    () => ({ AccessKeyId: "AKIAABSENT0000000000" }),
    "NoSuchEntity: The Access Key with id AKIAABSENT0000000000 cannot be found.",
  ),
];

const join = (w: SweepWorld): void => {
  user(w);
  group(w);
  w.call("AddUserToGroup", { UserName, GroupName });
};

const groups: readonly SweepRow[] = [
  row(
    "CreateGroup",
    group,
    { Group: { GroupName, Path: "/" } },
    (w) => (group(w), { GroupName }),
    `EntityAlreadyExists: Group with name ${GroupName} already exists.`,
  ),
  row(
    "GetGroup",
    (w) => (join(w), w.call("GetGroup", { GroupName })),
    { Group: { GroupName }, Users: [{ UserName }] },
    () => ({ GroupName }),
    noGroup,
  ),
  row(
    "ListGroups",
    (w) => (group(w), w.call("ListGroups")),
    { Groups: [{ GroupName }] },
    () => ({ MaxItems: 0 }),
    badPage,
  ),
  row(
    "ListGroupsForUser",
    (w) => (join(w), w.call("ListGroupsForUser", { UserName })),
    { Groups: [{ GroupName }] },
    () => ({ UserName }),
    noUser,
  ),
  row(
    "UpdateGroup",
    (w) => (
      join(w),
      w.call("UpdateGroup", { GroupName, NewGroupName: "mates" }),
      w.call("ListGroupsForUser", { UserName })
    ),
    { Groups: [{ GroupName: "mates" }] },
    () => ({ GroupName }),
    noGroup,
  ),
  row(
    "DeleteGroup",
    (w) => (group(w), w.call("DeleteGroup", { GroupName }), w.call("ListGroups")),
    { Groups: [] },
    (w) => (join(w), { GroupName }),
    "DeleteConflict: Cannot delete entity, must remove users from group first.",
  ),
  row(
    "AddUserToGroup",
    (w) => (join(w), w.call("GetGroup", { GroupName })),
    { Users: [{ UserName }] },
    (w) => (user(w), { UserName, GroupName }),
    noGroup,
  ),
  row(
    "RemoveUserFromGroup",
    (w) => (join(w), w.call("RemoveUserFromGroup", { UserName, GroupName }), w.call("GetGroup", { GroupName })),
    { Users: [] },
    (w) => (user(w), { UserName, GroupName }),
    noGroup,
  ),
];

const board = (w: SweepWorld): void => {
  role(w);
  profile(w);
  w.call("AddRoleToInstanceProfile", { InstanceProfileName, RoleName });
};

const profiles: readonly SweepRow[] = [
  row(
    "CreateInstanceProfile",
    profile,
    { InstanceProfile: { InstanceProfileName, Roles: [] } },
    (w) => (profile(w), { InstanceProfileName }),
    `EntityAlreadyExists: Instance Profile ${InstanceProfileName} already exists.`,
  ),
  row(
    "GetInstanceProfile",
    (w) => (board(w), w.call("GetInstanceProfile", { InstanceProfileName })),
    { InstanceProfile: { Roles: [{ RoleName }] } },
    () => ({ InstanceProfileName }),
    noProfile,
  ),
  row(
    "ListInstanceProfiles",
    (w) => (profile(w), w.call("ListInstanceProfiles")),
    { InstanceProfiles: [{ InstanceProfileName }] },
    () => ({ MaxItems: 0 }),
    badPage,
  ),
  row(
    "ListInstanceProfilesForRole",
    (w) => (board(w), w.call("ListInstanceProfilesForRole", { RoleName })),
    { InstanceProfiles: [{ InstanceProfileName }] },
    () => ({ RoleName }),
    noRole,
  ),
  row(
    "AddRoleToInstanceProfile",
    (w) => (board(w), w.call("GetInstanceProfile", { InstanceProfileName })),
    { InstanceProfile: { Roles: [{ RoleName }] } },
    (w) => (board(w), { InstanceProfileName, RoleName }),
    "LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
  ),
  row(
    "RemoveRoleFromInstanceProfile",
    (w) => (
      board(w),
      w.call("RemoveRoleFromInstanceProfile", { InstanceProfileName, RoleName }),
      w.call("GetInstanceProfile", { InstanceProfileName })
    ),
    { InstanceProfile: { Roles: [] } },
    () => ({ InstanceProfileName, RoleName }),
    noProfile,
  ),
  row(
    "DeleteInstanceProfile",
    (w) => (profile(w), w.call("DeleteInstanceProfile", { InstanceProfileName }), w.call("ListInstanceProfiles")),
    { InstanceProfiles: [] },
    (w) => (board(w), { InstanceProfileName }),
    "DeleteConflict: Cannot delete entity, must remove roles from instance profile first.",
  ),
];

export const entityFamilies: Readonly<Record<string, readonly SweepRow[]>> = {
  roles,
  users,
  groups,
  profiles,
  "policies of entities": kinds.flatMap(policiesOf),
  boundaries: kinds.filter(({ word }) => word !== "Group").flatMap(boundaryOf),
};
