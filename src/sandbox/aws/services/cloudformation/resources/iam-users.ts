// Users, groups, who belongs to which, and access keys.
import type {
  CreateAccessKeyResponse,
  GetGroupResponse,
  GetUserResponse,
  ListAccessKeysResponse,
} from "@aws-sdk/client-iam";
import { pick } from "../adapter.ts";
import type { ResourceHandler, ResourceRequest } from "../handler.ts";
import { resource } from "../handler.ts";
import type { Tag } from "./iam-parts.ts";
import { boundary, inlinePolicies, listChanges, retag } from "./iam-parts.ts";

interface EntityProperties {
  UserName?: string;
  GroupName?: string;
  Path?: string;
  ManagedPolicyArns?: string[];
  Policies?: { PolicyName: string; PolicyDocument: object }[];
}

interface UserProperties extends EntityProperties {
  Groups?: string[];
  LoginProfile?: { Password: string; PasswordResetRequired?: boolean };
  PermissionsBoundary?: string;
  Tags?: Tag[];
}

function policies<P extends EntityProperties>(
  request: ResourceRequest<P>,
  kind: "User" | "Group",
  name: string,
  before: Partial<EntityProperties>,
  after: Partial<EntityProperties>,
): void {
  const { add, remove } = listChanges(before.ManagedPolicyArns, after.ManagedPolicyArns);
  for (const PolicyArn of remove) request.find(`Detach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn });
  for (const PolicyArn of add) request.call(`Attach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn });
  inlinePolicies(request, kind, name, before.Policies ?? [], after.Policies ?? []);
}

function membership(request: ResourceRequest<UserProperties>, before: string[] = [], after: string[] = []): void {
  const { add, remove } = listChanges(before, after);
  for (const GroupName of remove) request.find("RemoveUserFromGroup", { UserName: request.physicalId, GroupName });
  for (const GroupName of add) request.call("AddUserToGroup", { UserName: request.physicalId, GroupName });
}

const user = resource<UserProperties>("AWS::IAM::User", "iam", {
  name: "UserName",
  seconds: 10,
  create(request) {
    const { properties } = request;
    const UserName = properties.UserName ?? request.generatedName({ max: 64 });
    request.call("CreateUser", { UserName, ...pick({ ...properties }, ["Path", "PermissionsBoundary", "Tags"]) });
    policies(request, "User", UserName, {}, properties);
    membership({ ...request, physicalId: UserName }, [], properties.Groups);
    if (properties.LoginProfile) request.call("CreateLoginProfile", { UserName, ...properties.LoginProfile });
    return UserName;
  },
  read(request) {
    const made = request.find<GetUserResponse>("GetUser", { UserName: request.physicalId })?.User;
    return made && { Arn: made.Arn, UserName: made.UserName, Path: made.Path, Tags: made.Tags ?? [] };
  },
  update(request, old) {
    const { properties, physicalId: UserName } = request;
    policies(request, "User", UserName, old, properties);
    membership(request, old.Groups, properties.Groups);
    boundary(request, "User", { UserName }, old.PermissionsBoundary, properties.PermissionsBoundary);
    retag(request, "User", { UserName }, old.Tags, properties.Tags);
  },
  delete(request) {
    const { properties, physicalId: UserName } = request;
    membership(request, properties.Groups, []);
    policies(request, "User", UserName, properties, {});
    if (properties.LoginProfile) request.find("DeleteLoginProfile", { UserName });
    request.call("DeleteUser", { UserName });
  },
});

const group = resource<EntityProperties>("AWS::IAM::Group", "iam", {
  name: "GroupName",
  seconds: 10,
  create(request) {
    const GroupName = request.properties.GroupName ?? request.generatedName({ max: 128 });
    request.call("CreateGroup", { GroupName, ...pick({ ...request.properties }, ["Path"]) });
    policies(request, "Group", GroupName, {}, request.properties);
    return GroupName;
  },
  read(request) {
    const made = request.find<GetGroupResponse>("GetGroup", { GroupName: request.physicalId })?.Group;
    return made && { Arn: made.Arn, GroupName: made.GroupName, Path: made.Path };
  },
  update(request, old) {
    policies(request, "Group", request.physicalId, old, request.properties);
  },
  delete(request) {
    policies(request, "Group", request.physicalId, request.properties, {});
    request.call("DeleteGroup", { GroupName: request.physicalId });
  },
});

interface AdditionProperties {
  GroupName: string;
  Users: string[];
}

const addition = resource<AdditionProperties>("AWS::IAM::UserToGroupAddition", "iam", {
  create(request) {
    const { GroupName, Users } = request.properties;
    for (const UserName of Users) request.call("AddUserToGroup", { GroupName, UserName });
    return request.generatedName({ max: 128 });
  },
  read(request) {
    const { GroupName, Users } = request.properties;
    const found = request.find<GetGroupResponse>("GetGroup", { GroupName });
    const members = (found?.Users ?? []).map((member) => member.UserName);
    return found && { Id: request.physicalId, GroupName, Users: Users.filter((name) => members.includes(name)) };
  },
  update(request, old) {
    for (const UserName of old.Users) request.find("RemoveUserFromGroup", { GroupName: old.GroupName, UserName });
    const { GroupName, Users } = request.properties;
    for (const UserName of Users) request.call("AddUserToGroup", { GroupName, UserName });
  },
  delete(request) {
    const { GroupName, Users } = request.properties;
    for (const UserName of Users) request.find("RemoveUserFromGroup", { GroupName, UserName });
  },
});

interface AccessKeyProperties {
  UserName: string;
  Status?: string;
  Serial?: number;
}

const accessKey = resource<AccessKeyProperties>("AWS::IAM::AccessKey", "iam", {
  create(request) {
    const { UserName, Status } = request.properties;
    const { AccessKey: made } = request.call<CreateAccessKeyResponse>("CreateAccessKey", { UserName });
    const AccessKeyId = made?.AccessKeyId ?? "";
    if (Status === "Inactive") request.call("UpdateAccessKey", { UserName, AccessKeyId, Status });
    return { id: AccessKeyId, attributes: { SecretAccessKey: made?.SecretAccessKey } };
  },
  read(request) {
    const { UserName } = request.properties;
    const found = request.find<ListAccessKeysResponse>("ListAccessKeys", { UserName });
    const made = (found?.AccessKeyMetadata ?? []).find((key) => key.AccessKeyId === request.physicalId);
    return made && { Id: made.AccessKeyId, UserName, Status: made.Status };
  },
  update(request) {
    const { UserName, Status = "Active" } = request.properties;
    request.call("UpdateAccessKey", { UserName, AccessKeyId: request.physicalId, Status });
  },
  delete(request) {
    request.call("DeleteAccessKey", { UserName: request.properties.UserName, AccessKeyId: request.physicalId });
  },
});

export const userTypes: readonly ResourceHandler[] = [user, group, addition, accessKey];
