// The account as a whole: alias, password policy, counts, everything at once.
import type {
  CreateAccountAliasRequest,
  DeleteAccountAliasRequest,
  GetAccountPasswordPolicyResponse,
  GetAccountSummaryResponse,
  ListAccountAliasesResponse,
  UpdateAccountPasswordPolicyRequest,
} from "@aws-sdk/client-iam";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { policySizeLimits } from "../../../../../iam/index.ts";
import { alreadyExists, noSuchEntity, validationError } from "../errors.ts";
import type { AccountRow } from "../state.ts";
import { accounts, groups, instanceProfiles, oidcProviders, policies, roles, users } from "../state.ts";

const key = "account";

function accountRow(ctx: Context): Readonly<AccountRow> {
  return ctx.table(accounts).get(key) ?? {};
}

const quotas = {
  ServerCertificatesQuota: 20,
  AccessKeysPerUserQuota: 2,
  GroupsPerUserQuota: 10,
  PolicySizeQuota: policySizeLimits.managed,
  GroupPolicySizeQuota: policySizeLimits.groupInline,
  RolePolicySizeQuota: policySizeLimits.roleInline,
  UserPolicySizeQuota: policySizeLimits.userInline,
  AssumeRolePolicySizeQuota: policySizeLimits.trust,
  SigningCertificatesPerUserQuota: 2,
  VersionsPerPolicyQuota: 5,
  PolicyVersionsInUseQuota: 10_000,
};

const defaultPasswordPolicy = {
  MinimumPasswordLength: 6,
  RequireSymbols: false,
  RequireNumbers: false,
  RequireUppercaseCharacters: false,
  RequireLowercaseCharacters: false,
  AllowUsersToChangePassword: false,
  ExpirePasswords: false,
};

export const accountOperations: Readonly<Record<string, Operation>> = {
  CreateAccountAlias: operation<CreateAccountAliasRequest, object>((input, ctx) => {
    const alias = input.AccountAlias ?? "";
    if (!/^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$/.test(alias)) {
      const pattern = "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$";
      throw validationError(alias, "accountAlias", `Member must satisfy regular expression pattern: ${pattern}`);
    }
    const row = accountRow(ctx);
    if (row.alias === alias) throw alreadyExists(`The account alias ${alias} already exists.`);
    ctx.table(accounts).put(key, { ...row, alias });
    return {};
  }),

  DeleteAccountAlias: operation<DeleteAccountAliasRequest, object>((input, ctx) => {
    const { alias, ...rest } = accountRow(ctx);
    if (alias === undefined || alias !== input.AccountAlias) {
      throw noSuchEntity(`The account alias ${input.AccountAlias} cannot be found.`);
    }
    ctx.table(accounts).put(key, rest);
    return {};
  }),

  ListAccountAliases: operation<object, ListAccountAliasesResponse>((_input, ctx) => {
    const { alias } = accountRow(ctx);
    return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: false };
  }),

  UpdateAccountPasswordPolicy: operation<UpdateAccountPasswordPolicyRequest, object>((input, ctx) => {
    const passwordPolicy: Record<string, number | boolean> = { ...defaultPasswordPolicy };
    for (const [name, value] of Object.entries(input)) {
      if (typeof value === "number" || typeof value === "boolean") passwordPolicy[name] = value;
    }
    const length = passwordPolicy["MinimumPasswordLength"] as number;
    if (length < 6) {
      throw validationError(length, "minimumPasswordLength", "Member must have value greater than or equal to 6");
    }
    if (length > 128) {
      throw validationError(length, "minimumPasswordLength", "Member must have value less than or equal to 128");
    }
    passwordPolicy["ExpirePasswords"] = (input.MaxPasswordAge ?? 0) > 0;
    ctx.table(accounts).put(key, { ...accountRow(ctx), passwordPolicy });
    return {};
  }),

  GetAccountPasswordPolicy: operation<object, GetAccountPasswordPolicyResponse>((_input, ctx) => {
    const { passwordPolicy } = accountRow(ctx);
    if (!passwordPolicy) {
      throw noSuchEntity(`The Password Policy with domain name ${ctx.account} cannot be found.`);
    }
    return { PasswordPolicy: passwordPolicy };
  }),

  DeleteAccountPasswordPolicy: operation<object, object>((_input, ctx) => {
    const { passwordPolicy, ...rest } = accountRow(ctx);
    if (!passwordPolicy) throw noSuchEntity("The account policy with name PasswordPolicy cannot be found.");
    ctx.table(accounts).put(key, rest);
    return {};
  }),

  GetAccountSummary: operation<object, GetAccountSummaryResponse>((_input, ctx) => ({
    SummaryMap: {
      ...quotas,
      UsersQuota: ctx.quota("users"),
      GroupsQuota: ctx.quota("groups"),
      RolesQuota: ctx.quota("roles"),
      PoliciesQuota: ctx.quota("policies"),
      InstanceProfilesQuota: ctx.quota("instanceProfiles"),
      AttachedPoliciesPerGroupQuota: ctx.quota("policiesPerGroup"),
      AttachedPoliciesPerRoleQuota: ctx.quota("policiesPerRole"),
      AttachedPoliciesPerUserQuota: ctx.quota("policiesPerUser"),
      Users: ctx.table(users).size,
      Groups: ctx.table(groups).size,
      Roles: ctx.table(roles).size,
      Policies: ctx.table(policies).size,
      PolicyVersionsInUse: ctx
        .table(policies)
        .list()
        .reduce((sum, policy) => sum + policy.versions.length, 0),
      InstanceProfiles: ctx.table(instanceProfiles).size,
      Providers: ctx.table(oidcProviders).size,
      ServerCertificates: 0,
      MFADevices: 0,
      MFADevicesInUse: 0,
      AccountMFAEnabled: 1,
      AccountAccessKeysPresent: 0,
      AccountSigningCertificatesPresent: 0,
      AccountPasswordPresent: 1,
      GlobalEndpointTokenVersion: 1,
    } as Record<string, number>,
  })),
};
