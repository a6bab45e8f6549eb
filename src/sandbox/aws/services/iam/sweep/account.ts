// Managed policies, providers, tags, the account, simulations, service-linked roles.
import type { SweepRow, SweepWorld } from "../../../sweeping.ts";
import { row, text } from "../../../sweeping.ts";
import {
  absentPolicy,
  absentProvider,
  InstanceProfileName,
  RoleName,
  UserName,
  document,
  policy,
  profile,
  provider,
  role,
  user,
} from "./testing.ts";

const badPage = "ValidationError: 1 validation error detected: Value '0' at 'maxItems'";
const noPolicy = `NoSuchEntity: Policy ${absentPolicy} was not found.`;
const noProvider = `NoSuchEntity: OpenIDConnect Provider not found for arn ${absentProvider}`;
const absent = { PolicyArn: absentPolicy };
const version = (w: SweepWorld): string => {
  const PolicyArn = policy(w);
  w.call("CreatePolicyVersion", { PolicyArn, PolicyDocument: document.replace("Get", "Put"), SetAsDefault: true });
  return PolicyArn;
};

const policies: readonly SweepRow[] = [
  row(
    "CreatePolicy",
    (w) => ({ arn: policy(w) }),
    { arn: "arn:aws:iam::123456789012:policy/chart" },
    (w) => (policy(w), { PolicyName: "chart", PolicyDocument: document }),
    "EntityAlreadyExists: A policy called chart already exists. Duplicate names are not allowed.",
  ),
  row(
    "GetPolicy",
    (w) => w.call("GetPolicy", { PolicyArn: policy(w) }),
    { Policy: { PolicyName: "chart", DefaultVersionId: "v1", AttachmentCount: 0 } },
    () => absent,
    noPolicy,
  ),
  row(
    "ListPolicies",
    (w) => (policy(w), w.call("ListPolicies", { Scope: "Local" })),
    { Policies: [{ PolicyName: "chart" }] },
    () => ({ MaxItems: 0 }),
    badPage,
  ),
  row(
    "DeletePolicy",
    (w) => (w.call("DeletePolicy", { PolicyArn: policy(w) }), w.call("ListPolicies", { Scope: "Local" })),
    { Policies: [] },
    (w) => ({ PolicyArn: version(w) }),
    "DeleteConflict: This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
  ),
  row(
    "CreatePolicyVersion",
    (w) => w.call("GetPolicy", { PolicyArn: version(w) }),
    { Policy: { DefaultVersionId: "v2" } },
    (w) => ({ PolicyArn: policy(w), PolicyDocument: "{" }),
    "MalformedPolicyDocument: Syntax errors in policy.",
  ),
  row(
    "GetPolicyVersion",
    (w) => w.call("GetPolicyVersion", { PolicyArn: version(w), VersionId: "v1" }),
    { PolicyVersion: { VersionId: "v1", IsDefaultVersion: false } },
    (w) => ({ PolicyArn: policy(w), VersionId: "v9" }),
    "NoSuchEntity: Policy arn:aws:iam::123456789012:policy/chart version v9 does not exist or is not attachable.",
  ),
  row(
    "ListPolicyVersions",
    (w) => w.call("ListPolicyVersions", { PolicyArn: version(w) }),
    { Versions: [{ VersionId: "v2" }, { VersionId: "v1" }] },
    () => absent,
    noPolicy,
  ),
  row(
    "SetDefaultPolicyVersion",
    (w) => {
      const PolicyArn = version(w);
      w.call("SetDefaultPolicyVersion", { PolicyArn, VersionId: "v1" });
      return w.call("GetPolicy", { PolicyArn });
    },
    { Policy: { DefaultVersionId: "v1" } },
    (w) => ({ PolicyArn: policy(w), VersionId: "v9" }),
    "NoSuchEntity: Policy arn:aws:iam::123456789012:policy/chart version v9 does not exist or is not attachable.",
  ),
  row(
    "DeletePolicyVersion",
    (w) => {
      const PolicyArn = version(w);
      w.call("DeletePolicyVersion", { PolicyArn, VersionId: "v1" });
      return w.call("ListPolicyVersions", { PolicyArn });
    },
    { Versions: [{ VersionId: "v2" }] },
    (w) => ({ PolicyArn: policy(w), VersionId: "v1" }),
    "DeleteConflict: Cannot delete the default version of a policy.",
  ),
  row(
    "ListEntitiesForPolicy",
    (w) => {
      const PolicyArn = policy(w);
      user(w);
      w.call("AttachUserPolicy", { UserName, PolicyArn });
      return w.call("ListEntitiesForPolicy", { PolicyArn });
    },
    { PolicyUsers: [{ UserName }], PolicyRoles: [], PolicyGroups: [] },
    () => absent,
    noPolicy,
  ),
];

const givenProvider = (w: SweepWorld): object => ({ OpenIDConnectProviderArn: provider(w) });
const noneProvider = { OpenIDConnectProviderArn: absentProvider };

const providers: readonly SweepRow[] = [
  row(
    "CreateOpenIDConnectProvider",
    (w) => ({ arn: provider(w) }),
    { arn: "arn:aws:iam::123456789012:oidc-provider/issuer.example/id" },
    (w) => (provider(w), { Url: "https://issuer.example/id" }),
    "EntityAlreadyExists: Provider with url https://issuer.example/id already exists.",
  ),
  row(
    "GetOpenIDConnectProvider",
    (w) => w.call("GetOpenIDConnectProvider", givenProvider(w)),
    { Url: "issuer.example/id", ClientIDList: ["sts.amazonaws.com"] },
    () => noneProvider,
    noProvider,
  ),
  row(
    "ListOpenIDConnectProviders",
    (w) => (provider(w), w.call("ListOpenIDConnectProviders")),
    { OpenIDConnectProviderList: [{ Arn: "arn:aws:iam::123456789012:oidc-provider/issuer.example/id" }] },
    () => ({}),
    "nothing",
  ),
  row(
    "DeleteOpenIDConnectProvider",
    (w) => {
      const given = givenProvider(w);
      w.call("DeleteOpenIDConnectProvider", given);
      // AWS says of this call that it doesn't fail for a provider that is gone.
      w.call("DeleteOpenIDConnectProvider", given);
      return w.call("ListOpenIDConnectProviders");
    },
    { OpenIDConnectProviderList: [] },
    () => ({ OpenIDConnectProviderArn: "arn:aws:iam::123456789012:role/x" }),
    "InvalidInput: Invalid ARN: arn:aws:iam::123456789012:role/x",
  ),
  row(
    "UpdateOpenIDConnectProviderThumbprint",
    (w) => {
      const given = givenProvider(w);
      w.call("UpdateOpenIDConnectProviderThumbprint", { ...given, ThumbprintList: ["b".repeat(40)] });
      return w.call("GetOpenIDConnectProvider", given);
    },
    { ThumbprintList: ["b".repeat(40)] },
    () => ({ ...noneProvider, ThumbprintList: ["b".repeat(40)] }),
    noProvider,
  ),
  row(
    "AddClientIDToOpenIDConnectProvider",
    (w) => {
      const given = givenProvider(w);
      w.call("AddClientIDToOpenIDConnectProvider", { ...given, ClientID: "other" });
      return w.call("GetOpenIDConnectProvider", given);
    },
    { ClientIDList: ["sts.amazonaws.com", "other"] },
    () => ({ ...noneProvider, ClientID: "other" }),
    noProvider,
  ),
  row(
    "RemoveClientIDFromOpenIDConnectProvider",
    (w) => {
      const given = givenProvider(w);
      w.call("RemoveClientIDFromOpenIDConnectProvider", { ...given, ClientID: "sts.amazonaws.com" });
      return w.call("GetOpenIDConnectProvider", given);
    },
    { ClientIDList: [] },
    () => ({ ...noneProvider, ClientID: "other" }),
    noProvider,
  ),
];

interface Taggable {
  word: string;
  make: (w: SweepWorld) => object;
  none: object;
  refusal: string;
}

const taggables: readonly Taggable[] = [
  {
    word: "Role",
    make: (w) => (role(w), { RoleName }),
    none: { RoleName },
    refusal: `NoSuchEntity: The role with name ${RoleName} cannot be found.`,
  },
  {
    word: "User",
    make: (w) => (user(w), { UserName }),
    none: { UserName },
    refusal: `NoSuchEntity: The user with name ${UserName} cannot be found.`,
  },
  { word: "Policy", make: (w) => ({ PolicyArn: policy(w) }), none: absent, refusal: noPolicy },
  {
    word: "InstanceProfile",
    make: (w) => (profile(w), { InstanceProfileName }),
    none: { InstanceProfileName },
    refusal: "NoSuchEntity: Instance Profile boat cannot be found.",
  },
  { word: "OpenIDConnectProvider", make: givenProvider, none: noneProvider, refusal: noProvider },
];

function tagsOf({ word, make, none, refusal }: Taggable): SweepRow[] {
  const tagged = (w: SweepWorld): object => {
    const name = make(w);
    w.call(`Tag${word}`, {
      ...name,
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    });
    return name;
  };
  return [
    row(
      `Tag${word}`,
      (w) => w.call(`List${word}Tags`, tagged(w)),
      {
        Tags: [
          { Key: "a", Value: "1" },
          { Key: "b", Value: "2" },
        ],
      },
      (w) => ({ ...make(w), Tags: [{ Key: "aws:x", Value: "" }] }),
      "InvalidInput: Tag keys that start with 'aws:' are reserved for system use.",
    ),
    row(
      `Untag${word}`,
      (w) => {
        const name = tagged(w);
        w.call(`Untag${word}`, { ...name, TagKeys: ["A"] });
        return w.call(`List${word}Tags`, name);
      },
      { Tags: [{ Key: "b", Value: "2" }] },
      (w) => ({ ...make(w), TagKeys: ["k".repeat(129)] }),
      `ValidationError: 1 validation error detected: Value '${"k".repeat(129)}' at 'tagKeys' failed to satisfy constraint: Member must have length less than or equal to 128`,
    ),
    row(
      `List${word}Tags`,
      (w) => w.call(`List${word}Tags`, tagged(w)),
      { Tags: [{}, {}], IsTruncated: false },
      () => none,
      refusal,
    ),
  ];
}

const linked = (w: SweepWorld): string =>
  text(w.call("CreateServiceLinkedRole", { AWSServiceName: "eks.amazonaws.com" }), "Role", "RoleName");

const serviceLinked: readonly SweepRow[] = [
  row(
    "CreateServiceLinkedRole",
    (w) => w.call("GetRole", { RoleName: linked(w) }),
    { Role: { Path: "/aws-service-role/eks.amazonaws.com/" } },
    (w) => (linked(w), { AWSServiceName: "eks.amazonaws.com" }),
    "InvalidInput: Service role name AWSServiceRoleForAmazonEKS has been taken in this account, please try a different suffix.",
  ),
  row(
    "DeleteServiceLinkedRole",
    (w) => (w.call("DeleteServiceLinkedRole", { RoleName: linked(w) }), w.call("ListRoles")),
    { Roles: [] },
    () => ({ RoleName }),
    `NoSuchEntity: The role with name ${RoleName} cannot be found.`,
  ),
  row(
    "GetServiceLinkedRoleDeletionStatus",
    (w) =>
      w.call("GetServiceLinkedRoleDeletionStatus", {
        DeletionTaskId: text(w.call("DeleteServiceLinkedRole", { RoleName: linked(w) }), "DeletionTaskId"),
      }),
    { Status: "SUCCEEDED" },
    () => ({ DeletionTaskId: "task/absent" }),
    "NoSuchEntity: Deletion task task/absent cannot be found.",
  ),
];

const simulation = { ActionNames: ["s3:GetObject"], ResourceArns: ["arn:aws:s3:::vault/x"] };
const allowed = { EvaluationResults: [{ EvalActionName: "s3:GetObject", EvalDecision: "allowed" }] };
const conditional = document.replace('"Resource"', '"Condition":{"StringEquals":{"aws:username":"ann"}},"Resource"');
const putAnn = (w: SweepWorld, PolicyDocument = document): string => {
  const arn = text(user(w), "User", "Arn");
  w.call("PutUserPolicy", { UserName, PolicyName: "p", PolicyDocument });
  return arn;
};
const absentUser = "arn:aws:iam::123456789012:user/absent";

const simulations: readonly SweepRow[] = [
  row(
    "SimulatePrincipalPolicy",
    (w) => w.call("SimulatePrincipalPolicy", { PolicySourceArn: putAnn(w), ...simulation }),
    allowed,
    () => ({ PolicySourceArn: absentUser, ...simulation }),
    "NoSuchEntity: The user with name absent cannot be found.",
  ),
  row(
    "SimulateCustomPolicy",
    (w) => w.call("SimulateCustomPolicy", { PolicyInputList: [document], ...simulation }),
    allowed,
    () => ({ PolicyInputList: [document], ActionNames: ["nonsense"] }),
    "InvalidInput: Invalid action nonsense",
  ),
  row(
    "GetContextKeysForCustomPolicy",
    (w) => w.call("GetContextKeysForCustomPolicy", { PolicyInputList: [conditional] }),
    { ContextKeyNames: ["aws:username"] },
    () => ({ PolicyInputList: ["{"] }),
    "MalformedPolicyDocument: Syntax errors in policy.",
  ),
  row(
    "GetContextKeysForPrincipalPolicy",
    (w) => w.call("GetContextKeysForPrincipalPolicy", { PolicySourceArn: putAnn(w, conditional) }),
    { ContextKeyNames: ["aws:username"] },
    () => ({ PolicySourceArn: absentUser }),
    "NoSuchEntity: The user with name absent cannot be found.",
  ),
];

const alias = { AccountAlias: "harbour" };
const account: readonly SweepRow[] = [
  row(
    "CreateAccountAlias",
    (w) => (w.call("CreateAccountAlias", alias), w.call("ListAccountAliases")),
    { AccountAliases: ["harbour"] },
    () => ({ AccountAlias: "Harbour" }),
    "ValidationError: 1 validation error detected: Value 'Harbour' at 'accountAlias'",
  ),
  row(
    "DeleteAccountAlias",
    (w) => (w.call("CreateAccountAlias", alias), w.call("DeleteAccountAlias", alias), w.call("ListAccountAliases")),
    { AccountAliases: [] },
    () => alias,
    "NoSuchEntity: The account alias harbour cannot be found.",
  ),
  row(
    "ListAccountAliases",
    (w) => w.call("ListAccountAliases"),
    { AccountAliases: [], IsTruncated: false },
    () => ({}),
    "nothing",
  ),
  row(
    "UpdateAccountPasswordPolicy",
    (w) => (
      w.call("UpdateAccountPasswordPolicy", { MinimumPasswordLength: 14, MaxPasswordAge: 90 }),
      w.call("GetAccountPasswordPolicy")
    ),
    { PasswordPolicy: { MinimumPasswordLength: 14, ExpirePasswords: true } },
    () => ({ MinimumPasswordLength: 3 }),
    "ValidationError: 1 validation error detected: Value '3' at 'minimumPasswordLength'",
  ),
  row(
    "GetAccountPasswordPolicy",
    (w) => (w.call("UpdateAccountPasswordPolicy"), w.call("GetAccountPasswordPolicy")),
    { PasswordPolicy: { MinimumPasswordLength: 6 } },
    () => ({}),
    "NoSuchEntity: The Password Policy with domain name 123456789012 cannot be found.",
  ),
  row(
    "DeleteAccountPasswordPolicy",
    (w) => (
      w.call("UpdateAccountPasswordPolicy"),
      w.call("DeleteAccountPasswordPolicy"),
      w.call("UpdateAccountPasswordPolicy")
    ),
    {},
    () => ({}),
    "NoSuchEntity: The account policy with name PasswordPolicy cannot be found.",
  ),
  row(
    "GetAccountSummary",
    (w) => (user(w), w.call("GetAccountSummary")),
    { SummaryMap: { Users: 1, Roles: 0 } },
    () => ({}),
    "nothing",
  ),
  row(
    "GetAccountAuthorizationDetails",
    (w) => (role(w), w.call("GetAccountAuthorizationDetails", { Filter: ["Role"] })),
    { RoleDetailList: [{ RoleName }], UserDetailList: [] },
    () => ({ MaxItems: 0 }),
    badPage,
  ),
  row(
    "GenerateCredentialReport",
    (w) => w.call("GenerateCredentialReport"),
    { State: "STARTED" },
    () => ({}),
    "nothing",
  ),
  row(
    "GetCredentialReport",
    (w) => {
      user(w);
      w.call("GenerateCredentialReport");
      const { Content, ReportFormat } = w.call("GetCredentialReport");
      const lines = Buffer.from(Content as Uint8Array)
        .toString()
        .split("\n");
      return {
        ReportFormat,
        head: lines[0]?.split(",").slice(0, 2),
        ann: lines.some((line) => line.startsWith(`${UserName},`)),
      };
    },
    { ReportFormat: "text/csv", head: ["user", "arn"], ann: true },
    () => ({}),
    "ReportNotPresent",
  ),
];

/** Nobody can have these here: the truth is an empty list, and a user that isn't there is an error all the same. */
const empties: readonly SweepRow[] = [
  ["ListMFADevices", "MFADevices", true],
  ["ListServiceSpecificCredentials", "ServiceSpecificCredentials", true],
  ["ListSigningCertificates", "Certificates", true],
  ["ListSSHPublicKeys", "SSHPublicKeys", true],
  ["ListSAMLProviders", "SAMLProviderList", false],
  ["ListServerCertificates", "ServerCertificateMetadataList", false],
  ["ListVirtualMFADevices", "VirtualMFADevices", false],
].map(([operation, member, ofUser]) =>
  row(
    String(operation),
    (w) => w.call(String(operation)),
    { [String(member)]: [] },
    () => (ofUser ? { UserName } : {}),
    ofUser ? `NoSuchEntity: The user with name ${UserName} cannot be found.` : "nothing",
  ),
);

export const accountFamilies: Readonly<Record<string, readonly SweepRow[]>> = {
  policies,
  providers,
  tags: taggables.flatMap(tagsOf),
  "service-linked roles": serviceLinked,
  simulations,
  account,
  empties,
};
