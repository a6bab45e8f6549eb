// AWS::IAM::* by IAM's own API. Names that a template leaves out are made here, as CloudFormation does.
import type {
  GetInstanceProfileResponse,
  GetOpenIDConnectProviderResponse,
  GetPolicyResponse,
  GetPolicyVersionResponse,
  GetRoleResponse,
  ListAttachedRolePoliciesResponse,
  ListPolicyVersionsResponse,
} from "@aws-sdk/client-iam";
import { pick } from "../adapter.ts";
import type { ResourceHandler, ResourceRequest } from "../handler.ts";
import { resource } from "../handler.ts";
import type { Tag } from "./iam-parts.ts";
import { boundary, documentText, documentValue, inlinePolicies, listChanges, retag } from "./iam-parts.ts";
import { inlinePolicyTypes } from "./iam-policies.ts";
import { userTypes } from "./iam-users.ts";

interface RoleProperties {
  RoleName?: string;
  AssumeRolePolicyDocument: object;
  Description?: string;
  ManagedPolicyArns?: string[];
  MaxSessionDuration?: number;
  Path?: string;
  PermissionsBoundary?: string;
  Policies?: { PolicyName: string; PolicyDocument: object }[];
  Tags?: Tag[];
}

const role = resource<RoleProperties>("AWS::IAM::Role", "iam", {
  name: "RoleName",
  seconds: 10,
  create(request) {
    const { properties } = request;
    const RoleName = properties.RoleName ?? request.generatedName({ max: 64 });
    request.call("CreateRole", {
      ...pick({ ...properties }, ["Path", "Description", "MaxSessionDuration", "PermissionsBoundary", "Tags"]),
      RoleName,
      AssumeRolePolicyDocument: documentText(properties.AssumeRolePolicyDocument),
    });
    for (const PolicyArn of new Set(properties.ManagedPolicyArns))
      request.call("AttachRolePolicy", { RoleName, PolicyArn });
    inlinePolicies(request, "Role", RoleName, [], properties.Policies ?? []);
    return RoleName;
  },
  read(request) {
    const found = request.find<GetRoleResponse>("GetRole", { RoleName: request.physicalId });
    const made = found?.Role;
    if (!made) return undefined;
    const { AttachedPolicies: attached = [] } = request.call<ListAttachedRolePoliciesResponse>(
      "ListAttachedRolePolicies",
      {
        RoleName: request.physicalId,
      },
    );
    return {
      Arn: made.Arn,
      RoleId: made.RoleId,
      RoleName: made.RoleName,
      Path: made.Path,
      Description: made.Description ?? "",
      MaxSessionDuration: made.MaxSessionDuration,
      ManagedPolicyArns: attached.map((policy) => policy.PolicyArn),
      AssumeRolePolicyDocument: documentValue(made.AssumeRolePolicyDocument),
      PermissionsBoundary: made.PermissionsBoundary?.PermissionsBoundaryArn,
      Tags: made.Tags ?? [],
    };
  },
  update(request, old) {
    const { properties, physicalId: RoleName } = request;
    request.call("UpdateAssumeRolePolicy", {
      RoleName,
      PolicyDocument: documentText(properties.AssumeRolePolicyDocument),
    });
    request.call("UpdateRole", {
      RoleName,
      Description: properties.Description ?? "",
      MaxSessionDuration: properties.MaxSessionDuration ?? 3600,
    });
    boundary(request, "Role", { RoleName }, old.PermissionsBoundary, properties.PermissionsBoundary);
    const { add, remove } = listChanges(old.ManagedPolicyArns, properties.ManagedPolicyArns);
    for (const PolicyArn of remove) request.find("DetachRolePolicy", { RoleName, PolicyArn });
    for (const PolicyArn of add) request.call("AttachRolePolicy", { RoleName, PolicyArn });
    inlinePolicies(request, "Role", RoleName, old.Policies ?? [], properties.Policies ?? []);
    retag(request, "Role", { RoleName }, old.Tags, properties.Tags);
  },
  delete(request) {
    const { properties, physicalId: RoleName } = request;
    for (const PolicyArn of new Set(properties.ManagedPolicyArns))
      request.find("DetachRolePolicy", { RoleName, PolicyArn });
    inlinePolicies(request, "Role", RoleName, properties.Policies ?? [], []);
    request.call("DeleteRole", { RoleName });
  },
});

interface ManagedPolicyProperties {
  ManagedPolicyName?: string;
  PolicyDocument: object;
  Description?: string;
  Path?: string;
  Roles?: string[];
  Users?: string[];
  Groups?: string[];
  Tags?: Tag[];
}

const holders = ["Role", "User", "Group"] as const;

function attachments(
  request: ResourceRequest<ManagedPolicyProperties>,
  PolicyArn: string,
  before: Partial<ManagedPolicyProperties>,
  after: Partial<ManagedPolicyProperties>,
): void {
  for (const kind of holders) {
    const { add, remove } = listChanges(before[`${kind}s`], after[`${kind}s`]);
    for (const name of remove) request.find(`Detach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn });
    for (const name of add) request.call(`Attach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn });
  }
}

const managedPolicy = resource<ManagedPolicyProperties>("AWS::IAM::ManagedPolicy", "iam", {
  name: "ManagedPolicyName",
  create(request) {
    const { properties } = request;
    const { Policy: made } = request.call<GetPolicyResponse>("CreatePolicy", {
      ...pick({ ...properties }, ["Path", "Description", "Tags"]),
      PolicyName: properties.ManagedPolicyName ?? request.generatedName({ max: 128 }),
      PolicyDocument: documentText(properties.PolicyDocument),
    });
    const arn = made?.Arn ?? "";
    attachments(request, arn, {}, properties);
    return arn;
  },
  read(request) {
    const made = request.find<GetPolicyResponse>("GetPolicy", { PolicyArn: request.physicalId })?.Policy;
    if (!made) return undefined;
    const { PolicyVersion: current } = request.call<GetPolicyVersionResponse>("GetPolicyVersion", {
      PolicyArn: request.physicalId,
      VersionId: made.DefaultVersionId,
    });
    return {
      PolicyArn: made.Arn,
      PolicyId: made.PolicyId,
      ManagedPolicyName: made.PolicyName,
      Path: made.Path,
      Description: made.Description,
      AttachmentCount: made.AttachmentCount,
      DefaultVersionId: made.DefaultVersionId,
      PolicyDocument: documentValue(current?.Document),
      Tags: made.Tags ?? [],
    };
  },
  update(request, old) {
    const { properties, physicalId: PolicyArn } = request;
    if (documentText(old.PolicyDocument) !== documentText(properties.PolicyDocument)) newVersion(request);
    attachments(request, PolicyArn, old, properties);
    retag(request, "Policy", { PolicyArn }, old.Tags, properties.Tags);
  },
  delete(request) {
    const { physicalId: PolicyArn } = request;
    attachments(request, PolicyArn, request.properties, {});
    const found = request.find<ListPolicyVersionsResponse>("ListPolicyVersions", { PolicyArn });
    for (const version of found?.Versions ?? []) {
      if (!version.IsDefaultVersion) request.call("DeletePolicyVersion", { PolicyArn, VersionId: version.VersionId });
    }
    request.call("DeletePolicy", { PolicyArn });
  },
});

/** A policy keeps five versions: the oldest makes room. */
function newVersion(request: ResourceRequest<ManagedPolicyProperties>): void {
  const { physicalId: PolicyArn } = request;
  const { Versions: versions = [] } = request.call<ListPolicyVersionsResponse>("ListPolicyVersions", { PolicyArn });
  const oldest = versions.filter((version) => !version.IsDefaultVersion).at(-1);
  if (versions.length >= 5 && oldest) request.call("DeletePolicyVersion", { PolicyArn, VersionId: oldest.VersionId });
  request.call("CreatePolicyVersion", {
    PolicyArn,
    PolicyDocument: documentText(request.properties.PolicyDocument),
    SetAsDefault: true,
  });
}

interface InstanceProfileProperties {
  InstanceProfileName?: string;
  Path?: string;
  Roles: string[];
}

const instanceProfile = resource<InstanceProfileProperties>("AWS::IAM::InstanceProfile", "iam", {
  name: "InstanceProfileName",
  // CloudFormation waits nearly two minutes for a profile to be seen everywhere.
  seconds: 100,
  create(request) {
    const { properties } = request;
    const InstanceProfileName = properties.InstanceProfileName ?? request.generatedName({ max: 128 });
    request.call("CreateInstanceProfile", { InstanceProfileName, ...pick({ ...properties }, ["Path"]) });
    for (const RoleName of properties.Roles)
      request.call("AddRoleToInstanceProfile", { InstanceProfileName, RoleName });
    return InstanceProfileName;
  },
  read(request) {
    const found = request.find<GetInstanceProfileResponse>("GetInstanceProfile", {
      InstanceProfileName: request.physicalId,
    });
    const made = found?.InstanceProfile;
    return (
      made && {
        Arn: made.Arn,
        InstanceProfileName: made.InstanceProfileName,
        Path: made.Path,
        Roles: (made.Roles ?? []).map((one) => one.RoleName),
      }
    );
  },
  update(request, old) {
    const { physicalId: InstanceProfileName, properties } = request;
    const { add, remove } = listChanges(old.Roles, properties.Roles);
    for (const RoleName of remove) request.call("RemoveRoleFromInstanceProfile", { InstanceProfileName, RoleName });
    for (const RoleName of add) request.call("AddRoleToInstanceProfile", { InstanceProfileName, RoleName });
  },
  delete(request) {
    const { physicalId: InstanceProfileName } = request;
    for (const RoleName of request.properties.Roles) {
      request.find("RemoveRoleFromInstanceProfile", { InstanceProfileName, RoleName });
    }
    request.call("DeleteInstanceProfile", { InstanceProfileName });
  },
});

interface OidcProperties {
  Url?: string;
  ClientIdList?: string[];
  ThumbprintList?: string[];
  Tags?: Tag[];
}

const oidcProvider = resource<OidcProperties>("AWS::IAM::OIDCProvider", "iam", {
  create: ({ properties, call }) =>
    String(
      call("CreateOpenIDConnectProvider", {
        Url: properties.Url,
        ClientIDList: properties.ClientIdList ?? [],
        ThumbprintList: properties.ThumbprintList ?? [],
        ...pick({ ...properties }, ["Tags"]),
      })["OpenIDConnectProviderArn"] as string,
    ),
  read(request) {
    const found = request.find<GetOpenIDConnectProviderResponse>("GetOpenIDConnectProvider", {
      OpenIDConnectProviderArn: request.physicalId,
    });
    return (
      found && {
        Arn: request.physicalId,
        ClientIdList: found.ClientIDList,
        ThumbprintList: found.ThumbprintList,
        Tags: found.Tags ?? [],
      }
    );
  },
  update(request, old) {
    const OpenIDConnectProviderArn = request.physicalId;
    const { properties } = request;
    const { add, remove } = listChanges(old.ClientIdList, properties.ClientIdList);
    for (const ClientID of remove)
      request.call("RemoveClientIDFromOpenIDConnectProvider", { OpenIDConnectProviderArn, ClientID });
    for (const ClientID of add)
      request.call("AddClientIDToOpenIDConnectProvider", { OpenIDConnectProviderArn, ClientID });
    const thumbprints = listChanges(old.ThumbprintList, properties.ThumbprintList);
    if (thumbprints.add.length + thumbprints.remove.length > 0) {
      const ThumbprintList = properties.ThumbprintList ?? [];
      request.call("UpdateOpenIDConnectProviderThumbprint", { OpenIDConnectProviderArn, ThumbprintList });
    }
    retag(request, "OpenIDConnectProvider", { OpenIDConnectProviderArn }, old.Tags, properties.Tags);
  },
  delete(request) {
    request.call("DeleteOpenIDConnectProvider", { OpenIDConnectProviderArn: request.physicalId });
  },
});

interface ServiceLinkedRoleProperties {
  AWSServiceName?: string;
  CustomSuffix?: string;
  Description?: string;
}

const serviceLinkedRole = resource<ServiceLinkedRoleProperties>("AWS::IAM::ServiceLinkedRole", "iam", {
  create: ({ properties, call }) => call<GetRoleResponse>("CreateServiceLinkedRole", properties).Role?.RoleName ?? "",
  read(request) {
    const made = request.find<GetRoleResponse>("GetRole", { RoleName: request.physicalId })?.Role;
    return made && { RoleName: made.RoleName, Description: made.Description };
  },
  update(request) {
    // The one thing of such a role that others than its service may change.
    const Description = request.properties.Description ?? "";
    request.call("UpdateRoleDescription", { RoleName: request.physicalId, Description });
  },
  delete(request) {
    request.call("DeleteServiceLinkedRole", { RoleName: request.physicalId });
  },
  gone: (request) => request.find("GetRole", { RoleName: request.physicalId }) === undefined,
});

export const iamTypes: readonly ResourceHandler[] = [
  role,
  managedPolicy,
  instanceProfile,
  oidcProvider,
  serviceLinkedRole,
  ...inlinePolicyTypes,
  ...userTypes,
];
