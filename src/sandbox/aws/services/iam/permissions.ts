// What a caller of IAM needs: the action on the ARN of what is named, with IAM's own condition keys.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
import type { Context, Operation, Permission, TableDefinition } from "../../core/index.ts";
import type { Tags } from "./state.ts";
import { groups, instanceProfiles, roles, users } from "./state.ts";

type Input = Readonly<Record<string, unknown>>;

interface Target {
  arn: string;
  tags?: Tags;
  boundary?: string;
}

interface Named {
  member: string;
  type: string;
  table: TableDefinition<Target>;
}

const untyped = (table: unknown): Named["table"] => table as Named["table"];

// In this order: AddRoleToInstanceProfile is about the profile, AddUserToGroup about the group.
const named: readonly Named[] = [
  { member: "InstanceProfileName", type: "instance-profile", table: untyped(instanceProfiles) },
  { member: "GroupName", type: "group", table: untyped(groups) },
  { member: "RoleName", type: "role", table: untyped(roles) },
  { member: "UserName", type: "user", table: untyped(users) },
];

/** These take no name: the resource is the whole account. */
const accountWide =
  /^(List(Roles|Users|Groups|Policies|InstanceProfiles|OpenIDConnectProviders|AccountAliases|SAMLProviders|ServerCertificates|VirtualMFADevices)|\w+CredentialReport|(Get|Create|Delete|Update)Account\w*|GetAccountAuthorizationDetails|SimulateCustomPolicy|GetContextKeysForCustomPolicy|GetAccessKeyLastUsed|GetServiceLinkedRoleDeletionStatus)$/;

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function resourceOf(operation: string, input: Input, ctx: Context): Target {
  if (accountWide.test(operation)) return { arn: "*" };
  const account = `arn:${ctx.partition}:iam::${ctx.account}`;
  for (const { member, type, table } of named) {
    const name = text(input[member]);
    if (name === undefined) continue;
    const row = ctx.table(table).get(name.toLowerCase());
    if (row) return row;
    return { arn: `${account}:${type}${text(input["Path"]) ?? "/"}${name}` };
  }
  const arn = text(input["PolicyArn"]) ?? text(input["OpenIDConnectProviderArn"]) ?? text(input["PolicySourceArn"]);
  if (arn !== undefined) return { arn };
  const policy = text(input["PolicyName"]);
  if (policy !== undefined) return { arn: `${account}:policy${text(input["Path"]) ?? "/"}${policy}` };
  const url = text(input["Url"]);
  if (url !== undefined) return { arn: `${account}:oidc-provider/${url.replace(/^https:\/\//, "")}` };
  const service = text(input["AWSServiceName"]);
  if (service !== undefined) return { arn: `${account}:role/aws-service-role/${service}/*` };
  // What is left acts on the caller: GetUser, CreateAccessKey … without a name.
  return { arn: ctx.principal.type === "IAMUser" ? ctx.principal.arn : "*" };
}

/** These ask for the boundary that the role or user has: who may give out rights only behind one is held to it. */
const behindBoundary =
  /^(Attach|Detach)(Role|User)Policy$|^(Put|Delete)(Role|User)Policy$|^Delete(Role|User)PermissionsBoundary$/;

function conditionsOf(operation: string, input: Input, { tags, boundary: present }: Target): Record<string, string> {
  const boundary = behindBoundary.test(operation) ? present : text(input["PermissionsBoundary"]);
  const policy = text(input["PolicyArn"]);
  const service = text(input["AWSServiceName"]);
  const resourceTags = Object.entries(tags ?? {}).flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, value] as const,
    [`iam:ResourceTag/${key}`, value] as const,
  ]);
  return {
    ...(boundary === undefined ? {} : { "iam:PermissionsBoundary": boundary }),
    ...(policy !== undefined && /^(At|De)tach/.test(operation) ? { "iam:PolicyARN": policy } : {}),
    ...(service === undefined ? {} : { "iam:AWSServiceName": service }),
    ...Object.fromEntries(resourceTags),
  };
}

/** The operation with its permissions. */
export function withPermissions(name: string, operation: Operation): Operation {
  const permissions = (input: Input, ctx: Context): readonly Permission[] => {
    const target = resourceOf(name, input, ctx);
    const own: Permission = {
      action: `iam:${name}`,
      resource: target.arn,
      conditions: conditionsOf(name, input, target),
    };
    const tagged = name.startsWith("Create") && Array.isArray(input["Tags"]) && input["Tags"].length > 0;
    const role = name === "AddRoleToInstanceProfile" ? text(input["RoleName"]) : undefined;
    return [
      own,
      ...(tagged ? [{ ...own, action: `iam:${name.replace("Create", "Tag")}` }] : []),
      ...(role === undefined ? [] : [passRole(role, ctx)]),
    ];
  };
  return Object.freeze({ ...operation, permissions: permissions as NonNullable<Operation["permissions"]> });
}

function passRole(name: string, ctx: Context): Permission {
  const arn = ctx.table(roles).get(name.toLowerCase())?.arn ?? `arn:${ctx.partition}:iam::${ctx.account}:role/${name}`;
  return { action: "iam:PassRole", resource: arn, conditions: { "iam:PassedToService": "ec2.amazonaws.com" } };
}
